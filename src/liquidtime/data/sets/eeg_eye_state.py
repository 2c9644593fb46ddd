"""EEG eye state (UCI): are the eyes open, by 14 electrodes of a consumer headset.

One recording of one person, 117 seconds at 128 Hz; whether the eyes were closed was read off a
video. A handful of rows are far off, where the headset slipped.

Licence CC BY 4.0. Cite: O. Rösler, "EEG Eye State", UCI Machine Learning Repository, 2013,
doi:10.24432/C57G7J.
"""

import io
import re
from pathlib import Path

import numpy as np

from liquidtime.data.series import IrregularSeries
from liquidtime.data.sets.recorded import Recorded, check_rows, numbered, parsed, series_of
from liquidtime.data.sources import Source, fetch
from liquidtime.errors import InputError

# The upstream file is an ARFF table; copies have its rows alone. The rows are counted instead.
FILE = Source(
    "eeg_eye_state",
    "EEG_Eye_State.csv",
    "https://archive.ics.uci.edu/ml/machine-learning-databases/00264/EEG%20Eye%20State.arff",
)
ROWS = 14_980
RATE = 128.0
FEATURES = ("AF3", "F7", "F3", "FC5", "T7", "P7", "O1", "O2", "P8", "T8", "FC6", "F4", "F8", "AF4")
CLASSES = ("open", "closed")


def load() -> IrregularSeries:
    """The recording, as one series; fetched where needed.

    Returns:
        Times in seconds. Target: a class a row.

    Raises:
        InputError: If the file is not at hand or not whole.
    """
    path = fetch(FILE)
    return check_rows(path, "one recording", read(path), ROWS)


def read(path: Path) -> IrregularSeries:
    """Like `load`, from a file of the same format: 14 numbers and the state a row, ARFF or CSV."""
    lines = path.read_text(encoding="latin-1").splitlines()
    rows = [line for line in lines if re.match(r"\s*[-+.\d]", line)]
    if not rows:
        raise InputError(f"{path} holds no row that begins with a number; expected some.")
    table = parsed(
        path,
        lambda: np.loadtxt(io.StringIO("\n".join(rows)), delimiter=",", ndmin=2),
        "numbers with commas between them",
    )
    if table.shape[1] != len(FEATURES) + 1:
        raise InputError(
            f"{path} has {table.shape[1]} columns; expected {len(FEATURES) + 1}: the electrodes "
            "and the state."
        )
    target = numbered(path, table[:, -1], (0.0, 1.0))
    recording = Recorded(table[:, :-1], target, np.arange(len(table)) / RATE)
    return series_of({"recording": recording}, FEATURES, classes=CLASSES)
