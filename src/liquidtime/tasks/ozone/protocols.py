"""Days of seven years: windows at random as published, and by year."""

from functools import cache
from typing import TYPE_CHECKING

from liquidtime.tasks.protocol import Protocol
from liquidtime.tasks.traps import EVERYTHING, OVERLAP

if TYPE_CHECKING:
    from liquidtime.data import IrregularSeries, Split

LENGTH, STRIDE = 32, 4
SEED = 23489
_VALIDATION, _TEST = "2001-01-01", "2003-01-01"
_AS_NOUGHT = "Missing values are read as 0, and one mean and one spread serve all 72 variables."


@cache
def days() -> "IrregularSeries":
    """All days, as one series."""
    from liquidtime.data.sets import ozone

    return ozone.load()


@cache
def as_read() -> "IrregularSeries":
    """The same as the paper's code reads them: a missing value is 0, as if it had been observed."""
    from dataclasses import replace

    import torch

    return replace(days(), mask=torch.ones_like(days().mask))


def published(seed: int) -> "tuple[IrregularSeries, Split]":
    """Windows of 32 days that begin every 4 days."""
    from liquidtime.tasks.windows import shuffled

    return shuffled(as_read(), LENGTH, STRIDE, SEED)


def released(seed: int) -> "tuple[IrregularSeries, Split]":
    """What the code makes of them, as it stacks the windows twice: 32 series of each fourth day."""
    from liquidtime.tasks.windows import stacked_twice

    return stacked_twice(as_read(), LENGTH, STRIDE, SEED)


def by_year(seed: int) -> "tuple[IrregularSeries, Split]":
    """1998 to 2000 train, 2001 and 2002 validate, 2003 and 2004 test."""
    import numpy as np

    from liquidtime.tasks.windows import Stretch, apart

    series = days()
    hours = [
        (np.datetime64(day) - np.datetime64("1998-01-01")).astype(float) * 24
        for day in (_VALIDATION, _TEST)
    ]
    first, second = np.searchsorted(series.times.numpy(), hours).tolist()
    bounds = ((0, first), (first, second), (second, len(series.times)))
    parts = [[Stretch(0, *bound)] for bound in bounds]
    return apart(series, parts, length=LENGTH, stride=STRIDE)


PROTOCOLS = {
    "paper": Protocol(
        about=(
            "Windows of 32 days that begin every 4 days, split 75 / 10 / 15 % at random with the "
            "seed of the paper's code, whatever the seed of the run."
        ),
        parts=published,
        statistics="all",
        traps=(OVERLAP, EVERYTHING, _AS_NOUGHT),
    ),
    "clean": Protocol(
        about=(
            "By year: 1998 to 2000 train, 2001 and 2002 chose the epoch, 2003 and 2004 are the "
            "test, each day once. Seeds have the same parts."
        ),
        parts=by_year,
    ),
    "released-code": Protocol(
        about=(
            "As the paper's code runs: it stacks the windows a second time, so that what it trains "
            "on is 32 series of 626 days, each four days after the one before, that begin one day "
            "apart. 25 of them train, 3 chose the epoch, 4 are the test."
        ),
        parts=released,
        statistics="all",
        traps=(
            "Nearly each day of a test series is in several training series, too.",
            EVERYTHING,
            _AS_NOUGHT,
        ),
    ),
}
