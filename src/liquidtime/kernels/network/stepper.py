"""What moves a network in time, whichever way: its face, and what it is given and asked for."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal, Protocol

import numpy as np
from numpy.typing import NDArray

Scheme = Literal["frozen", "ab2", "midpoint", "rk4"]
SCHEMES: tuple[Scheme, ...] = ("frozen", "ab2", "midpoint", "rk4")
Variable = Literal["potential", "activation", "conductance", "current", "calcium"]
State = Mapping[str, NDArray]


@dataclass(frozen=True, eq=False)
class Drive:
    """What reaches some neurons from outside over a number of steps."""

    kind: Literal["current", "conductance", "clamp"]
    """pA, nS or mV; a clamp of NaN leaves the neuron free."""
    neurons: NDArray[np.int32]
    """[n]."""
    values: NDArray[np.floating]
    """[stages, steps, n, 1 or B]: at the points of each step that `stages` of the scheme names; of
    a clamp, where that is one point, at its end and in its middle."""
    reversal_potential: float = 0.0
    """mV, of a conductance."""
    jumps: NDArray[np.bool_] | None = None
    """[steps], where a clamp takes or leaves hold: the past is then no guide to the next step."""

    def part(self, first: int, last: int) -> Drive:
        """What comes over a part of its steps."""
        jumps = None if self.jumps is None else self.jumps[first:last]
        return dataclasses.replace(self, values=self.values[:, first:last], jumps=jumps)


@dataclass(eq=False)
class Tap:
    """What is recorded of some neurons while a network runs."""

    variable: Variable
    neurons: NDArray[np.int32]
    """[n]."""
    out: NDArray[np.floating]
    """[samples, n, B], filled by the run."""
    every: int = 1
    """Steps from one sample to the next; samples are taken at steps that are multiples of it."""
    time_constant: float = 1.0
    """ms, of calcium."""
    calcium: NDArray[np.floating] | None = None
    """[n, B], carried from run to run."""

    def part(self, began: int, first: int, last: int) -> Tap:
        """What a part of the steps of a run fills, the run having begun at the step `began`."""
        before, after = (
            (began + step) // self.every - began // self.every for step in (first, last)
        )
        return dataclasses.replace(self, out=self.out[before:after])


class Stepper(Protocol):
    """A network with its state, R neurons and B trials."""

    name: str
    """Of the backend."""

    @property
    def step(self) -> int:
        """Steps made since the start."""
        ...

    @property
    def dtype(self) -> np.dtype:
        """Of potentials and recordings."""
        ...

    def start(self, potentials: NDArray, activations: NDArray | None = None) -> None:
        """Begin at these potentials [R, B], with delayed signals as if it had been so for ever."""
        ...

    def run(
        self,
        steps: int,
        dt: float,
        scheme: Scheme,
        drives: Sequence[Drive],
        taps: Sequence[Tap],
        threshold: float | None,
    ) -> None:
        """Make steps of dt (ms), fill the taps and note crossings of the threshold (mV) upwards."""
        ...

    def take_events(self) -> NDArray[np.int64]:
        """[n, 3], step, neuron and trial of the crossings since the last call."""
        ...

    def potentials(self) -> NDArray:
        """[R, B], mV."""
        ...

    def activations(self) -> NDArray:
        """[R, B]; empty where each synapse has constants of its own."""
        ...

    def work_share(self) -> float:
        """With sending on delta, the share of edges that were worked on since the start."""
        ...

    def delta_error(self) -> float:
        """With sending on delta, how far the potentials that neurons tend to are off, mV."""
        ...

    def state(self) -> State:
        """All that a run goes on from, to the bit."""
        ...

    def restore(self, state: State) -> None:
        """Go on from a state."""
        ...


def stretches(drives: Sequence[Drive], steps: int) -> list[tuple[int, int, bool]]:
    """Steps between jumps: the first, the one behind the last, whether it begins with a jump."""
    jumped = np.zeros(steps, dtype=bool)
    for drive in drives:
        if drive.jumps is not None:
            jumped |= drive.jumps
    starts = sorted({0, *np.flatnonzero(jumped).tolist()})
    ends = [*starts[1:], steps]
    return [(first, last, bool(jumped[first])) for first, last in zip(starts, ends, strict=True)]


def stages(scheme: Scheme) -> tuple[float, ...]:
    """At which points of a step, from 0 to 1, a scheme wants to know what comes from outside.

    The schemes that hold it constant over the step and are of second order take the middle;
    `frozen` takes the beginning, as other simulators do.
    """
    return {"frozen": (0.0,), "ab2": (0.5,), "midpoint": (0.5,), "rk4": (0.0, 0.5, 1.0)}[scheme]
