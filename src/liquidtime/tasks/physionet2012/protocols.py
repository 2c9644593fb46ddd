"""The parts of 4,000 ICU stays: as published, with the published test part alone, and in folds."""

from functools import cache
from typing import TYPE_CHECKING

from liquidtime.optional import require
from liquidtime.tasks.protocol import Protocol

if TYPE_CHECKING:
    from liquidtime.data import IrregularSeries, Split

PUBLISHED_SEED = 42
ANOTHER_SEED = 43
FOLDS = 5


@cache
def stays() -> "IrregularSeries":
    """All of them; needs no network."""
    from liquidtime.data.sets import physionet2012

    return physionet2012.load()


def published(seed: int) -> "tuple[IrregularSeries, Split]":
    """The published 800 test stays, whatever the seed; an eighth of the rest chooses the epoch."""
    from liquidtime.data.sets import physionet2012

    return stays(), physionet2012.published_split(PUBLISHED_SEED)


def another(seed: int) -> "tuple[IrregularSeries, Split]":
    """Another 800 test stays, drawn as the published ones were."""
    from liquidtime.data.sets import physionet2012

    return stays(), physionet2012.published_split(ANOTHER_SEED)


def fold(seed: int) -> "tuple[IrregularSeries, Split]":
    """One of five folds, stratified by outcome, is the test; the sixth seed begins a new round."""
    from liquidtime.data.splits import Split

    selection = require("sklearn.model_selection", extra="train")
    series = stays()
    assert series.target is not None
    died = series.target.numpy()
    turn, number = divmod(seed, FOLDS)
    folds = selection.StratifiedKFold(FOLDS, shuffle=True, random_state=PUBLISHED_SEED + turn)
    rest, test = list(folds.split(died, died))[number]
    train, validation = selection.train_test_split(
        rest, test_size=0.125, random_state=PUBLISHED_SEED + turn, stratify=died[rest]
    )
    return series, Split(train, validation, test)


PROTOCOLS = {
    "paper": Protocol(
        about=(
            "800 of the 4,000 stays, drawn with seed 42, are the test part, as published. An "
            "eighth of the other 3,200 chose the epoch; published work trains on all of them."
        ),
        parts=published,
        statistics="all",
        traps=(
            "Mean and spread for standardising come from training and test stays together, as in "
            "the published code.",
        ),
    ),
    "clean": Protocol(
        about=(
            "Five folds of the 4,000 stays, stratified by outcome; each seed tests on one of them. "
            "An eighth of the other stays chose the epoch. Nothing of a test fold is looked at "
            "before."
        ),
        parts=fold,
    ),
    "published-test": Protocol(
        about=(
            "800 of the 4,000 stays, drawn with seed 42 (the published split), are the test part. "
            "An eighth of the other 3,200 chose the epoch; published work trains on all of them. "
            "Statistics come from training stays alone."
        ),
        parts=published,
    ),
    "another-test": Protocol(
        about=(
            "800 of the 4,000 stays, drawn with seed 43 (a second opinion), are the test part. An "
            "eighth of the other 3,200 chose the epoch. Statistics come from training stays alone."
        ),
        parts=another,
    ),
}
