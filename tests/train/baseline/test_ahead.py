"""Boosting of a forecast: what its table holds, that it sees nothing too early, and its file."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
import torch

from liquidtime.data import IrregularSeries
from liquidtime.data.forecast.inputs import prepare
from liquidtime.data.forecast.plan import ForecastPlan
from liquidtime.data.segments import in_segments
from liquidtime.train import FitConfig
from liquidtime.train.baseline import ahead, levels
from liquidtime.train.baseline.catalogue import BASELINES
from liquidtime.train.baseline.contract import Material
from liquidtime.train.baseline.kept import keep, read
from liquidtime.train.baseline.outlook import Outlook
from liquidtime.train.baseline.standing import setting_of
from liquidtime.train.objectives import catalogue as objectives

BOOSTING = BASELINES.find("boosting")
START = pd.Timestamp("2024-02-28 05:00")


def made(plan, times, columns, lengths=None, **more):
    """Prepared series of these columns; dates if the plan has a calendar."""
    values = np.stack(list(columns.values()), axis=1)
    plain = IrregularSeries(
        values=torch.tensor(np.nan_to_num(values), dtype=torch.float32),
        times=torch.tensor(times, dtype=torch.float64),
        mask=torch.tensor(np.isfinite(values)),
        lengths=torch.tensor([len(times)] if lengths is None else lengths),
        features=tuple(columns),
        time_unit="hours",
        **more,
    )
    local = (START - pd.Timestamp(0)) / pd.Timedelta("1h") + np.asarray(times)
    return prepare(plain, plan, local=local).series


def hourly(count=400, seed=0, leads=(1.0, 2.0, 30.0)):
    random, step = np.random.default_rng(seed), np.arange(count)
    load = 10 + 3 * np.sin(2 * np.pi * step / 24) + 0.2 * random.normal(size=count)
    sun = random.normal(size=count)
    load += 0.5 * sun
    plan = ForecastPlan(
        target=("load",),
        leads=leads,
        tolerance=0.25,
        known=("sun",),
        calendar=("hour", "weekday"),
        seasons=(24.0,),
        lags=2,
        time_unit="hours",
    )
    return plan, made(plan, step.astype(float), {"load": load, "sun": sun}), load, sun


def test_the_table_is_about_the_time_that_it_is_for():
    plan, series, load, sun = hourly()
    outlook, rows = Outlook(series, plan), np.array([100, 177, 260])
    for at, lead in enumerate((1, 2, 30)):
        table = outlook.table(0, at, rows)
        when = START + pd.to_timedelta(rows + lead, "h")
        assert (table[:, 0] == lead).all()
        np.testing.assert_allclose(table[:, 1], when.hour, atol=1e-2)
        assert (table[:, 2] == when.day_of_week).all()
        np.testing.assert_allclose(table[:, 3], sun[rows + lead], rtol=1e-5)
        before = rows + lead - (24 if lead <= 24 else 48)
        np.testing.assert_allclose(table[:, 5], load[before], rtol=1e-5)
        own = table[:, 7:]
        np.testing.assert_allclose(own[:, :2], np.stack([load[rows], sun[rows]], 1), rtol=1e-5)
        lags = np.stack([load[rows - lag] for lag in range(13)], axis=1)
        np.testing.assert_allclose(own[:, 3:16], lags, rtol=1e-5)
        np.testing.assert_allclose(own[:, 18], load[before], rtol=1e-5)
        day = np.mean([load[rows - lag] for lag in range(24)], axis=0)
        np.testing.assert_allclose(own[:, -2], day, rtol=1e-5)
        line = outlook.line(0, at, rows)
        np.testing.assert_allclose(line, np.stack([load[rows], load[before]], 1), rtol=1e-5)


def test_nothing_of_the_future_is_seen():
    plan, series, load, sun = hourly(leads=(1.0, 2.0))
    later = load.copy()
    later[201:] = -50.0
    other = made(plan, np.arange(400.0), {"load": later, "sun": sun})
    for lead in (0, 1):
        each = [Outlook(s, plan).table(0, lead, np.array([199, 200])) for s in (series, other)]
        np.testing.assert_array_equal(*each)


def test_where_a_series_is_cut_into_pieces_makes_no_difference():
    plan, series, *_ = hourly()
    for context in (0, 16, 60):
        cut = in_segments(series, 32, context=context)
        own = replace(plan, context=f"{context} rows")
        for lead in range(3):
            whole = Outlook(series, own).table(0, lead, ALL)
            each = Outlook(cut.series, own).table(0, lead, np.arange(len(cut.rows)))
            # The first pieces have less before them.
            there = cut.own & (cut.rows >= 64)
            np.testing.assert_array_equal(each[there], whole[cut.rows[there]])


@pytest.mark.parametrize("quantiles", [(), (0.1, 0.5, 0.9)])
def test_a_file_says_the_same_and_it_is_better_than_a_season_before(quantiles, tmp_path):
    plan, series, *_ = hourly()
    config = FitConfig(task="forecast", quantiles=quantiles)
    objective = objectives.of_training(series, config)
    pieces = series if not quantiles else in_segments(series, 30, context=10).series
    fitted = levels.fitted(BOOSTING, Material(pieces, plan), objective)
    new = Material(hourly(seed=1)[1], plan)
    found = fitted(new)
    assert found.shape == (400, 3 * max(1, len(quantiles)))
    assert keep(tmp_path / "kept.npz", "boosting", fitted)
    again = read(tmp_path / "kept.npz")(Material(replace(new.series, target=None), plan))
    np.testing.assert_allclose(again, found, rtol=1e-9)
    points = found.reshape(400, 3, -1)
    assert (np.diff(points, axis=2) > 0).all()
    error = points[..., points.shape[2] // 2] - new.series.target.numpy()
    assert np.nanstd(error) < 0.6 * np.nanstd(Outlook(new.series, plan).line(0, 0, ALL)[:, 1:])


ALL = np.arange(400)


def test_several_columns_a_panel_and_rows_on_no_grid():
    random = np.random.default_rng(0)
    times = np.concatenate([np.sort(random.uniform(0, 300, 200)), np.arange(150.0)])
    level = np.repeat([0.0, 100.0], [200, 150])
    columns = {
        "a": level + np.cumsum(random.normal(size=350)),
        "b": np.where(random.random(350) < 0.3, np.nan, random.normal(size=350)),
        "kind": np.repeat([0.0, 1.0], [200, 150]),
    }
    named = {"categories": {"kind": ("x", "y")}}
    for plan in (
        ForecastPlan(target=("b", "a"), leads=(2.0,), tolerance=1.0, exact=False),
        ForecastPlan(target=("b", "a"), leads=(1.0, 2.0), by="rows", exact=False),
    ):
        series = made(plan, times, columns, lengths=[200, 150], **named)
        objective = objectives.of_training(series, FitConfig(task="forecast"))
        assert BOOSTING.suits(setting_of(series, objective, 350, plan))
        found = BOOSTING.fit(Material(series, plan), objective)(Material(series, plan))
        count = len(plan.leads)
        assert found.shape == (350, 2 * count) and np.isfinite(found).all()
        error = found[:, count] - series.target.numpy()[:, count]
        assert np.sqrt(np.nanmean(error**2)) < 3


def test_many_pairs_are_learnt_from_in_part_and_a_trend_is_followed(monkeypatch):
    monkeypatch.setattr(ahead, "MOST_PAIRS", 300)
    plan = ForecastPlan(target=("load",), leads=(1.0, 2.0, 3.0), tolerance=0.25)
    step = np.arange(600.0)
    series = made(plan, step, {"load": step + np.random.default_rng(0).normal(size=600)})
    learnt = series.values[:, 0].numpy() < 400
    target = series.target.clone()
    target[~torch.tensor(learnt)] = torch.nan
    training = Material(replace(series, target=target), plan)
    objective = objectives.of_training(training.series, FitConfig(task="forecast"))
    found = BOOSTING.fit(training, objective)(Material(series, plan))
    # Far beyond all that was learnt.
    error = (found - series.target.numpy())[500:]
    assert np.sqrt(np.nanmean(error**2)) < 3


def test_many_leads_cost_little():
    plan, series, *_ = hourly(leads=tuple(range(1, 25)))
    objective = objectives.of_training(series, FitConfig(task="forecast"))
    setting = replace(setting_of(series, objective, 18_000, plan), targets=8400)
    one = replace(setting, plan=replace(plan, leads=(1.0,)))
    assert BOOSTING.seconds(one) < BOOSTING.seconds(setting) < 6
