"""The definition of the units: exact, whatever the rows, the company and the unit of time."""

from dataclasses import replace

import numpy as np
import pytest
from scipy.integrate import solve_ivp

from liquidtime.kernels.reservoir.call import KINDS, Units, reservoir
from liquidtime.kernels.reservoir.reference import respond_to
from liquidtime.reservoir.units import BLOCK, LONGEST, SHORTEST, Surroundings, draw

ALL = tuple(range(len(KINDS)))
WINDOW = np.full(2, np.nan)
RESONATOR, LIQUID, LIQUID_BAND, COUNT = (
    KINDS.index(name) for name in ("resonator", "liquid", "liquid band", "count")
)


def units(seed=0, channels=((0, 1),), kinds=ALL):
    """A unit of each kind on each set of channels."""
    random = np.random.default_rng(seed)
    kind = np.repeat(kinds, len(channels)).astype(np.int32)
    count = len(kind)
    sets = np.array([(*c, -1)[:2] for c in channels] * len(kinds), np.int32)

    def number(low, high):
        return random.uniform(low, high, count).astype(np.float32)

    weights = random.normal(size=sets.shape) * (sets >= 0)
    rate = number(0.2, 2.0)
    return Units(
        *(kind, sets, weights.astype(np.float32), rate, rate / 3, number(0.3, 3.0)),
        *(number(0, 6), number(1, 3), number(-3, 3), number(-1, 1)),
    )


def a_series(rows=17, seed=1, channels=3):
    random = np.random.default_rng(seed)
    values = random.normal(size=(rows, channels)).astype(np.float32)
    mask = random.random((rows, channels)) < 0.6
    return values, mask, np.cumsum(random.exponential(size=rows))


def test_the_response_is_the_solution_of_the_differential_equation():
    values, _, times = a_series()
    made = units()
    everywhere = np.ones_like(values, dtype=bool)
    found = respond_to(values, everywhere, times, made, np.inf).y
    u = values[:, :2].astype(float) @ made.weights.T.astype(float)
    decay = -made.rate.astype(complex) + 1j * np.where(made.kind == RESONATOR, made.frequency, 0)
    for unit in np.flatnonzero(made.kind != COUNT):
        liquid = made.kind[unit] in (LIQUID, LIQUID_BAND)

        def moves(at, state, unit=unit, liquid=liquid):
            now = np.interp(at, times, u[:, unit])
            segment = min(np.searchsorted(times, at, side="right"), len(times) - 1)
            middle = u[segment - 1 : segment + 1, unit].mean()
            opened = 1 / (1 + np.exp(-made.steepness[unit] * (middle - made.midpoint[unit])))
            speed = 1 + made.gain[unit] * opened if liquid else 1.0
            return speed * np.array([decay[unit], -made.second[unit]]) * (state - now)

        x = np.full(2, u[0, unit], complex)
        for row in range(1, len(times)):
            # From row to row, for the rate of a liquid unit jumps there.
            ends = times[row - 1], np.nextafter(times[row], -np.inf)
            x = solve_ivp(moves, ends, x, rtol=1e-9, atol=1e-11).y[:, -1]
        name, e = KINDS[made.kind[unit]], x - u[-1, unit]
        wanted = {"resonator": (e[0] * np.exp(1j * made.phase[unit])).real}.get(
            name, (e[0] - e[1]).real if "band" in name else x[0].real
        )
        np.testing.assert_allclose(found[-1, unit], wanted, atol=1e-6)


def test_half_steps_on_the_way_lead_to_the_same():
    values, mask, times = a_series()
    # A liquid unit's rate is frozen at the middle of each part, so it alone sees the parts.
    made = units(kinds=[k for k in range(len(KINDS)) if "liquid" not in KINDS[k]])
    once, cut = (respond_to(values, mask, times, made, between) for between in (np.inf, 0.3))
    at = np.searchsorted(cut.times, once.times)
    at -= cut.times[np.minimum(at, len(cut.times) - 1)] > once.times + 1e-9
    assert len(cut.times) > 2 * len(once.times)
    np.testing.assert_allclose(cut.y[at], once.y, atol=1e-9)


def test_a_straight_line_may_be_sampled_anywhere():
    made = units(channels=((0,),), kinds=[k for k in range(len(KINDS)) if k != COUNT])
    sparse, dense = np.array([0.0, 1.0, 5.0]), np.linspace(0, 5, 26)
    ends = []
    for times in (sparse, dense):
        line = np.interp(times, [0, 1, 5], [0, 2, -1]).astype(np.float64)[:, None]
        seen = np.ones((len(times), 1), bool)
        ends.append(respond_to(line, seen, times, made, np.inf).y[-1])
    fixed = np.array(["liquid" not in KINDS[k] for k in made.kind])
    np.testing.assert_allclose(ends[0][fixed], ends[1][fixed], atol=1e-9)


@pytest.mark.parametrize("backend", ["reference", "auto"])
def test_the_unit_of_time_and_empty_rows_change_nothing(backend):
    values, mask, times = a_series()
    made = units(channels=((0, 1), (2,)))
    thresholds = np.random.default_rng(2).normal(scale=0.3, size=(len(made), 3)).astype(np.float32)

    def pooled(values, mask, times, made, between):
        run = reservoir(made, backend)
        lengths = np.array([len(times)])
        return run.pool(values[None], mask[None], times[None], lengths, thresholds, between)[0]

    usual = pooled(values, mask, times, made, 0.7)
    slower = replace(
        made, rate=made.rate / 1024, second=made.second / 1024, frequency=made.frequency / 1024
    )
    slow = pooled(values, mask, times * 1024, slower, 0.7 * 1024)
    np.testing.assert_allclose(slow, usual, atol=2e-5)
    twice = np.repeat(np.arange(len(times)), 2)[:-1]
    empty = mask[twice]
    empty[1::2] = False
    between_rows = times[twice]
    between_rows[1::2] += 0.5 * np.diff(times)
    np.testing.assert_allclose(
        pooled(values[twice], empty, between_rows, made, 0.7), usual, atol=2e-5
    )


def test_a_unit_steps_where_its_own_channels_are_observed():
    values, mask, times = a_series()
    mask[:, 0] = False
    mask[[2, 5, 11], 0] = True
    alone = units(channels=((0,),))
    seen = respond_to(values, mask, times, alone, np.inf)
    np.testing.assert_allclose(seen.times, [*times[[2, 5, 11]], times[-1]])
    # Of what others do it knows nothing.
    values[:, 1:] = 99.0
    np.testing.assert_array_equal(respond_to(values, mask, times, alone, np.inf).y, seen.y)


@pytest.mark.parametrize(("count", "channels"), [(1, 1), (50, 1), (130, 7)])
def test_drawn_units_suit_the_kernel_and_come_from_the_seed(count, channels):
    known = np.ones(channels, bool)
    around = Surroundings(1.0, 100.0, known, ~known, False, WINDOW)
    made, again, other = (draw(count, around, np.random.default_rng(s)) for s in (0, 0, 1))
    assert len(made) == count
    np.testing.assert_array_equal(made.rate, again.rate)
    assert not np.array_equal(made.rate, other.rate)
    assert ((made.rate <= 1 / SHORTEST + 1e-6) & (made.rate >= 1 / (LONGEST * 100) - 1e-6)).all()
    np.testing.assert_allclose(np.linalg.norm(made.weights, axis=1), 1.0, rtol=1e-5)
    blocks = {(k, *c) for k, c in zip(made.kind.tolist(), made.channels.tolist(), strict=True)}
    assert len(blocks) <= -(-count // BLOCK) + channels
    assert set(made.channels.ravel().tolist()) - {-1} == set(range(channels))


@pytest.mark.parametrize(("count", "channels"), [(512, 12), (512, 50), (80, 7)])
def test_every_channel_has_leaks_that_read_it_alone_however_many_there_are(count, channels):
    known = np.ones(channels, bool)
    around = Surroundings(1.0, 100.0, known, ~known, False, WINDOW)
    units = draw(count, around, np.random.default_rng(0))
    alone = ((units.channels >= 0).sum(axis=1) == 1) & (units.kind == KINDS.index("low"))
    found = np.bincount(units.channels[alone, 0], minlength=channels)
    assert len(units) == count
    assert found.min() >= min(BLOCK, count // 2 // channels)
    # Most of the others are what they are among few channels.
    assert (units.kind == KINDS.index("resonator")).mean() > 0.35


def test_channels_with_clocks_of_their_own_have_units_of_their_own():
    varying = np.array([True, True, True, False])
    around = Surroundings(1.0, 40.0, varying, ~varying, True, np.full(2, np.nan), even=False)
    units = draw(128, around, np.random.default_rng(0))
    alone = (units.channels >= 0).sum(axis=1) == 1
    for channel in range(3):
        for kind in ("low", "count"):
            own = alone & (units.channels[:, 0] == channel) & (units.kind == KINDS.index(kind))
            rates = np.unique(units.rate[own])
            assert len(rates) >= 6 and rates[-1] > 20 * rates[0]
    pairs = np.column_stack([units.kind, units.channels])
    changes = (np.diff(pairs, axis=0) != 0).any(axis=1).sum()
    assert len(units) == 128 and changes + 1 == len(np.unique(pairs, axis=0))
