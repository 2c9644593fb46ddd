"""Occupancy of a room (UCI): is somebody in the office, by its air and light, once a minute.

Temperature, relative humidity, light, CO2 and the humidity ratio of an office, of February 2015,
with whether it was occupied, from time-stamped pictures; the training recording and two others.

Licence CC BY 4.0. Cite: L. M. Candanedo, V. Feldheim, "Accurate occupancy detection of an office
room from light, temperature, humidity and CO2 measurements using statistical learning models",
Energy and Buildings 112, 2016.
"""

from collections.abc import Sequence
from pathlib import Path

from liquidtime.data.series import IrregularSeries
from liquidtime.data.sets.recorded import Recorded, check_rows, columns, numbered, parsed, series_of
from liquidtime.data.sources import Source, fetch
from liquidtime.optional import require

_URL = "https://github.com/LuisM78/Occupancy-detection-data/raw/master/"
# Copies differ in form (with or without a column of row numbers), so rows are counted instead.
FILES = tuple(
    Source("occupancy", file, _URL + file)
    for file in ("datatraining.txt", "datatest.txt", "datatest2.txt")
)
ROWS = 8143 + 2665 + 9752
FEATURES = ("Temperature", "Humidity", "Light", "CO2", "HumidityRatio")
CLASSES = ("empty", "occupied")


def load() -> IrregularSeries:
    """The three recordings, "datatraining", "datatest" and "datatest2"; fetched where needed.

    Returns:
        Times in hours since the first row of each. Target: a class a row.

    Raises:
        InputError: If a file is not at hand or not whole.
    """
    return check_rows("occupancy", "three recordings", read([fetch(one) for one in FILES]), ROWS)


def read(paths: Sequence[Path]) -> IrregularSeries:
    """Like `load`, from files of the same format, a recording each, called by their names."""
    return series_of({path.stem: _recording(path) for path in paths}, FEATURES, classes=CLASSES)


def _recording(path: Path) -> Recorded:
    pandas = require("pandas", extra="train")
    frame = parsed(path, lambda: pandas.read_csv(path), "a table with commas")
    frame = frame.rename(columns={"date": "Date"})
    values = columns(path, frame, FEATURES)
    rest = columns(path, frame, ("Date", "Occupancy"))
    times = parsed(path, lambda: pandas.to_datetime(rest["Date"]), "dates")
    return Recorded(
        values=values.to_numpy("float64"),
        target=numbered(path, rest["Occupancy"].to_numpy(), (0, 1)),
        times=times.to_numpy(),
    )
