"""Roll-outs of a running robot, by file: those of the paper, and drawn anew."""

from functools import cache
from typing import TYPE_CHECKING

from liquidtime.tasks.protocol import Protocol

if TYPE_CHECKING:
    from liquidtime.data import IrregularSeries, Split

LENGTH, STRIDE = 32, 10


@cache
def rollouts() -> "IrregularSeries":
    """All 31, step by step."""
    from liquidtime.data.sets import half_cheetah

    return half_cheetah.load()


def published(seed: int) -> "tuple[IrregularSeries, Split]":
    """Roll-outs 15 to 24 train, 0 to 4 validate, 5 to 14 test; windows overlap within each."""
    import numpy as np

    from liquidtime.data.splits import Split
    from liquidtime.tasks.windows import sliding, windows

    series = rollouts()
    cut = [one for one in sliding(series, LENGTH, STRIDE) if one.recording < 25]
    number = np.array([one.recording for one in cut])
    parts = (number >= 15, number < 5, (number >= 5) & (number < 15))
    return windows(series, cut), Split(*map(np.flatnonzero, parts))


def drawn(seed: int) -> "tuple[IrregularSeries, Split]":
    """All 31 roll-outs, 75 / 10 / 15 % drawn by the seed; held-out steps count once."""
    from liquidtime.data.splits import split_by_series
    from liquidtime.tasks.windows import apart, whole

    series = rollouts()
    split = split_by_series(len(series), fractions=(0.75, 0.1, 0.15), seed=seed)
    parts = [whole(series, part) for part in (split.train, split.validation, split.test)]
    return apart(series, parts, length=LENGTH, stride=STRIDE)


PROTOCOLS = {
    "paper": Protocol(
        about=(
            "Of 31 roll-outs, 10 train, 5 chose the epoch and 10 test, by number as in the paper's "
            "code, which leaves 6 out; windows of 32 steps that begin every 10 steps."
        ),
        parts=published,
        traps=("Test windows overlap, so that most steps count three times and the ends less.",),
    ),
    "clean": Protocol(
        about=(
            "All 31 roll-outs, 75 / 10 / 15 % of them drawn by the seed; the validation part chose "
            "the epoch. Each held-out step counts once."
        ),
        parts=drawn,
    ),
}
