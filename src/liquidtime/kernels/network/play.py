"""Play stimuli to a network and record it: what is the same whichever way it is moved.

Drives become one block of numbers for each kind, cut where a clamp takes or leaves hold. What is
recorded is made of a stepper's raw traces, a few steps at a time, so that they are still in the
cache when they are read.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Literal, NamedTuple, Protocol

import numpy as np
from numpy.typing import NDArray

from liquidtime.kernels.network.stepper import Given, Outside, Stepper, Trace, samples

_BYTES_AT_ONCE = 1 << 20
"""Of raw traces: about what the second cache of a core holds."""


class Derived(NamedTuple):
    """A variable that is made of others."""

    needs: tuple[str, ...]
    units: str


DERIVED: Mapping[str, Derived] = {
    "current": Derived(("drive", "conductance", "potential"), "pA"),
    "calcium": Derived(("activation",), "1"),
}


@dataclass(frozen=True, eq=False)
class Drive:
    """What reaches some neurons from outside over a number of steps."""

    kind: Literal["current", "conductance", "clamp"]
    """pA, nS or mV; a clamp of NaN leaves the neuron free."""
    neurons: NDArray[np.int32]
    """[n], of the whole network."""
    values: NDArray[np.floating]
    """[stages, steps, n, 1 or B]: at the points of each step that `stages` of the scheme names; of
    a clamp, where that is one point, at its end and in its middle."""
    reversal_potential: float = 0.0
    """mV, of a conductance."""
    jumps: NDArray[np.bool_] | None = None
    """[steps], where a clamp takes or leaves hold: the past is then no guide to the next step."""


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
    calcium: NDArray[np.floating] | None = None
    """[n, B], carried from call to call."""


def play(
    stepper: Stepper,
    steps: int,
    drives: Sequence[Drive] = (),
    taps: Sequence[Tap] = (),
    threshold: float | None = None,
) -> NDArray[np.int64]:
    """Make steps under drives, and fill the taps.

    Args:
        stepper: Of the network, or of a part of it.
        steps: To make.
        drives: What comes over them; neurons that are not the stepper's are left out.
        taps: What to record; of the stepper's neurons alone.
        threshold: mV; None to look for no crossings.

    Returns:
        [n, 3], step, neuron and trial where potentials crossed the threshold upwards, in the order
        of steps, neurons and trials.
    """
    rows = _Rows(stepper.neurons)
    mine = [rows.drive(drive) for drive in drives]
    outside = together(mine, steps, stepper.held, stepper.trials, stepper.dtype)
    readers: list[_Reader] = [_reader(tap, rows.of(tap.neurons), stepper) for tap in taps]
    crossings = None if threshold is None else _Crossings(threshold, stepper)
    if crossings is not None:
        readers.append(crossings)
    width = sum(reader.bytes_a_step for reader in readers)
    most = max(1, int(_BYTES_AT_ONCE / width) if width else steps)
    for first, last, jumped in _stretches(jumps(drives, steps)):
        for begin in range(first, last, most):
            end = min(begin + most, last)
            given = replace(outside.part(begin, end), jump=jumped and begin == first)
            began = stepper.step
            traces = [trace for reader in readers for trace in reader.traces(began, end - begin)]
            stepper.advance(end - begin, given, traces)
            for reader in readers:
                reader.read(began, end - begin)
    return np.zeros((0, 3), np.int64) if crossings is None else rows.named(crossings.found())


class _Rows:
    """Numbers of neurons in the whole network and in a part of it."""

    def __init__(self, neurons: NDArray[np.int32] | None) -> None:
        self._neurons = neurons
        if neurons is not None:
            self._row = np.full(int(neurons.max(initial=-1)) + 1, -1, dtype=np.int32)
            self._row[neurons] = np.arange(len(neurons), dtype=np.int32)

    def of(self, neurons: NDArray[np.int32]) -> NDArray[np.int32]:
        """Their rows, -1 where they are not of the part."""
        if self._neurons is None:
            return np.ascontiguousarray(neurons, dtype=np.int32)
        known = np.asarray(neurons) < len(self._row)
        return np.where(known, self._row[np.where(known, neurons, 0)], -1).astype(np.int32)

    def drive(self, drive: Drive) -> Drive:
        """A drive with rows, as far as it reaches the part."""
        if self._neurons is None:
            return drive
        rows = self.of(drive.neurons)
        kept = rows >= 0
        values = drive.values if kept.all() else drive.values[:, :, kept]
        return replace(drive, neurons=rows[kept], values=values)

    def named(self, events: NDArray[np.int64]) -> NDArray[np.int64]:
        """Events of rows, by numbers of the whole network."""
        if self._neurons is not None:
            events[:, 1] = self._neurons[events[:, 1]]
        return events


def jumps(drives: Sequence[Drive], steps: int) -> NDArray[np.bool_]:
    """[steps], before which a clamp took or left hold."""
    jumped = np.zeros(steps, dtype=bool)
    for drive in drives:
        if drive.jumps is not None:
            jumped |= drive.jumps
    return jumped


def _stretches(jumped: NDArray[np.bool_]) -> list[tuple[int, int, bool]]:
    """Steps between jumps: the first, the one behind the last, whether it begins with a jump."""
    starts = sorted({0, *np.flatnonzero(jumped).tolist()})
    ends = [*starts[1:], len(jumped)]
    return [(first, last, bool(jumped[first])) for first, last in zip(starts, ends, strict=True)]


def together(
    drives: Sequence[Drive],
    steps: int,
    held: NDArray[np.floating] | None,
    trials: int,
    dtype: np.dtype | str,
) -> Outside:
    """All that comes from outside, in one block for each kind.

    Args:
        drives: What comes over the steps; they name rows.
        steps: How many.
        held: [R, B], mV, where neurons are held for good, NaN where free; None if none is.
        trials: B.
        dtype: Of the blocks.
    """
    currents, conductances, clamps = (
        [drive for drive in drives if drive.kind == kind]
        for kind in ("current", "conductance", "clamp")
    )
    if held is not None:
        # First, so that a clamp for a while rules over it.
        rows = np.flatnonzero(~np.isnan(held).all(axis=1)).astype(np.int32)
        points = len(clamps[0].values) if clamps else 1
        values = np.broadcast_to(held[rows], (points, steps, len(rows), trials))
        clamps.insert(0, Drive("clamp", rows, values))
    kind = np.dtype(dtype)
    return Outside(
        _sum([(drive, 1.0) for drive in currents], kind),
        _sum([(drive, 1.0) for drive in conductances], kind),
        _sum([(drive, drive.reversal_potential) for drive in conductances], kind),
        _latest(clamps, kind),
    )


def _sum(drives: Sequence[tuple[Drive, float]], dtype: np.dtype) -> Given | None:
    """What reaches each neuron: of all drives of a kind, times their factors, in their order."""
    if not drives:
        return None
    scaled = [drive.values.astype(dtype) * dtype.type(factor) for drive, factor in drives]
    if len(drives) == 1 and _once(drives[0][0].neurons):
        return Given(drives[0][0].neurons, scaled[0])
    neurons, places, block = _room([drive for drive, _ in drives], dtype, 0.0)
    for place, values in zip(places, scaled, strict=True):
        if _once(place):
            block[:, :, place] += values
        else:
            # A neuron that is named twice gets it twice.
            everywhere = (slice(None), slice(None), place)
            np.add.at(block, everywhere, values)  # pyright: ignore[reportArgumentType]
    return Given(neurons, block)


def _latest(clamps: Sequence[Drive], dtype: np.dtype) -> Given | None:
    """Where neurons are held: of several clamps that hold one, the last rules."""
    if not clamps:
        return None
    neurons, places, block = _room(clamps, dtype, np.nan)
    for clamp, place in zip(clamps, places, strict=True):
        values = clamp.values.astype(dtype)
        block[:, :, place] = np.where(np.isnan(values), block[:, :, place], values)
    return Given(neurons, block)


def _room(
    drives: Sequence[Drive], dtype: np.dtype, rest: float
) -> tuple[NDArray[np.int32], list[NDArray[np.intp]], NDArray]:
    """Neurons of all drives, where those of each are among them, and a block for their values."""
    named = [np.asarray(drive.neurons, dtype=np.int32) for drive in drives]
    neurons, place = np.unique(np.concatenate(named), return_inverse=True)
    places = np.split(place, np.cumsum([len(one) for one in named])[:-1])
    points, steps = drives[0].values.shape[:2]
    trials = max(drive.values.shape[3] for drive in drives)
    return neurons, places, np.full((points, steps, len(neurons), trials), rest, dtype=dtype)


def _once(neurons: NDArray) -> bool:
    return len(np.unique(neurons)) == len(neurons)


class _Reader(Protocol):
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


def _reader(tap: Tap, rows: NDArray[np.int32], stepper: Stepper) -> _Reader:
    if tap.variable == "current":
        return _Current(tap, rows)
    if tap.variable == "calcium":
        return _Calcium(tap, rows, stepper.dt)
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
        np.multiply(conductance, potential, out=out)
        np.subtract(drive, out, out=out)
        self._done += count


class _Calcium:
    """The activation, smoothed step by step, so that any cut into calls gives the same bits."""

    def __init__(self, tap: Tap, rows: NDArray[np.int32], dt: float) -> None:
        assert tap.calcium is not None
        self._tap, self._rows, self._calcium = tap, rows, tap.calcium
        self._raw = _Buffer(tap.out)
        self._rest = np.empty_like(tap.calcium)
        self._keep = np.exp(-dt / tap.time_constant)
        self.bytes_a_step = _sample_bytes(tap.out)
        self._done = 0

    def traces(self, began: int, steps: int) -> list[Trace]:
        return [Trace("activation", self._rows, self._raw.first(steps))]

    def read(self, began: int, steps: int) -> None:
        # c after = e^(-dt/τ) c before + (1 - e^(-dt/τ)) s, in the room of s.
        course, every = self._raw.first(steps), self._tap.every
        np.multiply(course, 1 - self._keep, out=course)
        before, rest = self._calcium, self._rest
        for now in course:
            np.multiply(before, self._keep, out=rest)
            np.add(now, rest, out=now)
            before = now
        self._calcium[:] = before
        count = samples(began, steps, every)
        first = every - 1 - began % every
        self._tap.out[self._done : self._done + count] = course[first::every]
        self._done += count


class _Crossings:
    """Where potentials cross a threshold upwards."""

    def __init__(self, threshold: float, stepper: Stepper) -> None:
        before = stepper.potentials()
        self._threshold = threshold
        self._rows = np.arange(len(before), dtype=np.int32)
        self._raw = _Buffer(before[None])
        self._last = before >= threshold
        self._above, self._crossed = _Buffer(self._last[None]), _Buffer(self._last[None])
        self._found: list[NDArray[np.int64]] = []
        self.bytes_a_step = before.nbytes

    def traces(self, began: int, steps: int) -> list[Trace]:
        return [Trace("potential", self._rows, self._raw.first(steps))]

    def read(self, began: int, steps: int) -> None:
        above, crossed = self._above.first(steps + 1), self._crossed.first(steps)
        above[0] = self._last
        np.greater_equal(self._raw.first(steps), self._threshold, out=above[1:])
        np.greater(above[1:], above[:-1], out=crossed)
        self._last[:] = above[-1]
        at = _nonzero(crossed.ravel())
        if len(at):
            step, row, trial = np.unravel_index(at, crossed.shape)
            self._found.append(np.stack([step + began + 1, row, trial], axis=1))

    def found(self) -> NDArray[np.int64]:
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
