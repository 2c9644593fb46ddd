"""Logits of whole parts: collected batch by batch in any order, put back in the data's order."""

import torch
from torch import Tensor

from liquidtime.data import ragged
from liquidtime.data.batch import Batch, Batchable
from liquidtime.data.batching import BucketBatches
from liquidtime.models.contract import Model


class Outputs:
    """Collects logits and targets of batches; tensors stay on their device until the end.

    Args:
        per_step: Whether the logits are [B, T, K] rather than [B, K].
    """

    def __init__(self, per_step: bool) -> None:
        self.per_step = per_step
        self._index: list[Tensor] = []
        self._logits: list[Tensor] = []
        self._target: list[Tensor] = []

    def add(self, batch: Batch, logits: Tensor) -> None:
        """Keep the logits and the targets of one batch, without its padding."""
        self._index.append(batch.index)
        self._logits.append(self._rows(logits, batch))
        if batch.target is not None:
            self._target.append(self._rows(batch.target, batch))

    def index(self) -> Tensor:
        """Series numbers in the order they came, [N]."""
        return torch.cat(self._index).cpu()

    def logits(self) -> Tensor:
        """Logits one after another, [N, K], or [R, K] per step, float32."""
        return torch.cat(self._logits).float().cpu()

    def target(self) -> Tensor:
        """Targets one after another, as in `IrregularSeries`.

        Raises:
            ValueError: If the batches had none.
        """
        if not self._target:
            raise ValueError("the series have no target; expected one a series or one a step.")
        return torch.cat(self._target).cpu()

    def _rows(self, block: Tensor, batch: Batch) -> Tensor:
        return ragged.unpad(block, batch.lengths) if self.per_step else block


def in_order(index: Tensor, rows: Tensor, lengths: Tensor, per_step: bool) -> Tensor:
    """Logits or targets in the order of the data.

    Args:
        index: Series numbers, [N], each once.
        rows: Those of these series one after another, [N, ...], or [R, ...] per step.
        lengths: Steps of each series in the data's order, [N].
        per_step: Whether there is a row a step.

    Returns:
        The same rows in the order of the data.
    """
    ordered = torch.empty_like(rows)
    ordered[ragged.rows_of(lengths, index) if per_step else index] = rows
    return ordered


@torch.no_grad()
def predict_logits(model: Model, data: Batchable, batch_size: int = 256) -> Tensor:
    """Logits of every series, on the network's device, dropout off.

    Args:
        model: The network.
        data: The series, encoded with what the model reads; no target is needed.
        batch_size: Series at once.

    Returns:
        [N, K], or [R, K] per step, float32 on the CPU, in the order of the data.
    """
    network, per_step = model.network, model.shape.per_step
    if len(data.lengths) == 0:
        return torch.zeros(0, model.shape.outputs)
    device = next(network.parameters()).device
    training = network.training
    network.eval()
    found = Outputs(per_step)
    for index in BucketBatches(data.lengths, batch_size, shuffle=False):
        batch = data.batch(index).to(device)
        found.add(batch, network(batch))
    network.train(training)
    return in_order(found.index(), found.logits(), data.lengths, per_step)
