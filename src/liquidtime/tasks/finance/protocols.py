"""Days of two indices: windows at random, and one after the other."""

from functools import cache, partial
from typing import TYPE_CHECKING

from liquidtime.tasks.protocol import Protocol
from liquidtime.tasks.traps import OVERLAP

if TYPE_CHECKING:
    from liquidtime.data import IrregularSeries, Split

MARKET = "The two indices move together: a day's test rows of one are training rows of the other."
LENGTH, STRIDE, LEAD = 64, 8, 44
SHARES = (0.65, 0.1, 0.25)


@cache
def days(direction: bool = False) -> "IrregularSeries":
    """Both indices, day by day, with the next day's variance or direction."""
    from liquidtime.data.sets import finance

    return finance.load(direction=direction)


def shared(direction: bool, seed: int) -> "tuple[IrregularSeries, Split]":
    """Windows of 64 days that begin every 8 days, at random."""
    from liquidtime.tasks.windows import shuffled

    return shuffled(days(direction), LENGTH, STRIDE, seed)


def later(direction: bool, seed: int) -> "tuple[IrregularSeries, Split]":
    """The first 65 % of the days train, the next 10 % validate, the last 25 % test."""
    from liquidtime.tasks.windows import apart, in_time

    series = days(direction)
    # A day's target is the next day, which the last day of a part shall not tell of.
    train, validation, test = in_time(series, SHARES)
    parts = [[one._replace(end=one.end - 1) for one in part] for part in (train, validation)]
    return apart(series, [*parts, test], length=LENGTH, stride=STRIDE, clock="steps", lead=LEAD)


def protocols(*, direction: bool = False) -> dict[str, Protocol]:
    """Both, of the next day's variance, or of its direction."""
    return {
        "paper": Protocol(
            about=(
                "Windows of 64 trading days that begin every 8 days, split 75 / 10 / 15 % at "
                "random by the seed, as is often done and never holds."
            ),
            parts=partial(shared, direction),
            traps=(OVERLAP, "What is learnt from days behind a test day is used for it.", MARKET),
        ),
        "clean": Protocol(
            about=(
                "In time: days of 1999 to 2011 train, those up to 2013 chose the epoch, those of "
                "2014 to 2018 are the test, each day once, by a window that is led by 44 days. "
                "Seeds have the same parts."
            ),
            parts=partial(later, direction),
        ),
    }
