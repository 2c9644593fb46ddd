"""A simulation goes on from the state of another: to the bit, on the same clock, or not at all."""

import dataclasses

import numpy as np
import pytest

from liquidtime.brain import (
    Ablate,
    Connectome,
    Events,
    Experiment,
    Hold,
    Machine,
    OrnsteinUhlenbeck,
    Parameters,
    Record,
    Silence,
    Spread,
    State,
    Step,
    Store,
    clamp,
    current,
    fit,
    simulate,
)
from liquidtime.brain.simulation.folder import load
from liquidtime.errors import InputError
from liquidtime.native import native

kernels = pytest.mark.skipif(native() is None, reason="the compiled kernels are not installed")
RING = Connectome.from_edges(
    ["a", "b", "c"], ["b", "c", "a"], [30, 30, 30], gap_junctions=(["a"], ["c"], [3])
)
KINDS = {
    "at once": {},
    "slow synapses": {"synaptic_time_constant": 20.0},
    "delays": {"delay": 5.0},
    "short steps": {"membrane_capacitance": 1000.0, "synaptic_time_constant": 200.0},
}
STIMULI = (
    current("a", Step(30.0, 0.0, 7.0)),
    current("b", OrnsteinUhlenbeck(5.0, 3.0, 4.0, seed=3)),
    clamp("c", Step(-30.0, 5.0, 8.0)),
)
RECORDS = (Record(), Record("calcium", every=3), Record("current", "b"), Events(-50.0))
MACHINES = {
    "kernels": pytest.param(Machine(), marks=kernels),
    "reference": Machine(backend="reference"),
    "float64": Machine(dtype="float64"),
    "sparse": Machine(backend="sparse"),
    "spread": pytest.param(Spread(), marks=kernels),
}


def constants(**changes):
    return Parameters(unit_conductance=0.05, **changes)


def asked(duration, **changes):
    given = {"dt": 0.1, "record": RECORDS, "trials": [None, Silence("b")]}
    return Experiment(STIMULI, duration, **given | changes)


def parts_equal(whole, *parts):
    for name in whole.series:
        found = np.concatenate([part.series[name].samples[:] for part in parts])
        np.testing.assert_array_equal(found, whole.series[name].samples[:], err_msg=name)
        times = np.concatenate([part.times(name) for part in parts])
        np.testing.assert_array_equal(times, whole.times(name))
    events = np.concatenate([part.event_table for part in parts])
    np.testing.assert_array_equal(events, whole.event_table)


@pytest.mark.parametrize("machine", MACHINES.values(), ids=MACHINES)
@pytest.mark.parametrize("scheme", ["ab2", "midpoint", "frozen", "rk4"])
@pytest.mark.parametrize("kind", KINDS)
def test_parts_are_the_whole_to_the_bit(kind, scheme, machine, tmp_path):
    """Right: 0. With neurons at their last potentials alone it was 1e-4, 10.68 and 6.17 mV."""
    if scheme == "rk4" and (kind == "delays" or machine in (Machine(), Spread())):
        machine = Machine(backend="reference")
    if scheme == "rk4" and (kind == "delays" or isinstance(machine, Spread)):
        pytest.skip("rk4 knows no delays, and the kernels no rk4")
    parameters = constants(**KINDS[kind])
    whole = simulate(RING, parameters, asked(12.0, scheme=scheme), where=machine)
    first = simulate(RING, parameters, asked(6.0, scheme=scheme), where=machine)
    first.final.save(tmp_path / "state.npz")
    later = asked(6.0, scheme=scheme, initial=State.load(tmp_path / "state.npz"))
    second = simulate(RING, parameters, later, where=machine)
    assert len(whole.event_table)
    parts_equal(whole, first, second)
    assert second.final.time == 12.0 and second.duration == 6.0
    np.testing.assert_array_equal(second.final, whole.final)


@kernels
def test_parts_are_the_whole_also_when_only_changes_are_sent():
    given = {"delta": 1e-3}
    whole = simulate(RING, constants(), asked(12.0, **given))
    first = simulate(RING, constants(), asked(5.0, **given))
    second = simulate(RING, constants(), asked(7.0, initial=first.final, **given))
    parts_equal(whole, first, second)


@pytest.mark.parametrize("delay", [0.0, 1.0])
@pytest.mark.parametrize(
    "machine",
    [
        pytest.param(Machine(), marks=kernels),
        Machine(dtype="float64"),
        pytest.param(Spread(), marks=kernels),
    ],
    ids=["kernels", "float64", "spread"],
)
@pytest.mark.parametrize(
    ("change", "held"),
    [(Silence("a"), None), (Ablate("a"), -60.0), (Hold("a", -70.0), -70.0)],
    ids=["silence", "ablate", "hold"],
)
def test_what_is_done_may_change_midway(change, held, machine, delay):
    """From a common past: what is done from now on, against what it is by the equations."""
    parameters = constants(delay=delay)
    push = current("a", Step(15.0))
    before = Experiment(push, 20.0, record=Record())
    begun = simulate(RING, parameters, before, where=machine).final
    later = dataclasses.replace(before, initial=begun, duration=10.0)
    same = simulate(RING, parameters, later, where=machine)["potential"]
    found = simulate(RING, parameters, dataclasses.replace(later, trials=[change]), where=machine)[
        "potential"
    ]
    if held is not None:
        assert (found.sel(neuron="a") == held).all()
    gone = (found - same).sel(neuron="b").values[0]
    # What left before is still on its way; then b falls, without a jump. The first step
    # knows no past, so it is off by a step of second order.
    on_its_way = round(delay / 0.1)
    np.testing.assert_allclose(gone[:on_its_way], 0.0, atol=1e-4)
    assert gone[on_its_way + 5] < -1e-3 and gone[-1] < -0.5
    assert np.abs(np.diff(gone)).max() < 1.0


def test_constants_may_change_midway():
    """A drug is washed in at 50 ms: the leak potential moves, v follows with C / g."""
    lone = Connectome.from_edges([], [], neurons=["x"])
    exact = Machine(dtype="float64")
    before = simulate(lone, Parameters(), Experiment(duration=50.0), where=exact).final
    after = Experiment(duration=20.0, initial=before)
    found = simulate(lone, Parameters(leak_potential=-50.0), after, where=exact)["potential"]
    wanted = -50 - 10 * np.exp(-(found.time.values - 50) / 10)
    np.testing.assert_allclose(found.values[0, :, 0], wanted, rtol=0, atol=1e-11)


def test_stimuli_are_on_the_same_clock():
    step = current("a", Step(30.0, 8.0, 9.0))
    begun = simulate(RING, constants(), Experiment(duration=7.0)).final
    found = simulate(RING, constants(), Experiment(step, 3.0, initial=begun))["potential"]
    moved = np.flatnonzero(np.diff(found.sel(neuron="a").values[0]) > 0.1)
    assert found.time.values[moved + 1].tolist() == [
        8.1, 8.2, 8.3, 8.4, 8.5, 8.6, 8.7, 8.8, 8.9, 9.0
    ]  # fmt: skip


def test_calcium_that_nobody_recorded_begins_at_its_activation():
    begun = simulate(RING, constants(), Experiment("a=step 60", 20.0)).final
    later = Experiment("a=step 60", 0.1, initial=begun, record=[Record("activation"), "calcium"])
    found = simulate(RING, constants(), later)
    np.testing.assert_allclose(found["calcium"], found["activation"], rtol=1e-3)


@pytest.mark.parametrize(
    ("network", "parameters", "machine", "change", "message"),
    [
        (RING, {}, {}, {"dt": 0.2}, "steps of 0.1 ms, but is to go on with steps of 0.2 ms"),
        (RING, {}, {}, {"trials": 2}, "3 neurons and 1 trials, but there are 3 neurons and 2"),
        (RING, {"delay": 1.0}, {}, {}, "another network than connectome: .* delays"),
        (RING, {}, {"dtype": "float64"}, {}, "float32, but is to go on with float64"),
        (
            Connectome.from_edges(["a", "b", "c"], ["b", "c", "b"], [30, 30, 30]),
            {}, {}, {}, "another network than connectome: other connections",
        ),
        (Connectome.from_edges(["a"], ["b"]), {}, {}, {}, "3 neurons and .* there are 2 neurons"),
    ],
)  # fmt: skip
def test_what_cannot_go_on_says_why(network, parameters, machine, change, message):
    begun = simulate(RING, constants(), Experiment(duration=2.0)).final
    later = Experiment(**{"duration": 2.0, "initial": begun} | change)
    with pytest.raises(InputError, match=message):
        simulate(network, constants(**parameters), later, where=Machine(**machine))


@kernels
def test_a_state_of_one_process_is_not_that_of_many():
    begun = simulate(RING, constants(), Experiment(duration=2.0)).final
    with pytest.raises(InputError, match="made by 1 processes"):
        simulate(RING, constants(), Experiment(duration=2.0, initial=begun), where=Spread())
    spread = simulate(RING, constants(), Experiment(duration=2.0), where=Spread()).final
    with pytest.raises(InputError, match="expected one of a single process"):
        simulate(RING, constants(), Experiment(duration=2.0, initial=spread))


def test_a_fit_does_not_begin_at_a_state():
    asked = Experiment(duration=2.0)
    begun = simulate(RING, constants(), asked).final
    with pytest.raises(InputError, match="initial is a State"):
        fit(
            RING,
            constants(),
            dataclasses.replace(asked, initial=begun),
            np.zeros((20, 3)),
            learn={"steepness": "all"},
        )


def test_what_is_no_state_is_refused(tmp_path):
    with pytest.raises(InputError, match=r"state\.npz is not there"):
        State.load(tmp_path / "state.npz")
    path = tmp_path / "other.npz"
    np.savez(path, potential=np.zeros(3))
    with pytest.raises(InputError, match=r"other\.npz is damaged: 'about' is missing"):
        State.load(path)
    state = simulate(RING, None, Experiment(duration=1.0)).final
    state.save(path)
    path.write_bytes(path.read_bytes()[:-200])
    with pytest.raises(InputError, match=r"other\.npz: it is no whole archive of arrays"):
        State.load(path)
    assert repr(state) == "State(at 1 ms, 3 neurons, trials: 1)"


@pytest.mark.parametrize("where", [None, pytest.param(Spread(), marks=kernels)])
def test_a_finished_store_is_made_longer(where, tmp_path):
    pytest.importorskip("zarr")
    parameters = constants(delay=0.5)
    whole = simulate(RING, parameters, asked(12.0), where=where)
    kept = Store(tmp_path / "kept", checkpoint_every=2.5)
    simulate(RING, parameters, asked(5.0), where=where, store=kept)
    longer = simulate(RING, parameters, asked(12.0), where=where, store=kept)
    assert longer.statistics["steps"] == 70
    parts_equal(whole, longer)
    with pytest.raises(InputError, match=r"duration was 12\.0 and is now 5\.0"):
        simulate(RING, parameters, asked(5.0), where=where, store=kept)
    assert simulate(RING, parameters, asked(12.0), where=where, store=kept).final.time == 12.0


def test_a_store_that_was_read_back_goes_on(tmp_path):
    pytest.importorskip("zarr")
    whole = simulate(RING, constants(), asked(10.0))
    simulate(RING, constants(), asked(6.0), store=tmp_path / "first")
    first, _ = load(tmp_path / "first")
    later = asked(4.0, initial=first.final)
    second = simulate(RING, constants(), later, store=tmp_path / "second")
    parts_equal(whole, first, second)
    again, _ = load(tmp_path / "second")
    parts_equal(second, again)
    import zarr

    times = zarr.open_group(tmp_path / "second" / "recording.zarr", mode="r")["time_potential"][:]
    np.testing.assert_array_equal(times, second.times("potential"))
    # Another beginning is another simulation.
    with pytest.raises(InputError, match="holds another simulation"):
        simulate(RING, constants(), asked(4.0), store=tmp_path / "second")
