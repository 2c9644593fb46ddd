"""AReM (UCI): which of seven activities a person is at, by radio between three worn nodes.

88 recordings of two minutes, four rows a second: mean and variance of the signal strength between
chest and right ankle, chest and left ankle, and both ankles.

Licence CC BY 4.0. Cite: F. Palumbo, C. Gallicchio, R. Pucci, A. Micheli, "Human activity
recognition using multisensor data fusion based on reservoir computing", Journal of Ambient
Intelligence and Smart Environments 8, 2016.
"""

import re
from pathlib import Path

import numpy as np

from liquidtime.data.series import IrregularSeries
from liquidtime.data.sets.recorded import Recorded, parsed, series_of
from liquidtime.data.sources import Source, entries, fetch
from liquidtime.errors import InputError

# Copies write the same rows with other headers and separators; the recordings are counted.
ARCHIVE = Source(
    "arem",
    "arem.zip",
    "https://archive.ics.uci.edu/ml/machine-learning-databases/00366/AReM.zip",
)
COUNT = 88
FEATURES = ("avg_rss12", "var_rss12", "avg_rss13", "var_rss13", "avg_rss23", "var_rss23")
CLASSES = ("bending1", "bending2", "cycling", "lying", "sitting", "standing", "walking")
_FILE = re.compile(r"dataset(\d+)\.csv")


def load() -> IrregularSeries:
    """All 88 recordings, such as "walking/03"; fetched where needed.

    Returns:
        Times in seconds. Target: the activity, a class a row, the same in all rows of a recording.

    Raises:
        InputError: If the file is not at hand or not whole.
    """
    path = fetch(ARCHIVE)
    series = read(path)
    if len(series) != COUNT:
        raise InputError(f"{path} holds {len(series)} recordings; {COUNT} are published.")
    return series


def read(path: Path) -> IrregularSeries:
    """Like `load`, from an archive of the same format: `ACTIVITY/datasetN.csv`."""
    found = {}
    for place, data in entries(path):
        file, activity = _FILE.fullmatch(place.name), place.parent.name
        if file is None or activity not in CLASSES:
            continue
        rows = _rows(f"{path}, {place}", data.decode("latin-1"))
        target = np.full(len(rows), CLASSES.index(activity))
        found[f"{activity}/{int(file[1]):02d}"] = Recorded(rows[:, 1:], target, rows[:, 0] / 1000)
    if not found:
        raise InputError(f"{path} holds no ACTIVITY/datasetN.csv; expected one a recording.")
    return series_of(dict(sorted(found.items())), FEATURES, classes=CLASSES)


def _rows(place: str, text: str) -> np.ndarray:
    """Time in milliseconds and six numbers a row, whatever stands between them."""
    found = []
    for line in text.splitlines():
        if "#" in line or not line.strip():
            continue
        cells = [cell for cell in re.split(r"[,;\s]+", line.strip()) if cell]
        # Some copies number the rows and repeat the activity behind them.
        found.append(cells[1:-1] if len(cells) == len(FEATURES) + 3 else cells)
    wrong = next((cells for cells in found if len(cells) != len(FEATURES) + 1), None)
    if wrong is not None or not found:
        raise InputError(
            f"{place} has the row {wrong}; expected {len(FEATURES) + 1} numbers: milliseconds, and "
            f"{', '.join(FEATURES)}."
        )
    return parsed(place, lambda: np.array(found, dtype=np.float64), "numbers")
