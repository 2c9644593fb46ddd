"""Occlusion: what would be said without an observation, for any model."""

from dataclasses import replace

import numpy as np
import pytest
import torch

from liquidtime import explain
from liquidtime.data.forecast.calendar import calendar_inputs
from liquidtime.data.forecast.plan import ForecastPlan
from liquidtime.errors import InputError
from liquidtime.estimators import LiquidClassifier
from liquidtime.explain.calendar import joined
from liquidtime.explain.question import ask
from liquidtime.explain.words import observations
from liquidtime.models import gru_d


def hidden(series, row, column):
    mask = series.mask.clone()
    mask[row, column] = False
    return replace(series, mask=mask, values=torch.where(mask, series.values, 0.0))


def test_an_amount_is_what_changes_without_the_observation(mixed, explainable):
    series = mixed[5]
    about = explainable(mixed, gru_d.Config(hidden_size=6))
    found = explain.occlusion(about, series)
    before = float(ask(about, series).value[0])
    for row, column in series.mask.nonzero().tolist()[::3]:
        after = float(ask(about, hidden(series, row, column)).value[0])
        assert found.cells[row, column] == pytest.approx(before - after, abs=1e-6)
    assert not found.cells[~series.mask.numpy()].any()
    static = series.static.clone()
    static[0, 1] = torch.nan
    after = float(ask(about, replace(series, static=static)).value[0])
    assert found.static[1] == pytest.approx(before - after, abs=1e-6)
    assert found.error is None and found.evaluations == int(series.mask.sum()) + 2


def test_what_is_missing_has_no_amount(mixed, explainable):
    assert bool(mixed[4].static[0, 0].isnan())
    assert explain.occlusion(explainable(mixed), mixed[4]).static[0] == 0


def test_a_stretch_shares_one_amount(mixed, explainable):
    about, series = explainable(mixed), mixed[5]
    found = explain.occlusion(about, series, stretches=1)
    for at, name in enumerate(series.features):
        changed = explain.without(about, series, variables=name)
        assert found.cells[:, at].sum() == pytest.approx(changed.change[0], abs=1e-6)
        own = found.cells[series.mask[:, at].numpy(), at]
        assert own == pytest.approx(np.full(len(own), own[0]))
        assert changed.hidden[0] == len(own)
    assert found.evaluations == 5


def test_without_all_is_the_baseline(mixed, explainable):
    about = explainable(mixed)
    whole = explain.attribute(about, mixed[5])
    every = explain.without(about, mixed[5], variables=[*mixed.features, "age", "ward"])
    assert every.after[0] == pytest.approx(whole.baseline_value, abs=1e-6)
    assert every.before[0] == pytest.approx(whole.value)


def test_without_a_stretch_of_time(mixed, explainable):
    about, series = explainable(mixed), mixed[5]
    start, end = float(series.times[1]), float(series.times[2])
    found = explain.without(about, series, variables=["level"], since=start, until=end)
    by_hand = hidden(hidden(series, 1, 0), 2, 0)
    assert found.after[0] == pytest.approx(float(ask(about, by_hand).value[0]), abs=1e-6)
    later = explain.without(about, series, since=float(series.times[-1]) + 1.0)
    assert later.change[0] == 0 and later.hidden[0] == 0
    several = explain.without(about, mixed[1:], variables="level")
    assert several.before.shape == (11,) and several.ids.tolist() == mixed.ids[1:].tolist()


def test_many_observations_go_in_stretches(mixed, explainable, monkeypatch):
    monkeypatch.setattr("liquidtime.explain.leaving_out.EACH_UP_TO", 2)
    monkeypatch.setattr("liquidtime.explain.leaving_out.STRETCHES", 1)
    found = explain.occlusion(explainable(mixed), mixed[5])
    assert found.evaluations == 5


def test_of_a_linear_network_both_methods_agree_where_they_ask_the_same(mixed, linear):
    about = linear(mixed)
    static = [
        explain.attribute(about, mixed[5], method=m).static
        for m in ("integrated gradients", "occlusion")
    ]
    assert static[0] == pytest.approx(static[1], abs=2e-4)


def test_a_series_without_observations(mixed, explainable):
    nothing = explain.baseline.nothing_observed(mixed[5])
    for method in ("integrated gradients", "occlusion"):
        found = explain.attribute(explainable(mixed), nothing, method=method)
        assert not found.cells.any() and not found.static.any()
        assert found.value == pytest.approx(found.baseline_value)
        assert len(found.to_frame()) == 2


def test_random_liquid_features_are_explained_by_leaving_out():
    """They have no gradients; what is left out is predicted without by the estimator itself."""
    random = np.random.default_rng(0)
    many = random.normal(size=(40, 8, 2))
    many[20:, :, 0] += 2.0
    model = LiquidClassifier(kind="ridge", random_state=0).fit(many, np.repeat([0, 1], 20))
    found = model.explain(many[30:31])
    assert found.method == "occlusion"
    assert found.cells.shape == (8, 2) and np.abs(found.cells[:, 0]).sum() > 0
    assert np.abs(found.cells[:, 0]).sum() > np.abs(found.cells[:, 1]).sum()
    bare = many[30:31].copy()
    bare[0, 3, 0] = np.nan
    before, after = (model.predict_proba(x)[0, 1] for x in (many[30:31], bare))
    change = np.log(before / (1 - before)) - np.log(after / (1 - after))
    assert found.cells[3, 0] == pytest.approx(change, abs=1e-3)
    with pytest.raises(InputError, match=r"no gradients|reads whether"):
        model.explain(many[30:31], method="integrated gradients")


def test_bad_questions_are_refused(mixed, explainable):
    about = explainable(mixed)
    for words, given in (
        ("no variable 'HR'", {"variables": "HR"}),
        ("since is 3.0 and until 1.0", {"since": 3.0, "until": 1.0}),
        ("since is nan", {"since": float("nan")}),
    ):
        with pytest.raises(InputError, match=words):
            explain.without(about, mixed[5], **given)
    with pytest.raises(InputError, match="stretches is 0"):
        explain.occlusion(about, mixed[5], stretches=0)


def test_observations_left_out_at_once_are_one(mixed, explainable):
    about = explainable(mixed)
    found = explain.occlusion(about, mixed[5], stretches=1)
    told = observations(found)
    level = found.variables.index("level")
    count = int(np.isfinite(found.values[:, level]).sum())
    one = next(each for each in told if " of level " in each.what)
    assert one.what.startswith(f"{count} values of level (mean ") and " from time " in one.what
    assert one.amount == pytest.approx(found.cells[:, level].sum())
    assert sum(each.amount for each in told) == pytest.approx(sum(found.totals.values()))
    assert explain.occlusion(about, mixed[5]).together is None


def test_waves_of_the_calendar_are_called_as_people_do():
    plan = ForecastPlan(target=("y",), leads=(1.0,), calendar=("hour", "weekday", "yearday"))
    # Thursday 1 January 1970, 0:00; Friday, 13:30; Sunday, 8 February, 23:00.
    hours = np.array([0.0, 24 + 13.5, 38 * 24 + 23.0])
    waves, names = calendar_inputs(hours, plan)
    variables = ("y", *names)
    found = joined(variables)
    assert found.names == ("y", "hour of day", "day of week", "day of year")
    values = found.valued(np.column_stack([[1.0, 2.0, 3.0], waves.astype(float)]), variables)
    np.testing.assert_allclose(values[:, 1], [0, 13.5, 23], atol=1e-2)
    assert values[:, 2].tolist() == [4, 5, 7] and values[:, 3].tolist() == [1, 2, 39]
    amounts = np.arange(3.0 * len(variables)).reshape(3, -1)
    np.testing.assert_allclose(found.summed(amounts).sum(1), amounts.sum(1))
    assert joined(("hour sin 2", "a")).names == ("hour sin 2", "a")
