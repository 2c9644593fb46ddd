"""What moves a network in time, whichever way: its face, and what it is given and asked for.

A stepper makes steps and nothing else. What is recorded, what comes from outside and what crosses a
threshold is brought to its face, and read from it, by `play`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Literal, NamedTuple, Protocol

import numpy as np
from numpy.typing import NDArray

from liquidtime.backends import Request

Scheme = Literal["frozen", "ab2", "midpoint", "rk4"]
SCHEMES: tuple[Scheme, ...] = ("frozen", "ab2", "midpoint", "rk4")
DELTA = "send on delta"
"""The feature of a request to pass on only what moved."""
State = Mapping[str, NDArray]
LOST = ("potential_lost", "activation_lost")
"""Parts of a state that are there where a task is compensated."""


def stages(scheme: Scheme) -> tuple[float, ...]:
    """At which points of a step, from 0 to 1, a scheme wants to know what comes from outside.

    The schemes that hold it constant over the step and are of second order take the middle;
    `frozen` takes the beginning, as other simulators do. Of courses whose mean over the step is
    known they take that.
    """
    return {"frozen": (0.0,), "ab2": (0.5,), "midpoint": (0.5,), "rk4": (0.0, 0.5, 1.0)}[scheme]


@dataclass(frozen=True)
class Task:
    """How a network is to be moved, and on what."""

    dt: float
    """ms; turns delays into steps."""
    scheme: Scheme = "ab2"
    delta: float = 0.0
    """Sources that moved by less are not passed on; 0 passes on all."""
    device: str = "cpu"
    dtype: str = "float32"
    threads: int = 1
    """For backends on the CPU."""
    compensated: bool = False
    """Whether what rounding takes from a change is kept for the next step; see
    `Constants.stalls`."""

    def request(self, form: str) -> Request:
        """What it asks of the backends, for neurons of that form."""
        features = {self.scheme, DELTA} if self.delta > 0 else {self.scheme}
        # "cuda:1" is served by whoever serves "cuda".
        device = self.device.partition(":")[0]
        return Request("network", device, self.dtype, form, frozenset(features))


class Place(NamedTuple):
    """Where the neurons of a part of a network are among the sources that it listens to."""

    own: NDArray[np.int32]
    """[R]."""
    sources: int
    block_limits: NDArray[np.int64] | None
    """Where blocks of sources begin, as class · sources + source, so that the part adds up in the
    order of the whole; None for blocks of equal width."""


class Given(NamedTuple):
    """Numbers that reach some neurons over a number of steps."""

    neurons: NDArray[np.int32]
    """[n], each once."""
    values: NDArray[np.floating]
    """[points, steps, n, 1 or B], in the stepper's dtype: at the points of each step that `stages`
    names; of a clamp, where that is one point, at the end of the step and in its middle."""

    def part(self, first: int, last: int) -> Given:
        """Over a part of its steps."""
        return Given(self.neurons, self.values[:, first:last])

    def middle(self) -> Given:
        """From the second point of the steps on, or the only one; of a clamp, their middles."""
        return Given(self.neurons, self.values[-1 if len(self.values) == 1 else 1 :])


@dataclass(frozen=True)
class Outside:
    """All that comes from outside over a number of steps; None where nothing does."""

    current: Given | None = None
    """pA."""
    conductance: Given | None = None
    """nS."""
    drive: Given | None = None
    """pA, conductance times its reversal potential, of the same neurons."""
    clamp: Given | None = None
    """mV, NaN where free."""
    jump: bool = False
    """Whether a clamp took or left hold just before: the past is no guide to the first step."""

    def part(self, first: int, last: int) -> Outside:
        """What comes over a part of the steps."""
        given = (self.current, self.conductance, self.drive, self.clamp)
        current, conductance, drive, clamp = (
            None if one is None else one.part(first, last) for one in given
        )
        return Outside(current, conductance, drive, clamp, self.jump and first == 0)


@dataclass(frozen=True)
class Trace:
    """A variable of some neurons as it is at the ends of steps that are multiples of `every`."""

    variable: str
    """One of the form's `variables`."""
    neurons: NDArray[np.int32]
    """[n]."""
    out: NDArray[np.floating]
    """[samples, n, B], contiguous and in the stepper's dtype; filled by it."""
    every: int = 1

    def part(self, began: int, first: int, last: int) -> Trace:
        """What a part of the steps fills, the first of all having followed on the step `began`."""
        before, after = samples(began, first, self.every), samples(began, last, self.every)
        return replace(self, out=self.out[before:after])


def samples(began: int, steps: int, every: int) -> int:
    """How many of the steps after the step `began` are multiples of `every`."""
    return (began + steps) // every - began // every


def at_hold(potentials: NDArray, held: NDArray | None) -> NDArray:
    """Potentials [R, B], with neurons that are held for good where they are held."""
    return potentials if held is None else np.where(np.isnan(held), potentials, held)


class Delta(Protocol):
    """What sending on delta saves and costs."""

    def work_share(self) -> float:
        """The share of edges that were worked on since the start."""
        ...

    def error(self) -> float:
        """How far the potentials that neurons tend to are off, mV."""
        ...


class Stepper(Protocol):
    """A network with its state: R neurons, which may be some of a larger network's N, B trials."""

    dt: float
    """ms; may be set anew between steps where nothing is delayed."""

    @property
    def name(self) -> str:
        """Of the backend."""
        ...

    @property
    def trials(self) -> int:
        """B."""
        ...

    @property
    def neurons(self) -> NDArray[np.int32] | None:
        """[R], the numbers of its neurons in the whole network; None where it has them all."""
        ...

    @property
    def held(self) -> NDArray[np.floating] | None:
        """[R, B], mV, where its neurons are held for good, NaN where free; `play` sees to it."""
        ...

    @property
    def delta(self) -> Delta | None:
        """What sending on delta saves and costs; None where all is passed on."""
        ...

    @property
    def step(self) -> int:
        """Steps made since the start."""
        ...

    @property
    def dtype(self) -> np.dtype:
        """Of what it is given and fills."""
        ...

    def start(self, potentials: NDArray, activations: NDArray | None = None) -> None:
        """Begin at these potentials [R, B], with delayed signals as if it had been so for ever."""
        ...

    def advance(self, steps: int, outside: Outside, traces: Sequence[Trace]) -> None:
        """Make steps, and fill the traces. Neurons are numbered from 0 to R - 1."""
        ...

    def potentials(self) -> NDArray:
        """[R, B], mV."""
        ...

    def activations(self) -> NDArray:
        """[R, B]; empty where a neuron has no one activation."""
        ...

    def state(self) -> State:
        """All that a run goes on from, to the bit."""
        ...

    def restore(self, state: State) -> None:
        """Go on from a state."""
        ...

    def adopt(self) -> None:
        """After `restore` of a state that was made with other constants: go on with these.

        Neurons that are held now jump there, and activations without a time constant follow their
        potentials. What is on its way still comes, but the past is no guide to the next step.
        """
        ...
