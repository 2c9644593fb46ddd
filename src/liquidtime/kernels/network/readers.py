"""What is recorded of a network, made of a stepper's raw traces a few steps at a time."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import NamedTuple, Protocol

import numpy as np
from numpy.typing import NDArray

from liquidtime.kernels.network.stepper import Trace, samples
from liquidtime.kernels.network.variable import Variable


class Derived(NamedTuple):
    """A variable that is made of others."""

    needs: tuple[str, ...]
    variable: Variable


DERIVED: Mapping[str, Derived] = {
    "current": Derived(("drive", "conductance", "potential"), Variable("pA", "synaptic current")),
    "calcium": Derived(("activation",), Variable("1", "calcium signal")),
}


@dataclass(eq=False)
class Tap:
    """What is recorded of some neurons."""

    variable: str
    """One of the form's variables or of `DERIVED`."""
    neurons: NDArray[np.int32]
    """[n], of the whole network."""
    out: NDArray[np.floating]
    """[samples, n, B], contiguous, filled at steps that are multiples of `every`."""
    every: int = 1
    time_constant: float = 1.0
    """ms, of calcium."""
    calcium: NDArray[np.float64] | None = None
    """[n, B], float64, carried from call to call; it begins where the activation stands."""


class Reader(Protocol):
    """What asks a stepper for traces, and makes of them what is wanted."""

    @property
    def bytes_a_step(self) -> float:
        """Of raw traces, which are read again."""
        ...

    def traces(self, began: int, steps: int) -> list[Trace]:
        """For the next steps, of which the first follows on the step `began`."""
        ...

    def read(self, began: int, steps: int) -> None:
        """Take what the stepper filled."""
        ...


def reader_of(tap: Tap, rows: NDArray[np.int32], dt: float) -> Reader:
    """What fills a tap of these rows, in steps of dt (ms)."""
    if tap.variable == "current":
        return _Current(tap, rows)
    if tap.variable == "calcium":
        return _Calcium(tap, rows, dt)
    return _Plain(tap, rows)


class _Plain:
    """A variable that a stepper has: it goes where it is wanted at once."""

    bytes_a_step = 0.0

    def __init__(self, tap: Tap, rows: NDArray[np.int32]) -> None:
        self._tap, self._rows = tap, rows
        self._done = 0

    def traces(self, began: int, steps: int) -> list[Trace]:
        tap, first = self._tap, self._done
        self._done += samples(began, steps, tap.every)
        return [Trace(tap.variable, self._rows, tap.out[first : self._done], tap.every)]

    def read(self, began: int, steps: int) -> None:
        pass


class _Current:
    """Into the neuron: h - g v of all that was used in a step."""

    def __init__(self, tap: Tap, rows: NDArray[np.int32]) -> None:
        self._tap, self._rows = tap, rows
        self._raw = {name: _Buffer(tap.out) for name in DERIVED["current"].needs}
        self.bytes_a_step = len(self._raw) * _sample_bytes(tap.out) / tap.every
        self._done = 0

    def traces(self, began: int, steps: int) -> list[Trace]:
        count, every = samples(began, steps, self._tap.every), self._tap.every
        return [Trace(name, self._rows, raw.first(count), every) for name, raw in self._raw.items()]

    def read(self, began: int, steps: int) -> None:
        count = samples(began, steps, self._tap.every)
        drive, conductance, potential = (raw.first(count) for raw in self._raw.values())
        out = self._tap.out[self._done : self._done + count]
        # In the room of the samples: one array less that has to be in the cache.
        np.multiply(conductance, potential, out=out)
        np.subtract(drive, out, out=out)
        self._done += count


class _Calcium:
    """The activation, smoothed step by step, so that any cut into calls gives the same bits."""

    def __init__(self, tap: Tap, rows: NDArray[np.int32], dt: float) -> None:
        assert tap.calcium is not None
        self._tap, self._rows, self._calcium = tap, rows, tap.calcium
        self._raw = _Buffer(tap.out)
        # In float64: of a time constant of many steps, float32 would lose what a step adds.
        self._course = _Buffer(tap.calcium[None])
        self._rest = np.empty_like(tap.calcium)
        self._keep = np.exp(-dt / tap.time_constant)
        self._follow = -np.expm1(-dt / tap.time_constant)
        self.bytes_a_step = _sample_bytes(tap.out) + _sample_bytes(tap.calcium[None])
        self._done = 0

    def traces(self, began: int, steps: int) -> list[Trace]:
        # Every step, though few may be kept: it is smoothed from one to the next.
        return [Trace("activation", self._rows, self._raw.first(steps))]

    def read(self, began: int, steps: int) -> None:
        # c after = e^(-dt/τ) c before + (1 - e^(-dt/τ)) s, in the room of s.
        course, every = self._course.first(steps), self._tap.every
        np.multiply(self._raw.first(steps), self._follow, out=course, dtype=course.dtype)
        before, rest = self._calcium, self._rest
        for now in course:
            np.multiply(before, self._keep, out=rest)
            np.add(now, rest, out=now)
            before = now
        # Copied, for `before` lies in room that is used again.
        self._calcium[:] = before
        count = samples(began, steps, every)
        # Of the steps after `began`, the first that is a multiple of `every`.
        first = every - 1 - began % every
        self._tap.out[self._done : self._done + count] = course[first::every]
        self._done += count


class Crossings:
    """The `Reader` of where potentials cross a threshold upwards.

    Args:
        threshold: mV.
        before: [R, B], mV, before the first step.
    """

    def __init__(self, threshold: float, before: NDArray) -> None:
        self._threshold = threshold
        self._rows = np.arange(len(before), dtype=np.int32)
        self._raw = _Buffer(before[None])
        self._last = before >= threshold
        self._above, self._crossed = _Buffer(self._last[None]), _Buffer(self._last[None])
        self._found: list[NDArray[np.int64]] = []
        self.bytes_a_step = before.nbytes

    def traces(self, began: int, steps: int) -> list[Trace]:
        """See `Reader.traces`."""
        return [Trace("potential", self._rows, self._raw.first(steps))]

    def read(self, began: int, steps: int) -> None:
        """See `Reader.read`."""
        above, crossed = self._above.first(steps + 1), self._crossed.first(steps)
        above[0] = self._last
        np.greater_equal(self._raw.first(steps), self._threshold, out=above[1:])
        np.greater(above[1:], above[:-1], out=crossed)
        self._last[:] = above[-1]
        # The flat order of [steps, rows, trials] is the one that `play` promises.
        at = _nonzero(crossed.ravel())
        if len(at):
            step, row, trial = np.unravel_index(at, crossed.shape)
            self._found.append(np.stack([step + began + 1, row, trial], axis=1))

    def found(self) -> NDArray[np.int64]:
        """[n, 3], step, row and trial of each."""
        return np.concatenate([np.zeros((0, 3), np.int64), *self._found])


class _Buffer:
    """Room for raw samples that is used again and again, so it stays in the cache.

    Args:
        like: [*, n, B], of which the samples have shape and dtype.
    """

    def __init__(self, like: NDArray) -> None:
        self._values = np.empty((0, *like.shape[1:]), like.dtype)

    def first(self, samples: int) -> NDArray:
        """Room for so many; the same room at every call, unless it has to grow."""
        if len(self._values) < samples:
            self._values = np.empty((samples, *self._values.shape[1:]), self._values.dtype)
        return self._values[:samples]


def _sample_bytes(out: NDArray) -> float:
    return float(np.prod(out.shape[1:])) * out.itemsize


def _nonzero(flags: NDArray[np.bool_]) -> NDArray[np.int64]:
    """Indices of what is true: eight are looked at together, for few are."""
    whole = len(flags) // 8 * 8
    words = np.flatnonzero(flags[:whole].view(np.uint64))
    near = (8 * words[:, None] + np.arange(8)).ravel()
    return np.concatenate([near[flags[near]], whole + np.flatnonzero(flags[whole:])])
