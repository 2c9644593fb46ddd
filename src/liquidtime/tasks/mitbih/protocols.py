"""Beats of patients: mixed, and by patient, or by time where few records are at hand."""

from functools import cache
from typing import TYPE_CHECKING

from liquidtime.tasks.protocol import Protocol

if TYPE_CHECKING:
    from liquidtime.data import IrregularSeries, Split

LENGTH, STRIDE = 64, 32
VALIDATION = 4
"""Of the training records, how many validate."""
SAME_PATIENT = "201"
"""A record of DS1 whose patient is that of 202, in DS2."""


@cache
def beats() -> "IrregularSeries":
    """The records that are at hand but the paced ones, beat by beat."""
    from liquidtime.data.sets import mitbih

    series = mitbih.load()
    kept = [n for n, name in enumerate(series.ids) if str(name) not in mitbih.PACED]
    return series.select(kept)


def partial() -> str:
    """How many records are at hand, where not all are."""
    from liquidtime.data.sets import mitbih

    count = len(mitbih.at_hand_records())
    return "" if count in (0, len(mitbih.RECORDS)) else f"{count} of {len(mitbih.RECORDS)} records"


def mixed(seed: int) -> "tuple[IrregularSeries, Split]":
    """Windows of 64 beats at random."""
    from liquidtime.tasks.windows import shuffled

    return shuffled(beats(), LENGTH, LENGTH, seed, "own")


def by_patient(seed: int) -> "tuple[IrregularSeries, Split]":
    """DS1 trains and validates, DS2 tests; each record in order of time where not all are there."""
    import numpy as np

    from liquidtime.data.sets import mitbih
    from liquidtime.tasks.windows import apart, in_time, whole

    series = beats()
    series = series.select([n for n, name in enumerate(series.ids) if str(name) != SAME_PATIENT])
    place = {str(name): n for n, name in enumerate(series.ids)}
    if not {*mitbih.TRAIN, *mitbih.TEST} - {SAME_PATIENT} <= place.keys():
        return apart(series, in_time(series, (0.5, 0.2, 0.3)), length=LENGTH, stride=STRIDE)
    learners = [name for name in mitbih.TRAIN if name != SAME_PATIENT]
    drawn = np.random.default_rng(seed).permutation(learners).tolist()
    names = (drawn[VALIDATION:], drawn[:VALIDATION], mitbih.TEST)
    parts = [whole(series, sorted(place[name] for name in part)) for part in names]
    return apart(series, parts, length=LENGTH, stride=STRIDE)


PROTOCOLS = {
    "paper": Protocol(
        about=(
            "Windows of 64 beats one after the other, split 75 / 10 / 15 % at random by the seed, "
            "as much of the literature does (“intra-patient”)."
        ),
        parts=mixed,
        traps=("Every patient has beats in all parts.",),
    ),
    "clean": Protocol(
        about=(
            "By patient, where all records are at hand: the records of DS1 train, four of them, "
            "drawn by the seed, chose the epoch, and the 22 of DS2 are the test (de Chazal, "
            "O'Dwyer, Reilly 2004); record 201 is left out, for its patient is that of 202."
            " Where some are missing, each record in order of time: its "
            "first half trains, the next 20 % chose the epoch, the last 30 % are the test. Each "
            "held-out beat counts once; the four records of paced beats are left out."
        ),
        parts=by_patient,
    ),
}
