"""Networks behind tables: run folders, streams without PyTorch, exports, explanations."""

import warnings

import numpy as np
import pytest
import torch
from texts import made, small, texts

from liquidtime.data import Split
from liquidtime.deploy import Stream
from liquidtime.errors import InputError
from liquidtime.explain import attribute, saliency
from liquidtime.export import Trained, write
from liquidtime.models.contract import EmbeddingConfig
from liquidtime.notes import UnknownCategoryWarning
from liquidtime.train import Run, fit
from liquidtime.train.config import FitConfig, TrainConfig


@pytest.fixture(scope="module")
def run(tmp_path_factory):
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("liquidtime.train.fitting.report.write", lambda _: None)
        yield fitted(tmp_path_factory)


def fitted(tmp_path_factory):
    torch.set_num_threads(1)
    config = FitConfig(
        model=small("cfc"),
        train=TrainConfig(epochs=1, batch_size=8, refit="no", ensemble=1),
        embedding=EmbeddingConfig(above=5, width=3),
    )
    data, out = texts(30), tmp_path_factory.mktemp("embedded") / "run"
    split = Split(np.arange(20), np.arange(20, 25), np.arange(25, 30))
    return fit(data, split, config, out, progress=False, baselines="none")


def test_a_run_is_read_back_and_predicts_what_it_never_met(run):
    again = Run.load(run.path)
    assert again.config == run.config and again.preprocessor.embedded == ("word", "place")
    data = texts(6, seed=3)
    assert np.array_equal(again.predict(data).outputs, run.predict(data).outputs)
    strangers = texts(6, seed=3, words=tuple(f"stranger {n}" for n in range(100)))
    with pytest.warns(UnknownCategoryWarning):
        assert np.isfinite(again.predict(strangers).outputs).all()
    assert again.evaluate(data)["metrics"]["accuracy"]["value"] <= 1


@pytest.mark.parametrize("backend", ["numpy", "auto"])
def test_a_stream_without_pytorch_says_the_same(run, backend, monkeypatch, tmp_path):
    monkeypatch.setattr(Stream, "backend", backend)
    data = texts(5, seed=4)
    one = data[0]
    wanted = run.predict(one).outputs[0]
    place = data.static_categories["place"][int(one.static[0, 0])]
    streams = [Stream.load(run.path, static={"place": place})]
    streams[0].save(tmp_path / "one.safetensors")
    streams.append(Stream.load(tmp_path / "one.safetensors", static={"place": place}))
    for stream in streams:
        for row in range(len(one.times)):
            cells = {}
            if one.mask[row, 0]:
                cells["word"] = data.categories["word"][int(one.values[row, 0])]
            if one.mask[row, 1]:
                cells["number"] = float(one.values[row, 1])
            with warnings.catch_warnings():
                warnings.simplefilter("ignore", UnknownCategoryWarning)
                said = stream.observe(cells, 1.5)
        np.testing.assert_allclose(said, wanted, atol=1e-5)
        with pytest.raises(ValueError, match="numbers of categories"):
            stream.step(np.full(stream.input_size, 0.5, np.float32))


def test_many_streams_step_behind_one_table(run):
    known, data = run.preprocessor, texts(3, seed=5)
    encoded = known.encode(data)
    first = encoded.offsets[:-1][data.lengths > 0]
    stream = Stream.load(run.path, streams=len(first))
    said = stream.step(encoded.inputs[first].numpy(), 0.0)
    for at, row in enumerate(first.tolist()):
        alone = Stream.load(run.path).step(encoded.inputs[row].numpy(), 0.0)
        np.testing.assert_allclose(said[at], alone, atol=1e-6)
    idle = np.full((len(first), stream.input_size), np.nan, np.float32)
    idle[0] = encoded.inputs[first[0]]
    active = np.arange(len(first)) == 0
    assert np.isfinite(stream.step(idle, 0.0, active)).all()


def test_a_module_in_memory_streams_with_what_it_looks_up():
    series = texts()
    _, model, _ = made(series, "ltc")
    stream = Stream.from_module(model.network.eval())
    assert stream.input_size == model.shape.inputs
    _, solved, _ = made(series, "ridge")
    with pytest.raises(InputError, match=r"--embedding\.above"):
        Stream.from_module(solved.network)


def test_onnx_looks_up_too(run, tmp_path):
    pytest.importorskip("onnxscript")
    pytest.importorskip("onnxruntime")
    assert write(Trained.load(run.path), tmp_path / "text.onnx").passed


def test_attributions_add_up_through_the_vectors(run):
    one = texts(5, seed=4)[0]
    found = attribute(run, one)
    assert found.method == "integrated gradients"
    total = found.cells.sum() + found.gaps.sum() + found.static.sum() + found.absent.sum()
    np.testing.assert_allclose(total, found.value - found.baseline_value, atol=2e-2)
    assert np.abs(found.cells[:, 0]).sum() > 0
    slopes = saliency(run, one)
    assert np.abs(slopes.values[:, 0]).sum() > 0
