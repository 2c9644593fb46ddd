"""Networks of neurons, and what is done to them, that the tests of steppers share."""

import dataclasses
import functools

import numpy as np

from liquidtime.brain import (
    Ablate,
    Connectome,
    Experiment,
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
from liquidtime.brain.simulation.player import Player
from liquidtime.kernels.network.play import play
from liquidtime.kernels.network.readers import Tap

N = 132
IN_DEGREES = np.resize([0, 1, 3, 4, 5, 17, 100, 2, 9, 24, 31], N)


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
            np.zeros((len(chosen), network.trials)),
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
        experiment = Experiment(
            STIMULI if self.driven else (),
            duration=self.steps * self.dt,
            dt=self.dt,
            scheme=self.scheme,
            trials=self.trials,
        )
        player = Player(experiment.resolved(self.connectome()))
        calcium, done, events = {}, 0, []
        for steps in chunks or [self.steps]:
            chunk = taps(network, (done + steps) // 2 * 2 - done // 2 * 2)
            for tap in chunk:
                tap.calcium = calcium.setdefault(tap.variable, tap.calcium)
            given = player.play(done, steps)
            events.append(play(stepper, steps, given, chunk, -45.0))
            for tap in chunk:
                listed.setdefault(tap.variable, []).append(tap.out)
            done += steps
        found = {name: np.concatenate(parts) for name, parts in listed.items()}
        found["last potential"] = stepper.potentials()
        found["last activation"] = stepper.activations()
        return found, np.concatenate(events)


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
