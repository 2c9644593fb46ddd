from types import SimpleNamespace

import numpy as np
import pytest
import torch
from torch import nn

from liquidtime.data.forecast import ForecastPlan
from liquidtime.models.contract import Model, Shape
from liquidtime.train.line import fit_line, lined
from liquidtime.train.loss import Loss
from liquidtime.train.objectives.quantiles import Quantiles
from liquidtime.train.objectives.values import Numbers

PLAN = ForecastPlan(target=("a",), leads=(1.0, 2.0), seasons=(24.0,))
NAMES = ("b", "a", "a +1 -24", "a +2 -24")


def numbers(kind=Numbers, **more):
    labels = ("a +1", "a +2")
    return kind(per_step=True, labels=labels, mean=(10.0, 10.0), scale=(2.0, 4.0), **more)


def encoded(rows=400):
    inputs = torch.randn(rows, 4, generator=torch.Generator().manual_seed(0))
    first = 10 + 2 * (0.5 * inputs[:, 1] + 0.25 * inputs[:, 2] - 1)
    second = 10 + 4 * (0.9 * inputs[:, 3])
    target = torch.stack([first, second], dim=1)
    target[::7, 1] = float("nan")
    return SimpleNamespace(inputs=inputs, target=target)


def test_the_line_is_least_squares_label_by_label():
    line = fit_line(PLAN, numbers(), NAMES, encoded())  # pyright: ignore[reportArgumentType]
    assert line is not None
    assert line.inputs == [["a", "a +1 -24"], ["a", "a +2 -24"]]
    np.testing.assert_allclose(line.weights, [[0.5, 0.25, -1], [0, 0.9, 0]], atol=1e-3)


def test_too_few_rows_give_no_line():
    few = encoded(20)
    assert fit_line(PLAN, numbers(), NAMES, few) is None  # pyright: ignore[reportArgumentType]


@pytest.mark.parametrize("levels", [None, (0.1, 0.5, 0.9)])
def test_the_line_is_added_to_what_the_network_says(levels):
    objective = numbers() if levels is None else numbers(Quantiles, levels=levels)
    size = objective.output_size

    class Nothing(nn.Module):
        def forward(self, batch):
            return torch.zeros(*batch.inputs.shape[:2], size)

    shape = Shape(inputs=4, variables=4, outputs=size, per_step=True)
    schema = {"line": {"inputs": [["a"], ["b"]], "weights": [[2.0, 1.0], [3.0, -1.0]]}}
    model = lined(Model(Nothing(), shape), schema, objective, NAMES)
    batch = SimpleNamespace(inputs=torch.tensor([[[5.0, 7, 0, 0]]]))
    found = model.network(batch)[0, 0].reshape(2, -1)
    # Of quantiles the middle one is moved, and the others with it.
    assert found[:, 0 if levels is None else 1].tolist() == [15, 14]
    assert found.sum() == 29
    assert not model.network.state_dict()


def test_inputs_are_hidden_in_training_alone():
    seen = []

    class Watch(nn.Module):
        def forward(self, batch):
            seen.append(batch.inputs)
            return batch.inputs[..., :2]

    class Given(SimpleNamespace):
        def _replace(self, **changed):
            return Given(**{**vars(self), **changed})

    batch = Given(inputs=torch.ones(50, 3, 4), target=torch.zeros(50, 3, 2), weight=None)
    shape = Shape(inputs=4, variables=4, outputs=2, per_step=True)
    loss = Loss(Model(Watch(), shape), numbers(), input_dropout=0.5)
    loss(batch)  # pyright: ignore[reportArgumentType]
    hidden = seen[0] == 0
    assert 0.3 < float(hidden.float().mean()) < 0.7
    # One that is hidden is so in all steps.
    assert torch.equal(hidden[:, :1].expand_as(hidden), hidden)
    loss.eval()(batch)  # pyright: ignore[reportArgumentType]
    assert bool((seen[1] == 1).all())
