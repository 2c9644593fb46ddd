"""Play stimuli to a network and record it: what is the same whichever way it is moved.

Drives become one block of numbers for each kind, cut where a clamp takes or leaves hold. What is
recorded is made of a stepper's raw traces, a few steps at a time, so that they are still in the
cache when they are read.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from liquidtime.kernels.network.drives import Drive, jumps, together
from liquidtime.kernels.network.readers import Crossings, Reader, Tap, reader_of
from liquidtime.kernels.network.stepper import Stepper

_BYTES_AT_ONCE = 1 << 20
"""Of raw traces: about what the second cache of a core holds."""


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
    rows = Rows(stepper.neurons)
    mine = [rows.drive(drive) for drive in drives]
    outside = together(mine, steps, stepper.held, stepper.trials, stepper.dtype)
    readers: list[Reader] = [reader_of(tap, rows.of(tap.neurons), stepper.dt) for tap in taps]
    crossings = None
    if threshold is not None:
        # From the potentials before the first step: who begins above does not cross.
        crossings = Crossings(threshold, stepper.potentials())
        readers.append(crossings)
    width = sum(reader.bytes_a_step for reader in readers)
    most = max(1, int(_BYTES_AT_ONCE / width) if width else steps)
    for first, last, jumped in _stretches(jumps(drives, steps)):
        for begin in range(first, last, most):
            end = min(begin + most, last)
            # Only the first piece of a stretch follows on the jump.
            given = replace(outside.part(begin, end), jump=jumped and begin == first)
            began = stepper.step
            traces = [trace for reader in readers for trace in reader.traces(began, end - begin)]
            stepper.advance(end - begin, given, traces)
            for reader in readers:
                reader.read(began, end - begin)
    return np.zeros((0, 3), np.int64) if crossings is None else rows.named(crossings.found())


class Rows:
    """Numbers of neurons in the whole network and in a part of it.

    Args:
        neurons: Of the part; None for the whole.
    """

    def __init__(self, neurons: NDArray[np.int32] | None) -> None:
        self._neurons = neurons
        if neurons is not None:
            self._row = np.full(int(neurons.max(initial=-1)) + 1, -1, dtype=np.int32)
            self._row[neurons] = np.arange(len(neurons), dtype=np.int32)

    def of(self, neurons: NDArray[np.int32]) -> NDArray[np.int32]:
        """Their rows, -1 where they are not of the part."""
        if self._neurons is None:
            return np.ascontiguousarray(neurons, dtype=np.int32)
        # The table of rows ends at the part's last neuron.
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
            # Rows ascend with the numbers of their neurons, so the order of events stays.
            events[:, 1] = self._neurons[events[:, 1]]
        return events


def _stretches(jumped: NDArray[np.bool_]) -> list[tuple[int, int, bool]]:
    """Steps between jumps: the first, the one behind the last, whether it begins with a jump."""
    starts = sorted({0, *np.flatnonzero(jumped).tolist()})
    ends = [*starts[1:], len(jumped)]
    return [(first, last, bool(jumped[first])) for first, last in zip(starts, ends, strict=True)]
