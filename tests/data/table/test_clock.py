import pandas as pd
import pytest

from liquidtime.data.table import TableSchema, read_table
from liquidtime.errors import InputError

SCHEMA = TableSchema(id="id", time="t", features=("a",))


def read(path, schema=SCHEMA):
    return read_table(path, schema, require_target=False)


def test_numbers_stay_in_their_unit(write):
    reading = read(write("id,t,a", "1,-0.5,1", "1,1e2,1"))
    assert reading.series.times.tolist() == [-0.5, 100]
    assert reading.schema.time_kind == "number"
    assert reading.schema.time_unit is None
    assert "own unit" in reading.notes[0]


def test_durations_become_hours(write):
    reading = read(write("id,t,a", "1,00:30,1", "1,01:00:36,1", "1,48:00,1", "1,2 days 01:00:00,1"))
    assert reading.series.times.tolist() == [0.5, 1.01, 48, 49]
    assert reading.schema.time_unit == "hours"
    assert "hours" in reading.notes[0]
    assert list(reading.cells["t"]) == ["00:30", "01:00:36", "48:00", "2 days 01:00:00"]


def test_dates_become_hours_since_the_first_row_of_a_series(write):
    path = write(
        "id,t,a",
        "1,2012-07-01T23:30:00Z,1",
        "2,2013-01-01T00Z,1",
        "1,2012-07-02T02:00:00+01:00,1",
        "1,2012-07-02 03:00:00.25Z,1",
    )
    reading = read(path)
    expected = [0, 1.5, 3.5 + 0.25 / 3600, 0]
    assert reading.series.times.numpy() == pytest.approx(expected, abs=1e-12)
    assert reading.cells["t"].iloc[2] == "2012-07-02 03:00:00.25Z"


def test_parquet_types(tmp_path):
    for column, expected in [
        (pd.to_datetime(["2020-01-01 00:00", "2020-01-01 06:00"]), [0, 6]),
        (
            pd.to_datetime(["2020-01-01 00:00", "2020-01-01 06:00"]).tz_localize("Asia/Tokyo"),
            [0, 6],
        ),
        (pd.to_timedelta(["1h", "90min"]), [1, 1.5]),
        ([1, 4], [1, 4]),
    ]:
        frame = pd.DataFrame({"id": [1, 1], "t": column, "a": [1.0, 2.0]})
        frame.to_parquet(tmp_path / "t.parquet")
        assert read(tmp_path / "t.parquet").series.times.tolist() == expected


@pytest.mark.parametrize(
    ("rows", "words"),
    [
        (["1,00:10,1", "1,later,1"], r"row 3, column 't': came 'later', expected a duration"),
        (["1,00:10,1", "1,00:75,1"], "came '00:75'"),
        (["1,1,1", "1,00:10,1"], "came '00:10', expected a number, like '1'"),
        (["1,2020-01-01,1", "1,7,1"], "came '7', expected an ISO date-time"),
        (["1,03/04/2012,1"], "came '03/04/2012'; expected a number, a duration"),
        (["1,1,1", "1,,1"], r"row 3, column 't': the time is empty"),
        (["1,1,1", "1,inf,1"], "expected a finite number"),
    ],
)
def test_broken_times_are_named(write, rows, words):
    with pytest.raises(InputError, match=words):
        read(write("id,t,a", *rows))


def test_another_table_must_have_the_same_kind_of_time(write):
    fitted = read(write("id,t,a", "1,00:10,1")).schema
    with pytest.raises(InputError, match="came '10', expected a duration"):
        read(write("id,t,a", "1,10,1"), fitted)
    with pytest.raises(InputError, match="expected a duration"):
        read(write("id,t,a", "1,2020-01-01,1"), fitted)


@pytest.mark.parametrize(
    ("make", "words"),
    [
        (lambda hours: 1_614_556_800 + 3600 * hours, "seconds since 1970"),
        (lambda hours: 1_614_556_800_000 + 3_600_000 * hours, "unit='ms'"),
        (lambda hours: 1_614_556_800_000_000_000 + 3_600_000_000_000 * hours, "unit='ns'"),
        (lambda hours: 44256 + hours / 24, "origin='1899-12-30'"),
        (lambda hours: 738216 + hours / 24, "MATLAB"),
        (lambda hours: 2459274.5 + hours / 24, "origin='julian'"),
        (lambda hours: hours, ""),
        (lambda hours: 3600 * hours, ""),
    ],
)
def test_dates_as_counts_are_noted(write, make, words):
    path = write("id,t,a,y", *(f"s{n},{make(hour)},1.5,{n}" for n in (0, 1) for hour in (0, 1, 2)))
    schema = TableSchema(id="id", time="t", features=("a",), target=("y",))
    found = [note for note in read_table(path, schema).notes if "look like" in note]
    assert len(found) == bool(words) and words in " ".join(found)
