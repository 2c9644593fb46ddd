"""Baselines beside a network: chosen by cost, scored on the same resamples, told by validation."""

import numpy as np
import pytest
from made_series import make_series

from liquidtime.train import FitConfig
from liquidtime.train.baseline import standing
from liquidtime.train.baseline.catalogue import BASELINES
from liquidtime.train.baseline.contract import Setting
from liquidtime.train.baseline.standing import Answered, chosen, stand
from liquidtime.train.objectives import catalogue as objectives
from liquidtime.train.report.recommendation import recommend
from liquidtime.train.score.bootstrap import draw
from liquidtime.train.score.metrics import measures
from liquidtime.train.score.parts import beside_targets, part_metrics

PLAIN = Setting(
    kind="classes",
    per_step=False,
    outputs=2,
    targets=300,
    columns=24,
    steps=9000,
    shown=(False,) * 2,
)


def names(which, setting=PLAIN, seconds=1.0, model=""):
    taken, left = chosen(which, setting, seconds, model)
    return [each.name for each in taken], list(left)


def test_what_is_dear_against_the_training_is_left_out():
    assert names("none") == ([], [])
    assert set(names("quick")[0]) == {"prior", "linear"}
    assert set(names("all")[0]) >= {"prior", "linear", "forest", "boosting"}
    large = Setting(**{**vars(PLAIN), "targets": 20_000, "columns": 500})
    taken, left = names("auto", large)
    assert "prior" in taken and "forest" in left
    assert "forest" in names("auto", large, seconds=3600.0)[0]
    assert "forest" in names("all", large)[0]


def answered(training, held, objective, quality):
    """A network that mixes the truth with a guess."""
    truth = np.eye(2)[held.target.numpy()]
    noise = np.random.default_rng(0).random(len(truth))
    guess = np.stack([1 - noise, noise], axis=1)
    scored = beside_targets(
        objective, quality * truth + (1 - quality) * guess, held.target, held.lengths
    )
    drawn = draw(measures(scored), scored.cluster)
    table = {
        "selection": {"metric": "auroc"},
        "validation": part_metrics(scored, len(held), drawn=drawn),
    }
    return Answered(held, scored, drawn), table


def told(quality, which="quick", seed=1, size=80, keep=None):
    training, held = make_series(120), make_series(size, seed=seed)
    objective = objectives.of_training(training, FitConfig())
    answer, table = answered(training, held, objective, quality)
    parts = {"validation": answer}
    stood = stand(
        training,
        parts,
        objective,
        which=which,
        training_seconds=1.0,
        metric="auroc",
        model="cfc",
        keep=keep,
    )
    return table, stood, recommend(table, stood.baselines, "CfC")


def test_a_better_baseline_is_recommended_and_a_better_network_kept():
    table, stood, advice = told(0.2)
    assert advice["verdict"] == "behind" and advice["use"] == advice["best"] == "linear"
    assert advice["text"].startswith("A linear model does better than CfC (AUROC 0.9")
    ahead = told(0.9)[2]
    assert ahead["verdict"] in ("ahead", "even") and ahead["use"] == "network"
    difference = stood.baselines["linear"]["validation"]["difference"]["auroc"]
    own = table["validation"]["metrics"]["auroc"]["value"]
    theirs = stood.baselines["linear"]["validation"]["metrics"]["auroc"]["value"]
    assert difference["value"] == pytest.approx(own - theirs)
    assert difference["low"] < own - theirs < difference["high"] < 0


def test_the_interval_of_a_difference_is_paired():
    """Of a rival that is the network itself, nothing is left of it."""
    training, held = make_series(120), make_series(80, seed=1)
    objective = objectives.of_training(training, FitConfig())
    from liquidtime.train.baseline.contract import Material

    linear = BASELINES.find("linear").fit(Material(training), objective)(Material(held))
    scored = beside_targets(objective, linear, held.target, held.lengths)
    answer = Answered(held, scored, draw(measures(scored), scored.cluster))
    stood = stand(
        training,
        {"validation": answer},
        objective,
        which="quick",
        training_seconds=1.0,
        metric="auroc",
    )
    found = stood.baselines["linear"]["validation"]["difference"]["auroc"]
    assert found == {"value": 0.0, "low": 0.0, "high": 0.0}


def test_only_a_baseline_that_is_kept_is_said_to_answer():
    """A forecast keeps none, and was told that it had its boosting."""
    kept = told(0.5, keep=lambda name, predictor: name == "linear")[1].baselines
    assert "predict … --by linear" in kept["linear"]["usage"] and kept["linear"]["kept"]
    assert "predict … --by together" in kept["together"]["usage"]
    for which in ("quick", "all"):
        found = told(0.5, which)[1].baselines
        assert len(found) > 2 and not any("--by" in each["usage"] for each in found.values())


def test_a_network_that_guesses_is_called_so():
    _, stood, _ = told(0.0)
    only = {"prior": stood.baselines["prior"]}
    table, _, _ = told(0.0)
    advice = recommend(table, only, "CfC")
    assert advice["verdict"] == "guessing"
    assert advice["text"].startswith("CfC cannot be told from guessing (AUROC 0.")
    assert recommend(table, {}, "CfC") is None


def test_a_baseline_that_breaks_costs_nothing_else(monkeypatch):
    def broken(self, training, objective):
        raise ValueError("singular\nmatrix")

    monkeypatch.setattr(type(BASELINES.find("linear")), "fit", broken)
    _, stood, advice = told(0.5)
    assert stood.baselines["linear"]["failed"] == "singular"
    assert advice["best"] == "prior"
    assert standing.best(stood.baselines, "validation", "auroc") == "prior"


def test_the_mean_of_both_is_scored_beside_them():
    from liquidtime.train.baseline.contract import Material

    training, held = make_series(120), make_series(80, seed=1)
    objective = objectives.of_training(training, FitConfig())
    answer, table = answered(training, held, objective, 0.3)
    stood = stand(
        training,
        {"validation": answer},
        objective,
        which="quick",
        training_seconds=3.0,
        metric="auroc",
    )
    both = stood.baselines["together"]
    assert both["with"] == standing.best(
        {k: v for k, v in stood.baselines.items() if k != "together"}, "validation", "auroc"
    )
    theirs = BASELINES.find(both["with"]).fit(Material(training), objective)(Material(held))
    mean = (theirs + answer.scored.prediction) / 2
    scored = beside_targets(objective, mean, held.target, held.lengths)
    value = both["validation"]["metrics"]["auroc"]["value"]
    assert value == pytest.approx(measures(scored)["auroc"](np.ones((1, 80)))[0])
    other = stood.baselines[both["with"]]["validation"]["metrics"]["auroc"]["value"]
    assert both["validation"]["gain"]["auroc"]["value"] == pytest.approx(value - other)
    assert both["seconds"] > 3.0 and "mean of the probabilities" in both["usage"]
    advice = recommend(table, stood.baselines, "CfC")
    assert advice["best"] == both["with"], "the mean is nobody's rival"


def entry(value, difference, gain=None):
    part = {"metrics": {"auroc": {"value": value}}, "difference": {"auroc": difference}}
    if gain is not None:
        part["gain"] = {"auroc": gain}
    return {"title": "gradient boosting", "usage": "", "validation": part}


def test_both_together_are_recommended_where_that_is_better():
    own = {"selection": {"metric": "auroc"}, "validation": {"metrics": {"auroc": {"value": 0.8}}}}
    rival = entry(0.81, {"value": -0.01, "low": -0.03, "high": 0.01})
    for low, word in ((0.005, "does better still"), (-0.005, "may do better still")):
        both = entry(
            0.84,
            {"value": -0.04, "low": -0.06, "high": -0.02},
            {"value": 0.03, "low": low, "high": 0.05},
        )
        advice = recommend(own, {"boosting": rival, "together": both}, "CfC")
        assert f"The mean of both {word}: 0.840, better by 0.030" in advice["text"]
        assert advice["together"]["clear"] == (low > 0)
    worse = entry(
        0.805,
        {"value": -0.005, "low": -0.06, "high": 0.02},
        {"value": -0.005, "low": -0.01, "high": 0.05},
    )
    advice = recommend(own, {"boosting": rival, "together": worse}, "CfC")
    assert advice["together"] is None and "mean of both" not in advice["text"]


def test_what_luck_would_choose_is_averaged():
    """Of a network and a boosting that cannot be told apart, the run takes the mean."""
    own = {"selection": {"metric": "auroc"}, "validation": {"metrics": {"auroc": {"value": 0.8}}}}
    even = {"value": -0.01, "low": -0.03, "high": 0.01}
    rival = entry(0.81, even) | {"kept": True}
    lucky = entry(0.82, {"value": -0.02, "low": -0.06, "high": 0.02}) | {"title": "luck"}
    both = entry(0.808, even, {"value": -0.012, "low": -0.04, "high": 0.01}) | {"with": "boosting"}
    found = {"boosting": rival, "liquid": lucky, "together": both}
    advice = recommend(own, found, "CfC")
    assert advice["use"] == "liquid" and advice["together"]["with"] == "boosting"
    assert "The mean of the network and gradient boosting is the safer choice" in advice["text"]
    assert "predict … --by together" in advice["text"]
    clear = {"value": -0.03, "low": -0.05, "high": -0.01}
    for other in (
        {"boosting": rival | {"kept": False}},
        {"boosting": entry(0.83, clear) | {"kept": True}},
        {"together": both | entry(0.79, even, clear) | {"with": "boosting"}},
    ):
        assert recommend(own, found | other, "CfC")["together"] is None


def test_quantiles_have_baselines_that_hold_what_they_should():
    from liquidtime.train.baseline import levels
    from liquidtime.train.baseline.contract import Material

    options = {"kind": "values", "outputs": 2}
    training, held = make_series(900, **options), make_series(900, seed=1, **options)
    config = FitConfig(task="regress", quantiles=(0.1, 0.5, 0.9))
    objective = objectives.of_training(training, config)
    for name in ("prior", "linear"):
        predict = levels.fitted(BASELINES.find(name), Material(training), objective)
        found = predict(Material(held)).reshape(900, 2, 3)
        assert (np.diff(found, axis=2) >= 0).all()
        target = held.target.numpy()
        inside = (target >= found[..., 0]) & (target <= found[..., 2])
        assert inside.mean() == pytest.approx(0.8, abs=0.08)


def test_naive_forecasts_are_baselines_of_a_forecast():
    from liquidtime.data.forecast.naive import naive_forecasts

    plan, series = forecast()
    objective = objectives.of_training(series, FitConfig(task="forecast"))
    setting = standing.setting_of(series, objective, 0, plan)
    said = naive_forecasts(series, plan)
    from liquidtime.train.baseline.contract import Material

    material = Material(series, plan)
    for name, key in (("last_value", "last value"), ("seasonal", "value 4 before")):
        baseline = BASELINES.find(name)
        assert baseline.suits(setting)
        found = baseline.fit(material, objective)(material)
        there = np.isfinite(said[key])
        assert there.mean() > 0.5 and np.isfinite(found).all()
        assert found[there] == pytest.approx(said[key][there])


def forecast():
    from liquidtime.data.convert import from_lists
    from liquidtime.data.forecast.inputs import prepare
    from liquidtime.data.forecast.plan import ForecastPlan

    random = np.random.default_rng(0)
    wave = np.sin(np.arange(60) * np.pi / 2) + random.normal(0, 0.1, 60)
    series = from_lists([wave[:, None]], [np.arange(60.0)], features=["load"])
    plan = ForecastPlan(target=("load",), leads=(1.0, 2.0), seasons=(4.0,))
    return plan, prepare(series, plan).series
