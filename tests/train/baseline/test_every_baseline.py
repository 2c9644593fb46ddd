"""All baselines, through the one contract."""

import numpy as np
import pytest
from made_series import make_series

from liquidtime.train import FitConfig
from liquidtime.train.baseline.catalogue import BASELINES
from liquidtime.train.baseline.contract import Material
from liquidtime.train.baseline.standing import setting_of
from liquidtime.train.objectives import catalogue as objectives
from liquidtime.train.score.metrics import point
from liquidtime.train.score.parts import beside_targets

KINDS = {
    "two": ({}, "classify"),
    "four": ({"classes": 4}, "classify"),
    "values": ({"kind": "values", "outputs": 2}, "regress"),
    "step": ({"per_step": True}, "classify"),
    "steps": ({"kind": "values", "per_step": True}, "regress"),
}


def made(kind):
    options, task = KINDS[kind]
    training, held = make_series(120, **options), make_series(60, seed=1, **options)
    return training, held, objectives.of_training(training, FitConfig(task=task))


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("name", BASELINES.entries())
def test_it_learns_what_can_be_learnt(name, kind):
    baseline = BASELINES.find(name)
    training, held, objective = made(kind)
    setting = setting_of(training, objective, len(training.times))
    if not baseline.suits(setting):
        return
    found = baseline.fit(Material(training), objective)(Material(held))
    again = baseline.fit(Material(training), objective)(Material(held))
    assert np.array_equal(found, again)
    rows = len(held.times) if held.per_step else len(held)
    assert found.shape == (rows, len(objective.labels)) and np.isfinite(found).all()
    if objective.exclusive:
        assert found.sum(axis=1) == pytest.approx(np.ones(rows), abs=1e-5)
    scored = beside_targets(objective, found, held.target, held.lengths)
    metric, guess = ("auroc", 0.5) if objective.exclusive else ("r2", 0.0)
    if name == "prior":
        assert point(scored, metric) == pytest.approx(guess, abs=0.1)
    else:
        assert point(scored, metric) > guess + 0.25
    assert 0.0 <= baseline.seconds(setting) < 10.0


def test_the_prior_is_the_share_and_the_mean():
    training, held, objective = made("four")
    shares = np.bincount(training.target.numpy()) / len(training)
    found = BASELINES.find("prior").fit(Material(training), objective)(Material(held))
    assert found[7] == pytest.approx(shares)
    training, held, objective = made("steps")
    mean = np.nanmean(training.target.numpy())
    found = BASELINES.find("prior").fit(Material(training), objective)(Material(held))
    assert found[3, 0] == pytest.approx(mean)


@pytest.mark.parametrize("name", ["linear", "forest", "boosting"])
def test_a_variable_that_training_never_saw_is_left_out(name):
    training, held, objective = made("two")
    training.mask[:, 1] = False
    found = BASELINES.find(name).fit(Material(training), objective)(Material(held))
    scored = beside_targets(objective, found, held.target, held.lengths)
    assert point(scored, "auroc") > 0.75


def test_a_class_that_training_lacks_has_no_probability():
    training, held, objective = made("four")
    some = training.select(training.target.numpy() != 2)
    for name in ("linear", "forest"):
        found = BASELINES.find(name).fit(Material(some), objective)(Material(held))
        assert (found[:, 2] == 0).all() and found.sum(axis=1) == pytest.approx(np.ones(60))


def test_the_last_value_is_the_last_one_seen():
    training = make_series(40, kind="values", per_step=True)
    training.target_names and object.__setattr__(training, "target_names", ("level",))
    objective = objectives.of_training(training, FitConfig(task="forecast"))
    setting = setting_of(training, objective, 0)
    assert setting.shown == (True,) and BASELINES.find("last_value").suits(setting)
    found = BASELINES.find("last_value").fit(Material(training), objective)(Material(training))
    seen, mask = training.values[:, 0].numpy(), training.mask[:, 0].numpy()
    last, mean = {}, seen[mask].mean()
    member = np.repeat(np.arange(40), training.lengths.numpy())
    for row, series in enumerate(member):
        if mask[row]:
            last[series] = seen[row]
        assert found[row, 0] == pytest.approx(last.get(series, mean), rel=1e-5)
