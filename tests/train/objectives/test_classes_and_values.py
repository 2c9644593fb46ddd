import json
from dataclasses import replace

import numpy as np
import pytest
import torch
import torch.nn.functional as F

from liquidtime.data.preprocess import Preprocessor
from liquidtime.errors import InputError
from liquidtime.train.config import FitConfig, TrainConfig
from liquidtime.train.objectives import catalogue as objectives
from liquidtime.train.objectives.classes import Classes

CLASSES = FitConfig(train=TrainConfig(class_weights="balanced"))
VALUES = FitConfig(task="regress")


def test_balanced_weights_give_classes_equal_say(series):
    data = series(40)
    objective = objectives.of_training(data, CLASSES)
    counts = torch.bincount(data.target)
    assert torch.tensor(objective.weights) * counts == pytest.approx([20.0, 20.0])


def test_class_loss_is_torchs_weighted_mean(series):
    objective = objectives.of_training(series(40), CLASSES)
    logits, target = torch.randn(9, 2), torch.tensor([0, 1, -1, 1, 0, 0, -1, 1, 0])
    total, weight = objective.loss(logits, target)
    expected = F.cross_entropy(
        logits, target, torch.tensor(objective.weights), ignore_index=-1, reduction="mean"
    )
    assert float(total / weight) == pytest.approx(float(expected))


def test_missing_values_have_no_loss_and_no_gradient(series):
    objective = objectives.of_training(series(30, kind="values", per_step=True, outputs=2), VALUES)
    logits = torch.randn(2, 4, 2, requires_grad=True)
    target = torch.full((2, 4, 2), float("nan"))
    target[0, 1, 0] = 100.0
    total, weight = objective.loss(logits, target)
    wanted = (100.0 - objective.mean[0]) / objective.scale[0]
    assert float(weight) == 1
    assert total.item() == pytest.approx((logits[0, 1, 0].item() - wanted) ** 2)
    total.backward()
    assert torch.isfinite(logits.grad).all()
    assert int((logits.grad != 0).sum()) == 1


def test_values_come_back_in_their_own_unit(series):
    data = series(30, kind="values", outputs=2)
    objective = objectives.of_training(data, VALUES)
    wanted = data.target.double().numpy()
    logits = (wanted - np.array(objective.mean)) / np.array(objective.scale)
    assert np.abs(logits.mean(0)).max() < 1e-6
    assert objective.predictions(logits) == pytest.approx(wanted)
    assert objectives.from_dict(objective.to_dict()) == objective


def test_probabilities_survive_huge_logits(series):
    objective = objectives.of_training(series(30), FitConfig())
    found = objective.predictions(np.array([[1e4, -1e4], [0.0, 0.0]]))
    assert found == pytest.approx(np.array([[1, 0], [0.5, 0.5]]))
    assert objective.predictions(np.zeros((0, 2))).shape == (0, 2)


def test_unfit_targets_are_refused(series):
    data = series(30)
    with pytest.raises(InputError, match="only class 'class 0'"):
        objectives.of_training(data.select(np.flatnonzero(data.target.numpy() == 0)), FitConfig())
    with pytest.raises(InputError, match="needs numbers as targets"):
        objectives.of_training(data, VALUES)
    with pytest.raises(InputError, match="needs one class number"):
        objectives.of_training(series(30, kind="values"), FitConfig())


def test_weights_of_series_are_repetitions_of_them(series):
    """A series of weight 2 counts as two of it; of classes, of values, a series and a step."""
    for kind, task in (("classes", "classify"), ("values", "regress")):
        for per_step in (False, True):
            data = series(20, kind=kind, per_step=per_step)
            objective = objectives.of_training(data, FitConfig(task=task))
            encoded = Preprocessor.fit(data).encode(data)
            repeats = np.random.default_rng(0).integers(0, 3, 20)
            one = encoded.weighted(repeats).batch(range(20))
            many = encoded.batch(np.repeat(np.arange(20), repeats))
            logits = torch.randn(20, *one.inputs.shape[1:2] * per_step, objective.output_size)
            total, weight = objective.loss(logits, one.target, one.weight)
            again = (
                logits[many.index][:, : many.inputs.shape[1]] if per_step else logits[many.index]
            )
            expected, count = objective.loss(again, many.target)
            assert float(total / weight) == pytest.approx(float(expected / count), rel=1e-5)


@pytest.mark.parametrize("weight", [[1.0], [0.0] * 9, [-1.0] + [1.0] * 8, ["a"] * 9])
def test_what_is_no_weight_is_refused(series, weight):
    data = series(9)
    with pytest.raises(InputError, match="sample_weight"):
        Preprocessor.fit(data).encode(data).weighted(weight)


def test_class_weights_may_be_numbers(series):
    config = FitConfig(train=TrainConfig(class_weights=(1.0, 5.0)))
    assert FitConfig.from_dict(json.loads(json.dumps(config.to_dict()))) == config
    assert objectives.of_training(series(40), config).weights == (1.0, 5.0)
    with pytest.raises(InputError, match="class_weights has 2 numbers; the series have 3 classes"):
        objectives.of_training(series(40, classes=3), config)


def test_the_raw_scale_weighs_values_by_their_unit(series):
    data = series(30, kind="values", outputs=2)
    data = replace(data, target=data.target * torch.tensor([1.0, 50.0]))
    config = FitConfig(task="regress", train=TrainConfig(loss_scale="raw"))
    objective = objectives.of_training(data, config)
    logits = torch.randn(30, 2)
    total, weight = objective.loss(logits, data.target)
    guess = objective.predictions(logits.numpy())
    raw = ((guess - data.target.numpy()) ** 2).mean()
    assert float(total / weight) * np.square(objective.scale).mean() == pytest.approx(raw, rel=1e-4)


def test_records_of_the_first_version_are_read(series):
    found = objectives.from_dict(
        {
            "kind": "classes",
            "per_step": False,
            "labels": ["a", "b"],
            "weights": None,
            "mean": None,
            "scale": None,
        }
    )
    assert found == Classes(per_step=False, labels=("a", "b"))
    with pytest.raises(InputError, match="'ranks' is no kind of target; expected one of classes"):
        objectives.from_dict({"kind": "ranks", "per_step": False, "labels": ["a"]})
