"""What a simulation would take: memory, time, traffic and machines, from runs made on the spot."""

from __future__ import annotations

import math
import time
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from liquidtime.brain.connectome.graph import Connectome
from liquidtime.brain.simulation.network import Machine, Network
from liquidtime.errors import InputError
from liquidtime.kernels.network.cpu import CPUStepper
from liquidtime.kernels.network.stepper import Outside, Task
from liquidtime.native import native

_TRIAL_SIZES = ((256, 8), (20_000, 100), (100_000, 100))
"""(neurons, in-degree) of the runs that the cost model is fitted to."""

CONNECTOME_BYTES = 6.0
"""A synapse in a `Connectome`: int32 source, int8 count, uint8 class."""


@dataclass(frozen=True)
class Size:
    """A network to be simulated.

    Attributes:
        neurons: N.
        synapses: E; pairs of neurons with at least one contact, for these are what is stored.
        name: For a table.
    """

    neurons: float
    synapses: float
    name: str = "network"

    def __post_init__(self) -> None:
        if not (self.neurons >= 1 and self.synapses >= 0):
            raise InputError(
                f"there are {self.neurons:g} neurons and {self.synapses:g} synapses; expected at "
                "least one neuron and no negative number."
            )


SIZES: dict[str, Size] = {
    "worm": Size(302, 3_709, "worm (Cook 2019)"),
    "larva": Size(3_013, 111_243, "larval fly (Winding 2023)"),
    "fly": Size(138_639, 15_091_983, "adult fly (FlyWire 783)"),
    "mouse": Size(7.1e7, 5e11, "mouse, order of magnitude"),
    "human": Size(86e9, 1e14, "human, order of magnitude"),
}


@dataclass(frozen=True)
class Costs:
    """A machine's costs of a step.

    Attributes:
        name: Of the machine.
        overhead: s a step, whatever the size.
        per_neuron: s.
        per_synapse: s.
        bytes_per_neuron: Of state and constants.
        bytes_per_synapse: Of the layout that is swept.
        memory: Bytes that one machine has.
        link: Bytes a second that one machine sends to others.
        measured: Whether it was measured here, or is derived from published figures.
    """

    name: str
    overhead: float
    per_neuron: float
    per_synapse: float
    bytes_per_neuron: float
    bytes_per_synapse: float
    memory: float
    link: float
    measured: bool

    def step_seconds(self, size: Size, machines: int = 1) -> float:
        """Computing time of one step on so many machines, communication left aside."""
        return (
            self.overhead
            + (self.per_neuron * size.neurons + self.per_synapse * size.synapses) / machines
        )

    def bytes(self, size: Size) -> float:
        """Memory of the whole network."""
        return self.bytes_per_neuron * size.neurons + self.bytes_per_synapse * size.synapses


H200 = Costs(
    name="NVIDIA H200 (derived)",
    overhead=10e-6,
    per_neuron=20e-12,
    per_synapse=5e-12,
    bytes_per_neuron=64.0,
    bytes_per_synapse=8.0,
    memory=139 * 2**30,
    link=50e9,
    measured=False,
)
"""Not measured: 8 bytes a synapse (int32, float32) at 4.3 TB/s are 1.9 ps, and random reads of the
sources from the second-level cache cost about 3 to 6 ps, which is what counts. 50 GB/s is one
400 Gbit/s link a GPU."""


@dataclass(frozen=True)
class Plan:
    """What a size takes on a kind of machine.

    Attributes:
        size: The network.
        costs: Of one machine.
        machines: How many.
        memory: Bytes of the whole network.
        compute_seconds: Of a step.
        traffic: Bytes that each machine receives a step.
        traffic_seconds: Of a step, if it is not hidden behind the computing.
        dt: ms.
        limit: What binds.
    """

    size: Size
    costs: Costs
    machines: int
    memory: float
    compute_seconds: float
    traffic: float
    traffic_seconds: float
    dt: float
    limit: str

    @property
    def step_seconds(self) -> float:
        """Computing and communication one after the other."""
        return self.compute_seconds + self.traffic_seconds

    @property
    def slowdown(self) -> float:
        """Wall time over simulated time."""
        return self.step_seconds / (self.dt / 1000)


def plan(
    size: Size,
    dt: float,
    costs: Costs,
    *,
    machines: int | None = None,
    value_bytes: int = 2,
    delta_share: float = 1.0,
) -> Plan:
    """What a network takes on a kind of machine.

    Neurons are spread evenly; connections are taken to be random, the worst case: a source is
    needed by another machine if one of its synapses lies there. A partition by anatomy sends
    less.

    Args:
        size: The network.
        dt: ms.
        costs: Of one machine.
        machines: How many; None for as few as hold the network in nine tenths of their memory.
        value_bytes: Of an activation on its way: 2 in bfloat16, 4 in float32.
        delta_share: Share of synapses and of values that sending on delta leaves.

    Raises:
        InputError: If dt is not positive, or the network does not fit in so many machines.
    """
    if not dt > 0:
        raise InputError(f"dt is {dt} ms; expected more than 0.")
    if not 0 < delta_share <= 1:
        raise InputError(f"delta_share is {delta_share}; expected more than 0 and at most 1.")
    memory = costs.bytes(size)
    needed = max(1, int(np.ceil(memory / (0.9 * costs.memory))))
    count = needed if machines is None else machines
    if count < needed:
        raise InputError(
            f"{size.name} takes {memory / 2**30:,.0f} GiB; expected at least {needed:,} machines "
            f"of {costs.memory / 2**30:,.0f} GiB, not {count:,}."
        )
    touched = Size(size.neurons, size.synapses * delta_share, size.name)
    compute = costs.step_seconds(touched, count)
    traffic = 0.0
    if count > 1:
        out_degree = size.synapses / size.neurons
        # Of P machines a given one has none of a source's d synapses with (1 − 1/P)^d ≈ e^(−d/P).
        reached = -np.expm1(-out_degree / count)
        elsewhere = size.neurons * (1 - 1 / count)
        traffic = value_bytes * elsewhere * reached * delta_share
    seconds = traffic / costs.link
    if count == needed and needed > 1 and compute + seconds < dt / 1000:
        limit = "memory"
    elif seconds > compute:
        limit = "communication"
    elif costs.overhead > compute / 2:
        limit = "overhead of a step"
    else:
        limit = "reading the synapses"
    return Plan(size, costs, count, memory, compute, traffic, seconds, dt, limit)


def measured_costs(*, threads: int | None = None, seconds: float = 3.0) -> Costs:
    """Run small random networks here and fit the costs of a step to them.

    Args:
        threads: To use; by default as many as PyTorch does.
        seconds: About how long to run.
    """
    if native() is None:
        raise InputError(
            "the compiled kernels are not installed, so there is nothing to measure. Reinstall "
            "with a C++17 compiler at hand."
        )
    machine = Machine(threads=threads)
    rows, times, layout = [], [], 0.0
    for neurons, in_degree in _TRIAL_SIZES:
        connectome = _random(neurons, in_degree)
        network = Network(connectome, machine=machine)
        stepper = CPUStepper(network.constants, Task(0.1, threads=network.threads))
        stepper.start(network.initial(None))
        # The first steps start threads and fill caches.
        stepper.advance(3, Outside(), [])
        times.append(_least(stepper, seconds / len(_TRIAL_SIZES)))
        rows.append([1.0, neurons, len(connectome.synapses)])
        layout = stepper.network.graph_bytes / len(connectome.synapses)
    # Relative errors count, and no cost is negative.
    scaled = np.array(rows) / np.array(times)[:, None]
    found = _not_negative(scaled, np.ones(len(times)))
    return Costs(
        name=f"this machine, {network.threads} threads",
        overhead=float(found[0]),
        per_neuron=float(found[1]),
        per_synapse=float(found[2]),
        bytes_per_neuron=96.0,
        bytes_per_synapse=CONNECTOME_BYTES + layout,
        memory=float(_memory()),
        # 10 Gbit/s, which is taken for granted: there is nobody to measure it with.
        link=1.25e9,
        measured=True,
    )


def table(plans: Sequence[Plan]) -> list[list[str]]:
    """Rows of text: network, machines, memory, a step, against real time, traffic, what binds."""
    return [
        [
            plan.size.name,
            f"{plan.machines:,}",
            _bytes(plan.memory),
            _seconds(plan.step_seconds),
            _slowdown(plan.slowdown),
            _bytes(plan.traffic) if plan.traffic else "–",
            plan.limit,
        ]
        for plan in plans
    ]


HEADER = ["network", "machines", "memory", "a step", "real time", "traffic a step", "bound by"]


def _random(neurons: int, in_degree: int) -> Connectome:
    from liquidtime.brain.generate import random

    return random(neurons, in_degree, seed=1)


def _least(stepper: CPUStepper, seconds: float) -> float:
    began, least = time.perf_counter(), np.inf
    while time.perf_counter() - began < seconds:
        start = time.perf_counter()
        stepper.advance(5, Outside(), [])
        # The quickest one is the one that nothing else disturbed.
        least = min(least, (time.perf_counter() - start) / 5)
    return least


def _not_negative(matrix: np.ndarray, values: np.ndarray) -> np.ndarray:
    from liquidtime.optional import require

    return require("scipy.optimize", extra="brain").nnls(matrix, values)[0]


def _memory() -> int:
    import os

    return os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")


def _bytes(number: float) -> str:
    power = min(4, int(math.log(max(number, 1.0), 1024)))
    number, unit = number / 1024**power, ("B", "KiB", "MiB", "GiB", "TiB")[power]
    return f"{number:,.3g} {unit}" if number < 1000 else f"{number:,.0f} {unit}"


def _seconds(number: float) -> str:
    for unit, size in (("s", 1.0), ("ms", 1e-3), ("µs", 1e-6)):
        if number >= size:
            return f"{number / size:,.3g} {unit}"
    return f"{number * 1e9:,.3g} ns"


def _slowdown(number: float) -> str:
    return f"{number:,.3g} × slower" if number > 1 else f"{1 / number:,.3g} × faster"
