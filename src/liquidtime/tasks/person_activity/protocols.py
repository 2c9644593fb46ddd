"""The parts of the sequences: both published settings, and people held apart."""

from functools import cache
from typing import TYPE_CHECKING

from liquidtime.tasks.protocol import Protocol
from liquidtime.tasks.traps import OVERLAP, OVERLAP_OF_VALIDATION

if TYPE_CHECKING:
    import numpy as np

    from liquidtime.data import IrregularSeries, Split
    from liquidtime.data.sets.person_activity import Readings

LENGTH, STRIDE = 50, 25
SEED = 42
_FIRST_LENGTH, _FIRST_STRIDE = 32, 16
_FIRST_SEED = 98841
_TEST, _VALIDATION = 0.2, 0.1
_FEWEST = 3


@cache
def found() -> "Readings":
    """All readings, or those at hand; read once."""
    from liquidtime.data.sets import person_activity

    return person_activity.load()


def partial() -> str:
    """Says so where only a part is at hand."""
    from liquidtime.data.sets import person_activity

    return person_activity.partial()


@cache
def _second() -> "IrregularSeries":
    from liquidtime.data.sets import person_activity
    from liquidtime.tasks.windows import sliding, windows

    sequences = person_activity.merged(found(), unread=(person_activity.UNREAD,))
    return windows(sequences, sliding(sequences, LENGTH, STRIDE), "own")


def second_setting(seed: int) -> "tuple[IrregularSeries, Split]":
    """Windows of 50 rows, four fifths of them to train on, both parts resampled by the seed."""
    import numpy as np

    from liquidtime.optional import require

    series = _second()
    selection = require("sklearn.model_selection", extra="train")
    train, test = selection.train_test_split(
        np.arange(len(series)), train_size=1.0 - _TEST, random_state=SEED, shuffle=True
    )
    count = int(_VALIDATION * len(train))
    random = np.random.default_rng(seed)
    return _drawn(
        series,
        random.choice(train[count:], len(train) - count),
        np.sort(train[:count]),
        random.choice(test, len(test)),
    )


def first_setting(seed: int) -> "tuple[IrregularSeries, Split]":
    """Windows of 32 readings, a fifth of them, drawn with the published seed, are the test."""
    import numpy as np

    from liquidtime.data.sets import person_activity
    from liquidtime.data.splits import Split
    from liquidtime.tasks.windows import sliding, windows

    sequences = person_activity.readings(found())
    series = windows(sequences, sliding(sequences, _FIRST_LENGTH, _FIRST_STRIDE), "own")
    order = np.random.RandomState(_FIRST_SEED).permutation(len(series))
    test, rest = np.split(order, [int(_TEST * len(order))])
    validation, train = np.split(rest, [int(_VALIDATION * len(rest))])
    return series, Split(train, validation, test)


def clean(seed: int) -> "tuple[IrregularSeries, Split]":
    """One person tests and one validates, by turns; of fewer than three, the last of the time."""
    from liquidtime.data.sets import person_activity
    from liquidtime.tasks.windows import apart, in_time, in_turn, whole

    sequences = person_activity.merged(found())
    people = sorted({str(name)[0] for name in sequences.ids})
    parts = in_time(sequences)
    if len(people) >= _FEWEST:
        of = [people.index(str(name)[0]) for name in sequences.ids]
        turns = in_turn(range(len(people)), seed)
        parts = [whole(sequences, [n for n, p in enumerate(of) if p in turn]) for turn in turns]
    return apart(sequences, parts, length=LENGTH, stride=STRIDE)


def _drawn(series: "IrregularSeries", *parts: "np.ndarray") -> "tuple[IrregularSeries, Split]":
    """Series of parts that may hold one several times; the copies are told apart by their ids."""
    from collections import Counter
    from dataclasses import replace

    import numpy as np

    from liquidtime.data.splits import Split

    numbers = np.concatenate(parts)
    seen: Counter[int] = Counter()
    ids = np.empty(len(numbers), dtype=object)
    for place, number in enumerate(numbers.tolist()):
        seen[number] += 1
        ids[place] = f"{series.ids[number]}#{seen[number]}"
    ends = np.cumsum([len(part) for part in parts])[:-1]
    return replace(series.select(numbers), ids=ids), Split(*np.split(np.arange(len(ids)), ends))


PROTOCOLS = {
    "paper": Protocol(
        about=(
            "Second setting (Rubanova and others 2019): windows of 50 rows that begin every 25 "
            "rows, four fifths of them to train on, drawn with seed 42. A tenth of the training "
            "windows chose the epoch; published work has no validation part."
        ),
        parts=second_setting,
        traps=(
            OVERLAP,
            OVERLAP_OF_VALIDATION,
            "Training and test windows are drawn anew with replacement, as in the published code: "
            "some count several times, and a third of them not at all.",
            "Rows in which somebody stands up from the ground have no class, since the published "
            "code knows that activity by another name than the file has.",
        ),
    ),
    "first-setting": Protocol(
        about=(
            "First setting (LTC and ODE-LSTM papers): a row a reading, windows of 32 that begin "
            "every 16, a fifth of them, drawn with seed 98841, the test. A tenth of the others "
            "chose the epoch. The published code leaves out the last sequence of the file, which "
            "is here."
        ),
        parts=first_setting,
        traps=(OVERLAP, OVERLAP_OF_VALIDATION),
    ),
    "clean": Protocol(
        about=(
            "One of the people is the test, another one chose the epoch, by turns of the seed; "
            "where fewer than three are at hand, the last 15 % of each sequence are the test and "
            "the 10 % before them chose the epoch. No reading is in two parts, and each test row "
            "counts once. All eleven activities have a class."
        ),
        parts=clean,
    ),
}
