"""The compiled network does what the reference in float64 does, on every instruction set.

A kernel may be as far from the truth as rounding puts the reference in float32 itself, a few times
over: it adds in another order. The floor below that is some roundings of 60 mV.
"""

import dataclasses
import functools
from types import SimpleNamespace

import numpy as np
import pytest
import torch

from liquidtime.brain import (
    Ablate,
    Connectome,
    Hold,
    Machine,
    Network,
    OrnsteinUhlenbeck,
    Parameters,
    ScaleTransmitter,
    Silence,
    Sine,
    Step,
    SynapseParameters,
    clamp,
    conductance,
    current,
)
from liquidtime.brain.experiment.stimuli import Player
from liquidtime.kernels.graph.reference import GraphTensors, class_sums
from liquidtime.kernels.network import cpu as native_network
from liquidtime.kernels.network.stepper import Tap, stages
from liquidtime.native import native

extension = native()
if extension is None:
    pytest.skip("the compiled kernels are not installed", allow_module_level=True)

FLOOR = 5e-5  # mV
TIMES = 4
N = 132
IN_DEGREES = np.resize([0, 1, 3, 4, 5, 17, 100, 2, 9, 24, 31], N)
SCHEMES = ("frozen", "ab2", "midpoint")


@pytest.fixture(params=extension.isas())
def isa(request):
    before = extension.isa()
    extension.use_isa(request.param)
    yield request.param
    extension.use_isa(before)


@functools.cache
def graph(counts="int8", mixed=False, gaps=False, seed=0):
    """A ragged network; `mixed`: edges, not neurons, have transmitters."""
    random = np.random.default_rng(seed)
    post = np.repeat(np.arange(N), IN_DEGREES)
    pre = np.concatenate([random.choice(N, degree, replace=False) for degree in IN_DEGREES])
    numbers = random.integers(1, 9, len(pre)).astype(float)
    if counts == "int16":
        numbers[::7] += 200
    if counts == "float32":
        numbers *= 0.37
    kinds = np.array(["ach", "gaba", "glutamate"])
    transmitter = kinds[random.integers(0, 3, len(pre) if mixed else N)]
    junctions = None
    if gaps:
        one = np.arange(0, N - 3, 2)
        junctions = (one, one + 3, random.integers(1, 4, len(one)))
    found = Connectome.from_edges(
        pre,
        post,
        numbers,
        neurons=N,
        transmitter=transmitter if mixed else transmitter[pre],
        gap_junctions=junctions,
    )
    assert found.synapses.counts.dtype == counts
    return found


@functools.cache
def constants(delays=False, slow=False, own=False, connectome=None, seed=1, unit=0.02):
    random = np.random.default_rng(seed)
    given = {
        "membrane_capacitance": random.uniform(5, 40, N),
        "leak_conductance": random.uniform(0.5, 2, N),
        "leak_potential": random.uniform(-70, -50, N),
        "midpoint": random.uniform(-60, -40, N),
        "steepness": random.uniform(0.05, 0.4, N),
        "unit_conductance": unit,
        "gap_conductance": 0.3,
    }
    if delays:
        given["delay"] = 0.5 * random.choice([0, 1, 3], N)
    if slow:
        given["synaptic_time_constant"] = random.choice([0.0, 0.7, 5.0], N)
    if own:
        edges = len(connectome.synapses)
        given["synapses"] = SynapseParameters(
            random.uniform(0, 0.3, edges),
            random.uniform(-60, -40, edges),
            random.uniform(-0.3, 0.4, edges),
            random.choice([-80.0, -70.0, -10.0, 0.0], edges),
        )
    return Parameters(**given)


STIMULI = (
    current(np.arange(0, 20), Step(30.0, 1.0, 6.0)),
    current(np.arange(10, 40, 3), Sine(20.0, 7.0)),
    current([0, 5, 131], OrnsteinUhlenbeck(5.0, 10.0, 3.0)),
    conductance(np.arange(30, 50), Step(2.0, 2.0), -20.0),
    conductance([31, 60], Sine(0.5, 9.0, mean=1.0), -75.0),
    clamp([3, 70, 129], Sine(15.0, 5.0, mean=-40.0), 1.0, 5.0),
)


def drives(connectome, stimuli, trials, scheme, steps, dt, first=0):
    return Player(connectome, stimuli, trials, dt, stages(scheme)).play(first, steps)


def taps(network, steps, every=2):
    rows = {
        "potential": np.arange(N),
        "conductance": np.arange(0, N, 2),
        "current": np.array([5, 1, 130]),
    }
    if network.constants.shares is None:
        rows |= {"activation": np.arange(N), "calcium": np.arange(7, 90)}
    kind = np.dtype(network.machine.dtype)
    return [
        Tap(
            name,
            np.asarray(chosen, dtype=np.int32),
            np.full((steps // every, len(chosen), network.trials), np.nan, kind),
            every,
            20.0,
            np.zeros((len(chosen), network.trials), kind),
        )
        for name, chosen in rows.items()
    ]


@dataclasses.dataclass(frozen=True)
class Case:
    """One network and what is done to it."""

    scheme: str = "ab2"
    trials: int = 1
    counts: str = "int8"
    mixed: bool = False
    gaps: bool = False
    delays: bool = False
    slow: bool = False
    own: bool = False
    driven: bool = True
    perturbed: str = ""
    dt: float = 0.5
    steps: int = 16
    unit: float = 0.02

    def connectome(self):
        return graph(self.counts, self.mixed, self.gaps)

    def perturbations(self):
        if not self.perturbed:
            return None
        kinds = {
            "ablate": Ablate([1, 6, 50]),
            "silence": Silence([2, 17]),
            "hold": Hold([4, 90], -20.0),
            "scale": ScaleTransmitter("gaba", 0.3),
        }
        if self.perturbed == "all":
            chosen = [None, *kinds.values(), list(kinds.values())]
        else:
            chosen = [kinds[self.perturbed], None]
        return [chosen[trial % len(chosen)] for trial in range(self.trials)]

    def network(self, **machine):
        connectome = self.connectome()
        parameters = constants(
            self.delays, self.slow, self.own, connectome if self.own else None, unit=self.unit
        )
        return Network(
            connectome,
            parameters,
            trials=self.trials,
            perturbations=self.perturbations(),
            machine=Machine(**machine),
        )

    def start(self):
        random = np.random.default_rng(5)
        return random.uniform(-70, -30, (N, self.trials)).astype(np.float32)

    def outcome(self, stepper=None, chunks=None, **machine):
        """What a network gives: by name, all that can be recorded, the final state, the events."""
        network = self.network(**machine)
        stepper = stepper or network.stepper(self.dt, self.scheme)
        stepper.start(self.start())
        listed = {}
        player = Player(
            self.connectome(),
            STIMULI if self.driven else (),
            self.trials,
            self.dt,
            stages(self.scheme),
        )
        calcium, done = {}, 0
        for steps in chunks or [self.steps]:
            chunk = taps(network, (done + steps) // 2 * 2 - done // 2 * 2)
            for tap in chunk:
                tap.calcium = calcium.setdefault(tap.variable, tap.calcium)
            given = player.play(done, steps)
            stepper.run(steps, self.dt, self.scheme, given, chunk, -45.0)
            for tap in chunk:
                listed.setdefault(tap.variable, []).append(tap.out)
            done += steps
        found = {name: np.concatenate(parts) for name, parts in listed.items()}
        found["last potential"] = stepper.potentials()
        found["last activation"] = stepper.activations()
        return found, stepper.take_events()


@functools.cache
def references(case):
    return (
        case.outcome(backend="reference", dtype="float64"),
        case.outcome(backend="reference", dtype="float32"),
    )


def check(case):
    (truth, true_events), (single, _) = references(case)
    ours, events = case.outcome(backend="cpu")
    assert ours.keys() == truth.keys()
    for name, part in ours.items():
        assert np.isfinite(part).all(), name
        if not part.size:
            continue
        error = np.abs(part - truth[name]).max()
        # nS, pA and activations are rounded relative to their size, as potentials to 60 mV.
        floor = FLOOR * max(1e-2, np.abs(truth[name]).max() / 60)
        allowed = max(floor, TIMES * np.abs(single[name] - truth[name]).max())
        assert error <= allowed, f"{name}: {error:.1e}, allowed {allowed:.1e}"
    np.testing.assert_array_equal(events, true_events)
    return ours, events


CASES = {
    "one class a neuron": Case(),
    "counts in two bytes": Case(counts="int16", unit=0.003),
    "weights": Case(counts="float32"),
    "several classes a neuron": Case(mixed=True),
    "frozen": Case(scheme="frozen", gaps=True, slow=True),
    "midpoint": Case(scheme="midpoint", gaps=True, slow=True),
    "gaps": Case(gaps=True),
    "gaps, trials": Case(gaps=True, trials=3),
    "delays": Case(delays=True),
    "delays, frozen": Case(delays=True, scheme="frozen", trials=2),
    "delays, midpoint, trials": Case(delays=True, scheme="midpoint", mixed=True, trials=3),
    "slow synapses": Case(slow=True),
    "everything": Case(mixed=True, gaps=True, delays=True, slow=True, trials=6, perturbed="all"),
    "everything, alone": Case(gaps=True, delays=True, slow=True),
    "own constants": Case(own=True),
    "own constants, frozen": Case(own=True, scheme="frozen", delays=True),
    "own constants, everything": Case(
        own=True, scheme="midpoint", gaps=True, delays=True, trials=3, perturbed="ablate"
    ),
    "own constants, silenced": Case(own=True, perturbed="silence"),
    "some fast, some slow": Case(dt=4.0, driven=False, unit=0.1),
    "long steps": Case(dt=10.0, gaps=True, driven=False),
    "long steps, midpoint": Case(dt=10.0, scheme="midpoint", driven=False, trials=2),
    "undriven": Case(driven=False, mixed=True),
}
CASES |= {
    f"{kind}, {trials} trials": Case(perturbed=kind, trials=trials, gaps=True)
    for kind in ("ablate", "silence", "hold", "scale")
    for trials in (1, 2)
}
CASES |= {
    f"{trials} trials{', own constants' if own else ''}": Case(trials=trials, steps=6, own=own)
    for trials in (2, 3, 16, 17, 33)
    for own in (False, True)
}


@pytest.mark.parametrize("name", CASES)
def test_steps(name, isa):
    check(CASES[name])


def test_the_cases_do_what_they_are_for():
    assert sum(len(references(case)[0][1]) for case in CASES.values()) > 500  # crossings
    for scheme in SCHEMES:
        assert any(case.scheme == scheme for case in CASES.values())
    case = CASES["some fast, some slow"]
    constant = case.network(backend="cpu").constants
    g = references(case)[0][0]["conductance"][-1, :, 0] + constant.leak_conductance[::2]
    fast = case.dt * g / constant.capacitance[::2] > 1
    assert 0.1 < fast.mean() < 0.9  # both branches of ab2


def cut_into(emitters_a_block, rows_a_tile):
    """The extension, with graphs laid out in blocks and tiles of these sizes."""
    layout = functools.partial(
        extension.Graph, emitters_a_block=emitters_a_block, rows_a_tile=rows_a_tile
    )
    return lambda: SimpleNamespace(Graph=layout, Network=extension.Network)


def summed(network, emitters_a_block, rows_a_tile, monkeypatch, threads=1):
    """[K, R, B], sums by the kernels, and what each source emits."""
    with monkeypatch.context() as patch:
        patch.setattr(native_network, "native", cut_into(emitters_a_block, rows_a_tile))
        stepper = native_network.NativeNetwork(network.constants, 0.5, threads=threads)
    size, trials = len(network.connectome), network.trials
    stepper.start(np.random.default_rng(3).uniform(-70, -30, (size, trials)))
    kinds = network.constants.class_count
    flat = np.full(kinds * size * trials, np.nan, np.float32)
    stepper.network.sums(flat, threads)
    height, tiles, at = rows_a_tile or max(512, -(-size // 16)), [], 0
    for first in range(0, size, height):
        rows = min(height, size - first)
        part = flat[at : at + kinds * rows * trials]
        tiles.append(part.reshape(kinds, rows, trials))
        at += part.size
    return np.concatenate(tiles, axis=1), stepper.activations()


def wanted_sums(network, emitted):
    rows = network.connectome.synapses
    tensors = GraphTensors(
        torch.from_numpy(rows.sources.astype(np.int64)),
        torch.from_numpy(rows.targets().astype(np.int64)),
        torch.from_numpy(rows.classes.astype(np.int64)),
        len(network.connectome),
        network.constants.class_count,
    )
    weights = torch.from_numpy(rows.counts.astype(np.float64))
    return class_sums(tensors, weights, torch.from_numpy(emitted.astype(np.float64))).numpy()


# All terms are positive: of 100 added four abreast, each rounding is one of 6e-8 of the sum, and
# there are at most some 30 in a row.
SUM_TOLERANCE = 2e-6


@pytest.mark.parametrize("trials", [1, 2, 3, 16, 17, 33])
@pytest.mark.parametrize(
    "counts",
    ["int8", "int16", "float32"],
)
def test_sums(counts, trials, isa, monkeypatch):
    for mixed in (False, True):
        network = Network(graph(counts, mixed), constants(), trials=trials)
        for block, tile in ((0, 0), (1, 0), (7, 5), (70_000, 50), (40, 1)):
            found, emitted = summed(network, block, tile, monkeypatch)
            np.testing.assert_allclose(
                found, wanted_sums(network, emitted), rtol=SUM_TOLERANCE, atol=0
            )


@pytest.mark.parametrize("trials", [1, 5])
def test_sums_do_not_depend_on_tiles_and_threads(trials, isa, monkeypatch):
    network = Network(graph("float32", True), constants(), trials=trials)
    plain, _ = summed(network, 30, 0, monkeypatch)
    for tile, threads in ((1, 1), (7, 1), (7, 2), (50, 3), (131, 2)):
        cut, _ = summed(network, 30, tile, monkeypatch, threads)
        np.testing.assert_array_equal(cut, plain)


@pytest.mark.parametrize("block", [0, 70_000])
def test_more_sources_than_two_bytes_can_number(block, isa, monkeypatch):
    size = 70_000
    random = np.random.default_rng(0)
    pre = np.concatenate([np.arange(size), random.integers(60_000, size, 5000)])
    large = Connectome.from_edges(pre, random.permutation(len(pre)) % size, 2, neurons=size)
    network = Network(large, Parameters())
    found, emitted = summed(network, block, 0, monkeypatch)
    np.testing.assert_allclose(found, wanted_sums(network, emitted), rtol=SUM_TOLERANCE, atol=0)


@pytest.mark.parametrize("name", ["everything", "everything, alone", "own constants, everything"])
def test_runs_are_the_same_for_any_threads_tiles_and_chunks(name, isa, monkeypatch):
    case = CASES[name]
    plain, events = case.outcome(backend="cpu")
    assert len(events)

    def same(found):
        for variable, part in found[0].items():
            np.testing.assert_array_equal(part, plain[variable], err_msg=variable)
        np.testing.assert_array_equal(found[1], events)

    same(case.outcome(backend="cpu"))
    for chunks in ([1] * 16, [3, 6, 7], [15, 1]):
        same(case.outcome(backend="cpu", chunks=chunks))
    for threads in (1, 2, 3):
        same(case.outcome(backend="cpu", threads=threads))
        monkeypatch.setattr(native_network, "native", cut_into(0, 9))
        same(case.outcome(backend="cpu", threads=threads))
        monkeypatch.undo()


@pytest.mark.parametrize("name", ["everything", "own constants, everything", "gaps"])
@pytest.mark.parametrize("block", [1, 10, 70_000])
def test_steps_in_many_blocks(name, block, isa, monkeypatch):
    monkeypatch.setattr(native_network, "native", cut_into(block, 11))
    check(CASES[name])


def test_the_default_layout_has_several_tiles_for_a_larger_network(isa):
    size = 1200
    random = np.random.default_rng(0)
    large = Connectome.from_edges(*random.integers(0, size, (2, 6000)), neurons=size)
    rows = large.synapses
    laid = extension.Graph(rows.offsets, rows.sources, rows.counts, rows.classes, 1, size, None)
    assert laid.tiles == 3
    start = random.uniform(-70, -30, (size, 1))
    finals = {}
    for backend, dtype in (("cpu", "float32"), ("reference", "float64")):
        stepper = Network(large, machine=Machine(backend=backend, dtype=dtype)).stepper(0.5)
        stepper.start(start)
        stepper.run(8, 0.5, "ab2", [], [], None)
        finals[backend] = stepper.potentials()
    np.testing.assert_allclose(finals["cpu"], finals["reference"], rtol=0, atol=FLOOR)


@pytest.mark.parametrize("own", [False, True])
@pytest.mark.parametrize("trials", [1, 3])
def test_far_away_potentials_stay_finite(own, trials, isa):
    connectome = graph()
    parameters = constants(own=own, connectome=connectome if own else None).replace(steepness=50.0)
    if own:
        steep = dataclasses.replace(
            parameters.synapses, steepness=np.resize([50.0, -50.0], len(connectome.synapses))
        )
        parameters = parameters.replace(synapses=steep)
    start = np.resize([1e4, -1e4, 0.0, -45.0], (N, trials))
    for scheme in SCHEMES:
        network = Network(connectome, parameters, trials=trials, machine=Machine(backend="cpu"))
        truth = Network(
            connectome, parameters, trials=trials, machine=Machine(dtype="float64")
        ).stepper(0.5, scheme)
        stepper = network.stepper(0.5, scheme)
        for moved in (stepper, truth):
            moved.start(start)
            moved.run(3, 0.5, scheme, [], [], None)
        found = stepper.potentials()
        assert np.isfinite(found).all()
        assert np.abs(found).max() <= 1e4
        # Potentials of 10 V are rounded to 1e-3 mV, and sigmoids of 50 / mV magnify what is left.
        close = np.abs(found - truth.potentials()) < 0.1
        assert close.mean() > 0.95


@pytest.mark.parametrize("scheme", SCHEMES)
@pytest.mark.parametrize("trials", [1, 2])
def test_neurons_without_any_synapse_follow_their_leak(scheme, trials, isa):
    alone = Connectome.from_edges([], [], neurons=5)
    stepper = Network(alone, trials=trials, machine=Machine(backend="cpu")).stepper(1.0, scheme)
    stepper.start(np.full((5, trials), -20.0))
    stepper.run(10, 1.0, scheme, [], [], None)
    # C / g = 10 ms; float32 rounds 60 mV to 4e-6, ten times.
    np.testing.assert_allclose(stepper.potentials(), -60 + 40 * np.exp(-1.0), rtol=0, atol=4e-5)


def test_what_does_not_fit_is_refused():
    network = CASES["one class a neuron"].network(backend="cpu")
    stepper = network.stepper(0.5)
    stepper.start(np.zeros((N, 1)))
    (given,) = drives(network.connectome, [STIMULI[0]], 1, "ab2", 4, 0.5)
    with pytest.raises(ValueError, match="values of a drive"):
        stepper.run(5, 0.5, "ab2", [given], [], None)
    beyond = dataclasses.replace(given, neurons=given.neurons + N)
    with pytest.raises(ValueError, match="a drive reaches a neuron that does not exist"):
        stepper.run(4, 0.5, "ab2", [beyond], [], None)
    (tap, *_) = taps(network, 4)
    tap.neurons = tap.neurons - 1
    with pytest.raises(ValueError, match="a neuron to be recorded does not exist"):
        stepper.run(4, 0.5, "ab2", [], [tap], None)
    with pytest.raises(ValueError, match=r"potentials has 3 numbers; expected 132"):
        stepper.start(np.zeros(3))
    rows = network.connectome.synapses
    with pytest.raises(ValueError, match="a source or a class that does not exist"):
        extension.Graph(rows.offsets, rows.sources, rows.counts, rows.classes, 3, 5, None)
    with pytest.raises(ValueError, match="offsets do not end at the number of edges"):
        extension.Graph(rows.offsets[:-2], rows.sources, rows.counts, rows.classes, 3, N, None)


def test_counts_of_a_type_that_is_not_served_are_refused():
    rows = graph().synapses
    with pytest.raises(ValueError, match="counts are neither"):
        extension.Graph(
            rows.offsets, rows.sources, rows.counts.astype(float), rows.classes, 3, N, None
        )


def test_synapses_with_constants_of_their_own_are_not_sent_on_delta():
    stepper = CASES["own constants"].network(backend="cpu").stepper(0.5)
    with pytest.raises(ValueError, match="cannot be sent on delta"):
        stepper.network.send_on_delta(0.1, 1)


@pytest.mark.parametrize("name", ["everything", "own constants, everything", "midpoint"])
def test_a_run_goes_on_from_a_state(name):
    case = CASES[name]
    for machine in ({"backend": "cpu"}, {"backend": "reference", "dtype": "float64"}):
        whole = case.network(**machine).stepper(case.dt, case.scheme)
        whole.start(case.start())
        other = case.network(**machine).stepper(case.dt, case.scheme)
        whole.run(5, case.dt, case.scheme, [], [], None)
        state = whole.state()
        whole.run(6, case.dt, case.scheme, [], [], None)
        other.start(np.zeros((N, case.trials)))
        other.restore(state)
        assert other.step == 5
        other.run(6, case.dt, case.scheme, [], [], None)
        np.testing.assert_array_equal(other.potentials(), whole.potentials())
        np.testing.assert_array_equal(other.activations(), whole.activations())


def test_a_run_with_delta_goes_on_from_a_state():
    network = CASES["one class a neuron"].network(backend="cpu")
    steppers = [network.stepper(0.5, "ab2", 1e-3) for _ in range(2)]
    whole, other = steppers
    for stepper in steppers:
        stepper.start(CASES["one class a neuron"].start())
    whole.run(5, 0.5, "ab2", [], [], None)
    other.restore(whole.state())
    for stepper in steppers:
        stepper.run(6, 0.5, "ab2", [], [], None)
    np.testing.assert_array_equal(other.potentials(), whole.potentials())
    assert other.work_share() == whole.work_share()


def test_a_trial_alone_is_the_same_to_the_bit(isa):
    case = Case(driven=False)
    two = dataclasses.replace(case, trials=2)
    start = case.start()
    finals = []
    for one in (case, two):
        stepper = one.network(backend="cpu").stepper(0.5)
        stepper.start(np.repeat(start, one.trials, axis=1))
        stepper.run(10, 0.5, "ab2", [], [], None)
        finals.append(stepper.potentials()[:, :1])
    np.testing.assert_array_equal(*finals)
