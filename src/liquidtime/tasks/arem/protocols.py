"""Recordings of activities: windows at random, and whole recordings."""

from functools import cache
from typing import TYPE_CHECKING

from liquidtime.tasks.protocol import Protocol
from liquidtime.tasks.traps import OVERLAP

if TYPE_CHECKING:
    from liquidtime.data import IrregularSeries, Split

LENGTH, STRIDE = 120, 60


@cache
def recordings() -> "IrregularSeries":
    """All 88."""
    from liquidtime.data.sets import arem

    return arem.load()


def shared(seed: int) -> "tuple[IrregularSeries, Split]":
    """Windows of half a minute, each half over the next, at random."""
    from liquidtime.tasks.windows import shuffled

    return shuffled(recordings(), LENGTH, STRIDE, seed, "own")


def by_recording(seed: int) -> "tuple[IrregularSeries, Split]":
    """Recordings, 60 / 15 / 25 % of each activity; held-out ones in windows of their whole."""
    from liquidtime.data.splits import split_by_series
    from liquidtime.tasks.windows import apart, whole

    series = recordings()
    assert series.target is not None
    activity = series.target[series.offsets[:-1]].numpy()
    split = split_by_series(len(series), fractions=(0.6, 0.15, 0.25), seed=seed, stratify=activity)
    parts = [whole(series, part) for part in (split.train, split.validation, split.test)]
    return apart(series, parts, length=LENGTH, stride=STRIDE)


PROTOCOLS = {
    "paper": Protocol(
        about=(
            "Windows of 30 seconds, each half over the next, split 75 / 10 / 15 % at random by the "
            "seed, as is often done with such recordings."
        ),
        parts=shared,
        traps=(OVERLAP, "Every recording has windows in all parts."),
    ),
    "clean": Protocol(
        about=(
            "By recording, 60 / 15 / 25 % of those of each activity, drawn by the seed; the "
            "validation part chose the epoch. In validation and test each row counts once. Who "
            "was recorded is not told, so that a person may be in several parts."
        ),
        parts=by_recording,
    ),
}
