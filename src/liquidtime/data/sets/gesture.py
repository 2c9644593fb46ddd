"""Gesture phases (UCI): which phase of a gesture a frame shows, by how hands and wrists move.

Seven videos of three people who tell a comic strip: 32 velocities and accelerations of hands and
wrists, 9,873 frames in all, each at rest, in preparation, stroke, hold or retraction.

Licence CC BY 4.0. Cite: R. C. B. Madeo, C. A. M. Lima, S. M. Peres, "Gesture unit segmentation
using support vector machines", ACM Symposium on Applied Computing, 2013.
"""

import io
from pathlib import Path

from liquidtime.data.series import IrregularSeries
from liquidtime.data.sets.recorded import Recorded, check_rows, columns, numbered, parsed, series_of
from liquidtime.data.sources import Source, fetch, members
from liquidtime.errors import InputError
from liquidtime.optional import require

# Copies pack the same files in other folders; the frames are counted instead.
ARCHIVE = Source(
    "gesture",
    "gesture_phase_dataset.zip",
    "https://archive.ics.uci.edu/ml/machine-learning-databases/00302/gesture_phase_dataset.zip",
)
ROWS = 9873
FEATURES = tuple(
    f"{what}_{part}"
    for what, parts in (
        ("velocity", [f"{j}_{axis}" for j in ("lh", "rh", "lw", "rw") for axis in "xyz"]),
        ("acceleration", [f"{j}_{axis}" for j in ("lh", "rh", "lw", "rw") for axis in "xyz"]),
        ("speed", ["lh", "rh", "lw", "rw"]),
        ("acceleration_size", ["lh", "rh", "lw", "rw"]),
    )
    for part in parts
)
CLASSES = ("rest", "preparation", "stroke", "hold", "retraction")
_LETTERS = ("D", "P", "S", "H", "R")
_ENDING = "_va3.csv"


def load() -> IrregularSeries:
    """The seven videos, "a1" to "c3" (person and story); fetched where needed.

    Returns:
        Times count frames. Target: a class a frame.

    Raises:
        InputError: If the file is not at hand or not whole.
    """
    path = fetch(ARCHIVE)
    return check_rows(path, "seven videos", read(path), ROWS)


def read(path: Path) -> IrregularSeries:
    """Like `load`, from an archive of the same format: the files `*_va3.csv` in it."""
    pandas = require("pandas", extra="train")
    found = {}
    for name, data in members(path):
        if not name.endswith(_ENDING):
            continue
        place = f"{path}, {name}"
        frame = parsed(place, lambda data=data: pandas.read_csv(io.BytesIO(data)), "a CSV table")
        numbers = columns(place, frame, [str(k + 1) for k in range(len(FEATURES))])
        phase = columns(place, frame, ["Phase"])["Phase"].to_numpy()
        found[name.removesuffix(_ENDING)] = Recorded(
            numbers.to_numpy("float64"), numbered(place, phase, _LETTERS)
        )
    if not found:
        raise InputError(f"{path} holds no file *{_ENDING}; expected one a video.")
    return series_of(dict(sorted(found.items())), FEATURES, classes=CLASSES)
