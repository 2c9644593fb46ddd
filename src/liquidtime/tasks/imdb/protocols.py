"""The parts of the 50,000 reviews: padded as published, and as long as they are."""

from functools import cache
from typing import TYPE_CHECKING

from liquidtime.tasks.protocol import Protocol

if TYPE_CHECKING:
    from liquidtime.data import IrregularSeries, Split

MOST, LAST = 20_000, 200


@cache
def _reviews(pad: bool) -> "tuple[IrregularSeries, Split]":
    from liquidtime.data.sets import imdb

    reviews = imdb.load()
    return imdb.tokens(reviews, most=MOST, last=LAST, pad=pad), imdb.split(reviews)


def published(seed: int) -> "tuple[IrregularSeries, Split]":
    """The last 200 words, short reviews padded in front; the same for every seed."""
    return _reviews(pad=True)


def as_long_as_they_are(seed: int) -> "tuple[IrregularSeries, Split]":
    """The last 200 words, or as many as there are; the same for every seed."""
    return _reviews(pad=False)


_CHOSEN = (
    "The 25,000 test reviews, of other films, are the published ones. 2,500 of the 25,000 to learn "
    "from, drawn once, chose the epoch"
)

PROTOCOLS = {
    "paper": Protocol(
        about=f"{_CHOSEN}; published work trains on all of them.",
        parts=published,
        traps=(
            "Short reviews are padded in front to 200 words, and the padding is read like a word, "
            "as in the published code.",
        ),
    ),
    "clean": Protocol(
        about=f"{_CHOSEN}. Reviews are as long as they are, 200 words at most.",
        parts=as_long_as_they_are,
    ),
}
