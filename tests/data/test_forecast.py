from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from liquidtime.data import IrregularSeries
from liquidtime.data.convert import from_frame
from liquidtime.data.forecast import ForecastPlan, look, naive_forecasts, prepare
from liquidtime.data.forecast.origins import block_count, blocks
from liquidtime.data.forecast.season import seasons
from liquidtime.data.table.timeline import onwards
from liquidtime.errors import InputError

NAN = float("nan")


def made(columns, times=None, lengths=None, time_unit=None):
    """Series with the columns given; NaN is not observed."""
    block = torch.tensor(np.stack([*columns.values()], axis=1), dtype=torch.float32)
    there = ~block.isnan()
    clock = np.arange(len(block)) if times is None else times
    return IrregularSeries(
        values=torch.where(there, block, 0.0),
        times=torch.as_tensor(clock, dtype=torch.float64),
        mask=there,
        lengths=torch.tensor(lengths or [len(block)]),
        features=tuple(columns),
        time_unit=time_unit,
    )


def column(prepared, name):
    place = prepared.series.features.index(name)
    found = prepared.series.values[:, place].numpy().copy()
    found[~prepared.series.mask[:, place].numpy()] = NAN
    return found


def test_targets_are_what_stands_at_each_lead():
    series = made({"a": [0.0, 1, 2, 3], "b": [10.0, NAN, 12, 13]})
    plan = ForecastPlan(target=("a", "b"), leads=(1.0, 2.0), tolerance=0.25)
    assert plan.labels == ("a +1", "a +2", "b +1", "b +2")
    prepared = prepare(series, plan)
    wanted = [[1, 2, NAN, 12], [2, 3, 12, 13], [3, NAN, 13, NAN], [NAN] * 4]
    np.testing.assert_array_equal(prepared.series.target, wanted)
    np.testing.assert_array_equal(prepared.seen, [[1, 2, 1, 2]] * 4)


def test_a_missing_hour_is_missing_and_not_the_next_one():
    # 3 o'clock is missing.
    series = made({"a": [0.0, 1, 2, 4, 5]}, times=[0, 1, 2, 4, 5])
    plan = ForecastPlan(target=("a",), leads=(1.0, 2.0), tolerance=0.25)
    wanted = [[1, 2], [2, NAN], [NAN, 4], [5, NAN], [NAN, NAN]]
    np.testing.assert_array_equal(prepare(series, plan).series.target, wanted)


def test_rows_are_rows_whatever_lies_between():
    series = made({"a": [0.0, 1, 2, 4]}, times=[0, 1, 2, 40])
    plan = ForecastPlan(target=("a",), leads=(1.0, 2.0), by="rows", exact=False, gap=1.0)
    prepared = prepare(series, plan)
    np.testing.assert_array_equal(prepared.series.target, [[1, 2], [2, 4], [4, NAN], [NAN, NAN]])
    # How far ahead, and what is usual where nothing follows.
    np.testing.assert_array_equal(column(prepared, "horizon +1"), [1, 1, 38, 1])
    np.testing.assert_array_equal(column(prepared, "horizon +2"), [2, 39, 2, 2])


def test_uneven_times_take_the_nearest_row_and_tell_its_lead():
    series = made({"a": [0.0, 1, 2, 3, 4]}, times=[0, 4.5, 5.5, 11, 30])
    plan = ForecastPlan(target=("a",), leads=(5.0,), exact=False, tolerance=1.25)
    prepared = prepare(series, plan)
    # At 5 two rows are as near: the later one. From 4.5 nothing stands near 9.5; from 5.5, 11 does.
    np.testing.assert_array_equal(prepared.series.target[:, 0], [2, NAN, 3, NAN, NAN])
    np.testing.assert_array_equal(column(prepared, "horizon"), [5.5, 5, 5.5, 5, 5])


def test_what_is_known_ahead_is_given_at_all_leads_and_behind_the_end():
    series = made({"a": [0.0, 1, 2, NAN, NAN], "sun": [5.0, 6, 7, 8, 9]})
    plan = ForecastPlan(target=("a",), leads=(1.0, 2.0), known=("sun",), tolerance=0.25)
    prepared = prepare(series, plan)
    # The last two rows are what is forecast, not where forecasts are made.
    assert prepared.rows.tolist() == [0, 1, 2]
    assert column(prepared, "sun +1").tolist() == [6, 7, 8]
    assert column(prepared, "sun +2").tolist() == [7, 8, 9]
    assert prepared.meets.tolist() == [[1, 2], [2, 3], [3, 4]]


def test_seasons_are_whole_periods_before_the_lead():
    series = made({"a": np.arange(8.0)})
    plan = ForecastPlan(target=("a",), leads=(1.0, 4.0), seasons=(3.0,), tolerance=0.25)
    prepared = prepare(series, plan)
    # 3 before t + 1 is t - 2; before t + 4 it takes two periods; before that the last value.
    assert column(prepared, "a +1 -3").tolist() == [0, 1, 0, 1, 2, 3, 4, 5]
    assert column(prepared, "a +4 -3").tolist() == [0, 1, 0, 1, 2, 3, 4, 5]
    naive = naive_forecasts(prepared.series, plan)
    assert list(naive) == ["last value", "value 3 before"]
    np.testing.assert_array_equal(naive["last value"], np.arange(8.0)[:, None] * [1, 1])
    np.testing.assert_array_equal(naive["value 3 before"][2:, 0], np.arange(6.0))


def test_a_season_as_long_as_the_lead_is_the_value_now():
    series = made({"a": np.arange(6.0)})
    plan = ForecastPlan(target=("a",), leads=(3.0,), seasons=(3.0,), tolerance=0.25)
    assert column(prepare(series, plan), "a +3 -3").tolist() == [0, 1, 2, 3, 4, 5]


def test_series_of_a_panel_do_not_mix():
    series = made({"a": [0.0, 1, 2, 10, 11, NAN]}, times=[0, 1, 2, 0, 1, 2], lengths=[3, 3])
    plan = ForecastPlan(target=("a",), leads=(1.0,), seasons=(2.0,), tolerance=0.25)
    prepared = prepare(series, plan)
    assert prepared.series.lengths.tolist() == [3, 2]
    np.testing.assert_array_equal(prepared.series.target[:, 0], [1, 2, NAN, 11, NAN])
    assert column(prepared, "a +1 -2").tolist() == [0, 0, 1, 10, 10]


@given(st.integers(0, 2**16), st.integers(5, 30), st.booleans())
def test_nothing_is_told_of_the_future(seed, rows, exact):
    random = np.random.default_rng(seed)
    times = np.arange(rows) if exact else np.sort(random.uniform(0, rows, rows))
    columns = {"a": random.normal(size=rows), "b": random.normal(size=rows)}
    plan = ForecastPlan(
        target=("a", "b"), leads=(1.0, 2.0), seasons=(4.0,), exact=exact, tolerance=0.4
    )
    cut = int(random.integers(1, rows))
    later = {name: np.r_[x[:cut], random.permutation(x[cut:])] for name, x in columns.items()}
    one, two = (prepare(made(each, times=times), plan).series for each in (columns, later))
    assert torch.equal(one.values[:cut], two.values[:cut])
    assert torch.equal(one.mask[:cut], two.mask[:cut])


def test_the_calendar_is_that_of_the_first_lead_in_local_time():
    # Half past ten on Friday 31 January 2020; the lead is the next hour.
    local = (np.datetime64("2020-01-31T22:30") - np.datetime64("1970-01-01")) / np.timedelta64(
        1, "h"
    )
    series = made({"a": [0.0]}, time_unit="hours")
    plan = ForecastPlan(
        target=("a",), leads=(2.0,), calendar=("hour", "weekday"), time_unit="hours"
    )
    prepared = prepare(series, plan, local=np.array([local]))
    turn = 2 * np.pi * 0.5 / 24
    assert column(prepared, "hour sin 1")[0] == pytest.approx(np.sin(turn), abs=1e-6)
    # Two hours later it is Saturday, the fifth day after Monday.
    assert column(prepared, "weekday sin 1")[0] == pytest.approx(
        np.sin(2 * np.pi * 5 / 7), abs=1e-6
    )


def test_summer_time_goes_by_the_clock_on_the_wall():
    # One row an hour; the clock goes from 1 to 3.
    local = np.array([0.0, 1, 3, 4])
    series = made({"a": [0.0, 1, 2, 3]}, time_unit="hours")
    plan = ForecastPlan(target=("a",), leads=(1.0,), calendar=("hour",), time_unit="hours")
    found = column(prepare(series, plan, local=local), "hour sin 1")
    np.testing.assert_allclose(found, np.sin(2 * np.pi * np.array([1, 3, 4, 5]) / 24), atol=1e-6)


def test_a_grid_gives_every_row_up_to_the_horizon():
    series = made({"a": np.random.default_rng(0).normal(size=60)}, time_unit="hours")
    for horizon in (3, "3", "3h", "180min"):
        plan = look(series, ["a"], horizon).plan
        assert plan.leads == (1, 2, 3)
        assert plan.by == "time"
        assert plan.exact
    assert look(series, ["a"], "6h", every="3h").plan.leads == (3, 6)
    assert look(series, ["a"], "6h", every="3h").plan.labels == ("a +3h", "a +6h")
    with pytest.raises(InputError, match="no whole number of steps"):
        look(series, ["a"], "90min")


def test_uneven_rows_name_what_a_bare_number_means():
    times = np.sort(np.random.default_rng(0).uniform(0, 100, 60))
    series = made({"a": np.arange(60.0)}, times=times, time_unit="hours")
    found = look(series, ["a"], 3)
    assert (found.plan.by, found.plan.leads, found.plan.exact) == ("rows", (1, 2, 3), False)
    assert any("read as so many rows" in note for note in found.notes)
    found = look(series, ["a"], "8h")
    assert (found.plan.by, found.plan.leads, found.plan.tolerance) == ("time", (8,), 2)
    found = look(series, ["a"], "8h", every="4h")
    assert (found.plan.leads, found.plan.tolerance) == ((4, 8), 2)


def test_seasons_are_found():
    steps = np.arange(24 * 7 * 8)
    day = np.sin(2 * np.pi * steps / 24)
    week = day * (1 + (steps // 24 % 7 < 5)) + 0.01 * steps
    random = np.random.default_rng(0)
    assert seasons([day + 0.1 * random.normal(size=len(steps))]) == (24,)
    assert seasons([week + 0.1 * random.normal(size=len(steps))]) == (24, 168)
    assert seasons([random.normal(size=500).cumsum()]) == ()
    assert seasons([random.normal(size=500)]) == ()
    assert seasons([np.ones(50)]) == ()
    gappy = np.where(random.random(len(steps)) < 0.3, np.nan, day)
    assert seasons([gappy]) == (24,)


def test_wrong_columns():
    series = made({"load": [0.0, 1]})
    plan = ForecastPlan(target=("lod",), leads=(1.0,))
    with pytest.raises(InputError, match="Did you mean 'load'"):
        prepare(series, plan)
    with pytest.raises(InputError, match="needs dates"):
        prepare(series, replace(plan, target=("load",), calendar=("hour",)))
    with pytest.raises(InputError, match="target and known"):
        ForecastPlan(target=("a",), leads=(1.0,), known=("a",))


def test_plans_come_back():
    plan = ForecastPlan(target=("a",), leads=(1.0, 2.0), seasons=(24.0,), calendar=("hour",))
    assert ForecastPlan.from_dict(plan.to_dict()) == plan


def test_blocks_of_time_are_of_the_clock_or_of_each_series():
    # Two series, the second one twice as long, of which the last row has no target.
    plan = ForecastPlan(target=("a",), leads=(1.0,), tolerance=0.25)
    series = made({"a": np.arange(9.0)}, times=[0, 1, 2, 0, 1, 2, 3, 4, 5], lengths=[3, 6])
    pieces = replace(prepare(series, plan).series, ids=np.array(["x/0", "y/0"], dtype=object))
    assert blocks(pieces, 2).tolist() == [0, 1, -1, 0, 0, 0, 1, 1, -1]
    moments = np.array([3, 4, 5, 0, 1, 2, 3, 4, 5])
    assert blocks(pieces, 2, moments).tolist() == [1, 1, -1, 0, 0, 0, 1, 1, -1]


@pytest.mark.parametrize(
    ("rows", "lead", "asked", "count"),
    [(40, 1, None, 0), (41, 1, None, 2), (500, 1, None, 5), (500, 150, None, 2), (41, 1, 1, 0)],
)
def test_there_are_blocks_where_the_part_is_long_enough(rows, lead, asked, count):
    plan = ForecastPlan(target=("a",), leads=(float(lead),), tolerance=0.25)
    pieces = prepare(made({"a": np.arange(float(rows))}), plan).series
    assert block_count(pieces, plan, None, asked) == count
    with pytest.raises(InputError, match="--origins is 501"):
        block_count(pieces, plan, None, 501)


@pytest.mark.parametrize(
    ("start", "step", "zone", "horizon", "gap", "coming"),
    [
        ("2010-01-01", "MS", None, 2, "1mo", ["2020-02-01", "2020-03-01"]),
        ("2010-01-31", "ME", None, "2months", "1mo", ["2020-02-29", "2020-03-31"]),
        ("2010-01-01", "QS", None, 2, "3mo", ["2040-04-01", "2040-07-01"]),
        ("2019-12-01", "D", "Europe/Berlin", 2, "24h", ["2020-03-31", "2020-04-01"]),
        ("2019-12-03", "h", None, 2, "1h", ["2019-12-08 01:00", "2019-12-08 02:00"]),
    ],
)
def test_leads_go_on_by_the_calendar(start, step, zone, horizon, gap, coming):
    when = pd.date_range(start, periods=121, freq=step, tz=zone, name="t")
    wave = np.sin(2 * np.pi * np.arange(121) / 12)
    series = from_frame(pd.DataFrame({"a": wave}, index=when), time="t")
    plan = look(series, ["a"], horizon).plan
    assert plan.exact
    assert plan.by == "time"
    assert plan.lead_names[0] == f"+{gap}"
    np.testing.assert_allclose(plan.seasons, 12 * plan.gap)
    prepared = prepare(series, plan)
    np.testing.assert_allclose(prepared.series.target[:-2, 1], wave[2:], atol=1e-6)
    ends = pd.Series(when[[-1, -1]])
    own = np.full(2, plan.daily or plan.monthly)
    found = onwards(ends, prepared.lead[-1], own)
    assert found.tolist() == list(pd.DatetimeIndex(coming).tz_localize(zone))


def test_days_go_on_over_a_change_of_the_clock():
    made_at = pd.Series(pd.DatetimeIndex(["2024-03-30"] * 2).tz_localize("Europe/Berlin"))
    found = onwards(made_at, np.array([24.0, 48.0]), np.ones(2, bool))
    assert found.dt.strftime("%d %H:%M").tolist() == ["31 00:00", "01 00:00"]
    assert onwards(made_at, np.array([24.0, 48.0])).dt.hour.tolist() == [0, 1]


def test_a_context_much_longer_than_a_piece_is_told():
    series = made({"a": np.arange(600.0)})
    assert any("250 times" in note for note in look(series, ["a"], segment=2, context=500).notes)
