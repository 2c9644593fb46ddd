"""The parts of the 70,000 digits, row by row."""

from functools import cache
from typing import TYPE_CHECKING

from liquidtime.tasks.digits import CHOSEN
from liquidtime.tasks.protocol import Protocol

if TYPE_CHECKING:
    from liquidtime.data import IrregularSeries, Split


@cache
def _digits() -> "tuple[IrregularSeries, Split]":
    from liquidtime.data.sets import mnist

    digits, split = mnist.everything()
    return mnist.rows(digits), split


def published(seed: int) -> "tuple[IrregularSeries, Split]":
    """The published test part; the same for every seed."""
    return _digits()


PROTOCOLS = {
    "paper": Protocol(
        about=(f"{CHOSEN}; published work has a random tenth of them for that."),
        parts=published,
    ),
    "clean": Protocol(
        about=(f"{CHOSEN}. Nothing of the published parts leaks, so that these are the same."),
        parts=published,
    ),
}
