"""Hours of six years: windows at random as published, and one after the other."""

from functools import cache
from typing import TYPE_CHECKING

from liquidtime.tasks.protocol import Protocol
from liquidtime.tasks.traps import EVERYTHING, OVERLAP

if TYPE_CHECKING:
    from liquidtime.data import IrregularSeries, Split

LENGTH, STRIDE = 32, 4
SEED = 23489


@cache
def hours() -> "IrregularSeries":
    """All hours, as one series."""
    from liquidtime.data.sets import traffic

    return traffic.load()


def published(seed: int) -> "tuple[IrregularSeries, Split]":
    """Windows of 32 rows that begin every 4 rows."""
    return _published()


def released(seed: int) -> "tuple[IrregularSeries, Split]":
    """What the first release made of them, as it stacked the windows twice."""
    return _released()


def later(seed: int) -> "tuple[IrregularSeries, Split]":
    """The first 75 % of the rows train, the next 10 % validate, the last 15 % test."""
    return _later()


@cache
def _published() -> "tuple[IrregularSeries, Split]":
    from liquidtime.tasks.windows import shuffled, standardised_target

    return standardised_target(shuffled(hours(), LENGTH, STRIDE, SEED), "all")


@cache
def _released() -> "tuple[IrregularSeries, Split]":
    from liquidtime.tasks.windows import stacked_twice, standardised_target

    return standardised_target(stacked_twice(hours(), LENGTH, STRIDE, SEED), "all")


@cache
def _later() -> "tuple[IrregularSeries, Split]":
    from liquidtime.tasks.windows import apart, in_time, standardised_target

    made = apart(hours(), in_time(hours()), length=LENGTH, stride=STRIDE)
    return standardised_target(made, "training")


PROTOCOLS = {
    "paper": Protocol(
        about=(
            "Windows of 32 rows that begin every 4 rows, split 75 / 10 / 15 % at random with the "
            "seed of the paper's code, whatever the seed of the run. Rows count as an hour apart."
        ),
        parts=published,
        statistics="all",
        traps=(OVERLAP, EVERYTHING),
    ),
    "clean": Protocol(
        about=(
            "In time: the first 75 % of the rows train, the next 10 % chose the epoch, the last "
            "15 % are the test, each row once. Seeds have the same parts."
        ),
        parts=later,
    ),
    "released-code": Protocol(
        about=(
            "As the first release of the paper's code ran: it stacked the windows a second time, "
            "so that it trained on 32 series of 12,043 rows, each four rows after the one before, "
            "that begin one row apart. 25 of them train, 3 chose the epoch, 4 are the test."
        ),
        parts=released,
        statistics="all",
        traps=("Nearly each row of a test series is in several training series, too.", EVERYTHING),
    ),
}
