"""The parts of the 70,000 digits: events as the published code writes them, and whole ones."""

from functools import cache
from typing import TYPE_CHECKING

from liquidtime.tasks.protocol import Protocol

if TYPE_CHECKING:
    from liquidtime.data import IrregularSeries, Split

LIMIT = 256


@cache
def _events(limit: int | None, closing: bool) -> "tuple[IrregularSeries, Split]":
    from liquidtime.data.sets import mnist

    digits = mnist.load("train"), mnist.load("test")
    learn, test = (mnist.events(part, limit=limit, closing=closing) for part in digits)
    return type(learn).concatenate([learn, test]), mnist.split(len(learn), len(test))


def published(seed: int) -> "tuple[IrregularSeries, Split]":
    """At most 256 events of an image, without the end of its last run; the same for every seed."""
    return _events(LIMIT, closing=False)


def whole(seed: int) -> "tuple[IrregularSeries, Split]":
    """All events of an image and its end; the same for every seed."""
    return _events(None, closing=True)


_CHOSEN = (
    "The 10,000 test images, of other writers, are the published ones. 5,000 of the 60,000 "
    "training images, drawn once, chose the epoch"
)

PROTOCOLS = {
    "paper": Protocol(
        about=f"{_CHOSEN}; published work trains on all of them.",
        parts=published,
        traps=(
            "The event that would end the last run of equal pixels is not written, as in the "
            "published code, so that nobody can know how long this run is.",
        ),
    ),
    "clean": Protocol(
        about=(
            f"{_CHOSEN}. Each series ends with an event at the end of the image, and none is cut. "
            "The test part is looked at once."
        ),
        parts=whole,
    ),
}
