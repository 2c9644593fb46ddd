"""A stream gives what the PyTorch layer gives, step by step."""

import copy
import json
import pickle
import subprocess
import sys
import venv
from pathlib import Path

import numpy as np
import pytest
import torch
from layers import LAYERS

from liquidtime.data import IrregularSeries, Split
from liquidtime.data.batch import Batch
from liquidtime.deploy import Stream, compiled
from liquidtime.deploy.network import Network
from liquidtime.deploy.numpy_steps import NumpySteps
from liquidtime.errors import InputError
from liquidtime.kernels import explain
from liquidtime.models import cfc
from liquidtime.models.contract import Shape
from liquidtime.nn import LTC, CfC
from liquidtime.train import Run, fit
from liquidtime.train.config import FitConfig, TrainConfig
from liquidtime.wirings import AutoNCP

S, T = 3, 5
CANNOT = ("euler", "heun", "rk4", "line", "ltc_memory")
STEPPING = [name for name in LAYERS if not any(word in name for word in CANNOT)]


def series(inputs):
    return torch.randn(S, T, inputs), torch.rand(S, T)


def expected(layer, x, elapsed):
    layer.backend = "reference"
    with torch.no_grad():
        return layer.eval()(x, elapsed=elapsed)[0].numpy()


def close(a, b):
    # Outputs are of order 1; a dozen roundings of float32 lie between the two.
    np.testing.assert_allclose(a, b, atol=2e-6, rtol=0)


@pytest.mark.parametrize("name", STEPPING)
def test_equals_the_layer(name):
    layer = LAYERS[name]()
    x, elapsed = series(layer.input_size)
    stream = Stream.from_module(layer, streams=S)
    together = stream.run(x.numpy(), elapsed.numpy())
    close(together, expected(layer, x, elapsed))
    plain = NumpySteps(Network.of(stream._architecture, stream._arrays), S)
    close(plain.run(x.numpy(), elapsed.numpy()), together)
    stream.reset()
    for t in range(T):
        now = stream.step(x[:, t].numpy().copy(), elapsed[:, t].numpy().copy())
        assert np.array_equal(now, together[:, t])


@pytest.mark.parametrize("name", [name for name in LAYERS if name not in STEPPING])
def test_says_what_cannot_step(name):
    with pytest.raises(InputError, match="stream"):
        Stream.from_module(LAYERS[name]())


def test_bidirectional_networks_and_others_cannot_step():
    with pytest.raises(InputError, match="bidirectional"):
        Stream.from_module(CfC(3, 4, bidirectional=True))
    with pytest.raises(InputError, match="Linear"):
        Stream.from_module(torch.nn.Linear(3, 4))


def test_one_stream_takes_flat_rows_and_writes_where_it_is_told():
    layer = CfC(3, 4)
    x, elapsed = series(3)
    stream = Stream.from_module(layer)
    wanted = expected(layer, x[:1], elapsed[:1])[0]
    close(stream.run(x[0].numpy(), elapsed[0].numpy()), wanted)
    stream.reset()
    out = np.full(4, np.nan, np.float32)
    assert stream.step(x[0, 0].numpy(), float(elapsed[0, 0]), None, out) is out
    close(out, wanted[0])


def test_resting_streams_stay_as_they_are():
    layer = LTC(3, wiring=AutoNCP(13, 2))
    x, elapsed = series(3)
    stream = Stream.from_module(layer, streams=S)
    first = stream.step(x[:, 0].numpy().copy(), elapsed[:, 0].numpy().copy())
    before = stream.state
    active = np.array([True, False, True])
    second = stream.step(x[:, 1].numpy().copy(), elapsed[:, 1].numpy().copy(), active)
    assert np.array_equal(second[1], first[1])
    assert np.array_equal(stream.state[0][1], before[0][1])
    close(second[[0, 2]], expected(layer, x, elapsed)[[0, 2], 1])


def test_state_can_be_kept_and_moved():
    layer = CfC(3, 4, 2, mixed_memory=True)
    x, elapsed = series(3)
    one, other = Stream.from_module(layer, streams=S), Stream.from_module(layer, streams=S)
    one.run(x[:, :2].numpy(), elapsed[:, :2].numpy())
    other.state = one.state
    rest = x[:, 2:].numpy(), elapsed[:, 2:].numpy()
    assert np.array_equal(one.run(*rest), other.run(*rest))
    one.reset(1)
    assert all((part[1] == 0).all() and (part[0] != 0).any() for part in one.state)
    with pytest.raises(ValueError, match="parts"):
        one.state = one.state[:1]
    with pytest.raises(ValueError, match="expected 0 to 2"):
        one.reset(3)


@pytest.mark.parametrize("fixed", [None, 0.5])
@pytest.mark.parametrize("layer", [CfC(3, 8), LTC(3, 8)])
def test_a_copy_and_a_pickle_go_on_where_it_stands(layer, fixed):
    x = np.random.default_rng(0).normal(size=(3, 2, 3)).astype(np.float32)
    gap = (1.5,) if fixed is None else ()
    stream = Stream.from_module(layer, streams=2, fixed_elapsed=fixed)
    stream.step(x[0], *gap)
    others = [copy.deepcopy(stream), pickle.loads(pickle.dumps(stream))]
    wanted = stream.step(x[1], *gap).copy()
    for other in others:
        assert np.array_equal(other.step(x[1], *gap), wanted)
        other.step(x[2], *gap)
    assert not np.array_equal(others[0].state[0], stream.state[0]), "they share nothing"
    for each in (stream, others[1]):
        each.reset()
    assert np.array_equal(stream.step(x[0], *gap), others[1].step(x[0], *gap))


def test_a_fixed_elapsed_time_needs_no_head_for_it():
    layer = CfC(3, 17)
    x, _ = series(3)
    stream = Stream.from_module(layer, streams=S, fixed_elapsed=0.3)
    wanted = expected(layer, x, 0.3)
    close(stream.run(x.numpy()), wanted)
    stream.reset()
    close(stream.step(x[:, 0].numpy().copy()), wanted[:, 0])


def test_a_fixed_time_is_the_only_one(run):
    stream = Stream.from_module(CfC(3, 4), fixed_elapsed=0.3)
    with pytest.raises(ValueError, match="leave one out"):
        stream.run(np.zeros((5, 3)), 0.2)
    with pytest.raises(ValueError, match="leave it out"):
        stream.step(np.zeros(3, np.float32), 0.2)
    with pytest.raises(InputError, match="without fixed_elapsed"):
        Stream.load(run[0].path, fixed_elapsed=0.3).observe([1.0, 2.0])
    with pytest.raises(ValueError, match="fixed_elapsed is -1"):
        Stream.from_module(CfC(3, 4), fixed_elapsed=-1.0)


def test_a_projection_may_be_wider_than_all_else():
    layer = CfC(3, 8, proj_size=64)
    x, elapsed = series(3)
    stream = Stream.from_module(layer, streams=S)
    close(stream.run(x.numpy(), elapsed.numpy()), expected(layer, x, elapsed))


@pytest.mark.parametrize("readout", ["last", "mean", "last_mean"])
@pytest.mark.parametrize("per_step", [False, True])
def test_a_predictor_reads_out_what_it_has_seen_so_far(readout, per_step):
    config = cfc.Config(hidden_size=6, backbone_units=5, readout=readout)
    shape = Shape(inputs=4, variables=1, outputs=2, per_step=per_step)
    predictor = config.build(shape).network.eval()
    x, elapsed = series(4)
    batch = Batch(x, elapsed, torch.full((S,), T), None, torch.arange(S), S)
    wanted = predictor.trace(batch).logits.numpy()
    if per_step and readout != "last":
        with torch.no_grad():
            wanted = predictor(batch).numpy()
    stream = Stream.from_module(predictor, streams=S)
    close(stream.run(x.numpy(), elapsed.numpy()), wanted)


def test_a_bad_reading_is_refused_and_leaves_no_trace():
    stream = Stream.from_module(CfC(3, 4), streams=2)
    bad = np.array([[0, np.nan, 0], [1, 2, 3]], np.float32)
    before = stream.state
    with pytest.raises(ValueError, match="NaN or infinite in stream 0"):
        stream.step(bad)
    assert all(np.array_equal(a, b) for a, b in zip(stream.state, before, strict=True))
    stream.step(bad, 1.0, np.array([False, True]))
    with pytest.raises(ValueError, match="NaN or infinite"):
        stream.run(np.full((2, 3, 3), np.inf))


def test_bfloat16_is_close():
    layer = CfC(3, 17)
    x, elapsed = series(3)
    rounded = Stream.from_module(layer, streams=S, bfloat16=True).run(x.numpy(), elapsed.numpy())
    wanted = expected(layer, x, elapsed)
    assert np.linalg.norm(rounded - wanted) < 0.02 * np.linalg.norm(wanted)


def test_wrong_input_is_refused():
    stream = Stream.from_module(CfC(3, 4), streams=2)
    with pytest.raises(ValueError, match=r"shape \[3\]; expected \[streams, inputs\]=\[2, 3\]"):
        stream.step(np.zeros(3, np.float32))
    with pytest.raises(ValueError, match="elapsed"):
        stream.step(np.zeros((2, 3), np.float32), -1.0)
    with pytest.raises(ValueError, match="elapsed"):
        stream.step(np.zeros((2, 3), np.float32), np.array([1, np.nan], np.float32))
    with pytest.raises(ValueError, match="elapsed"):
        stream.run(np.zeros((2, 5, 3)), np.zeros(4))
    with pytest.raises(ValueError, match="streams"):
        Stream.from_module(CfC(3, 4), streams=0)
    with pytest.raises(InputError, match="encoding"):
        stream.observe(np.zeros((2, 3)))


@pytest.fixture(scope="module")
def run(tmp_path_factory):
    generator = torch.Generator().manual_seed(0)
    rows = 7
    n = 24
    lengths = torch.full((n,), rows)
    values = torch.randn(n * rows, 2, generator=generator) * 3 + 5
    mask = torch.rand(n * rows, 2, generator=generator) < 0.6
    target = (values.reshape(n, rows, 2).mean((1, 2)) > 5).long()
    data = IrregularSeries(
        times=torch.rand(n, rows, generator=generator).double().cumsum(1).reshape(-1) * 4,
        values=torch.where(mask, values, 0.0),
        mask=mask,
        lengths=lengths,
        target=target,
        static=torch.randn(n, 1, generator=generator),
        features=("pressure", "flow"),
        static_features=("age",),
        classes=("low", "high"),
    )
    config = FitConfig(
        model=cfc.Config(hidden_size=6, backbone_units=5),
        train=TrainConfig(epochs=1, batch_size=8),
    )
    out = tmp_path_factory.mktemp("run") / "run"
    split = Split(train=np.arange(16), validation=np.arange(16, 20), test=np.arange(20, n))
    fit(data, split, config, out, progress=False, baselines="none")
    return Run.load(out), data


def test_a_run_predicts_row_by_row_what_it_predicts_at_once(run, tmp_path):
    fitted, data = run
    wanted = fitted.predict(data).probabilities
    rows = data.lengths.tolist()[0]
    n = len(data)
    seen = data.mask.reshape(n, rows, 2).numpy()
    values = np.where(seen, data.values.reshape(n, rows, 2).numpy(), np.nan)
    gaps = np.diff(data.times.reshape(n, rows).numpy(), axis=1, prepend=0)
    file = tmp_path / "network.safetensors"
    Stream.load(fitted.path).save(file)
    for place in (fitted.path, file):
        stream = Stream.load(place, streams=n, static=data.static.numpy())
        for t in range(rows):
            last = stream.observe(values[:, t], gaps[:, t])
        np.testing.assert_allclose(last, wanted, atol=1e-5)


def test_a_server_can_be_moved_in_the_middle(run):
    fitted, _ = run
    one, other = Stream.load(fitted.path), Stream.load(fitted.path)
    one.observe([5.0, np.nan])
    one.observe([np.nan, 3.0], 0.5)
    other.state = one.state
    assert np.array_equal(one.observe([np.nan, np.nan], 0.7), other.observe([np.nan, np.nan], 0.7))


def test_measurements_by_name(run):
    fitted, _ = run
    stream = Stream.load(fitted.path, static=[0.5])
    named = stream.observe({"flow": 4.0})
    stream.reset()
    assert np.array_equal(stream.observe([np.nan, 4.0]), named)
    with pytest.raises(InputError, match="no variable 'flux'"):
        stream.observe({"flux": 1.0})


def test_files_that_are_none(run, tmp_path):
    with pytest.raises(InputError, match="does not exist"):
        Stream.load(tmp_path / "nothing")
    with pytest.raises(InputError, match="holds no finished run"):
        Stream.load(tmp_path)
    broken = tmp_path / "broken.safetensors"
    broken.write_bytes(b"nothing")
    with pytest.raises(InputError, match="damaged"):
        Stream.load(broken)
    with pytest.raises(InputError, match="no description"):
        Stream.load(run[0].path / "model.safetensors")


NO_TORCH = """
import json, sys
class Refuse:
    def find_spec(self, name, path=None, target=None):
        if name.split(".")[0] in ("torch", "pandas", "scipy", "lightning"):
            raise ModuleNotFoundError(name)
sys.meta_path.insert(0, Refuse())
from liquidtime.deploy import Stream, compiled
stream = Stream.load(sys.argv[1], static=[0.5])
print(json.dumps(stream.observe({"flow": 4.0}).tolist()))
"""


def test_a_stream_tells_its_backend(monkeypatch):
    stream = Stream.from_module(CfC(3, 4, mixed_memory=True), fixed_elapsed=1.0)
    told = str(explain(stream))
    assert told.startswith("stream (cfc) on cpu, float32, extras: fixed elapsed, mixed_memory")
    assert "numpy     can, but comes later" in told and explain(stream).chosen == "compiled"
    monkeypatch.setattr(compiled, "native", lambda: None)
    assert explain(stream).chosen == "numpy"
    assert "compiled  declines: the extension liquidtime._native is not" in str(explain(stream))
    assert isinstance(Stream.from_module(CfC(3, 4))._steps, NumpySteps)


def test_needs_no_torch(run):
    fitted, _ = run
    done = subprocess.run(
        [sys.executable, "-c", NO_TORCH, str(fitted.path)],
        check=True,
        capture_output=True,
        text=True,
    )
    wanted = Stream.load(fitted.path, static=[0.5]).observe({"flow": 4.0})
    assert json.loads(done.stdout) == wanted.tolist()


def test_runs_in_numpy_without_the_extension(run):
    fitted, _ = run
    code = f"import sys; sys.modules['liquidtime._native'] = None\n{NO_TORCH}"
    done = subprocess.run(
        [sys.executable, "-W", "always", "-c", code, str(fitted.path)],
        check=True,
        capture_output=True,
        text=True,
    )
    assert done.stderr.count("without its compiled kernels") == 1
    wanted = Stream.load(fitted.path, static=[0.5]).observe({"flow": 4.0})
    np.testing.assert_allclose(json.loads(done.stdout), wanted, atol=1e-6)


@pytest.mark.slow
@pytest.mark.timeout(900)
def test_in_an_environment_without_torch(run, tmp_path):
    fitted, _ = run
    venv.create(tmp_path / "env", with_pip=True)
    python = str(tmp_path / "env" / "bin" / "python")
    pip = [python, "-m", "pip", "install", "--quiet"]
    subprocess.run([*pip, "--no-deps", str(Path(__file__).parents[2])], check=True)
    subprocess.run([*pip, "numpy", "safetensors"], check=True)
    done = subprocess.run(
        [python, "-c", NO_TORCH, str(fitted.path)],
        check=True,
        capture_output=True,
        text=True,
        cwd=tmp_path,
    )
    wanted = Stream.load(fitted.path, static=[0.5]).observe({"flow": 4.0})
    np.testing.assert_allclose(json.loads(done.stdout), wanted, atol=1e-6)
