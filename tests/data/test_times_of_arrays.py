"""Times in arrays have one meaning, whatever type, unit or zone they come in, or are refused."""

from datetime import UTC, date, datetime, timedelta, timezone

import numpy as np
import pandas as pd
import pytest
import torch
from torch.nn.utils.rnn import pack_sequence

from liquidtime.data import (
    IrregularSeries,
    Preprocessor,
    from_frame,
    from_lists,
    from_long_frame,
    from_nan_padded,
    from_packed,
    from_pypots,
)
from liquidtime.errors import InputError
from liquidtime.notes import Note, said

ZERO = np.zeros((2, 1))
DATES = np.array(["2024-01-01T00", "2024-01-01T06"], dtype="datetime64[h]")
BERLIN = pd.DatetimeIndex(DATES.astype("M8[ns]")).tz_localize("UTC").tz_convert("Europe/Berlin")


SIX_HOURS = {
    **{f"datetime64[{unit}]": DATES.astype(f"M8[{unit}]") for unit in ("h", "m", "s", "ms", "us")},
    **{
        f"timedelta64[{unit}]": (DATES - DATES[0]).astype(f"m8[{unit}]")
        for unit in ("h", "m", "s", "ms", "us", "ns", "ps")
    },
    "datetime64[ns]": DATES.astype("M8[ns]"),
    "index": pd.DatetimeIndex(DATES.astype("M8[us]")),
    "column": pd.Series(DATES.astype("M8[s]")),
    "zoned index": BERLIN,
    "zoned column": pd.Series(BERLIN),
    "arrow column": pd.Series(BERLIN).astype("timestamp[us, UTC][pyarrow]"),
    "timedelta index": pd.to_timedelta([0, 6], unit="h"),
    "datetimes": [datetime(2024, 1, 1), datetime(2024, 1, 1, 6)],
    "zoned datetimes": [
        datetime(2024, 1, 1, tzinfo=UTC),
        datetime(2024, 1, 1, 11, tzinfo=timezone(timedelta(hours=5))),
    ],
    "timestamps": list(BERLIN),
    "timedeltas": [timedelta(0), timedelta(hours=6)],
    "pandas timedeltas": [pd.Timedelta(0), pd.Timedelta("6h")],
}


@pytest.mark.parametrize("times", SIX_HOURS.values(), ids=SIX_HOURS)
def test_the_same_instants_are_six_hours_apart_in_every_form(times):
    series = from_lists([ZERO], [times])
    assert series.times.tolist() == [0.0, 6.0]
    assert series.time_unit == "hours"


@pytest.mark.parametrize("unit", ["ns", "us", "s", "h"])
def test_so_are_they_in_padded_blocks(unit):
    times = np.stack([DATES, DATES + np.timedelta64(30, "D")]).astype(f"M8[{unit}]")
    series = from_nan_padded(np.zeros((2, 2, 1)), times)
    assert series.times.tolist() == [0.0, 6.0, 0.0, 6.0]
    shared = from_pypots({"X": np.zeros((2, 2, 1))}, DATES.astype(f"M8[{unit}]"))
    assert shared.times.tolist() == [0.0, 6.0, 0.0, 6.0]
    assert series.time_unit == shared.time_unit == "hours"


def test_days_that_python_counts_and_dates_centuries_apart():
    assert from_lists([ZERO], [[date(2024, 1, 1), date(2024, 1, 3)]]).times.tolist() == [0.0, 48.0]
    far = np.array(["1700-01-01", "2200-01-01"], dtype="M8[D]")
    assert from_lists([ZERO], [far]).times[1] == 24.0 * 182_621


def test_not_a_time_ends_a_padded_series_and_is_refused_elsewhere():
    times = np.append(DATES, np.datetime64("NaT")).astype("M8[ns]")
    series = from_nan_padded(np.zeros((1, 3, 1)), times[None])
    assert series.lengths.tolist() == [2]
    for gap in (
        np.array(["NaT", "2024-01-01"], dtype="M8[ns]"),
        [None, datetime(2024, 1, 1)],
        [pd.NaT, pd.Timestamp("2024-01-01")],
        pd.to_timedelta([None, "6h"]),
    ):
        with pytest.raises(InputError, match=r"not finite.*series 1 at position 0"):
            from_lists(
                [ZERO, ZERO], [DATES, gap] if not _durations(gap) else [gap[1:].repeat(2), gap]
            )


def _durations(times):
    return isinstance(times, pd.TimedeltaIndex)


@pytest.mark.parametrize(
    ("times", "message"),
    [
        (np.array(["9999-12-31", "2024-01-01"], dtype="M8[D]"), "9999-12-31; expected dates from"),
        ([datetime(1600, 1, 1), datetime(2024, 1, 1)], "1600-01-01.*expected dates from"),
        ([date(2024, 1, 1), date(9999, 12, 31)], "9999-12-31.*leave the row out"),
        (np.array([0, 10**9], dtype="m8[D]"), "durations below 292 years"),
        (np.array([0, 1], dtype="m8[M]"), "durations in months"),
        (np.array([0, 1], dtype="m8"), "without a unit"),
        ([datetime(2024, 1, 1), datetime(2024, 1, 2, tzinfo=UTC)], "a time zone and dates without"),
        ([datetime(2024, 1, 1), 3.0], r"mixes dates or durations with float \(3.0\)"),
        ([datetime(2024, 1, 1), timedelta(1)], "mixes dates or durations with timedelta"),
        ([datetime(2024, 1, 2), datetime(2024, 1, 1)], "times fall"),
        (["2024-01-01", "2024-01-02"], "does not hold numbers alone"),
    ],
)
def test_what_has_no_single_reading_is_refused(times, message):
    with pytest.raises(InputError, match=message):
        from_lists([ZERO], [times])


def test_all_series_have_one_kind_of_time():
    with pytest.raises(InputError, match="series 0 are dates, those of series 1 numbers"):
        from_lists([ZERO, ZERO], [DATES, [0.0, 6.0]])
    assert from_lists([ZERO, np.zeros((0, 1))], [DATES, []]).time_unit == "hours"


@pytest.mark.parametrize("values", [DATES, DATES - DATES[0], [datetime(2024, 1, 1), None]])
def test_dates_are_no_values(values):
    with pytest.raises(InputError, match="series 0 holds dates or durations; expected numbers"):
        from_lists([values])
    with pytest.raises(InputError, match="values holds dates"):
        from_nan_padded(np.reshape(np.asarray(values), (1, 2, 1)))
    with pytest.raises(InputError, match="static holds dates"):
        from_lists([ZERO, ZERO], static=np.reshape(np.asarray(values), (2, 1)))


def test_a_container_made_by_hand_names_the_converters():
    with pytest.raises(InputError, match=r"times holds dates.*from_lists"):
        IrregularSeries(
            torch.zeros(2, 1),
            DATES,  # pyright: ignore[reportArgumentType]
            torch.ones(2, 1, dtype=torch.bool),
            torch.tensor([2]),
        )


def frame(times) -> pd.DataFrame:
    return pd.DataFrame({"id": [1, 1, 2], "time": times, "variable": "a", "value": [1.0, 2.0, 3.0]})


@pytest.mark.parametrize("unit", ["s", "ms", "us", "ns"])
@pytest.mark.parametrize("zone", [None, "Asia/Tokyo"])
def test_long_frames_have_dates_in_any_unit_and_zone(unit, zone):
    times = pd.Series(pd.to_datetime(["2024-03-01 06:00", "2024-03-01 00:00", "2025-01-01 00:00"]))
    times = (
        times.dt.tz_localize("UTC")
        .dt.tz_convert(zone)
        .astype(f"M8[{unit}]" if not zone else f"datetime64[{unit}, {zone}]")
    )
    series = from_long_frame(frame(times))
    assert series.times.tolist() == [0.0, 6.0, 0.0]
    assert series.values.flatten().tolist() == [2.0, 1.0, 3.0]
    assert series.time_unit == "hours"


def test_a_missing_date_of_a_long_frame_is_named():
    with pytest.raises(InputError, match="column 'time' is missing in 1 rows, first in the row 1"):
        from_long_frame(frame([datetime(2024, 1, 1), None, datetime(2024, 1, 1)]))


def test_a_fit_on_dates_takes_dates_in_every_unit_and_no_plain_numbers():
    dates = [from_lists([ZERO + 1], [DATES.astype(f"M8[{unit}]")]) for unit in ("ns", "us", "h")]
    numbers = from_lists([ZERO + 1], [[0.0, 6.0]])
    fitted = Preprocessor.fit(dates[0])
    encoded = [fitted.encode(series) for series in dates]
    assert all(torch.equal(one.elapsed, encoded[0].elapsed) for one in encoded)
    with pytest.raises(InputError, match=r"plain numbers.*were dates.*time_unit='hours'"):
        fitted.encode(numbers)
    with pytest.raises(InputError, match=r"dates or durations; those of the fit were plain numb"):
        Preprocessor.fit(numbers).encode(dates[0])
    assert Preprocessor.from_dict(fitted.to_dict()) == fitted
    with pytest.raises(InputError, match="time_unit of part 1"):
        IrregularSeries.concatenate([numbers, dates[0]])


UNIX = 1_700_000_000 + np.arange(6) * 30.0


@pytest.mark.parametrize("dtype", ["float32", "float16", torch.float32, torch.bfloat16])
def test_times_too_coarse_for_their_gaps_are_refused(dtype):
    start = UNIX if dtype in ("float32", torch.float32) else UNIX - UNIX[0] + 20_000
    torched = isinstance(dtype, torch.dtype)
    times = torch.tensor(start).to(dtype) if torched else start.astype(dtype)
    message = "tells no less than .* apart: the gaps between them are lost. Subtract the start"
    with pytest.raises(InputError, match=message):
        from_lists([np.zeros((6, 1))], [times])
    with pytest.raises(InputError, match=message):
        from_nan_padded(np.zeros((1, 6, 1)), times[None])
    if torched:
        with pytest.raises(InputError, match=message):
            from_packed(pack_sequence([torch.zeros(6, 1)]), pack_sequence([times]))
    else:
        with pytest.raises(InputError, match=message):
            from_long_frame(
                pd.DataFrame({"id": 1, "time": times, "variable": "a", "value": np.arange(6.0)})
            )


def test_stamps_that_fell_together_are_refused_and_fine_ones_kept():
    with pytest.raises(InputError, match="the gaps between them are lost"):
        from_lists([ZERO], [np.array([1.7e9, 1.7e9], dtype=np.float32)])
    whole = np.array([2**53 * 3, 2**53 * 3 + 2], dtype=np.int64)
    with pytest.raises(InputError, match=r"int64 of up to.*the gaps between them are lost"):
        from_lists([ZERO], [whole])
    assert from_lists([np.zeros((6, 1))], [UNIX]).times.diff().tolist() == [30.0] * 5
    assert (
        from_lists([np.zeros((6, 1))], [UNIX.astype("i8") * 10**9]).times.diff().tolist()
        == [pytest.approx(3e10)] * 5
    )
    fine = np.array([0, 0.5, 3, 40, 40, 900], dtype=np.float32)
    assert from_lists([np.zeros((6, 1))], [fine]).times.tolist() == fine.tolist()


def test_long_frames_are_read_as_they_name_things():
    plain = frame([0.0, 1.0, 0.0])
    with pytest.raises(InputError, match=r"never names \['b'\], of features; it names \['a'\]"):
        from_long_frame(plain, features=["a", "b"])
    assert not from_long_frame(plain, features=["a", "b"], absent="missing").mask[:, 1].any()
    with pytest.raises(InputError, match="the frame has 2 columns 'value'"):
        from_long_frame(pd.concat([plain, plain["value"]], axis=1))
    static = pd.DataFrame({"sex": ["F", "M"]}, index=[1, 2])
    assert from_long_frame(plain, static=static).static_categories == {"sex": ("F", "M")}
    dated = pd.DataFrame({"born": pd.to_datetime(["1950", "1960"])}, index=[1, 2])
    with pytest.raises(InputError, match=r"static holds datetime64\[.*\] in column 'born'"):
        from_long_frame(plain, static=dated)
    twice = pd.DataFrame([[1.0, 2.0]] * 2, columns=["a", "a"], index=[1, 2])
    with pytest.raises(InputError, match="static has two columns 'a'"):
        from_long_frame(plain, static=twice)
    with pytest.raises(InputError, match="static is a Series"):
        from_long_frame(plain, static=static["sex"])  # pyright: ignore[reportArgumentType]
    nullable = pd.DataFrame({"age": pd.array([70, None], dtype="Int64")}, index=[1, 2])
    fixed = from_long_frame(plain, static=nullable).static
    assert fixed is not None and fixed[0] == 70 and fixed[1].isnan()


def test_masks_of_numpy_are_what_was_not_observed():
    masked = np.ma.masked_array([[1.0], [2.0]], mask=[[False], [True]])
    assert from_lists([masked], [[0, 1]]).mask.flatten().tolist() == [True, False]
    with pytest.raises(InputError, match="series 0 at position 1; every row needs a time"):
        from_lists([ZERO], [np.ma.masked_array([0.0, 1.0], mask=[False, True])])
    with pytest.raises(InputError, match=r"does not hold numbers alone \(records"):
        from_lists([ZERO], [np.zeros(2, [("t", "f8")])])
    with pytest.raises(InputError, match="complex numbers"):
        from_lists([ZERO * 1j])


def test_an_empty_series_alone_keeps_its_width():
    assert from_lists([np.zeros((0, 2))]).feature_count == 2
    assert from_lists([np.zeros((0, 2)), []]).feature_count == 2
    with pytest.raises(InputError, match="series 1 has 3 features"):
        from_lists([np.zeros((4, 2)), np.zeros((0, 3))])


@pytest.mark.parametrize("lengths", [[1.5, 2], [float("nan"), 2], [-1, 2], [3, 2], [2]])
def test_lengths_are_whole_numbers(lengths):
    with pytest.raises(InputError, match="expected 2 whole numbers from 0 to 2"):
        from_nan_padded(np.zeros((2, 2, 1)), [0.0, 1.0], lengths=lengths)


@pytest.mark.parametrize("long", [False, True])
def test_digits_that_32_bits_lose_are_told_of_frames_as_of_arrays(long):
    said.clear()
    read = from_long_frame if long else from_frame
    frame = pd.DataFrame({"id": 1, "time": range(4), "x": 1.6e9 + np.arange(4), "y": 1.0})
    rows = frame.melt(["id", "time"]) if long else frame
    with pytest.warns(Note, match="values of x lie between 1600000000 and 1600000003"):
        read(rows, id="id", time="time")
    rows = rows.replace(1.6e9, 1e300)
    with pytest.raises(InputError, match="too large for 32 bits"):
        read(rows, id="id", time="time")
