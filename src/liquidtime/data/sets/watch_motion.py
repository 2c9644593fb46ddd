"""Smartwatch exercises: which of seven shoulder exercises a person does, by their watch.

140 recordings of ten people, 50 rows a second: acceleration and angular velocity on three axes.
They ship with the package seglearn (BSD), from whose file this is converted.

Cite: D. M. Burns, N. Leung, M. Hardisty, C. Whyne, P. Henry, S. McLachlin, "Shoulder physiotherapy
exercise recognition: machine learning the inertial signals from a smartwatch", Physiological
Measurement 39, 2018.
"""

import importlib.util
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np

from liquidtime.data.series import IrregularSeries
from liquidtime.data.sets.recorded import Recorded, check_rows, series_of
from liquidtime.data.sources import Source, at_hand, fetch
from liquidtime.errors import InputError

FILE = Source(
    "watch_motion",
    "seglearn_watch.npz",
    "https://github.com/dmbee/seglearn/raw/master/seglearn/data/watch_dataset.npy",
)
ROWS = 244_102
RATE = 50.0
FEATURES = ("ax", "ay", "az", "wx", "wy", "wz")
CLASSES = ("PEN", "ABD", "FEL", "IR", "ER", "TRAP", "ROW")
_KEYS = ("X_flat", "lengths", "y", "subject")


def load() -> IrregularSeries:
    """All recordings, such as "subject 07/012": the subject, and the number of the recording.

    From the converted file where it is at hand, or from the package seglearn where that is
    installed.

    Returns:
        Times in seconds. Target: the exercise, a class a row, the same in a whole recording.

    Raises:
        InputError: If neither is there.
    """
    if not at_hand(f"{FILE.set}/{FILE.file}"):
        return check_rows("seglearn", "140 recordings", _series("seglearn", _installed()), ROWS)
    path = fetch(FILE)
    return check_rows(path, "140 recordings", read(path), ROWS)


def read(path: Path) -> IrregularSeries:
    """Like `load`, from an `.npz` with `X_flat` [R, 6], `lengths`, `y` and `subject`, one each."""
    try:
        with np.load(path, allow_pickle=False) as file:
            held = {key: file[key] for key in _KEYS}
    except (ValueError, KeyError, OSError) as error:
        raise InputError(
            f"{path} cannot be read: {error}. Expected an .npz with {', '.join(_KEYS)}."
        ) from error
    return _series(path, held)


def _installed() -> Mapping[str, Any]:
    if importlib.util.find_spec("seglearn") is None:
        raise InputError(
            f"the smartwatch exercises are not at hand. Install the package that ships them "
            f"(pip install seglearn; {FILE.url}), or set LIQUIDTIME_MIRROR to a folder that holds "
            f"{FILE.set}/{FILE.file}."
        )
    shipped = importlib.import_module("seglearn.datasets").load_watch()
    return {
        "X_flat": np.concatenate(shipped["X"]),
        "lengths": np.array([len(one) for one in shipped["X"]]),
        "y": np.asarray(shipped["y"]),
        "subject": np.asarray(shipped["subject"]),
    }


def _series(place: Any, held: Mapping[str, Any]) -> IrregularSeries:
    values, lengths = held["X_flat"], held["lengths"].astype(np.int64)
    if values.ndim != 2 or values.shape[1] != len(FEATURES) or lengths.sum() != len(values):
        raise InputError(
            f"{place}: X_flat has shape {list(values.shape)} and the lengths add up to "
            f"{lengths.sum()}; expected [R, {len(FEATURES)}] and R."
        )
    blocks = np.split(values, np.cumsum(lengths)[:-1])
    recordings = {
        f"subject {int(who):02d}/{n:03d}": Recorded(
            block, np.full(len(block), int(what)), np.arange(len(block)) / RATE
        )
        for n, (block, what, who) in enumerate(zip(blocks, held["y"], held["subject"], strict=True))
    }
    return series_of(recordings, FEATURES, classes=CLASSES)
