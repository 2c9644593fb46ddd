"""Household power (UCI): the active power of a house by what its other meters show.

2,075,259 minutes, December 2006 to November 2010, of a house near Paris: active and reactive power,
voltage, current and three sub-meters; 1.3 % are missing. Where only the hourly file is at hand (the
sums over an hour, as some tutorials have it), that is read, and `minutely` says so.

Licence CC BY 4.0. Cite: G. Hébrail, A. Bérard, "Individual Household Electric Power Consumption",
UCI Machine Learning Repository, 2006, doi:10.24432/C58K54.
"""

import io
from pathlib import Path

import numpy as np

from liquidtime.data.series import IrregularSeries
from liquidtime.data.sets.recorded import Recorded, check_rows, columns, parsed, series_of
from liquidtime.data.sources import Source, at_hand, fetch, members
from liquidtime.errors import InputError
from liquidtime.optional import require

MINUTES = Source(
    "power",
    "household_power_consumption.zip",
    "https://archive.ics.uci.edu/ml/machine-learning-databases/00235/"
    "household_power_consumption.zip",
)
HOURS = Source("power", "household_power_consumption_hours.csv.gz", MINUTES.url)
ROWS = 2_075_259
FEATURES = (
    "Global_reactive_power",
    "Voltage",
    "Global_intensity",
    "Sub_metering_1",
    "Sub_metering_2",
    "Sub_metering_3",
)
TARGET = "Global_active_power"


def minutely() -> bool:
    """Whether `load` gives minutes: the minute file is at hand, or there is no hourly one."""
    return at_hand(_place(MINUTES)) or not at_hand(_place(HOURS))


def load() -> IrregularSeries:
    """All minutes, or hours where only they are at hand; one series, fetched where needed.

    Returns:
        Times in hours since the first row. Target: [R, 1], active power (kW; of the hourly file
        the sum of an hour's minutes). Features as the file has them, NaN where missing.

    Raises:
        InputError: If no file is at hand, or it is not whole.
    """
    if minutely():
        path = fetch(MINUTES)
        return check_rows(path, "minutes", read_minutes(path), ROWS)
    return read_hours(fetch(HOURS))


def read_minutes(path: Path) -> IrregularSeries:
    """Like `load`, from the published zip, or the text file in it (semicolons, "?" for none)."""
    pandas = require("pandas", extra="train")
    data = path.read_bytes()
    if path.suffix == ".zip":
        texts = [data for name, data in members(path) if name.endswith(".txt")]
        if len(texts) != 1:
            raise InputError(f"{path} holds {len(texts)} .txt files; expected the one of minutes.")
        data = texts[0]
    frame = parsed(
        path,
        lambda: pandas.read_csv(io.BytesIO(data), sep=";", na_values="?", low_memory=False),
        "columns with semicolons between them",
    )
    clock = columns(path, frame, ("Date", "Time"))
    return _series(path, frame, clock["Date"] + " " + clock["Time"], "%d/%m/%Y %H:%M:%S")


def read_hours(path: Path) -> IrregularSeries:
    """The same from an hourly file with commas, and a column `datetime`."""
    pandas = require("pandas", extra="train")
    frame = parsed(path, lambda: pandas.read_csv(path), "a CSV table")
    return _series(path, frame, columns(path, frame, ["datetime"])["datetime"], None)


def _place(source: Source) -> str:
    return f"{source.set}/{source.file}"


def _series(path: Path, frame, clock, form: str | None) -> IrregularSeries:
    pandas = require("pandas", extra="train")
    numbers = columns(path, frame, (*FEATURES, TARGET))
    numbers = parsed(path, lambda: numbers.astype(np.float64), 'numbers, or "?"')
    times = parsed(path, lambda: pandas.to_datetime(clock, format=form), "dates and times")
    recording = Recorded(
        numbers[list(FEATURES)].to_numpy(), numbers[[TARGET]].to_numpy(), times.to_numpy()
    )
    return series_of({"house": recording}, FEATURES, targets=[TARGET])
