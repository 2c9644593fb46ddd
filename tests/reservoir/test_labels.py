"""Several labels at once: each as the ridge would find it alone, calibrated by itself."""

import numpy as np
import pytest
import torch

from liquidtime.data.series import IrregularSeries
from liquidtime.train.baseline import liquid
from liquidtime.train.baseline.contract import Material
from liquidtime.train.config import FitConfig, TrainConfig
from liquidtime.train.loop import note_idle
from liquidtime.train.objectives import catalogue as objectives

COUNT, ROWS = 80, 5


def labelled(unknown=0.0):
    """Two labels: whether the mean of a, and whether that of b, is above 0."""
    random = np.random.default_rng(0)
    level = np.repeat(random.choice([-1.0, 1.0], (COUNT, 2)), ROWS, axis=0)
    values = torch.from_numpy((level + 0.5 * random.normal(size=level.shape)).astype(np.float32))
    target = level[::ROWS] > 0
    target = target.astype(np.float32)
    target[random.random(COUNT) < unknown, 1] = np.nan
    return IrregularSeries(
        values=values,
        times=torch.arange(COUNT * ROWS, dtype=torch.float64) % ROWS,
        mask=torch.ones(values.shape, dtype=torch.bool),
        lengths=torch.full((COUNT,), ROWS),
        target=torch.from_numpy(target),
        target_names=("high a", "high b"),
    )


@pytest.mark.parametrize("unknown", [0.0, 0.3])
@pytest.mark.parametrize("weights", ["none", "balanced"])
def test_each_label_is_predicted_with_its_probability(unknown, weights):
    data, truth = labelled(unknown), labelled().target.numpy()
    config = FitConfig(task="multilabel", train=TrainConfig(class_weights=weights))
    objective = objectives.of_training(data, config)
    predict = liquid.BASELINE.fit(Material(data), objective)
    found = predict(Material(data))
    assert found.shape == (COUNT, 2)
    assert ((found > 0.5) == truth).mean() > 0.95
    assert 0 < found.min() < 0.1 < 0.9 < found.max() < 1


@pytest.mark.parametrize(
    ("given", "at_once", "words"),
    [
        ({"steps": 9, "decay": 0.5}, True, "Without effect: steps, decay"),
        ({"momentum": 0.5}, False, "Without effect: momentum"),
        ({"decay": 0.5}, False, "Without effect: decay"),
    ],
)
def test_options_without_effect_are_named(monkeypatch, given, at_once, words):
    monkeypatch.setattr("liquidtime.notes.said", set())
    with pytest.warns(UserWarning, match=words):
        note_idle(TrainConfig(**given), at_once=at_once)
