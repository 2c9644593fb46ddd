"""The next state of a robot: raw errors, and a change whose errors are the same."""

from dataclasses import replace

import numpy as np
import pytest
import torch

from liquidtime.data import IrregularSeries, split_by_series
from liquidtime.errors import InputError
from liquidtime.models import cfc
from liquidtime.models.catalogue import MODELS
from liquidtime.tasks.pairing import read_scored
from liquidtime.tasks.protocol import Protocol
from liquidtime.tasks.recipe import Recipe, recipes
from liquidtime.tasks.reproduce import plan, reproduce
from liquidtime.tasks.rows import compare
from liquidtime.tasks.walker2d.protocols import changes
from liquidtime.tasks.walker2d.task import TASK
from liquidtime.train import Run
from liquidtime.train.config import FitConfig, TrainConfig


def states(count=6, steps=9, width=3):
    random = np.random.default_rng(0)
    values = torch.from_numpy(random.normal(3, 5, (count * steps, width)).astype(np.float32))
    return IrregularSeries(
        values=values,
        times=torch.arange(count * steps, dtype=torch.float64) % steps + 1,
        mask=torch.ones_like(values, dtype=torch.bool),
        lengths=torch.full((count,), steps),
        target=torch.from_numpy(random.normal(3, 5, values.shape).astype(np.float32)),
        features=("a", "b", "c"),
        target_names=("next_a", "next_b", "next_c"),
        per_step=True,
    )


def test_errors_of_the_change_are_those_of_the_next_state():
    series = states()
    changed = changes(series)
    assert torch.allclose(changed.target + series.values, series.target, atol=1e-5)
    assert changed.target_names == ("change_of_a", "change_of_b", "change_of_c")
    predicted = torch.randn_like(series.target)
    errors = (predicted - changed.target).square().mean()
    assert torch.allclose(errors, (series.values + predicted - series.target).square().mean())


def test_published_inputs_are_raw():
    series = states()
    encoded = TASK.preprocess(series).encode(series)
    assert torch.equal(encoded.inputs, series.values)
    assert encoded.elapsed.max() == 1


def test_published_recipes_predict_the_state_and_ours_the_change():
    for name, recipe in TASK.recipes.items():
        published = recipe.settings == "published"
        assert (recipe.reframe is None) == published, name
        assert recipe.config.train.loss_scale == "raw"
        # What has read a window to its end has read the next state.
        assert not recipe.config.model.facts.sees_future, name
        assert recipe.config.model.name in MODELS.entries()


@pytest.mark.data
def test_the_trivial_predictors_are_those_of_the_page():
    try:
        series, split = TASK.protocol("paper").parts(0)
    except InputError as error:
        pytest.skip(str(error))
    test, train = series.select(split.test), series.select(split.train)
    assert (test.values - test.target).double().square().mean() == pytest.approx(4.538, abs=1e-3)
    ones = torch.ones(len(train.values), 1, dtype=torch.float64)
    found = torch.linalg.lstsq(
        torch.cat([train.values.double(), ones], 1), train.target.double()
    ).solution
    guess = torch.cat([test.values.double(), ones[: len(test.values)]], 1) @ found
    assert (guess - test.target).square().mean() == pytest.approx(3.131, abs=1e-3)


def test_a_recipe_with_its_own_targets_is_run_and_compared_on_the_same_series(tmp_path):
    model = cfc.Config(hidden_size=4, backbone_units=4, dropout=0.0)
    train = TrainConfig(epochs=1, batch_size=8, learning_rate=1e-2, loss_scale="raw")
    plain = Recipe(label="CfC", config=FitConfig(task="regress", model=model, train=train))
    change = replace(plain, label="CfC, change", variant="change", reframe=changes)
    series = states(30)
    protocol = Protocol(about="Drawn.", parts=lambda seed: (series, split_by_series(30, seed=seed)))
    task = replace(TASK, recipes=recipes(plain, change), protocols={"clean": protocol})
    planned = plan(task, tmp_path, protocol="clean", seeds=1)
    records = list(reproduce(task, planned, progress=False))
    one, other = (read_scored(Run.load(run.folder)) for run in planned)
    assert np.array_equal(one.cluster, other.cluster)
    test = series.select(split_by_series(30, seed=0).test)
    order = np.argsort(one.target[:, 0])
    assert test.target is not None
    assert np.allclose(one.target[order, 0], np.sort(test.target[:, 0].numpy()))
    moved = np.sort((test.target - test.values)[:, 0].numpy())
    assert np.allclose(np.sort(other.target[:, 0]), moved, atol=1e-5)
    rows = compare(task, records, planned)
    assert [row.recipe for row in rows] == ["cfc", "cfc-change"]
    leads = [row.against for row in rows]
    assert leads[0] is not None and leads[1] is not None
    # On the same resamples the lead of one is the lag of the other.
    assert leads[0].difference == pytest.approx(-leads[1].difference)
    assert leads[0].low == pytest.approx(-leads[1].high)
