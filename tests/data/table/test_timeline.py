import numpy as np
import pandas as pd
import pytest

from liquidtime.data.table.schema import TableSchema
from liquidtime.data.table.timeline import later, otherwise, timeline


def schema(kind, **options):
    return TableSchema(id="id", time="t", features=("x",), time_kind=kind, **options)


@pytest.mark.parametrize(
    ("kind", "cell", "hours", "said", "options"),
    [
        ("datetime", "2020-01-31 23:00", 2, "2020-02-01 01:00", {}),
        ("datetime", "2020-01-31T23:00:00Z", 2, "2020-02-01T01:00:00Z", {}),
        ("datetime", "2020-01-31T23:00:00+01:00", 0.5, "2020-01-31T23:30:00+01:00", {}),
        ("datetime", "2020-02-28", 24, "2020-02-29", {}),
        ("datetime", "2020-02-28", 6, "2020-02-28 06:00", {}),
        ("datetime", "31.01.2020 23:00", 2, "01.02.2020 01:00", {"time_format": "%d.%m.%Y %H:%M"}),
        ("number", "12.5", 1, "13.5", {}),
        ("number", "12,5", 1, "13,5", {"decimal": ","}),
        ("number", 12, 1.5, 13.5, {}),
        ("duration", "23:30", 1, "24:30", {}),
        ("duration", "00:00:30", 1.5, "01:30:30", {}),
    ],
)
def test_times_are_written_onwards(kind, cell, hours, said, options):
    found = later(pd.Series([cell]), np.array([float(hours)]), schema(kind, **options))
    assert found.tolist() == [said]


def test_typed_times_keep_their_zone():
    cells = pd.Series(pd.to_datetime(["2020-03-29 00:30"])).dt.tz_localize("Europe/Berlin")
    found = later(cells, np.array([1.0]), schema("datetime"))
    # An hour later summer time has begun.
    assert found.iloc[0] == pd.Timestamp("2020-03-29 01:30", tz="Europe/Berlin")
    assert later(cells, np.array([2.0]), schema("datetime")).iloc[0].hour == 3


def test_moments_are_shared_and_local_is_the_wall():
    cells = pd.Series(["1970-01-02T01:00:00+01:00", "1970-01-02T01:00:00+02:00"])
    found = timeline(cells, schema("datetime"))
    assert found is not None
    assert found.moments.tolist() == [24, 23]
    assert found.local.tolist() == [25, 25]
    typed = pd.Series(pd.to_datetime(["1970-01-02 01:00"])).dt.tz_localize("Europe/Berlin")
    found = timeline(typed, schema("datetime"))
    assert found is not None
    assert (found.moments.tolist(), found.local.tolist()) == ([24], [25])
    assert timeline(pd.Series([1.0]), schema("number")) is None


def test_another_clock_than_that_of_the_fit_is_told():
    dates = schema("datetime")

    def clock(*texts):
        return timeline(pd.Series(texts), dates)

    plain, utc = clock("2024-01-01 12:00"), clock("2024-01-01T12:00Z")
    winter, summer = clock("2024-01-01T12:00+01:00"), clock("2024-07-01T12:00+02:00")
    far = clock("2024-01-01T12:00+09:00")
    stamped = timeline(pd.Series(pd.date_range("2024-01-01", periods=2, tz="Asia/Tokyo")), dates)
    assert winter.told == {"zoned": True, "ahead": [1.0]} and not plain.told["zoned"]
    for one in (plain, utc, winter, far):
        assert otherwise(one, one.told) == ""
    assert otherwise(summer, winter.told) == "" == otherwise(stamped, far.told)
    assert "tell a time zone, those of the fit tell none" in otherwise(utc, plain.told)
    assert "tell none, those of the fit tell a time zone" in otherwise(plain, utc.told)
    assert "+9 h from UTC, that of the fit +1 h" in otherwise(far, winter.told)
