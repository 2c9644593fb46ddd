"""Minutes of three recordings: two of them test; which validate, differs."""

from functools import cache
from typing import TYPE_CHECKING

from liquidtime.tasks.protocol import Protocol
from liquidtime.tasks.traps import OVERLAP_OF_VALIDATION

if TYPE_CHECKING:
    from liquidtime.data import IrregularSeries, Split

LENGTH = 16
SEED = 893429


@cache
def recordings() -> "IrregularSeries":
    """The training recording and the two of the test, minute by minute."""
    from liquidtime.data.sets import occupancy

    return occupancy.load()


def published(seed: int) -> "tuple[IrregularSeries, Split]":
    """Windows of 16 minutes, one a minute in training, one each 8 minutes in the test."""
    from liquidtime.tasks.windows import first_learns

    return first_learns(recordings(), LENGTH, 8, SEED)


def later(seed: int) -> "tuple[IrregularSeries, Split]":
    """The last 15 % of the training recording validate; each minute of the tests counts once."""
    from liquidtime.tasks.windows import apart, in_time, whole

    series = recordings()
    train, validation, _ = in_time(series.select([0]), (0.85, 0.15, 0.0))
    return apart(
        series, (train, validation, whole(series, (1, 2))), length=LENGTH, stride=LENGTH // 4
    )


PROTOCOLS = {
    "paper": Protocol(
        about=(
            "Windows of 16 minutes. Of those of the training recording, which begin every minute, "
            "a tenth, drawn with the seed of the paper's code, chose the epoch; those of the two "
            "other recordings, which begin every 8 minutes, are the test."
        ),
        parts=published,
        traps=(OVERLAP_OF_VALIDATION,),
    ),
    "clean": Protocol(
        about=(
            "The first 85 % of the training recording train, the rest of it chose the epoch, the "
            "two other recordings are the test, each minute once. Seeds have the same parts."
        ),
        parts=later,
    ),
}
