"""The parts of the 70,000 digits: events as the published code writes them, and whole ones."""

from functools import cache
from typing import TYPE_CHECKING

from liquidtime.tasks.digits import CHOSEN
from liquidtime.tasks.protocol import Protocol

if TYPE_CHECKING:
    from liquidtime.data import IrregularSeries, Split

LIMIT = 256


@cache
def _events(limit: int | None, closing: bool) -> "tuple[IrregularSeries, Split]":
    from liquidtime.data.sets import mnist

    digits, split = mnist.everything()
    return mnist.events(digits, limit=limit, closing=closing), split


def published(seed: int) -> "tuple[IrregularSeries, Split]":
    """At most 256 events of an image, without the end of its last run; the same for every seed."""
    return _events(LIMIT, closing=False)


def whole(seed: int) -> "tuple[IrregularSeries, Split]":
    """All events of an image and its end; the same for every seed."""
    return _events(None, closing=True)


PROTOCOLS = {
    "paper": Protocol(
        about=f"{CHOSEN}; published work trains on all of them.",
        parts=published,
        traps=(
            "The event that would end the last run of equal pixels is not written, as in the "
            "published code, so that nobody can know how long this run is.",
        ),
    ),
    "clean": Protocol(
        about=(
            f"{CHOSEN}. Each series ends with an event at the end of the image, and none is cut. "
            "The test part is looked at once."
        ),
        parts=whole,
    ),
}
