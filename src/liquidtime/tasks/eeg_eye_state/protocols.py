"""Rows of one EEG: windows at random, and blocks of time."""

from functools import cache
from typing import TYPE_CHECKING

from liquidtime.tasks.protocol import Protocol
from liquidtime.tasks.traps import OVERLAP

if TYPE_CHECKING:
    from liquidtime.data import IrregularSeries, Split

LENGTH, STRIDE = 128, 16
BLOCKS = 5
GAP = 128
"""Rows on either side of a held-out block that nothing is learnt from: a second."""


@cache
def recording() -> "IrregularSeries":
    """The one there is."""
    from liquidtime.data.sets import eeg_eye_state

    return eeg_eye_state.load()


def shared(seed: int) -> "tuple[IrregularSeries, Split]":
    """Windows of a second that begin every eighth of a second, at random."""
    from liquidtime.tasks.windows import shuffled

    return shuffled(recording(), LENGTH, STRIDE, seed)


def by_block(seed: int) -> "tuple[IrregularSeries, Split]":
    """One of five blocks of time tests, the next one validates; a second between blocks is lost."""
    from liquidtime.tasks.windows import Stretch, apart, in_turn

    series = recording()
    count = len(series.times)
    edges = [count * k // BLOCKS for k in range(BLOCKS + 1)]
    train, validation, test = in_turn(range(BLOCKS), seed)
    held = {*validation, *test}
    parts = [
        [
            Stretch(
                0,
                edges[k] + GAP * (k - 1 in held),
                edges[k + 1] - GAP * (k + 1 in held),
            )
            for k in train
        ],
        [
            Stretch(0, edges[k] + GAP * (k - 1 in test), edges[k + 1] - GAP * (k + 1 in test))
            for k in validation
        ],
        [Stretch(0, edges[k], edges[k + 1]) for k in test],
    ]
    return apart(series, parts, length=LENGTH, stride=STRIDE, clock="steps")


PROTOCOLS = {
    "paper": Protocol(
        about=(
            "Windows of a second that begin every eighth of a second, split 75 / 10 / 15 % at "
            "random by the seed; the literature draws single rows at random."
        ),
        parts=shared,
        traps=(
            OVERLAP,
            "Rows of one recording are told by their neighbours: the eyes stay as they are.",
        ),
    ),
    "clean": Protocol(
        about=(
            "By time: one of five blocks of 23 seconds is the test, the next one chose the epoch, "
            "each seed takes the next block. A second beside a held-out block is left out of "
            "training. In validation and test each row counts once."
        ),
        parts=by_block,
    ),
}
