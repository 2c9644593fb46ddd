"""Long recordings in windows, with a target a row: overlapping as published, and cleanly apart.

Published work cuts windows first and splits them at random. Where they overlap, most rows of a test
window are then in training windows, too. Clean parts are cut apart first, by recording or by time,
and only the training part is seen in overlapping windows.
"""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import Literal, NamedTuple

import numpy as np
import torch

from liquidtime.data.series import IrregularSeries
from liquidtime.data.splits import Split
from liquidtime.errors import InputError

Clock = Literal["steps", "own"]
"""Times of a window: 1, 2, … a row, as models see them that know no time; or its recording's."""


class Stretch(NamedTuple):
    """Rows of one recording.

    Attributes:
        recording: Its number.
        first: The first row, counted in the recording.
        end: Behind the last one.
        every: Of these, each so many-th.
        lead: Rows before them that are read without being asked for: they have no target.
    """

    recording: int
    first: int
    end: int
    every: int = 1
    lead: int = 0


def windows(
    series: IrregularSeries, stretches: Iterable[Stretch], clock: Clock = "steps"
) -> IrregularSeries:
    """A series for each stretch of rows; they may overlap.

    Args:
        series: Recordings, with one target a row.
        stretches: Which rows; ids are the recording's with the first row: "a1:32".
        clock: "steps", or the recording's "own" times, from 0 at the first row of a window.
    """
    if not series.per_step:
        raise InputError("the recordings have one target each; expected one a row.")
    cut = list(stretches)
    offsets = series.offsets.numpy()
    lead = np.array([one.lead for one in cut], dtype=np.int64)
    each = np.array([one.every for one in cut], dtype=np.int64)
    first = np.array([offsets[one.recording] + one.first for one in cut], dtype=np.int64) - lead
    lengths = -(-np.array([one.end - one.first + one.lead for one in cut]) // each)
    place = np.arange(lengths.sum()) - np.repeat(np.cumsum(lengths) - lengths, lengths)
    rows = torch.from_numpy(np.repeat(first, lengths) + place * np.repeat(each, lengths))
    if clock == "steps":
        times = torch.from_numpy(place + 1.0)
    else:
        starts = torch.from_numpy(np.repeat(first, lengths))
        times = series.times[rows] - series.times[starts]
    assert series.target is not None
    target = series.target[rows]
    target[torch.from_numpy(place < np.repeat(lead, lengths))] = (
        float("nan") if target.is_floating_point() else -1
    )
    ids = np.empty(len(cut), dtype=object)
    ids[:] = [f"{series.ids[one.recording]}:{one.first}" for one in cut]
    return replace(
        series,
        values=series.values[rows],
        times=times,
        mask=series.mask[rows],
        lengths=torch.from_numpy(lengths),
        static=None if series.static is None else series.static[[one.recording for one in cut]],
        target=target,
        ids=ids,
        time_unit=series.time_unit if clock == "own" else None,
        stamps=None,
    )


def sliding(series: IrregularSeries, length: int, stride: int) -> list[Stretch]:
    """Windows as the LTC paper's code cuts them: one that would end with the recording is left out.

    Args:
        series: Recordings.
        length: Rows of a window.
        stride: Rows from one beginning to the next.
    """
    return [
        Stretch(n, first, first + length)
        for n, count in enumerate(series.lengths.tolist())
        for first in range(0, count - length, stride)
    ]


def at_random(count: int, seed: int, *, validation: float = 0.1, test: float = 0.15) -> Split:
    """Parts of windows drawn as the LTC paper's code draws them.

    Args:
        count: Number of windows.
        seed: Of NumPy's legacy generator, which belongs to the recipe.
        validation: Share that chooses the epoch, the first of the permutation.
        test: Share of the test, which come next; 0 for none.
    """
    order = np.random.RandomState(seed).permutation(count)
    first, second = int(validation * count), int(validation * count) + int(test * count)
    return Split(order[second:], order[:first], order[first:second])


def shuffled(
    series: IrregularSeries, length: int, stride: int, seed: int, clock: Clock = "steps"
) -> tuple[IrregularSeries, Split]:
    """All sliding windows of recordings, drawn into parts at random; see `sliding`, `at_random`."""
    cut = sliding(series, length, stride)
    return windows(series, cut, clock), at_random(len(cut), seed)


def stacked_twice(
    series: IrregularSeries, length: int, stride: int, seed: int
) -> tuple[IrregularSeries, Split]:
    """What the LTC paper's code makes of one recording where it stacks its windows a second time.

    A series is then the k-th row of all windows: long, each of its rows `stride` after the one
    before.
    """
    count = len(sliding(series, length, stride))
    cut = [Stretch(0, k, k + stride * count, stride) for k in range(length)]
    return windows(series, cut), at_random(length, seed)


def first_learns(
    series: IrregularSeries, length: int, stride: int, seed: int
) -> tuple[IrregularSeries, Split]:
    """Windows of the first recording to learn from, one a row; of the others to be tested on.

    Args:
        series: Recordings.
        length: Rows of a window.
        stride: Rows from one test window to the next.
        seed: Of the draw of a tenth of the first, which choose the epoch.
    """
    train = [one for one in sliding(series, length, 1) if one.recording == 0]
    test = [one for one in sliding(series, length, stride) if one.recording > 0]
    drawn = at_random(len(train), seed, test=0.0)
    held = np.arange(len(train), len(train) + len(test))
    return windows(series, train + test), Split(drawn.train, drawn.validation, held)


def apart(
    series: IrregularSeries,
    parts: Sequence[Sequence[Stretch]],
    *,
    length: int,
    stride: int,
    clock: Clock = "own",
    lead: int = 0,
) -> tuple[IrregularSeries, Split]:
    """Windows of parts that share no row.

    Those of the training part begin every `stride` rows; in validation and test each row is in one
    window. The last window of a stretch is as long as it happens to be.

    Args:
        series: Recordings, with one target a row.
        parts: Stretches of training, validation and test.
        length: Rows of a window.
        stride: Rows from one beginning to the next, in training.
        clock: As of `windows`.
        lead: Rows before each window that are read and not asked for, as far as there are any;
            those of a later part may be rows of an earlier one.

    Raises:
        InputError: If a row is in two stretches, or a part is empty.
    """
    _check_apart(series, parts)
    every = [
        [
            window._replace(lead=min(lead, window.first))
            for one in part
            for window in _covering(one, length, step)
        ]
        for part, step in zip(parts, (stride, length, length), strict=True)
    ]
    ends = np.cumsum([len(part) for part in every])
    split = Split(*np.split(np.arange(ends[-1]), ends[:2]))
    return windows(series, [one for part in every for one in part], clock), split


def whole(series: IrregularSeries, numbers: Iterable[int]) -> list[Stretch]:
    """All rows of some recordings."""
    return [Stretch(int(n), 0, int(series.lengths[n])) for n in numbers]


def in_time(
    series: IrregularSeries, shares: Sequence[float] = (0.75, 0.1, 0.15)
) -> list[list[Stretch]]:
    """The first share of each recording's rows, the next one, and the last one.

    Args:
        series: Recordings.
        shares: Of training, validation and test.
    """
    parts: list[list[Stretch]] = [[], [], []]
    for n, count in enumerate(series.lengths.tolist()):
        edges = np.rint(np.cumsum([0.0, *shares]) * count).astype(int).tolist()
        for part, first, end in zip(parts, edges, edges[1:], strict=False):
            if end > first:
                part.append(Stretch(n, first, end))
    return parts


def in_turn(numbers: Sequence[int], seed: int) -> tuple[list[int], list[int], list[int]]:
    """One group tests, the next one validates, all others train; each seed takes the next turn.

    Args:
        numbers: [G] groups, at least three.
        seed: The run's.
    """
    count = len(numbers)
    if count < 3:
        raise InputError(f"{count} groups leave no part to train on; expected three or more.")
    test, validation = seed % count, (seed + 1) % count
    others = [number for k, number in enumerate(numbers) if k not in (test, validation)]
    return others, [numbers[validation]], [numbers[test]]


def _covering(stretch: Stretch, length: int, stride: int) -> list[Stretch]:
    count = stretch.end - stretch.first
    last = max(0, -(-(count - length) // stride))
    starts = range(stretch.first, stretch.first + last * stride + 1, stride)
    return [Stretch(stretch.recording, s, min(s + length, stretch.end)) for s in starts]


def _check_apart(series: IrregularSeries, parts: Sequence[Sequence[Stretch]]) -> None:
    offsets = series.offsets.numpy()
    count = np.zeros(len(series.times), dtype=np.int64)
    for name, part in zip(("training", "validation", "test"), parts, strict=True):
        if not part:
            raise InputError(f"the {name} part has no rows; expected some.")
        for one in part:
            count[offsets[one.recording] + one.first : offsets[one.recording] + one.end] += 1
    if count.max(initial=0) > 1:
        raise InputError("a row is in two parts, or twice in one; expected parts that lie apart.")


def standardised_target(
    made: tuple[IrregularSeries, Split], of: Literal["all", "training"]
) -> tuple[IrregularSeries, Split]:
    """Targets by mean and standard deviation, so that an error of 1 is that of their mean.

    Args:
        made: Windows with numbers as targets, and their parts.
        of: Of which windows mean and deviation are.
    """
    series, split = made
    part = series if of == "all" else series.select(split.train)
    assert series.target is not None and part.target is not None
    known = part.target.to(torch.float64)
    there = ~known.isnan()
    count = there.sum(0)
    mean = torch.where(there, known, 0.0).sum(0) / count
    spread = (torch.where(there, known - mean, 0.0).square().sum(0) / count).sqrt()
    target = (series.target.to(torch.float64) - mean) / spread
    return replace(series, target=target.to(torch.float32)), split
