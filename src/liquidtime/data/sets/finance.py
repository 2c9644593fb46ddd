"""Daily prices of two American stock indices, 1999 to 2018: S&P 500 and Nasdaq Composite.

They ship with the package arch (NCSA licence), as first published by Yahoo Finance; they are read
from there or from a mirror, and never shipped with this package.
"""

import importlib.util
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np

from liquidtime.data.series import IrregularSeries
from liquidtime.data.sets.recorded import Recorded, columns, parsed, series_of
from liquidtime.data.sources import Source, at_hand, fetch
from liquidtime.errors import InputError
from liquidtime.optional import require

INDICES = ("sp500", "nasdaq")
_SHIPPED = "https://github.com/bashtage/arch"
FILES = tuple(Source("finance", f"{name}.csv.gz", _SHIPPED) for name in INDICES)
PRICES = ("Open", "High", "Low", "Close", "Volume")
FEATURES = ("log_variance", "return", "overnight", "log_volume_change")
TARGETS = ("next_log_variance",)
CLASSES = ("down", "up")


def load(direction: bool = False) -> IrregularSeries:
    """Both indices, one series each.

    Args:
        direction: Whether to ask for the direction of the next day, not for its variance.

    Returns:
        A row a trading day but the last. Features: the logarithm of the day's variance by its
        range (Garman and Klass), the logarithmic return from the close before, that of the night
        alone, and that of the volume (NaN where
        none is told); 0 for the three at the first day. Times in hours since the
        first day. Target: the next day's logarithm of the variance, [R, 1], or a class, "up" where
        it closes above this day's close.

    Raises:
        InputError: If neither a mirror nor the package arch has the prices.
    """
    if all(at_hand(f"{one.set}/{one.file}") for one in FILES):
        return read([fetch(one) for one in FILES], direction)
    return _series(_installed(), direction)


def read(paths: list[Path], direction: bool = False) -> IrregularSeries:
    """Like `load`, from tables with the columns Date, Open, High, Low, Close and Volume."""
    pandas = require("pandas", extra="train")
    tables = {}
    for path in paths:
        frame = parsed(path, lambda path=path: pandas.read_csv(path), "a CSV table")
        dates = columns(path, frame, ["Date"])["Date"]
        frame = columns(path, frame, PRICES)
        frame.index = parsed(path, lambda dates=dates: pandas.to_datetime(dates), "dates")
        tables[path.name.split(".")[0]] = frame
    return _series(tables, direction)


def log_variance(frame: Any) -> np.ndarray:
    """Logarithm of a day's variance by its opening, highest, lowest and closing price.

    The estimator of Garman and Klass (Journal of Business 53, 1980): half the squared logarithm of
    high over low, less (2 log 2 - 1) times that of close over open. A day without any range, or
    with a negative estimate, counts as the smallest one above 0.
    """
    logs = {name: np.log(frame[name].to_numpy(np.float64)) for name in PRICES[:4]}
    wide = (logs["High"] - logs["Low"]) ** 2
    drift = (logs["Close"] - logs["Open"]) ** 2
    found = 0.5 * wide - (2 * np.log(2) - 1) * drift
    return np.log(np.maximum(found, found[found > 0].min()))


def _installed() -> Mapping[str, Any]:
    if importlib.util.find_spec("arch") is None:
        raise InputError(
            f"the daily prices are not at hand. Install the package that ships them (pip install "
            f"arch; {_SHIPPED}), or set LIQUIDTIME_MIRROR to a folder that holds "
            f"{' and '.join(f'{one.set}/{one.file}' for one in FILES)}."
        )
    return {name: require(f"arch.data.{name}").load() for name in INDICES}


def _series(tables: Mapping[str, Any], direction: bool) -> IrregularSeries:
    recordings = {}
    for name, frame in tables.items():
        table = columns(name, frame, PRICES).sort_index()
        if len(table) < 3 or not (table[list(PRICES[:4])] > 0).all().all():
            raise InputError(
                f"{name} has {len(table)} days, or a price of 0 or less; expected three days or "
                "more, and prices above 0."
            )
        variance = log_variance(table)
        close, start = (np.log(table[column].to_numpy(np.float64)) for column in ("Close", "Open"))
        traded = table["Volume"].to_numpy(np.float64)
        volume = np.log(np.where(traded > 0, traded, np.nan))
        returns = np.diff(close, prepend=close[0])
        night = np.r_[0.0, start[1:] - close[:-1]]
        values = np.column_stack([variance, returns, night, np.diff(volume, prepend=volume[0])])
        up = (returns[1:] > 0).astype(np.int64)
        target = up if direction else variance[1:, None]
        recordings[name] = Recorded(values[:-1], target, table.index.to_numpy()[:-1])
    if direction:
        return series_of(recordings, FEATURES, classes=CLASSES)
    return series_of(recordings, FEATURES, targets=TARGETS)
