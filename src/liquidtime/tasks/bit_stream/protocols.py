"""The parts of the strings of bits: as published, and without strings that are in two parts."""

from functools import cache
from typing import TYPE_CHECKING

from liquidtime.tasks.protocol import Protocol

if TYPE_CHECKING:
    from liquidtime.data import IrregularSeries, Split
    from liquidtime.data.sets.bit_stream import Encoding

VALIDATION = 5000


@cache
def strings(encoding: "Encoding") -> "tuple[IrregularSeries, Split]":
    """All strings and the published parts; made once."""
    from liquidtime.data.sets import bit_stream

    return bit_stream.load(encoding)


def published(encoding: "Encoding", seed: int) -> "tuple[IrregularSeries, Split]":
    """The published parts, whatever the seed; 5,000 of the training strings choose the epoch."""
    import numpy as np

    from liquidtime.data.splits import Split

    series, split = strings(encoding)
    order = np.random.default_rng(0).permutation(split.train)
    return series, Split(np.sort(order[VALIDATION:]), np.sort(order[:VALIDATION]), split.test)


@cache
def unshared(encoding: "Encoding") -> "tuple[IrregularSeries, Split]":
    """The strings without those of the test part that are in the training part, too.

    Returns:
        The series, and a split whose validation part is every training string that occurs once:
        those that may become one.
    """
    import numpy as np

    from liquidtime.data.sets import bit_stream
    from liquidtime.data.splits import Split

    series, split = strings(encoding)
    train, test = (bit_stream.draw(count, seed).codes for count, seed in bit_stream.PARTS)
    new = np.flatnonzero(~np.isin(test, train))
    _, first, counts = np.unique(train, return_index=True, return_counts=True)
    once = np.sort(first[counts == 1])
    left = np.concatenate([split.train, split.test[new]])
    several = np.setdiff1d(split.train, once)
    return series.select(left), Split(several, once, np.arange(len(train), len(left)))


def clean(encoding: "Encoding", seed: int) -> "tuple[IrregularSeries, Split]":
    """The same, with 5,000 of the strings that occur once for the validation, drawn anew a seed."""
    import numpy as np

    from liquidtime.data.splits import Split

    series, split = unshared(encoding)
    order = np.random.default_rng(seed).permutation(split.validation)
    train = np.concatenate([split.train, order[VALIDATION:]])
    return series, Split(np.sort(train), np.sort(order[:VALIDATION]), split.test)


def protocols(encoding: "Encoding") -> dict[str, Protocol]:
    """Both protocols of an encoding."""
    return {
        "paper": Protocol(
            about=(
                "100,000 strings to learn from and 10,000 to be tested on, of the published random "
                "numbers. 5,000 of the first chose the epoch; published work trains on all of them "
                "and has no validation part."
            ),
            parts=lambda seed: published(encoding, seed),
            traps=(
                "3,605 of the 10,000 test strings are in the training part, too, and nearly all "
                "of up to ten bits.",
                "Published settings were chosen by these test strings, for there were no others.",
            ),
        ),
        "clean": Protocol(
            about=(
                "No string is in two parts: of the published test strings the 6,395 count that "
                "nobody trains on, and 5,000 of the training strings that occur once chose the "
                "epoch, drawn anew for each seed. The test strings are longer on average than "
                "those of the paper."
            ),
            parts=lambda seed: clean(encoding, seed),
        ),
    }
