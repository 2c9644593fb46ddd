"""Minutes of four years: windows at random as published, and one after the other."""

from functools import cache
from typing import TYPE_CHECKING

from liquidtime.tasks.protocol import Protocol
from liquidtime.tasks.traps import EVERYTHING

if TYPE_CHECKING:
    from liquidtime.data import IrregularSeries, Split

LENGTH = 32
SEED = 23489
_CURRENT = (
    "The inputs hold the current and the voltage of the same moment, whose product is nearly the "
    "power that is asked for."
)


@cache
def house() -> "IrregularSeries":
    """All minutes, or all hours, as one series."""
    from liquidtime.data.sets import power

    return power.load()


def partial() -> str:
    """Says so where only hours are at hand."""
    from liquidtime.data.sets import power

    return "" if power.minutely() else "sums of 34,536 hours instead of 2,075,259 minutes"


def published(seed: int) -> "tuple[IrregularSeries, Split]":
    """Windows of 32 rows, one after the other, at random."""
    from liquidtime.tasks.windows import shuffled, standardised_target

    return standardised_target(shuffled(house(), LENGTH, LENGTH, SEED), "all")


def later(seed: int) -> "tuple[IrregularSeries, Split]":
    """The first 75 % of the rows train, the next 10 % validate, the last 15 % test."""
    from liquidtime.tasks.windows import apart, in_time, standardised_target

    made = apart(house(), in_time(house()), length=LENGTH, stride=LENGTH)
    return standardised_target(made, "training")


def without_current(seed: int) -> "tuple[IrregularSeries, Split]":
    """The same without the current, so that there is something to find out."""
    from dataclasses import replace

    series, split = later(seed)
    kept = [n for n, name in enumerate(series.features) if name != "Global_intensity"]
    left = replace(
        series,
        values=series.values[:, kept],
        mask=series.mask[:, kept],
        features=tuple(series.features[n] for n in kept),
    )
    return left, split


PROTOCOLS = {
    "paper": Protocol(
        about=(
            "Windows of 32 rows one after the other, split 75 / 10 / 15 % at random with the seed "
            "of the paper's code, whatever the seed of the run."
        ),
        parts=published,
        statistics="all",
        traps=(
            "Windows are split at random, so that those before and behind a test window train.",
            EVERYTHING,
            _CURRENT,
        ),
    ),
    "clean": Protocol(
        about=(
            "In time: the first 75 % of the rows train, the next 10 % chose the epoch, the last "
            "15 % are the test, each row once. The current of the moment is not among the inputs, "
            "for it nearly tells the power. Seeds have the same parts."
        ),
        parts=without_current,
    ),
    "clean-with-current": Protocol(
        about=(
            "In time, as “clean”, with the current of the moment among the inputs as in the paper."
        ),
        parts=later,
    ),
}
