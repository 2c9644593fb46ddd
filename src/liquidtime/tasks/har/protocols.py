"""Rows of people: windows as published, and by person."""

from functools import cache
from typing import TYPE_CHECKING

from liquidtime.tasks.protocol import Protocol
from liquidtime.tasks.traps import OVERLAP_OF_VALIDATION

if TYPE_CHECKING:
    from liquidtime.data import IrregularSeries, Split

LENGTH = 16
SEED = 893429


@cache
def people() -> "IrregularSeries":
    """All 30, row by row."""
    from liquidtime.data.sets import har

    return har.load()


def published(seed: int) -> "tuple[IrregularSeries, Split]":
    """Windows of 16 rows, one a row in training, one each 8 rows in the test."""
    from dataclasses import replace

    import numpy as np
    import torch

    from liquidtime.tasks.windows import first_learns

    series = people()
    first = sum(
        count
        for name, count in zip(series.ids, series.lengths.tolist(), strict=True)
        if str(name).startswith("train")
    )
    lengths = torch.tensor([first, len(series.times) - first])
    times = torch.cat([torch.arange(int(count), dtype=torch.float64) for count in lengths])
    joined = replace(
        series, lengths=lengths, times=times, ids=np.array(["train", "test"], dtype=object)
    )
    return first_learns(joined, LENGTH, 8, SEED)


def by_person(seed: int) -> "tuple[IrregularSeries, Split]":
    """The nine people of the test, and four of the 21 others, drawn by the seed, to validate."""
    import numpy as np

    from liquidtime.tasks.windows import apart, whole

    series = people()
    who = [str(name).rstrip("+") for name in series.ids]
    learners = sorted({name for name in who if name.startswith("train")})
    drawn = set(
        np.random.default_rng(seed).permutation(learners)[: -(-len(learners) // 5)].tolist()
    )
    place = [2 if name.startswith("test") else int(name in drawn) for name in who]
    parts = [whole(series, [n for n, at in enumerate(place) if at == k]) for k in range(3)]
    return apart(series, parts, length=LENGTH, stride=LENGTH // 4)


PROTOCOLS = {
    "paper": Protocol(
        about=(
            "Windows of 16 rows. Of those of the 21 training people, which begin at every row, a "
            "tenth, drawn with the seed of the paper's code, chose the epoch; those of the nine "
            "others, which begin every 8 rows, are the test."
        ),
        parts=published,
        traps=(
            OVERLAP_OF_VALIDATION,
            "A window may begin with one person and end with the next.",
        ),
    ),
    "clean": Protocol(
        about=(
            "By person: nine of 30 are the test, as published; of the other 21 five, drawn by the "
            "seed, chose the epoch. Each held-out row counts once, and no window holds two people."
        ),
        parts=by_person,
    ),
}
