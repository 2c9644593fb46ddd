"""The loop asks of its data the lengths and batches, and nothing else."""

from dataclasses import replace

import numpy as np
import pytest
import torch
from torch import nn

from liquidtime.data.batch import Batch
from liquidtime.models.contract import Model, Shape
from liquidtime.train.config import TrainConfig
from liquidtime.train.loop import train
from liquidtime.train.objectives.classes import Classes


class Frames:
    """Clips of a camera, made when they are asked for: the brighter half is class 1."""

    def __init__(self, count, targets=True):
        self.lengths = torch.full((count,), 3)
        self.targets = targets
        self.asked = 0

    def batch(self, index, global_size=None):
        index = torch.as_tensor(index)
        self.asked += len(index)
        bright = index % 2
        noise = torch.stack([torch.rand(3, 1, 4, 4, generator=_seeded(int(k))) for k in index])
        return Batch(
            inputs=noise + bright[:, None, None, None, None],
            elapsed=torch.ones(len(index), 3),
            lengths=self.lengths[index],
            target=bright if self.targets else None,
            index=index,
            global_size=len(index) if global_size is None else global_size,
        )


def _seeded(number):
    return torch.Generator().manual_seed(number)


class Brightness(nn.Module):
    def __init__(self):
        super().__init__()
        self.head = nn.Linear(16, 2)

    def forward(self, batch):
        return self.head(batch.inputs.flatten(2).mean(1))


OBJECTIVE = Classes(per_step=False, labels=("dark", "bright"))
CONFIG = TrainConfig(epochs=3, batch_size=8, learning_rate=0.1, accelerator="cpu")


def model(loss=None):
    return Model(Brightness(), Shape(inputs=16, variables=0, outputs=2), loss=loss)


def test_frames_of_a_camera_need_not_be_series():
    training, validation = Frames(24), Frames(8)
    progress = train(model(), OBJECTIVE, training, validation, replace(CONFIG, select="auroc"))
    assert progress.metric == "auroc"
    assert progress.history[-1]["validation_auroc"] == 1.0
    assert (training.asked, validation.asked) == (3 * 24, 3 * 8)


def test_a_loss_of_the_models_own_is_what_is_trained():
    asked = []
    own = model()

    def loss(batch, task_loss):
        asked.append(len(batch.index))
        total, weight = task_loss(own.network(batch), batch.target)
        return 0.0 * total + (own.network.head.bias**2).sum() * weight, weight

    with torch.no_grad():
        own.network.head.bias.fill_(2.0)
    chosen = Model(own.network, own.shape, loss=loss)
    progress = train(chosen, OBJECTIVE, Frames(24), Frames(8), CONFIG)
    losses = [record["train_loss"] for record in progress.history]
    assert losses[0] > losses[1] > losses[2]
    assert sum(asked) == 3 * 24
    assert np.isfinite([record["validation_loss"] for record in progress.history]).all()


def test_data_without_targets_are_refused():
    with pytest.raises(ValueError, match="no target"):
        train(model(), OBJECTIVE, Frames(24, targets=False), Frames(8), CONFIG)
    with pytest.raises(ValueError, match="no target"):
        train(model(), OBJECTIVE, Frames(24), Frames(8, targets=False), CONFIG)


def test_weights_found_at_once_are_one_epoch_whatever_the_options_say():
    found = model()
    asked = []

    def solve(training, goal, weights=None):
        asked.append((goal.kind, goal.per_step, weights))
        batch = training.batch(range(len(training.lengths)))
        with torch.no_grad():
            # The brighter class has the larger mean.
            found.network.head.weight.copy_(torch.tensor([[-1.0], [1.0]]).expand(2, 16) / 16)
            found.network.head.bias.copy_(torch.tensor([1.0, -1.0]))
            total, weight = OBJECTIVE.loss(found.network(batch), batch.target)
        return float(total / weight)

    solved = replace(found, solve=solve)
    progress = train(
        solved, OBJECTIVE, Frames(24), Frames(8), replace(CONFIG, patience=1, select="auroc")
    )
    assert asked == [("classes", False, None)]
    assert len(progress.history) == 1
    assert progress.best_epoch == 0
    assert progress.history[0]["validation_auroc"] == 1.0
    assert progress.history[0]["train_loss"] < 0.7


def test_what_is_drawn_while_weights_are_found_comes_from_the_seed():
    drawn = []

    def solve(training, goal, weights=None):
        drawn.append(float(torch.rand(())))
        return 0.0

    for seed in (0, 0, 1):
        config = replace(CONFIG, seed=seed)
        train(replace(model(), solve=solve), OBJECTIVE, Frames(8), Frames(8), config)
    assert drawn[0] == drawn[1] != drawn[2]
