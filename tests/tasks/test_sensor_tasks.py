"""What is particular to the tasks of sensors and markets: their parts, on small data."""

import numpy as np
import pytest
import torch

from liquidtime.data import from_lists
from liquidtime.tasks import catalogue
from liquidtime.tasks.finance.yardsticks import har, scores


def made(names, length, classes=2, features=3):
    random = np.random.default_rng(0)
    return from_lists(
        [random.normal(size=(length, features)) for _ in names],
        [np.arange(length) * 2.0 for _ in names],
        target=[np.arange(length) // 7 % classes for _ in names],
        ids=list(names),
        classes=tuple("abcdefg"[:classes]),
        per_step=True,
    )


def people(series, part):
    return {str(name).split("/")[0] for name in series.ids[part]}


def test_nobody_who_wears_the_watch_is_in_two_clean_parts(monkeypatch):
    from liquidtime.tasks.watch_motion import protocols

    names = [f"subject {k % 10:02d}/{k:03d}" for k in range(20)]
    monkeypatch.setattr(protocols, "recordings", lambda: made(names, 150))
    tested = []
    for seed in range(5):
        series, split = protocols.by_subject(seed)
        parts = [people(series, part) for part in vars(split).values()]
        assert not parts[0] & parts[1] and not parts[2] & (parts[0] | parts[1])
        tested += parts[2]
    assert len(tested) == len(set(tested)) == 10
    series, split = protocols.by_time(0)
    assert people(series, split.test) == people(series, split.train)


def test_beats_are_split_by_patient_where_all_records_are_there_else_in_time(monkeypatch):
    from liquidtime.data.sets import mitbih
    from liquidtime.tasks.mitbih import protocols

    def of(series, part):
        return {str(name).split(":")[0] for name in series.ids[part]}

    every = made(sorted((*mitbih.TRAIN, *mitbih.TEST)), 70)
    monkeypatch.setattr(protocols, "beats", lambda: every)
    series, split = protocols.by_patient(3)
    assert of(series, split.test) == set(mitbih.TEST)
    assert of(series, split.train) | of(series, split.validation) == {*mitbih.TRAIN} - {"201"}
    assert len(of(series, split.validation)) == protocols.VALIDATION
    monkeypatch.setattr(protocols, "beats", lambda: made(["100", "101"], 200))
    series, split = protocols.by_patient(3)
    assert of(series, split.test) == of(series, split.train) == {"100", "101"}


def test_a_second_beside_a_held_out_block_of_the_eeg_is_not_learnt_from(monkeypatch):
    from liquidtime.tasks.eeg_eye_state import protocols

    recording = made(["recording"], 5000)
    recording.values[:, 0] = torch.arange(5000.0)
    monkeypatch.setattr(protocols, "recording", lambda: recording)
    for seed in range(5):
        series, split = protocols.by_block(seed)
        train, validation, test = (
            np.concatenate([series[int(n)].values[:, 0].numpy() for n in part])
            for part in vars(split).values()
        )
        for one, other in ((train, test), (train, validation), (validation, test)):
            assert np.abs(one[:, None] - np.unique(other)).min() >= 128
        assert len(test) == 1000


@pytest.mark.parametrize("direction", [False, True])
def test_windows_of_the_market_are_led_by_days_before_them_and_tell_no_later_part(
    direction, monkeypatch
):
    from liquidtime.tasks.finance import protocols

    length = 1000
    days = from_lists(
        [np.arange(length)[:, None] * 1.0],
        target=[np.arange(length)[:, None] + 1.0],
        times=[np.arange(length)],
        per_step=True,
    )
    monkeypatch.setattr(protocols, "days", lambda direction: days)
    series, split = protocols.protocols(direction=direction)["clean"].parts(0)
    asked, read = [], []
    for part in vars(split).values():
        rows = series.select(part)
        there = ~rows.target[:, 0].isnan()
        asked.append(rows.target[there, 0].numpy())
        read.append(rows.values[:, 0].numpy())
    assert asked[0].max() < asked[1].min() and asked[1].max() < asked[2].min()
    assert len(asked[2]) == len(set(asked[2])) == 250
    # What is learnt from ends before the first day that is asked for later.
    assert max(asked[0].max(), read[0].max()) < asked[1].min()
    assert read[2].min() == asked[2].min() - 1 - protocols.LEAD


def test_only_models_that_read_forwards_are_asked_where_later_inputs_tell_the_answer():
    for name in ("finance", "finance-direction", "half-cheetah"):
        recipes = catalogue.task(name).recipes.values()
        assert recipes and not any(one.config.model.facts.sees_future for one in recipes)
    assert any(
        one.config.model.facts.sees_future for one in catalogue.task("arem").recipes.values()
    )


def test_har_regresses_on_means_of_a_day_a_week_and_a_month():
    values = np.random.default_rng(2).normal(size=60)
    found = har(values)
    assert np.isnan(found[:21, 2]).all() and np.isnan(found[:4, 1]).all()
    for day in (21, 40, 59):
        expected = [
            values[day],
            values[day - 4 : day + 1].mean(),
            values[day - 21 : day + 1].mean(),
        ]
        assert found[day].tolist() == pytest.approx(expected)


def test_the_yardsticks_of_the_market_are_exact_on_a_market_that_har_makes():
    random = np.random.default_rng(3)
    values = list(random.normal(size=22))
    for _ in range(800):
        week, month = np.mean(values[-5:]), np.mean(values[-22:])
        values.append(0.3 * values[-1] + 0.3 * week + 0.2 * month + 0.1 * random.normal())
    values = np.array(values)
    inputs = np.column_stack([values[:-1], random.normal(size=821)])
    series = from_lists([inputs], target=[values[1:, None]], times=[np.arange(821)], per_step=True)
    found = scores(series, 0.65, 0.25)
    assert found["HAR"]["mse"] == pytest.approx(0.01, rel=0.2)
    assert found["HAR"]["mse"] < found["today's value"]["mse"]
    assert found["HAR with losses"]["mse"] == pytest.approx(found["HAR"]["mse"], rel=0.05)
    assert found["HAR"]["qlike"] < found["mean of training"]["qlike"]


@pytest.mark.parametrize("name", ["traffic", "ozone"])
def test_the_released_code_trains_on_series_of_each_fourth_row(name, monkeypatch):
    import importlib

    protocols = importlib.import_module(f"liquidtime.tasks.{name}.protocols")
    rows = from_lists(
        [np.arange(200.0)[:, None]],
        target=[np.arange(200.0)[:, None]],
        times=[np.arange(200)],
        per_step=True,
    )
    monkeypatch.setattr(protocols, "hours" if name == "traffic" else "as_read", lambda: rows)
    # The traffic keeps what it made, for it makes much; here it shall make it of other rows.
    made = protocols._released.__wrapped__ if name == "traffic" else lambda: protocols.released(0)
    series, split = made()
    assert len(series) == 32 and series.lengths.tolist() == [42] * 32
    assert series[5].values[:, 0].tolist() == [5 + 4 * k for k in range(42)]
    assert [len(part) for part in vars(split).values()] == [25, 3, 4]
