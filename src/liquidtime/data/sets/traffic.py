"""Metro traffic (UCI): vehicles an hour on Interstate 94 between Minneapolis and St Paul.

48,204 rows, October 2012 to September 2018, of weather, holidays and the hourly volume westbound;
hours are missing, and some stand there twice with several kinds of weather.

Licence CC BY 4.0. Cite: J. Hogue, "Metro Interstate Traffic Volume", UCI Machine Learning
Repository, 2019, doi:10.24432/C5X60B.
"""

from pathlib import Path

import numpy as np

from liquidtime.data.series import IrregularSeries
from liquidtime.data.sets.recorded import Recorded, check_rows, columns, parsed, series_of
from liquidtime.data.sources import Source, fetch
from liquidtime.optional import require

# Copies write the dates with seconds or without; the rows are counted instead.
HOURS = Source(
    "traffic",
    "Metro_Interstate_Traffic_Volume.csv.gz",
    "https://archive.ics.uci.edu/ml/machine-learning-databases/00492/"
    "Metro_Interstate_Traffic_Volume.csv.gz",
)
ROWS = 48204
FEATURES = ("holiday", "temp", "rain_1h", "snow_1h", "clouds_all", "weekday", "hour")
TARGET = "traffic_volume"


def load() -> IrregularSeries:
    """All hours, one series; fetched where needed.

    Returns:
        Features: whether the day is a holiday (the file says so at its first hour; so it counts
        for that day), temperature (K), rain and snow (mm), clouds (%), weekday (0 is Monday) and
        hour. Times in hours since the first row, equal where an hour stands there twice. Target:
        [R, 1], vehicles in that hour.

    Raises:
        InputError: If the file is not at hand or not whole.
    """
    path = fetch(HOURS)
    return check_rows(path, "hours", read(path), ROWS)


def read(path: Path) -> IrregularSeries:
    """Like `load`, from a file of the same format, packed or not."""
    pandas = require("pandas", extra="train")
    frame = parsed(path, lambda: pandas.read_csv(path, keep_default_na=False), "a CSV table")
    numbers = columns(path, frame, ("temp", "rain_1h", "snow_1h", "clouds_all", TARGET))
    numbers = parsed(path, lambda: numbers.astype("float64"), "numbers")
    text = columns(path, frame, ("date_time", "holiday"))
    times = parsed(path, lambda: pandas.to_datetime(text["date_time"]), "dates in date_time")
    day = times.dt.normalize()
    free = day.isin(day[text["holiday"] != "None"].unique())
    weather = [numbers[name].to_numpy() for name in ("temp", "rain_1h", "snow_1h", "clouds_all")]
    values = np.stack(
        [free.to_numpy("float64"), *weather, times.dt.day_of_week, times.dt.hour], axis=1
    ).astype(np.float64)
    recording = Recorded(values, numbers[[TARGET]].to_numpy(), times.to_numpy())
    return series_of({"hours": recording}, FEATURES, targets=[TARGET])
