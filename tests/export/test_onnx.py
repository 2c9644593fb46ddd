"""An ONNX file can be used on its own."""

import json
import sys
from pathlib import Path

import numpy as np
import onnxruntime
import pytest

from liquidtime.data import Preprocessor, from_nan_padded
from liquidtime.data.splits import split_by_series
from liquidtime.deploy import Stream
from liquidtime.deploy.signals import Encoder, Signals
from liquidtime.export import Trained, write
from liquidtime.models import cfc
from liquidtime.train import FitConfig, TrainConfig, fit

RUN = Path(__file__).parents[1] / "stored" / "v0.1.0" / "fit-cfc"


@pytest.fixture(scope="module")
def session(tmp_path_factory):
    """The file of a stored run, in ONNX Runtime."""
    path = tmp_path_factory.mktemp("onnx") / "network.onnx"
    write(Trained.load(RUN), path)
    return onnxruntime.InferenceSession(path, providers=["CPUExecutionProvider"])


@pytest.mark.parametrize("streams", [1, 4])
def test_predicts_from_measurements_what_the_run_does(session, streams):
    about = json.loads(session.get_modelmeta().custom_metadata_map["liquidtime"])
    signals = Signals.from_dict(about["signals"])
    encoder = Encoder(signals, streams)
    stream = Stream.load(RUN, streams=streams)
    rng = np.random.default_rng(0)
    active = np.ones(streams, bool)
    state = {
        part.name: np.zeros((streams, part.shape[1]), np.float32)
        for part in session.get_inputs()[2:]
    }
    for _ in range(6):
        rows = rng.normal(signals.mean, signals.std, (streams, len(signals.variables)))
        rows[rng.random(rows.shape) < 0.3] = np.nan
        gaps = rng.exponential(size=streams) * signals.time_scale
        x, elapsed = encoder.encode(rows, gaps, active)
        output, *after = session.run(None, {"x": x, "elapsed": elapsed} | state)
        state = dict(zip(state, after, strict=True))
        wanted = np.reshape(stream.observe(rows, gaps), (streams, -1))
        np.testing.assert_allclose(signals.predictions(output), wanted, atol=1e-6)


def test_predicts_what_a_run_does_with_inputs_left_out_and_robust_scaling(tmp_path):
    rng = np.random.default_rng(0)
    values = rng.normal(size=(40, 5, 3)) * [1.0, 50.0, 1.0]
    # A column that never changes, and one with outliers that robust scaling does not mind.
    values[..., 2], values[0, 0, 1] = 7.0, 1e6
    data = from_nan_padded(values, target=(values[:, -1, 0] > 0).astype(int))
    split = split_by_series(40, fractions=(0.6, 0.2, 0.2), seed=0)
    known = Preprocessor.fit(data.select(split.train), scale="robust")
    config = FitConfig(
        model=cfc.Config(hidden_size=6, backbone_units=5, readout="last"),
        train=TrainConfig(steps=20, accelerator="cpu"),
    )
    options = {"preprocessor": known, "progress": False, "baselines": "none"}
    run = fit(data, split, config, tmp_path / "run", **options)
    trained = Trained.load(run.path)
    assert trained.signals.dropped and trained.signals.robust
    write(trained, tmp_path / "network.onnx")
    session = onnxruntime.InferenceSession(
        tmp_path / "network.onnx", providers=["CPUExecutionProvider"]
    )
    about = json.loads(session.get_modelmeta().custom_metadata_map["liquidtime"])
    signals = Signals.from_dict(about["signals"])
    test = data.select(split.test)
    wanted = run.predict(test).probabilities
    for number, series in enumerate(values[split.test]):
        encoder, active = Encoder(signals, 1), np.ones(1, bool)
        state = {
            part.name: np.zeros((1, part.shape[1]), np.float32) for part in session.get_inputs()[2:]
        }
        for row in series:
            x, elapsed = encoder.encode(row[None], np.ones(1), active)
            output, *after = session.run(None, {"x": x, "elapsed": elapsed} | state)
            state = dict(zip(state, after, strict=True))
        np.testing.assert_allclose(signals.predictions(output)[0], wanted[number], atol=1e-5)


def test_names_its_inputs_and_outputs(session):
    inputs = [part.name for part in session.get_inputs()]
    outputs = [part.name for part in session.get_outputs()]
    assert inputs[:3] == ["x", "elapsed", "h0"]
    assert outputs == ["output", *(f"next_{name}" for name in inputs[2:])]
    assert all(part.shape[0] == "streams" for part in session.get_inputs())
    assert {part.type for part in session.get_inputs()} == {"tensor(float)"}


def test_holds_no_paths_of_the_machine_that_wrote_it(session):
    assert b"liquidtime/kernels" not in Path(session._model_path).read_bytes()


@pytest.mark.parametrize("missing", ["onnxscript", "onnxruntime"])
def test_what_is_not_installed_is_named_with_its_remedy(missing, tmp_path, monkeypatch):
    monkeypatch.setitem(sys.modules, missing, None)
    with pytest.raises(ImportError, match=rf"{missing} is not installed.*liquidtime\[export\]"):
        write(Trained.load(RUN), tmp_path / "network.onnx")
    assert list(tmp_path.iterdir()) == []
