"""The parts of the 70,000 digits, their pixels in one order drawn at random."""

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
    return mnist.pixels(digits, order=mnist.permutation()), split


def published(seed: int) -> "tuple[IrregularSeries, Split]":
    """The published test part; the same for every seed."""
    return _digits()


PROTOCOLS = {
    "paper": Protocol(
        about=(
            f"{CHOSEN}; published work trains on all of them. The order of the pixels is "
            "numpy.random.RandomState(0).permutation(784); published work drew others."
        ),
        parts=published,
    ),
    "clean": Protocol(
        about=(
            f"{CHOSEN}. Nothing of the published parts leaks, so that these are the same, "
            "the order of the pixels too."
        ),
        parts=published,
    ),
}
