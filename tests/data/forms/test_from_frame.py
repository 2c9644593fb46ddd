"""Data frames as people have them: what is read, and that times and ids come back as they were."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
import torch

from liquidtime.data import IrregularSeries, from_frame, from_lists, from_long_frame, to_frame
from liquidtime.errors import InputError

# The night in which clocks in Berlin go from 2 to 3.
NIGHT = pd.date_range("2024-03-31 00:00", periods=4, freq="h", tz="Europe/Berlin")


def wide() -> pd.DataFrame:
    return pd.DataFrame({"hr": [80.0, np.nan, 82.0, 83.0], "temp": [36.5, 37.0, 37.5, 38.0]}, NIGHT)


def panel() -> pd.DataFrame:
    return pd.concat({"007": wide(), "7": wide().iloc[:2]}, names=["patient", "when"])


def test_an_index_of_dates_counts_the_hours_that_passed():
    series = from_frame(wide())
    assert series.times.tolist() == [0, 1, 2, 3] and series.time_unit == "hours"
    assert [stamp.hour for stamp in NIGHT] == [0, 1, 3, 4]
    assert series.features == ("hr", "temp") and series.mask[:, 0].tolist() == [
        True,
        False,
        True,
        True,
    ]
    assert len(series) == 1 and series.stamps is not None
    pd.testing.assert_index_equal(pd.DatetimeIndex(series.stamps.cells), NIGHT, check_names=False)


def test_autumn_has_an_hour_twice():
    index = pd.date_range("2024-10-27 00:00", periods=5, freq="h", tz="Europe/Berlin")
    series = from_frame(pd.DataFrame({"a": range(5)}, index))
    assert series.times.tolist() == [0, 1, 2, 3, 4]
    assert to_frame(series).index.get_level_values("time").equals(index)


def test_a_multiindex_is_many_series_with_their_ids():
    series = from_frame(panel())
    assert series.ids.tolist() == ["007", "7"] and series.lengths.tolist() == [4, 2]
    back = to_frame(series, id="patient", time="when")
    pd.testing.assert_frame_equal(back.astype(float), panel(), check_freq=False)
    assert back.index.get_level_values("when").dtype == NIGHT.dtype


def test_the_level_of_dates_is_the_time_wherever_it_stands():
    assert from_frame(panel().swaplevel()).equals(from_frame(panel()))


def test_several_levels_make_up_the_id():
    frame = pd.concat({"north": panel(), "south": panel()}, names=["ward"])
    series = from_frame(frame)
    assert series.ids.tolist() == [
        ("north", "007"),
        ("north", "7"),
        ("south", "007"),
        ("south", "7"),
    ]
    assert series.select([2]).ids.tolist() == [("south", "007")]
    assert from_frame(frame.reset_index(), id=["ward", "patient"], time="when").equals(series)


def test_columns_by_name_and_an_index_of_row_numbers():
    series = from_frame(panel().reset_index(), id="patient", time="when")
    assert series.equals(from_frame(panel()))


@pytest.mark.parametrize(
    ("index", "hours"),
    [
        (pd.timedelta_range("0h", periods=4, freq="90min"), [0, 1.5, 3, 4.5]),
        (pd.Index([0.0, 0.5, 2.0, 2.5]), [0, 0.5, 2, 2.5]),
        (pd.Index(NIGHT.tz_localize(None).to_list(), dtype=object), [0, 1, 3, 4]),
        (
            pd.Index(
                [
                    pd.Timestamp("2024-01-01 00:00", tz="Europe/Berlin"),
                    pd.Timestamp("2024-01-01 00:00", tz="UTC"),
                    pd.Timestamp("2024-01-01 00:00", tz="America/New_York"),
                    pd.Timestamp("2024-01-01 12:00", tz="Asia/Tokyo"),
                ][:2]
                + [pd.Timestamp("2023-12-31 21:00", tz="America/New_York")] * 2
            ),
            [0, 1, 3, 3],
        ),
    ],
)
def test_other_clocks_come_back_as_they_are(index, hours):
    series = from_frame(wide().set_axis(index))
    assert series.times.tolist() == hours
    again = list(to_frame(series).index.get_level_values(1))
    assert again == list(index) and list(map(str, again)) == list(map(str, index))


def test_dtypes():
    frame = pd.DataFrame(
        {
            "nullable": pd.array([1, None, 3, 4], dtype="Int64"),
            "truth": pd.array([True, False, None, True], dtype="boolean"),
            "rhythm": pd.Categorical(["SR", "AF", None, "SR"], categories=["SR", "AF"]),
            "unit": pd.Categorical([3, 1, 3, 3]),
            "text": ["x", "y", "x", None],
            "objects": np.array([1, 2.5, None, 4], dtype=object),
        },
        NIGHT,
    )
    series = from_frame(frame)
    assert series.categories == {"rhythm": ("AF", "SR"), "unit": ("1", "3"), "text": ("x", "y")}
    assert series.values[:, 0].tolist() == [1, 0, 3, 4]
    assert series.mask[:, 1].tolist() == [True, True, False, True]
    assert series.values[:, 3].tolist() == [1, 0, 1, 1]
    assert series.values[:, 5].tolist() == [1, 2.5, 0, 4]


def test_targets_and_statics_in_columns_or_by_id():
    frame = panel().assign(age=[50] * 4 + [60] * 2, died=["no"] * 4 + ["yes"] * 2)
    series = from_frame(frame, static="age", target="died")
    assert series.features == ("hr", "temp") and series.classes == ("no", "yes")
    assert series.target is not None and series.target.tolist() == [0, 1]
    assert series.static is not None and series.static.tolist() == [[50.0], [60.0]]
    by_id = from_frame(
        panel(),
        static=pd.DataFrame({"age": [60, 50]}, ["7", "007"]),
        target=pd.Series({"7": "yes", "007": "no"}, name="died"),
    )
    assert by_id.equals(series)


def test_a_target_that_changes_is_one_a_step():
    series = from_frame(panel().assign(y=[0.5, 1.5, 2.5, 3.5, 4.5, 5.5]), target="y")
    assert series.per_step and series.target is not None
    assert series.target[:, 0].tolist() == [0.5, 1.5, 2.5, 3.5, 4.5, 5.5]


def test_a_long_frame_through_the_same_door():
    long = pd.DataFrame(
        {"id": [2, 2, 1], "t": [1.0, 0.0, 5.0], "name": ["a", "b", "a"], "x": [1.0, 2.0, 3.0]}
    )
    series = from_frame(long, id="id", time="t", variable="name", value="x")
    other = from_long_frame(long, time="t", variable="name", value="x")
    assert series.ids.tolist() == [2, 1] and torch.equal(series.values, other.values)
    assert torch.equal(series.times, other.times)


def test_polars_or_what_else_becomes_a_pandas_frame():
    class Foreign:
        def to_pandas(self):
            return panel().reset_index()

    assert from_frame(Foreign(), id="patient", time="when").equals(from_frame(panel()))


@pytest.mark.parametrize(
    ("frame", "options", "said"),
    [
        (lambda: wide().reset_index(drop=True), {}, "nothing tells the time"),
        (lambda: panel().reset_index(), {"id": "patient"}, "Is it 'when'"),
        (
            lambda: panel().reset_index(),
            {"id": "patients", "time": "when"},
            "Did you mean 'patient'",
        ),
        (lambda: wide().iloc[::-1], {}, r"frame, iloc 1, column 'time': the time goes back"),
        (lambda: wide().reset_index(drop=True), {"time": "time"}, "no column and no level"),
        (lambda: wide().assign(hr=["a1", 2, 3, 4]), {}, "iloc 0, column 'hr'.*'a1'"),
        (lambda: wide().iloc[:0], {}, "no rows"),
        (lambda: wide()[[]], {}, "no column left"),
        (lambda: wide().set_axis(NIGHT.tz_localize(None).to_period("h")), {}, "periods"),
        (lambda: 5, {}, "is a int; expected a data frame"),
        (
            lambda: panel().reset_index().assign(patient=["a", None, "a", "a", "b", "b"]),
            {"id": "patient", "time": "when"},
            "missing in 1 rows, first in iloc 1",
        ),
    ],
)
def test_what_is_unclear_is_refused(frame, options, said):
    with pytest.raises(InputError, match=said):
        from_frame(frame(), **options)


def test_stamps_stay_with_their_rows():
    series = from_frame(panel())
    part = series.select([1, 0])
    assert part.stamps is not None and list(part.stamps.cells[:2]) == list(NIGHT[:2])
    joined = IrregularSeries.concatenate([series[1], series[0]])
    assert joined.equals(part) and joined.stamps is not None
    assert joined.stamps.cells.dtype == NIGHT.dtype
    assert series.stamps is not None
    assert replace(series, stamps=series.stamps.take(np.array([0, 1]))).stamps is None


def test_lists_of_dates_keep_them_too():
    series = from_lists([wide()], None)
    assert series.stamps is not None and list(series.stamps.cells) == list(NIGHT)
    assert from_lists([np.zeros((2, 1))], [[0.0, 1.0]]).stamps is None
