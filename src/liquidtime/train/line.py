"""The straight line under a forecast: what the last value and those of a season before say alone.

The network adds to it. A line goes on where a series leaves the range that was learnt, and it is
all that there is to say of a random walk.
"""

from dataclasses import replace
from functools import partial
from typing import Any, NamedTuple

import numpy as np
import torch
from torch import Tensor, nn

from liquidtime.data.batch import Batch
from liquidtime.data.encoded import EncodedSeries
from liquidtime.data.forecast.plan import ForecastPlan
from liquidtime.models.common.ensemble import alone
from liquidtime.models.contract import Model, Trace
from liquidtime.train.objectives.contract import Objective
from liquidtime.train.objectives.quantiles import Quantiles
from liquidtime.train.objectives.values import Numbers

_FEWEST_ROWS = 30
_RIDGE = 1e-4


class Line(NamedTuple):
    """Coefficients of each of K × L labels, on standardised inputs and targets.

    Attributes:
        inputs: Names of the inputs, of each label.
        weights: One for each of them, and one for 1.
    """

    inputs: list[list[str]]
    weights: list[list[float]]


def fit_line(
    plan: ForecastPlan, objective: Objective, names: tuple[str, ...], training: EncodedSeries
) -> Line | None:
    """Least squares on the training part, label by label.

    Args:
        plan: What is forecast.
        objective: With mean and scale of the targets.
        names: Of the encoded inputs.
        training: The training part, encoded.

    Returns:
        None where there are too few rows to tell.
    """
    if not isinstance(objective, Numbers) or training.target is None:
        return None
    at = {name: k for k, name in enumerate(names)}
    inputs = training.inputs.double().numpy()
    target = (training.target.double().numpy() - objective.mean) / objective.scale
    found = Line([], [])
    for k, column in enumerate(plan.target):
        for j, lead in enumerate(plan.lead_names, k * len(plan.leads)):
            own = [column, *(f"{column} {lead} -{plan.span(s)}" for s in plan.seasons)]
            own = [name for name in own if name in at]
            rows = np.isfinite(target[:, j])
            if rows.sum() < _FEWEST_ROWS:
                return None
            known = np.column_stack([inputs[rows][:, [at[n] for n in own]], np.ones(rows.sum())])
            gram = known.T @ known + _RIDGE * rows.sum() * np.eye(known.shape[1])
            found.inputs.append(own)
            found.weights.append(np.linalg.solve(gram, known.T @ target[rows, j]).tolist())
    return found


def lined(
    model: Model, schema: dict[str, Any] | None, objective: Objective, names: tuple[str, ...]
) -> Model:
    """The model with the line that a run keeps added to what its network says.

    The weights of the network keep their names; the line is none of them. A fresh read-out is set
    to 0, so that training begins at the line.
    """
    stored = (schema or {}).get("line")
    if stored is None:
        return model
    at = {name: k for k, name in enumerate(names)}
    weight = torch.zeros(objective.output_size, len(names))
    bias = torch.zeros(objective.output_size)
    levels = middle = 1
    if isinstance(objective, Quantiles):
        levels, middle = len(objective.levels), objective.middle + 1
    for k, (own, numbers) in enumerate(zip(stored["inputs"], stored["weights"], strict=True)):
        row = k * levels + middle - 1
        weight[row, [at[name] for name in own]] = torch.tensor(numbers[:-1])
        bias[row] = numbers[-1]
    for network in alone(model.network):
        head = getattr(network, "head", None)
        head = head[-1] if isinstance(head, nn.Sequential) else head
        if isinstance(head, nn.Linear):
            # At first the line alone is said; weights that were learnt are loaded afterwards.
            nn.init.zeros_(head.weight)
            nn.init.zeros_(head.bias)
        network.register_forward_hook(partial(_add, weight, bias))
    if model.trace is None:
        return model
    return replace(model, trace=partial(_trace, model.trace, weight, bias))


def _add(weight: Tensor, bias: Tensor, module: nn.Module, given: Any, output: Tensor) -> Tensor:
    return output + _line(weight, bias, given[0])


def _line(weight: Tensor, bias: Tensor, batch: Batch) -> Tensor:
    inputs = batch.inputs
    return nn.functional.linear(inputs, weight.to(inputs), bias.to(inputs))


def _trace(trace: Any, weight: Tensor, bias: Tensor, batch: Batch) -> Trace:
    found = trace(batch)
    return Trace(found.hidden, found.logits + _line(weight, bias, batch))
