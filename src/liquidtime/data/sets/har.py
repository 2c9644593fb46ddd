"""UCI HAR: which of six activities a person is at, by the smartphone at the waist.

10,299 windows of 2.56 seconds of 30 people, each half over the next, described by 561 numbers
between -1 and 1; 21 people train, 9 others test.

Licence CC BY 4.0. Cite: D. Anguita, A. Ghio, L. Oneto, X. Parra, J. L. Reyes-Ortiz, "A public
domain dataset for human activity recognition using smartphones", ESANN 2013.
"""

import io
import itertools
import zipfile
from pathlib import Path

import numpy as np

from liquidtime.data.series import IrregularSeries
from liquidtime.data.sets.recorded import Recorded, check_rows, numbered, parsed, series_of
from liquidtime.data.sources import Source, entries, fetch
from liquidtime.errors import InputError

ARCHIVE = Source(
    "har",
    "UCI HAR Dataset.zip",
    "https://archive.ics.uci.edu/ml/machine-learning-databases/00240/UCI%20HAR%20Dataset.zip",
)
ROWS = 10_299
COUNT = 561
CLASSES = (
    "walking",
    "walking_upstairs",
    "walking_downstairs",
    "sitting",
    "standing",
    "laying",
)
_SECONDS = 1.28


def load() -> IrregularSeries:
    """All people, one series a stretch of rows of one: "train/01" to "test/24"; fetched if need be.

    Returns:
        Rows in the order of the files, 1.28 seconds apart. Target: a class a row.

    Raises:
        InputError: If the file is not at hand or not whole.
    """
    path = fetch(ARCHIVE)
    return check_rows(path, "30 people", read(path), ROWS)


def read(path: Path) -> IrregularSeries:
    """Like `load`, from a zip of the same format, packed in another zip or not."""
    found: dict[str, Recorded] = {}
    for part in ("train", "test"):
        rows = _numbers(path, f"X_{part}.txt")
        labels = _numbers(path, f"y_{part}.txt")[:, 0]
        people = _numbers(path, f"subject_{part}.txt")[:, 0].astype(np.int64)
        if rows.shape[1] != COUNT or not len(rows) == len(labels) == len(people):
            raise InputError(
                f"{path}: X_{part}.txt has {len(rows)} rows of {rows.shape[1]} numbers, beside "
                f"{len(labels)} activities and {len(people)} subjects; expected {COUNT} numbers "
                "and as many rows in each."
            )
        target = numbered(f"{path}, y_{part}.txt", labels, tuple(map(float, range(1, 7))))
        edges = np.flatnonzero(np.diff(people, prepend=-1, append=-1))
        for first, end in itertools.pairwise(edges.tolist()):
            name = f"{part}/{people[first]:02d}"
            # A subject whose rows come again later makes another stretch.
            while name in found:
                name += "+"
            times = np.arange(end - first) * _SECONDS
            found[name] = Recorded(rows[first:end], target[first:end], times)
    return series_of(found, [f"x{k + 1}" for k in range(COUNT)], classes=CLASSES)


def _numbers(path: Path, name: str) -> np.ndarray:
    texts = [data for place, data in _files(path) if place == name]
    if len(texts) != 1:
        raise InputError(f"{path} holds {len(texts)} files {name}; expected one.")
    return parsed(
        f"{path}, {name}",
        lambda: np.loadtxt(io.BytesIO(texts[0]), ndmin=2),
        "numbers with blanks between them",
    )


def _files(path: Path) -> list[tuple[str, bytes]]:
    wanted = [f"{what}_{part}.txt" for what in "Xy" for part in ("train", "test")]
    wanted += ["subject_train.txt", "subject_test.txt"]
    found = []
    for place, data in entries(path):
        if place.name in wanted:
            found.append((place.name, data))
        elif place.suffix == ".zip":
            with zipfile.ZipFile(io.BytesIO(data)) as inner:
                names = [name for name in inner.namelist() if Path(name).name in wanted]
                found += [(Path(name).name, inner.read(name)) for name in names]
    return found
