"""Frames of seven videos: windows at random as published, and by video."""

from functools import cache
from typing import TYPE_CHECKING

from liquidtime.tasks.protocol import Protocol
from liquidtime.tasks.traps import EVERYTHING, OVERLAP

if TYPE_CHECKING:
    from liquidtime.data import IrregularSeries, Split

LENGTH, STRIDE = 32, 16
SEED = 23489
# The order in which the paper's code reads them belongs to its random numbers.
ORDER = ("a3", "b1", "b3", "c1", "c3", "a2", "a1")


@cache
def videos() -> "IrregularSeries":
    """All seven, frame by frame."""
    from liquidtime.data.sets import gesture

    return gesture.load()


def published(seed: int) -> "tuple[IrregularSeries, Split]":
    """Windows of 32 frames, each half over the next, in published order and parts."""
    from liquidtime.tasks.windows import Stretch, at_random, windows

    series = videos()
    names = list(map(str, series.ids))
    cut = [
        Stretch(n, first, first + LENGTH)
        for n in (names.index(name) for name in ORDER)
        for first in range(0, LENGTH * (int(series.lengths[n]) // LENGTH - 1) + 1, STRIDE)
    ]
    return windows(series, cut), at_random(len(cut), SEED)


def by_video(seed: int) -> "tuple[IrregularSeries, Split]":
    """One video tests, the next one validates; each seed takes the next turn."""
    from liquidtime.tasks.windows import apart, in_turn, whole

    series = videos()
    parts = [whole(series, part) for part in in_turn(range(len(series)), seed)]
    return apart(series, parts, length=LENGTH, stride=STRIDE)


PROTOCOLS = {
    "paper": Protocol(
        about=(
            "Windows of 32 frames that begin every 16 frames, split 75 / 10 / 15 % at random with "
            "the seed of the paper's code, whatever the seed of the run."
        ),
        parts=published,
        statistics="all",
        traps=(OVERLAP, EVERYTHING),
    ),
    "clean": Protocol(
        about=(
            "By video: each seed tests on one of seven, another chose the epoch, five train. In "
            "validation and test each frame counts once."
        ),
        parts=by_video,
    ),
}
