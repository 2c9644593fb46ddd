"""Random liquid features as a stream: after each row, the prediction of the series so far."""

import numpy as np
import pytest
import torch

from liquidtime.data import IrregularSeries, Split
from liquidtime.deploy import Stream
from liquidtime.errors import InputError
from liquidtime.export import Trained
from liquidtime.kernels import explain
from liquidtime.models import ridge
from liquidtime.train import Run, fit
from liquidtime.train.config import FitConfig, TrainConfig

N, ROWS = 24, 9


def series(regular, seed=0, values=False):
    """Series of two variables with a clock each, or of one rhythm, and a static feature."""
    generator = torch.Generator().manual_seed(seed)
    numbers = torch.randn(N * ROWS, 2, generator=generator) * 3 + 5
    mask = torch.rand(N * ROWS, 2, generator=generator) < (1.1 if regular else 0.6)
    mean = numbers.reshape(N, ROWS, 2).mean((1, 2))
    gaps = torch.rand(N, ROWS, generator=generator).double() * 4
    if regular:
        gaps = torch.full_like(gaps, 0.5)
    about = {"target_names": ("mean",)} if values else {"classes": ("low", "high")}
    return IrregularSeries(
        times=gaps.cumsum(1).reshape(-1) + (0.0 if regular else 3.0),
        values=torch.where(mask, numbers, 0.0),
        mask=mask,
        lengths=torch.full((N,), ROWS),
        target=mean[:, None] if values else (mean > 5).long(),
        static=torch.randn(N, 1, generator=generator),
        features=("pressure", "flow"),
        static_features=("age",),
        **about,
    )


def fitted(data, out, task="classify"):
    config = FitConfig(task=task, model=ridge.Config(units=40), train=TrainConfig(epochs=1))
    split = Split(train=np.arange(16), validation=np.arange(16, 20), test=np.arange(20, N))
    fit(data, split, config, out, progress=False, baselines="none")
    return Run.load(out)


@pytest.fixture(scope="module", params=["clocks", "rhythm"])
def run(request, tmp_path_factory):
    data = series(request.param == "rhythm")
    return fitted(data, tmp_path_factory.mktemp("ridge") / "run"), data


def rows_of(data):
    """Measurements [N, T, D], NaN where there are none, and the time before each row [N, T]."""
    seen = data.mask.reshape(N, ROWS, 2).numpy()
    values = np.where(seen, data.values.reshape(N, ROWS, 2).numpy(), np.nan)
    return values, np.diff(data.times.reshape(N, ROWS).numpy(), axis=1, prepend=0)


def begun(data, rows):
    """The same series, as far as their first rows."""
    first = (torch.arange(N * ROWS) % ROWS) < rows
    return IrregularSeries(
        times=data.times[first],
        values=data.values[first],
        mask=data.mask[first],
        lengths=torch.full((N,), rows),
        target=data.target,
        static=data.static,
        features=data.features,
        static_features=data.static_features,
        classes=data.classes,
        target_names=data.target_names,
    )


def test_after_each_row_it_is_the_prediction_of_the_series_so_far(run):
    trained, data = run
    values, gaps = rows_of(data)
    stream = Stream.load(trained.path, streams=N, static=data.static.numpy())
    for t in range(ROWS):
        now = stream.observe(values[:, t], gaps[:, t])
        wanted = trained.predict(begun(data, t + 1)).probabilities
        np.testing.assert_allclose(now, wanted, atol=2e-5)


def test_values_come_in_their_own_unit(tmp_path):
    data = series(regular=False, values=True)
    trained = fitted(data, tmp_path / "run", "regress")
    values, gaps = rows_of(data)
    stream = Stream.load(trained.path, streams=N, static=data.static.numpy())
    for t in range(ROWS):
        now = stream.observe(values[:, t], gaps[:, t])
    np.testing.assert_allclose(now, trained.predict(data).values, atol=1e-4)


def test_one_file_holds_it(run, tmp_path):
    trained, data = run
    stream = Stream.load(trained.path, static=data.static[0].numpy())
    file = tmp_path / "ridge.safetensors"
    stream.save(file)
    again = Stream.load(file, static=data.static[0].numpy())
    values, gaps = rows_of(data)
    for t in range(3):
        one = stream.observe(values[0, t], gaps[0, t])
        assert np.array_equal(again.observe(values[0, t], gaps[0, t]), one)
    assert repr(stream).startswith("Stream(ridge, 3 inputs, 40 units with 4 thresholds, 2 outputs")


def test_a_module_steps_with_values_and_times(run):
    trained, data = run
    part = trained.preprocessor.encode(data, reads=("values", "mask", "times")).batch([1])
    with torch.no_grad():
        wanted = trained.model()(part).numpy()[0]
    x = np.where(part.mask[0].numpy(), part.values[0].numpy(), np.nan).astype(np.float32)
    stream = Stream.from_module(trained.model())
    out = stream.run(x, np.diff(part.times[0].numpy(), prepend=0))
    np.testing.assert_allclose(out[-1], wanted, atol=2e-4)


def test_state_moves_and_is_forgotten(run):
    trained, _ = run
    one, other = Stream.load(trained.path), Stream.load(trained.path)
    first = one.observe([5.0, np.nan], 3.0)
    one.observe([np.nan, 3.0], 0.5)
    other.state = one.state
    later = one.observe([1.0, np.nan], 0.7)
    assert np.array_equal(other.observe([1.0, np.nan], 0.7), later)
    assert not np.array_equal(first, later)
    one.reset()
    assert np.array_equal(one.observe([5.0, np.nan], 3.0), first)


def test_a_resting_stream_stays_as_it_is(run):
    trained, _ = run
    both, alone = Stream.load(trained.path, streams=2), Stream.load(trained.path)
    both.observe([[5.0, 2.0], [4.0, 1.0]], 1.0)
    before = alone.observe([4.0, 1.0], 1.0)
    rest = both.observe([[5.0, 2.0], [9.0, 9.0]], 2.0, active=[True, False])
    np.testing.assert_allclose(rest[1], before, rtol=1e-6)
    after = both.observe([[5.0, 2.0], [3.0, 3.0]], 0.5)
    np.testing.assert_allclose(after[1], alone.observe([3.0, 3.0], 0.5), rtol=1e-6)


def test_what_it_cannot_read_is_refused(run):
    stream = Stream.from_module(run[0].model())
    with pytest.raises(ValueError, match="infinite"):
        stream.step(np.full(3, np.inf, np.float32))
    with pytest.raises(ValueError, match=r"shape \[2\]"):
        stream.step(np.zeros(2, np.float32))
    with pytest.raises(ValueError, match="elapsed"):
        stream.step(np.zeros(3, np.float32), -1.0)


def test_it_says_what_serves_it_and_what_does_not(run):
    trained, _ = run
    told = str(explain(Stream.load(trained.path)))
    assert "numpy     chosen" in told and "compiled  declines" in told
    with pytest.raises(InputError, match="which no format of an export holds"):
        Trained.load(trained.path)
