"""The loss of a batch, whichever the model brings along."""

from functools import partial

import torch
from torch import Tensor, nn

from liquidtime.data.batch import Batch
from liquidtime.models.common.ensemble import alone
from liquidtime.models.contract import Model, TaskLoss
from liquidtime.train.objectives.contract import Objective


class Loss(nn.Module):
    """The loss of a batch as one module, whose forward pass data-parallel training can follow.

    Args:
        model: The network; its own loss goes before that of the task.
        objective: The loss of the task.
        input_dropout: Share of the inputs that are hidden (0, the mean) from a series in training,
            in all its steps.
    """

    def __init__(self, model: Model, objective: Objective, input_dropout: float = 0.0) -> None:
        super().__init__()
        self.network = model.network
        self.own = model.loss
        self.objective = objective
        self.input_dropout = input_dropout

    def forward(self, batch: Batch) -> tuple[Tensor, Tensor]:
        """The loss summed over the batch, and the weight to divide it by.

        Raises:
            ValueError: If the batch has no target.
        """
        if self.input_dropout and self.training:
            size = batch.inputs.shape
            kept = torch.rand(size[0], 1, size[2], device=batch.inputs.device) >= self.input_dropout
            batch = batch._replace(inputs=batch.inputs * kept)
        if self.own is not None:
            return self.own(batch, self._loss(batch))
        if batch.target is None:
            raise ValueError("the batch has no target; expected one a series or one a step.")
        return self._loss(batch)(self.network(batch), batch.target)

    def parameter_groups(self) -> list[list[nn.Parameter]]:
        """Parameters that have one gradient; those of an ensemble's members have one each."""
        return [list(part.parameters()) for part in alone(self.network)]

    def _loss(self, batch: Batch) -> TaskLoss:
        """The task's loss of this batch, by the weights of its series."""
        if batch.weight is None:
            return self.objective.loss
        return partial(self.objective.loss, weight=batch.weight)
