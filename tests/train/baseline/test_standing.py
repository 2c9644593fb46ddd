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


def told(quality, which="quick", seed=1, size=80):
    training, held = make_series(120), make_series(size, seed=seed)
    objective = objectives.of_training(training, FitConfig())
    answer, table = answered(training, held, objective, quality)
    parts = {"validation": answer}
    stood = stand(
        training, parts, objective, which=which, training_seconds=1.0, metric="auroc", model="cfc"
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
