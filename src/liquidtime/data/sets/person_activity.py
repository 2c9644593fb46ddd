"""Localization Data for Person Activity (UCI): what somebody does, by four tags on the body.

Five people played the same scene five times: 25 sequences, 164,860 readings of where one of four
tags (both ankles, chest, belt) is in a room, each with one of eleven activities. The tags answer in
turn, every 100 ms or so. `merged` joins readings that are nearly at one time, as Rubanova and
others (2019) have it; `readings` has a row a reading, as the LTC paper.

Licence CC BY 4.0. Cite: B. Kaluža, V. Mirchevska, E. Dovgan, M. Luštrek, M. Gams, "An Agent-Based
Approach to Care in Independent Living", AmI 2010; UCI Machine Learning Repository,
doi:10.24432/C57G8X.
"""

import csv
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch

from liquidtime.data.series import IrregularSeries
from liquidtime.data.sources import Source, at_hand, fetch
from liquidtime.errors import InputError

_URL = "https://archive.ics.uci.edu/ml/machine-learning-databases/00196/ConfLongDemo_JSI.txt"
# No checksum of the file is published; how many readings it holds is.
WHOLE = Source("person_activity", "ConfLongDemo_JSI.txt", _URL)
PART = Source("person_activity", "ConfLongDemo_JSI_A01-A03_part.csv", _URL)
READINGS = 164_860
TAGS = {
    "010-000-024-033": "ankle_left",
    "010-000-030-096": "ankle_right",
    "020-000-033-111": "chest",
    "020-000-032-221": "belt",
}
CLASSES = (
    *("walking", "falling", "lying", "sitting", "standing up", "on all fours"),
    "sitting on the ground",
)
ACTIVITIES = {
    "walking": 0,
    "falling": 1,
    "lying": 2,
    "lying down": 2,
    "sitting": 3,
    "sitting down": 3,
    "standing up from lying": 4,
    "standing up from sitting": 4,
    "standing up from sitting on the ground": 4,
    "on all fours": 5,
    "sitting on the ground": 6,
}
UNREAD = "standing up from sitting on the ground"
"""Which the published code knows by another name than the file has, so that it has no class."""
TICKS = 100_000
"""Of the file's clock (100 ns), in a hundredth of a second."""
_AXES = ("x", "y", "z")


@dataclass(frozen=True, eq=False)
class Readings:
    """R readings, in the order of the file.

    Attributes:
        sequence: [R] names such as "A01": person A, first time.
        tag: [R] numbers of `TAGS`.
        time: int64 [R], in units of 100 ns.
        place: float64 [R, 3], metres.
        activity: [R] names, as the file has them.
    """

    sequence: np.ndarray
    tag: np.ndarray
    time: np.ndarray
    place: np.ndarray
    activity: np.ndarray

    def each(self) -> dict[str, "Readings"]:
        """The readings of each sequence, by time."""
        found = {}
        for name in dict.fromkeys(self.sequence.tolist()):
            rows = np.flatnonzero(self.sequence == name)
            rows = rows[np.argsort(self.time[rows], kind="stable")]
            found[name] = Readings(*(part[rows] for part in vars(self).values()))
        return found


def partial() -> str:
    """Which part is at hand; "" for all of it."""
    if at_hand(f"{WHOLE.set}/{WHOLE.file}") or not at_hand(f"{PART.set}/{PART.file}"):
        return ""
    return "16,486 of 164,860 readings, of one of five people"


def load() -> Readings:
    """All readings, fetched where needed (20 MB), or the part of them that is at hand.

    Raises:
        InputError: If no file is at hand, or it is not whole.
    """
    if partial():
        return read(fetch(PART))
    path = fetch(WHOLE)
    found = read(path)
    if len(found.time) != READINGS:
        raise InputError(
            f"{path} holds {len(found.time):,} readings; {READINGS:,} are published. Delete it, "
            f"to have it fetched again from {_URL}."
        )
    return found


def read(path: Path) -> Readings:
    """Like `load`, from a file of either form.

    Args:
        path: The published text file (sequence, tag, time, date, x, y, z, activity; no header), or
            a table whose header begins with "id" and that has no date.

    Raises:
        InputError: If a line is of neither form, or a tag or an activity is unknown.
    """
    with path.open(encoding="utf-8", newline="") as file:
        lines = [line for line in csv.reader(file) if line]
    headed = bool(lines) and lines[0][0].strip() == "id"
    # Sequence, tag, time, x, y, z, activity.
    columns = [1, 2, 3, 4, 5, 6, 7] if headed else [0, 1, 2, 4, 5, 6, 7]
    tags = {tag: number for number, tag in enumerate(TAGS)}
    rows = []
    for number, line in enumerate(lines[headed:], start=1 + headed):
        try:
            sequence, tag, time, x, y, z, activity = (line[k].strip() for k in columns)
            row = (sequence, tags[tag], int(time), (float(x), float(y), float(z)), activity)
            _ = ACTIVITIES[activity]
        except (IndexError, KeyError, ValueError) as error:
            raise InputError(
                f"{path}, line {number}: {','.join(line)[:90]!r} ({error}); expected a sequence, "
                "one of four tags, a time, a date, three coordinates and an activity."
            ) from error
        rows.append(row)
    if not rows:
        raise InputError(f"{path} holds no reading; expected one a line.")
    sequence, tag, time, place, activity = zip(*rows, strict=True)
    return Readings(
        np.array(sequence),
        np.array(tag, dtype=np.int64),
        np.array(time, dtype=np.int64),
        np.array(place, dtype=np.float64),
        np.array(activity, dtype=object),
    )


def merged(found: Readings, *, unread: Sequence[str] = ()) -> IrregularSeries:
    """A series a sequence; a row is a hundredth of a second in which a tag answered.

    Args:
        found: The readings.
        unread: Activities that count as none, such as `UNREAD` in published work.

    Returns:
        Features: the coordinates of each tag, the mean of its readings in the row. Times in
        hundredths of a second since the first reading. Target per step: class of the activity; of
        several in a row the first in the order of `CLASSES`, as published.
    """
    parts = []
    for name, one in found.each().items():
        ticks = np.rint((one.time - one.time[0]) / TICKS).astype(np.int64)
        times, row = np.unique(ticks, return_inverse=True)
        count = np.zeros((len(times), len(TAGS)))
        total = np.zeros((len(times), len(TAGS), len(_AXES)))
        np.add.at(count, (row, one.tag), 1.0)
        np.add.at(total, (row, one.tag), one.place)
        there = np.repeat(count[:, :, None] > 0, len(_AXES), axis=2)
        values = np.where(there, total / np.maximum(count, 1.0)[:, :, None], 0.0)
        target = np.full(len(times), len(CLASSES))
        np.minimum.at(target, row, _classes(one, unread, len(CLASSES)))
        target[target == len(CLASSES)] = -1
        parts.append((name, times, values.reshape(len(times), -1), there, target))
    return _series(parts, [f"{tag}_{axis}" for tag in TAGS.values() for axis in _AXES])


def readings(found: Readings) -> IrregularSeries:
    """A series a sequence, a row a reading: which tag it is (four features of 0 and 1), and where.

    Returns:
        Times in hundredths of a second since the first reading. Target per step: class of the
        activity.
    """
    parts = []
    for name, one in found.each().items():
        values = np.concatenate([np.eye(len(TAGS))[one.tag], one.place], axis=1)
        times = (one.time - one.time[0]) / TICKS
        there = np.ones(values.shape, dtype=bool)
        parts.append((name, times, values, there, _classes(one, (), -1)))
    return _series(parts, [*TAGS.values(), *_AXES])


def _classes(one: Readings, unread: Sequence[str], nothing: int) -> np.ndarray:
    known = {name: number for name, number in ACTIVITIES.items() if name not in unread}
    return np.array([known.get(name, nothing) for name in one.activity], dtype=np.int64)


def _series(parts: Sequence[tuple], features: Sequence[str]) -> IrregularSeries:
    names, times, values, there, target = zip(*parts, strict=True)
    count = len(features)
    return IrregularSeries(
        values=torch.from_numpy(np.concatenate(values).astype(np.float32)),
        times=torch.from_numpy(np.concatenate(times).astype(np.float64)),
        mask=torch.from_numpy(np.concatenate([part.reshape(-1, count) for part in there])),
        lengths=torch.tensor([len(part) for part in times]),
        target=torch.from_numpy(np.concatenate(target)),
        ids=np.array(names, dtype=object),
        features=tuple(features),
        target_names=("activity",),
        classes=CLASSES,
        per_step=True,
    )
