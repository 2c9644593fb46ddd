"""Networks side by side, averaged in what they predict: of other seeds, or of other kinds."""

from collections.abc import Callable, Sequence
from functools import partial

import torch
from torch import Tensor, nn

from liquidtime.data.batch import Batch, Batchable, Raw
from liquidtime.models.contract import Goal, Model, TaskLoss


class Ensemble(nn.Module):
    """Members that see the same batches; each is trained as if it were alone.

    Args:
        models: The members, all of one shape.
        average: Of logits [E, ..., K] of the members, logits [..., K] of their mean prediction.
    """

    def __init__(self, models: Sequence[Model], average: Callable[[Tensor], Tensor]) -> None:
        super().__init__()
        self.members = nn.ModuleList(model.network for model in models)
        self._own = [model.loss for model in models]
        self._average = average

    def forward(self, batch: Batch) -> Tensor:
        """Logits of the mean prediction, [B, K], or [B, T, K] per step."""
        return self._average(torch.stack([member(batch) for member in self.members]))

    def loss(self, batch: Batch, task: TaskLoss) -> tuple[Tensor, Tensor]:
        """Mean over the members of the loss of each, and the weight to divide it by.

        Raises:
            ValueError: If the batch has no target.
        """
        found = []
        for member, own in zip(self.members, self._own, strict=True):
            if own is not None:
                found.append(own(batch, task))
            elif batch.target is None:
                raise ValueError("the batch has no target; expected one a series or one a step.")
            else:
                found.append(task(member(batch), batch.target))
        return torch.stack([total for total, _ in found]).mean(), found[0][1]


def alone(network: nn.Module) -> list[nn.Module]:
    """The networks that are trained as if each were alone; members may be ensembles themselves."""
    if not isinstance(network, Ensemble):
        return [network]
    return [one for member in network.members for one in alone(member)]


def ensemble(models: Sequence[Model], average: Callable[[Tensor], Tensor]) -> Model:
    """One model of several of the same shape.

    It has no trace, for its members have hidden states of their own.
    """
    network, first = Ensemble(models, average), models[0]
    solve = None if first.solve is None else partial(_solve, models)
    reads: tuple[Raw, ...] = tuple({part: None for model in models for part in model.reads})
    return Model(network, first.shape, reads=reads, loss=network.loss, solve=solve)


def _solve(
    models: Sequence[Model], training: Batchable, goal: Goal, weights: Tensor | None = None
) -> float:
    solved = [each.solve(training, goal, weights) for each in models if each.solve is not None]
    return sum(solved) / len(solved)
