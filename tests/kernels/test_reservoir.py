"""The compiled random liquid units equal their definition."""

from dataclasses import fields, replace

import numpy as np
import pytest
import torch

from liquidtime.backends import registry
from liquidtime.errors import InputError
from liquidtime.kernels import explain
from liquidtime.kernels.reservoir.call import KINDS, REQUEST, Units, reservoir, width
from liquidtime.native import native
from liquidtime.reservoir.network import Reservoir

EXTENSION = native()
pytestmark = pytest.mark.skipif(EXTENSION is None, reason="needs the compiled kernels")


@pytest.fixture
def rng():
    return np.random.default_rng(3)


@pytest.fixture(params=[] if EXTENSION is None else EXTENSION.isas())
def isa(request):
    before = EXTENSION.isa()
    EXTENSION.use_isa(request.param)
    yield request.param
    EXTENSION.use_isa(before)


def units(rng, count, channels, kind=None):
    """Units of one kind or of all, each on one to three channels."""
    kinds = rng.integers(0, len(KINDS), count) if kind is None else np.full(count, kind)
    reads = np.full((count, 3), -1)
    for row in reads:
        some = rng.integers(1, min(3, channels) + 1)
        row[:some] = np.sort(rng.choice(channels, some, replace=False))
    rate = np.exp(rng.uniform(-4, 1, count))
    numbers = (
        rng.normal(size=reads.shape) * (reads >= 0),
        rate,
        rate / rng.uniform(1.3, 5, count),
        rate * rng.uniform(1, 8, count),
        rng.uniform(0, 6, count),
        rng.uniform(0, 4, count),
        2 * rng.normal(size=count),
        rng.normal(size=count),
    )
    singles = (np.ascontiguousarray(each, np.float32) for each in numbers)
    return Units(kinds.astype(np.int32), reads.astype(np.int32), *singles)


def series(rng, batch, steps, channels, *, regular, observed=0.6):
    values = rng.normal(size=(batch, steps, channels)).astype(np.float32)
    gaps = np.full((batch, steps), 0.37)
    if not regular:
        # Some rows have the time of the one before.
        gaps = rng.exponential(size=(batch, steps)) * (rng.random((batch, steps)) < 0.9)
    mask = rng.random((batch, steps, channels)) < observed
    return values, mask, np.cumsum(gaps, axis=1), rng.integers(0, steps + 1, batch)


def close(a, b):
    # Responses are of order 1, and counts up to hundreds.
    np.testing.assert_allclose(a, b, rtol=2e-5, atol=2e-5)


@pytest.mark.parametrize("regular", [True, False])
@pytest.mark.parametrize("kind", range(len(KINDS)), ids=KINDS)
def test_each_kind_equals_the_definition(rng, isa, kind, regular):
    drawn = units(rng, 19, 3, kind)
    given = series(rng, 2, 131, 3, regular=regular)
    given[3][:] = 131, 17
    thresholds = rng.normal(size=(19, 3)).astype(np.float32)
    for between in (np.inf, 0.9):
        fast, slow = reservoir(drawn, "cpu"), reservoir(drawn, "reference")
        close(
            fast.pool(*given, thresholds, between),
            slow.pool(*given, thresholds, between),
        )
        close(fast.respond(*given, between, 7), slow.respond(*given, between, 7))


@pytest.mark.parametrize(
    ("count", "batch", "steps", "channels", "thresholds"),
    [(1, 1, 1, 1, 1), (16, 3, 2, 1, 0), (17, 2, 128, 2, 5), (33, 1, 129, 4, 8), (5, 4, 40, 3, 7)],
)
def test_odd_sizes_equal_the_definition(rng, isa, count, batch, steps, channels, thresholds):
    drawn = units(rng, count, channels)
    given = series(rng, batch, steps, channels, regular=False)
    limits = rng.normal(size=(count, thresholds)).astype(np.float32)
    close(
        reservoir(drawn, "cpu").pool(*given, limits, 1.0),
        reservoir(drawn, "reference").pool(*given, limits, 1.0),
    )


def test_nothing_to_do_gives_nothing(rng):
    drawn = units(rng, 5, 2)
    none = drawn.select(np.arange(0))
    limits = np.zeros((5, 2), np.float32)
    ready = reservoir(drawn, "cpu")
    for batch, steps in ((0, 3), (3, 0), (0, 0)):
        values = np.zeros((batch, steps, 2), np.float32)
        times, lengths = np.zeros((batch, steps)), np.zeros(batch, int)
        found = ready.pool(values, values > 0, times, lengths, limits, np.inf)
        assert found.shape == (batch, 5, width(2))
        # Of a series without rows every response is 0.
        assert not found[..., :5].any()
    some = series(rng, 2, 4, 2, regular=True)
    assert reservoir(none, "cpu").pool(*some, limits[:0], np.inf).shape == (2, 0, width(2))


def test_threads_padding_and_company_change_nothing(rng):
    drawn, limits = units(rng, 70, 3), rng.normal(size=(70, 4)).astype(np.float32)
    values, mask, times, lengths = given = series(rng, 3, 50, 3, regular=False)
    lengths[:] = 50, 21, 3
    ready = reservoir(drawn, "cpu")
    threads = torch.get_num_threads()
    try:
        torch.set_num_threads(1)
        one = ready.pool(*given, limits, 1.0)
        torch.set_num_threads(5)
        assert np.array_equal(ready.pool(*given, limits, 1.0), one)
    finally:
        torch.set_num_threads(threads)
    # Rows behind a series' end are never read.
    for which, length in enumerate(lengths):
        values[which, length:], times[which, length:] = np.nan, np.nan
    assert np.array_equal(ready.pool(*given, limits, 1.0), one)
    for which, length in enumerate(lengths):
        alone = tuple(part[which : which + 1, :length] for part in (values, mask, times))
        found = ready.pool(*alone, lengths[which : which + 1], limits, 1.0)
        assert np.array_equal(found[0], one[which])


def test_what_was_not_observed_is_not_read(rng):
    drawn, limits = units(rng, 20, 2), np.zeros((20, 1), np.float32)
    values, mask, times, lengths = series(rng, 2, 30, 2, regular=True)
    ready = reservoir(drawn, "cpu")
    before = ready.pool(values, mask, times, lengths, limits, np.inf)
    values[~mask] = np.nan
    assert np.array_equal(ready.pool(values, mask, times, lengths, limits, np.inf), before)


@pytest.mark.parametrize("kind", range(5), ids=KINDS[:5])
def test_what_is_not_finite_spoils_its_own_units_and_series(rng, kind):
    drawn = replace(units(rng, 4, 2, kind), channels=np.array([[0], [0], [1], [1]], np.int32))
    drawn = replace(drawn, weights=np.ones((4, 1), np.float32))
    values, mask, times, lengths = series(rng, 2, 9, 2, regular=True, observed=1.0)
    lengths[:] = 9
    limits = np.zeros((4, 2), np.float32)
    ready = reservoir(drawn, "cpu")
    for odd in (np.nan, np.inf, -np.inf):
        values[0, 4, 0] = odd
        found = ready.pool(values, mask, times, lengths, limits, np.inf)
        assert np.isnan(found[0, :2]).all()
        assert np.isfinite(found[0, 2:]).all() and np.isfinite(found[1]).all()


def test_extreme_rates_and_gaps_stay_finite(rng, isa):
    drawn = units(rng, 48, 1)
    largest = np.float32(3e38)
    rates = np.array([0, 1e-38, 1e-20, 1, 1e20, largest], np.float32)
    drawn = replace(drawn, rate=rates[np.arange(48) % 6], gain=np.zeros(48, np.float32))
    times = np.array([[0, 1e-300, 1e-30, 1, 1e9, 1e30, 1e37]])
    values = rng.normal(size=(1, 7, 1)).astype(np.float32)
    limits = np.zeros((48, 1), np.float32)
    found = reservoir(drawn, "cpu").pool(
        values, np.ones((1, 7, 1), bool), times, np.array([7]), limits, 1e-3
    )
    assert np.isfinite(found).all()


HOSTILE = {
    "a falling time": lambda a: a | {"times": a["times"][:, ::-1]},
    "a time that is NaN": lambda a: a | {"times": a["times"] * np.nan},
    "an infinite time": lambda a: a | {"times": a["times"] + np.inf},
    "a length too long": lambda a: a | {"lengths": np.array([5, 99])},
    "a negative length": lambda a: a | {"lengths": np.array([-1, 2])},
    "too few lengths": lambda a: a | {"lengths": np.array([1])},
    "too few channels": lambda a: a | {"values": a["values"][..., :1], "mask": a["mask"][..., :1]},
    "a mask of another shape": lambda a: a | {"mask": a["mask"][:, :3]},
    "flat values": lambda a: a | {"values": a["values"][0]},
    "times of another shape": lambda a: a | {"times": a["times"][:, :2]},
    "thresholds of other units": lambda a: a | {"thresholds": a["thresholds"][:3]},
    "between that is 0": lambda a: a | {"between": 0.0},
    "between that is NaN": lambda a: a | {"between": np.nan},
}


@pytest.mark.parametrize("name", HOSTILE)
def test_refuses(rng, name):
    values, mask, times, _ = series(rng, 2, 9, 3, regular=True)
    given = {"values": values, "mask": mask, "times": times, "lengths": np.array([9, 4])}
    given |= {"thresholds": np.zeros((20, 2), np.float32), "between": np.inf}
    ready = reservoir(units(rng, 20, 3), "cpu")
    ready.pool(**given)
    with pytest.raises(InputError):
        ready.pool(**HOSTILE[name](given))


@pytest.mark.parametrize("field", [entry.name for entry in fields(Units)])
def test_refuses_units_that_cannot_be(rng, field):
    drawn = units(rng, 6, 2)
    array = getattr(drawn, field)
    wrong = [array[:3], array[None]]
    if field in ("kind", "channels"):
        wrong.append(np.full_like(array, -2))
        wrong.append(np.full_like(array, np.iinfo(np.int32).max))
    else:
        wrong.append(np.full_like(array, np.nan))
    if field in ("rate", "second", "gain"):
        wrong.append(np.full_like(array, -1))
    for other in wrong:
        with pytest.raises(InputError):
            reservoir(replace(drawn, **{field: other}), "cpu")


def test_strided_arrays_and_other_dtypes_are_taken(rng):
    drawn, limits = units(rng, 9, 2), np.zeros((9, 1), np.float32)
    values, mask, times, lengths = series(rng, 2, 12, 2, regular=True)
    ready = reservoir(drawn, "cpu")
    expected = ready.pool(values, mask, times, lengths, limits, np.inf)
    found = ready.pool(
        np.asfortranarray(values.astype(float)),
        np.asfortranarray(mask).astype(int),
        np.asfortranarray(times),
        lengths.astype(np.int32),
        limits.astype(float),
        np.inf,
    )
    assert np.array_equal(found, expected)


def test_the_compiled_kernels_come_first():
    assert registry.names("reservoir") == ("cpu", "reference")
    assert registry.select(REQUEST).name == "cpu"
    assert explain(Reservoir(2, 3, 8, 1)).chosen == "cpu"
    assert explain(Reservoir(2, 3, 8, 1, backend="reference")).chosen == "reference"
