"""Recordings of exercises: by time within each, as published, and by subject."""

from functools import cache
from typing import TYPE_CHECKING

from liquidtime.tasks.protocol import Protocol

if TYPE_CHECKING:
    from liquidtime.data import IrregularSeries, Split

LENGTH, STRIDE = 100, 50
FOLDS = 5


@cache
def recordings() -> "IrregularSeries":
    """All 140."""
    from liquidtime.data.sets import watch_motion

    return watch_motion.load()


def by_time(seed: int) -> "tuple[IrregularSeries, Split]":
    """A fifth of the time of each recording tests, the next fifth validates."""
    from liquidtime.tasks.windows import Stretch, apart, in_turn

    series = recordings()
    parts = [
        [
            Stretch(n, count * fold // FOLDS, count * (fold + 1) // FOLDS)
            for n, count in enumerate(series.lengths.tolist())
            for fold in folds
        ]
        for folds in in_turn(range(FOLDS), seed)
    ]
    return apart(series, parts, length=LENGTH, stride=STRIDE)


def by_subject(seed: int) -> "tuple[IrregularSeries, Split]":
    """Two of ten people test, two others validate; the sixth seed begins anew."""
    from liquidtime.tasks.windows import apart, in_turn, whole

    series = recordings()
    who = [str(name).partition("/")[0] for name in series.ids]
    people = sorted(set(who))
    pairs = [people[k : k + 2] for k in range(0, len(people), 2)]
    parts = [
        whole(series, [n for n, name in enumerate(who) if any(name in pairs[k] for k in part)])
        for part in in_turn(range(len(pairs)), seed)
    ]
    return apart(series, parts, length=LENGTH, stride=STRIDE)


PROTOCOLS = {
    "paper": Protocol(
        about=(
            "By time: a fifth of each recording is the test, another fifth chose the epoch; each "
            "seed takes the next fifth. Windows of 2 seconds; in validation and test each row "
            "counts once."
        ),
        parts=by_time,
        traps=("Every recording, and so every person, is in all parts.",),
    ),
    "clean": Protocol(
        about=(
            "By subject: each seed tests on two of ten people, two others chose the epoch. In "
            "validation and test each row counts once."
        ),
        parts=by_subject,
    ),
}
