"""Ozone days (UCI): is it a day of high ozone, by 72 measures of the weather; eight-hour peak.

2,534 days of Houston, 1998 to 2004, 160 of them ozone days: wind speeds and temperatures of each
hour, and what balloons and pressure maps say; many are missing.

Licence CC BY 4.0. Cite: K. Zhang, W. Fan, "Forecasting skewed biased stochastic ozone days",
Knowledge and Information Systems 14, 2008.
"""

from pathlib import Path

import numpy as np

from liquidtime.data.series import IrregularSeries
from liquidtime.data.sets.recorded import Recorded, check_rows, numbered, parsed, series_of
from liquidtime.data.sources import Source, fetch
from liquidtime.errors import InputError
from liquidtime.optional import require

DAYS = Source(
    "ozone",
    "eighthr.data",
    "https://archive.ics.uci.edu/ml/machine-learning-databases/ozone/eighthr.data",
)
ROWS = 2534
_LEVELS = ("850", "700", "500")
FEATURES = (
    *(f"wind_{hour}" for hour in range(24)),
    "wind_peak",
    "wind_mean",
    *(f"temperature_{hour}" for hour in range(24)),
    "temperature_peak",
    "temperature_mean",
    *(f"{what}{level}" for level in _LEVELS for what in ("T", "RH", "U", "V", "HT")),
    "KI",
    "TT",
    "SLP",
    "SLP_change",
    "precipitation",
)
CLASSES = ("usual", "ozone")


def load() -> IrregularSeries:
    """All days, one series; fetched where needed.

    Returns:
        Times in hours since the first day. Target: a class a day.

    Raises:
        InputError: If the file is not at hand or not whole.
    """
    path = fetch(DAYS)
    return check_rows(path, "days", read(path), ROWS)


def read(path: Path) -> IrregularSeries:
    """Like `load`, from a file of the same format: date, 72 numbers or "?", class; no header."""
    pandas = require("pandas", extra="train")
    frame = parsed(
        path,
        lambda: pandas.read_csv(path, header=None, na_values="?", skipinitialspace=True),
        "a table with commas",
    )
    width = len(FEATURES) + 2
    if frame.shape[1] != width:
        raise InputError(
            f"{path} has {frame.shape[1]} columns; expected {width}: the date, {len(FEATURES)} "
            "numbers and the class."
        )
    times = parsed(path, lambda: pandas.to_datetime(frame[0], format="%m/%d/%Y"), "dates first")
    values = parsed(path, lambda: frame.iloc[:, 1:-1].to_numpy(np.float64), "numbers")
    target = numbered(path, frame.iloc[:, -1].to_numpy(np.float64), (0.0, 1.0))
    return series_of(
        {"days": Recorded(values, target, times.to_numpy())}, FEATURES, classes=CLASSES
    )
