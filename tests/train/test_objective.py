import numpy as np
import pytest
import torch
import torch.nn.functional as F

from liquidtime.errors import InputError
from liquidtime.train.config import FitConfig, TrainConfig
from liquidtime.train.objective import Objective

CLASSES = FitConfig(train=TrainConfig(class_weights="balanced"))
VALUES = FitConfig(task="regress")


def test_balanced_weights_give_classes_equal_say(series):
    data = series(40)
    objective = Objective.of_training(data, CLASSES)
    counts = torch.bincount(data.target)
    assert torch.tensor(objective.weights) * counts == pytest.approx([20.0, 20.0])


def test_class_loss_is_torchs_weighted_mean(series):
    objective = Objective.of_training(series(40), CLASSES)
    logits, target = torch.randn(9, 2), torch.tensor([0, 1, -1, 1, 0, 0, -1, 1, 0])
    total, weight = objective.loss(logits, target)
    expected = F.cross_entropy(
        logits, target, torch.tensor(objective.weights), ignore_index=-1, reduction="mean"
    )
    assert float(total / weight) == pytest.approx(float(expected))


def test_missing_values_have_no_loss_and_no_gradient(series):
    objective = Objective.of_training(series(30, kind="values", per_step=True, outputs=2), VALUES)
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
    objective = Objective.of_training(data, VALUES)
    wanted = data.target.double().numpy()
    logits = (wanted - np.array(objective.mean)) / np.array(objective.scale)
    assert np.abs(logits.mean(0)).max() < 1e-6
    assert objective.predictions(logits) == pytest.approx(wanted)
    assert Objective.from_dict(objective.to_dict()) == objective


def test_probabilities_survive_huge_logits(series):
    objective = Objective.of_training(series(30), FitConfig())
    found = objective.predictions(np.array([[1e4, -1e4], [0.0, 0.0]]))
    assert found == pytest.approx(np.array([[1, 0], [0.5, 0.5]]))
    assert objective.predictions(np.zeros((0, 2))).shape == (0, 2)


def test_unfit_targets_are_refused(series):
    data = series(30)
    with pytest.raises(InputError, match="only class 'class 0'"):
        Objective.of_training(data.select(np.flatnonzero(data.target.numpy() == 0)), FitConfig())
    with pytest.raises(InputError, match="needs numbers as targets"):
        Objective.of_training(data, VALUES)
    with pytest.raises(InputError, match="needs one class number"):
        Objective.of_training(series(30, kind="values"), FitConfig())
