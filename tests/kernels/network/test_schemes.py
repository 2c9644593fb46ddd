"""What the integrators claim: orders, exactness, bounds, fixed points, delays.

In float64 with the reference, where rounding (1e-13 mV a step) lies far below all that is asserted;
in float32 with the compiled kernels where that is precise enough.
"""

import functools

import numpy as np
import pytest

from liquidtime.brain import (
    Connectome,
    Experiment,
    Hold,
    Machine,
    Network,
    Parameters,
    Record,
    Sine,
    Step,
    SynapseParameters,
    clamp,
    conductance,
    current,
    simulate,
)
from liquidtime.native import native

EXACT = Machine(dtype="float64", backend="reference")
ONE_SWEEP = ("frozen", "ab2")
CLOSED = (*ONE_SWEEP, "midpoint")
ALL = (*CLOSED, "rk4")
SIZE = 40
compiled = pytest.mark.skipif(native() is None, reason="the compiled kernels are not installed")


@functools.cache
def network(gaps=True, edges=400, seed=0):
    random = np.random.default_rng(seed)
    one = np.arange(0, SIZE - 3, 4)
    return Connectome.from_edges(
        random.integers(0, SIZE, edges),
        random.integers(0, SIZE, edges),
        random.integers(1, 9, edges),
        neurons=SIZE,
        transmitter=random.choice(["ach", "gaba"], edges, p=[0.7, 0.3]),
        gap_junctions=(one, one + 3, np.ones(len(one))) if gaps else None,
    )


def constants(seed=1, **changes):
    random = np.random.default_rng(seed)
    given = {
        "membrane_capacitance": random.uniform(5, 20, SIZE),
        "leak_conductance": random.uniform(0.5, 1.5, SIZE),
        "leak_potential": random.uniform(-65, -55, SIZE),
        "midpoint": random.uniform(-60, -40, SIZE),
        "unit_conductance": 0.03,
    }
    return Parameters(**given | changes)


def own_synapses(connectome, seed=2):
    random = np.random.default_rng(seed)
    edges = len(connectome.synapses)
    return SynapseParameters(
        random.uniform(0, 0.3, edges),
        random.uniform(-60, -40, edges),
        random.uniform(-0.3, 0.3, edges),
        random.choice([-70.0, -40.0, 0.0], edges),
    )


KINDS = {
    "plain": {},
    "slow synapses": {"synaptic_time_constant": np.resize([1.0, 2.0, 5.0], SIZE)},
    "some slow": {"synaptic_time_constant": np.resize([0.0, 2.0, 5.0], SIZE)},
    "delays": {"delay": np.resize([0.0, 1.6, 3.2], SIZE)},
    "own constants": {"synapses": own_synapses(network())},
}
DRIVE = (
    current(np.arange(8), Sine(30.0, 10.0)),
    conductance(np.arange(5, 12), Sine(0.5, 8.0, mean=0.5), -20.0),
)


def run(connectome, parameters, stimuli=(), duration=1000.0, dt=0.1, where=EXACT, **asked):
    return simulate(connectome, parameters, Experiment(stimuli, duration, dt, **asked), where=where)


@functools.cache
def course(kind, scheme, dt, machine=EXACT, duration=16.0):
    """Potentials every 1.6 ms."""
    return run(
        network(),
        constants(**KINDS[kind]),
        DRIVE,
        duration,
        dt,
        scheme=scheme,
        where=machine,
        record=Record(every=round(1.6 / dt)),
    )["potential"].values


def truth(kind):
    # Where rk4 cannot, the finest midpoint: off by a hundredth of what it is compared with.
    return course(kind, *(("midpoint", 0.0125) if kind == "delays" else ("rk4", 0.025)))


def slope(steps, errors):
    return np.polyfit(np.log(steps), np.log(errors), 1)[0]


ORDERS = {"frozen": 1, "ab2": 2, "midpoint": 2, "rk4": 4}


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("scheme", ALL)
def test_orders(scheme, kind):
    if (scheme, kind) == ("rk4", "delays"):
        with pytest.raises(ValueError, match="rk4 knows no delays"):
            course(kind, scheme, 0.4)
        return
    steps = (0.8, 0.4, 0.2) if scheme == "rk4" else (0.4, 0.2, 0.1)
    errors = [np.abs(course(kind, scheme, dt) - truth(kind)).max() for dt in steps]
    assert slope(steps, errors) == pytest.approx(ORDERS[scheme], abs=0.2)


def test_rk4_moves_fast_synapses_beside_slow_ones():
    # The finest midpoint is off by 1e-4 mV.
    finest = course("some slow", "midpoint", 0.0125)
    np.testing.assert_allclose(course("some slow", "rk4", 0.1), finest, rtol=0, atol=1e-3)


@compiled
@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("scheme", CLOSED)
def test_orders_of_the_kernels(scheme, kind):
    steps = (0.4, 0.2)  # errors above 1e-3 mV, far from the 1e-5 of float32
    machine = Machine(backend="cpu")
    errors = [np.abs(course(kind, scheme, dt, machine) - truth(kind)).max() for dt in steps]
    assert slope(steps, errors) == pytest.approx(ORDERS[scheme], abs=0.2)


def held(scheme, dt, how):
    """Errors of the neurons that are free, against the finest steps of a scheme that is right."""
    given = {
        "hold": {"trials": [Hold([0, 1], -30.0)]},
        "clamp": {"stimuli": clamp([0, 1], Sine(15.0, 10.0, mean=-45.0))},
        "late clamp": {"stimuli": clamp([0, 1], Step(-30.0), 4.0)},
    }[how]
    record = Record(every=round(2 / dt), neurons=np.arange(2, SIZE))
    found = run(
        network(gaps=False),
        constants(),
        duration=20.0,
        dt=dt,
        scheme=scheme,
        where=EXACT,
        record=record,
        **given,
    )
    return found["potential"].values


@pytest.mark.parametrize(
    ("scheme", "how"),
    [
        ("midpoint", "hold"),
        ("midpoint", "clamp"),
        ("midpoint", "late clamp"),
        *[
            pytest.param(
                scheme,
                how,
            )
            for scheme in ("ab2", "rk4")
            for how in ("hold", "clamp")
        ],
        pytest.param(
            "ab2",
            "late clamp",
        ),
    ],
)
def test_orders_where_neurons_are_held(scheme, how):
    steps = (0.4, 0.2, 0.1)
    finest = held("rk4", 0.0125, how)
    errors = [np.abs(held(scheme, dt, how) - finest).max() for dt in steps]
    assert slope(steps, errors) > (3.6 if scheme == "rk4" else 1.8)


@pytest.mark.parametrize("dt", [0.1, 1.0, 10.0])
@pytest.mark.parametrize("scheme", CLOSED)
def test_exact_where_sources_stand_still(scheme, dt):
    """v(t) = H/G + (v₀ − H/G) exp(−t G / C), at any step."""
    hub = Connectome.from_edges([0, 0, 1], [2, 3, 3], [4, 7, 2], neurons=4, transmitter="ach")
    parameters = Parameters(
        leak_conductance=[1.0, 1.0, 0.7, 2.0], membrane_capacitance=8.0, unit_conductance=0.1
    )
    start = np.array([-30.0, -50.0, -65.0, -10.0])
    found = run(
        hub,
        parameters,
        (current([2, 3], Step(12.0)), conductance(3, Step(0.5), -80.0)),
        30.0,
        dt,
        scheme=scheme,
        where=EXACT,
        initial=start,
        trials=[[Hold(0, -30.0), Hold(1, -50.0)]],
    )["potential"]
    opened = 1 / (1 + np.exp(-0.2 * (start[:2] + 45)))
    g = np.array([0.7 + 0.4 * opened[0], 2.0 + 0.7 * opened[0] + 0.2 * opened[1] + 0.5])
    h = np.array([0.7, 2.0]) * -60 + 12 + np.array([0.0, 0.5 * -80])
    t = found["time"].values[:, None]
    wanted = h / g + (start[2:] - h / g) * np.exp(-t * g / 8)
    np.testing.assert_allclose(found.values[0][:, 2:], wanted, rtol=0, atol=1e-11)


@pytest.mark.parametrize("gaps", [False, True])
@pytest.mark.parametrize("own", [False, True])
@pytest.mark.parametrize("scheme", CLOSED)
@pytest.mark.parametrize("machine", [EXACT, pytest.param(Machine(backend="cpu"), marks=compiled)])
def test_bounded_at_any_step_and_weight(scheme, gaps, own, machine):
    connectome = network(gaps)
    synapses = own_synapses(connectome) if own else None
    if own:
        synapses = SynapseParameters(
            100 * synapses.conductance,
            synapses.midpoint,
            synapses.steepness,
            synapses.reversal_potential,
        )
    parameters = constants(unit_conductance=3.0, gap_conductance=10.0, synapses=synapses)
    start = np.random.default_rng(0).uniform(-70, 0, SIZE)
    start[:2] = -70, 0
    found = run(
        connectome,
        parameters,
        duration=1000.0,
        dt=10.0,
        scheme=scheme,
        where=machine,
        initial=start,
    )["potential"].values
    slack = 1e-4 if machine.dtype == "float32" else 1e-11  # rounding of 70 mV, a few times
    assert found.min() >= -70 - slack
    assert found.max() <= 0 + slack


@pytest.mark.parametrize("dt", [0.2, 1.0])
@pytest.mark.parametrize("scheme", CLOSED)
def test_bounded_at_usual_steps(scheme, dt):
    start = np.random.default_rng(0).uniform(-70, 0, SIZE)
    found = run(
        network(gaps=False),
        constants(unit_conductance=0.3),
        duration=50.0,
        dt=dt,
        scheme=scheme,
        where=EXACT,
        initial=start,
    )["potential"].values
    assert found.min() >= -70 - 1e-11
    assert found.max() <= 1e-11


@pytest.mark.parametrize("scheme", ["frozen", "midpoint"])
def test_gap_junctions_do_not_pull_beyond_the_potentials_there_are(scheme):
    """A fast neuron that jumps up pulls a slow one above all potentials there are."""
    joined = Connectome.from_edges(
        [2, 2], [0, 1], [100, 1], neurons=3, transmitter="ach", gap_junctions=([0], [1], [1])
    )
    parameters = Parameters(
        membrane_capacitance=[0.1, 20.0, 1.0],
        leak_conductance=[0.001, 0.001, 1.0],
        leak_potential=[-60.0, 0.0, 0.0],
        gap_conductance=1.0,
        midpoint=-45.0,
        steepness=1.0,
    )
    found = run(
        joined,
        parameters,
        duration=20.0,
        dt=0.5,
        scheme=scheme,
        where=EXACT,
        initial=np.array([-60.0, 0.0, 0.0]),
    )["potential"].values
    assert found.max() <= 1e-11


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("scheme", ALL)
def test_the_resting_state_is_a_fixed_point(scheme, kind):
    if (scheme, kind) == ("rk4", "delays"):
        pytest.skip("rk4 knows no delays")
    made = Network(network(), constants(**KINDS[kind]), machine=EXACT)
    rest = made.rest(tolerance=1e-9)
    found = run(
        network(), constants(**KINDS[kind]), duration=40.0, dt=0.4, scheme=scheme, initial=rest
    )["potential"]
    # What is left of the walk there moves on by no more than it last did, some times over.
    np.testing.assert_allclose(found.values[0], np.broadcast_to(rest[:, 0], (100, SIZE)), atol=1e-7)
    same = run(network(), constants(**KINDS[kind]), duration=0.4, dt=0.4, initial="rest").final
    np.testing.assert_allclose(same, rest, atol=1e-2)  # of the usual tolerance


def test_rest_gives_up_where_there_is_none():
    # Steep inhibition round a ring of three oscillates, whatever the step.
    ring = Connectome.from_edges([0, 1, 2], [1, 2, 0], 100, neurons=3, transmitter="gaba")
    parameters = Parameters(leak_potential=[-40.0, -41.0, -42.0], steepness=5.0, midpoint=-55.0)
    with pytest.raises(ValueError, match="no resting state was found"):
        Network(ring, parameters, machine=EXACT).rest(most_steps=2000)


def test_ab2_takes_a_fifth_of_the_steps_on_the_transient_at_the_start():
    random = np.random.default_rng(0)
    size = 200
    connectome = Connectome.from_edges(
        np.concatenate([random.choice(size, 50, replace=False) for _ in range(size)]),
        np.repeat(np.arange(size), 50),
        random.integers(1, 6, 50 * size),
        neurons=size,
        transmitter=random.choice(["ach", "gaba"], 50 * size, p=[0.75, 0.25]),
    )
    parameters = Parameters(unit_conductance=0.06, midpoint=random.uniform(-55, -35, size))

    def after(scheme, dt):
        return run(
            connectome, parameters, duration=10.0, dt=dt, scheme=scheme, where=EXACT, record=()
        ).final.potentials

    wanted = after("rk4", 0.05)
    assert np.abs(wanted + 60).max() > 1  # something happens

    def error(scheme, dt):
        return np.abs(after(scheme, dt) - wanted).max()

    for dt in (0.5, 1.0):
        assert error("ab2", dt) <= error("frozen", dt / 5)


@pytest.mark.parametrize(
    "scheme",
    [
        *CLOSED,
        pytest.param(
            "rk4",
        ),
    ],
)
def test_a_clamp_holds_exactly_and_lets_go(scheme):
    found = run(
        network(),
        constants(),
        clamp([3, 7], Step(-33.3), 2.0, 6.0),
        10.0,
        0.25,
        scheme=scheme,
        where=EXACT,
    )["potential"].sel(neuron=[3, 7])
    # What ends a step that begins between start and stop is held.
    inside = (found["time"] > 2.0) & (found["time"] <= 6.0)
    assert int(inside.sum()) == 16
    assert (found.values[0][inside] == -33.3).all()
    assert (found.values[0][found["time"] > 6.0] != -33.3).all()
    assert (found.values[0][found["time"] < 2.0] != -33.3).all()


PAIR = Connectome.from_edges([0], [1], [20], neurons=2, transmitter="ach")


@pytest.mark.parametrize("machine", [EXACT, pytest.param(Machine(backend="cpu"), marks=compiled)])
@pytest.mark.parametrize("scheme", CLOSED)
@pytest.mark.parametrize("steps", [1, 2, 5])
def test_a_delay_is_a_shift(steps, scheme, machine):
    """A signal that leaves later arrives as one that is delayed: to the bit with frozen sources."""
    dt = 0.5

    def heard(delay, start):
        return run(
            PAIR,
            Parameters(delay=[delay, 0.0], unit_conductance=0.1),
            current(0, Step(60.0, start)),
            30.0,
            dt,
            scheme=scheme,
            where=machine,
            record=Record(neurons=1),
        )["potential"].values[0, :, 0]

    delayed, later = heard(steps * dt, 5.0), heard(0.0, 5.0 + steps * dt)
    undelayed = heard(0.0, 5.0)
    assert np.abs(undelayed - later).max() > 0.5
    if scheme == "midpoint":
        # In the middle of a step it takes the mean of both ends, off by the square of dt.
        np.testing.assert_allclose(delayed, later, rtol=0, atol=0.1)
    elif scheme == "frozen":
        np.testing.assert_array_equal(delayed, later)
    else:
        # The first step, by its middle, differs; both stand still then but for rounding.
        np.testing.assert_allclose(delayed, later, rtol=0, atol=1e-4)


@pytest.mark.parametrize("dt", [0.1, 1.0, 5.0])
def test_the_synaptic_state_has_its_closed_form(dt):
    """s(t) = s∞ + (s₀ − s∞) exp(−t / τ) while the neuron is held, and s∞ at once where τ = 0."""
    found = run(
        PAIR,
        Parameters(synaptic_time_constant=[4.0, 0.0]),
        clamp([0, 1], Step(-20.0)),
        20.0,
        dt,
        scheme="midpoint",
        where=EXACT,
        record=Record("activation"),
    )["activation"]

    def opened(v):
        return 1 / (1 + np.exp(-0.2 * (v + 45)))

    slow = opened(-20) + (opened(-60) - opened(-20)) * np.exp(-found["time"].values / 4)
    np.testing.assert_allclose(found.values[0, :, 0], slow, rtol=1e-12)
    np.testing.assert_allclose(found.values[0, :, 1], opened(-20), rtol=1e-12)


def right_side(connectome, parameters, v, stimulus):
    """dv/dt of the equation in the documentation of `Parameters`, edge by edge."""
    rows, own = connectome.synapses, parameters.synapses
    potentials = parameters.reversal_potentials(connectome.classes)
    inflow = parameters.leak_conductance * (parameters.leak_potential - v) + stimulus
    for e, (j, i) in enumerate(zip(rows.sources, rows.targets(), strict=True)):
        if own is None:
            k, mu = parameters.steepness, parameters.midpoint[j]
            w = rows.counts[e] * parameters.unit_conductance
            reversal = potentials[rows.classes[e]]
        else:
            k, mu, w = own.steepness[e], own.midpoint[e], own.conductance[e]
            reversal = own.reversal_potential[e]
        inflow[i] += w / (1 + np.exp(-k * (v[j] - mu))) * (reversal - v[i])
    gaps = connectome.gap_junctions
    for j, i, count in zip(gaps.sources, gaps.targets(), gaps.counts, strict=True):
        inflow[i] += count * parameters.gap_conductance * (v[j] - v[i])
    return inflow / parameters.membrane_capacitance


@pytest.mark.parametrize("kind", ["plain", "own constants"])
@pytest.mark.parametrize("scheme", ALL)
def test_short_steps_follow_the_equation(scheme, kind):
    v = np.random.default_rng(3).uniform(-70, -20, SIZE)
    dt = 1e-6
    parameters = constants(**KINDS[kind])
    injected = np.zeros(SIZE)
    injected[4] = 30.0
    found = run(
        network(),
        parameters,
        current(4, Step(30.0)),
        2 * dt,
        dt,
        scheme=scheme,
        where=EXACT,
        initial=v,
    )["potential"].values[0]
    wanted = right_side(network(), parameters, v, injected)
    # Differences of 60 mV over 1e-6 ms are rounded to 1e-8 mV/ms; the slope itself changes by 1e-5.
    for slopes in ((found[0] - v) / dt, (found[1] - found[0]) / dt):
        np.testing.assert_allclose(slopes, wanted, rtol=1e-5, atol=1e-4)
