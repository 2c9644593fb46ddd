"""Logits of whole parts: collected batch by batch in any order, put back in the data's order."""

import torch
from torch import Tensor

from liquidtime.data import ragged
from liquidtime.data.batching import Batch, BucketBatches, collate
from liquidtime.data.encoded import EncodedSeries
from liquidtime.models.predictor import Predictor


class Outputs:
    """Collects logits of batches; tensors stay on their device until the end.

    Args:
        per_step: Whether the logits are [B, T, K] rather than [B, K].
    """

    def __init__(self, per_step: bool) -> None:
        self.per_step = per_step
        self._index: list[Tensor] = []
        self._logits: list[Tensor] = []

    def add(self, batch: Batch, logits: Tensor) -> None:
        """Keep the logits of one batch, without its padding."""
        self._index.append(batch.index)
        self._logits.append(ragged.unpad(logits, batch.lengths) if self.per_step else logits)

    def take(self) -> tuple[Tensor, Tensor]:
        """Series numbers [n] and logits of their rows one after another; empties the collection."""
        index, logits = torch.cat(self._index).cpu(), torch.cat(self._logits).float().cpu()
        self._index, self._logits = [], []
        return index, logits


def in_order(index: Tensor, logits: Tensor, lengths: Tensor, per_step: bool) -> Tensor:
    """Logits in the order of the data.

    Args:
        index: Series numbers, [N], each once.
        logits: Logits of these series one after another, [N, K], or [R, K] per step.
        lengths: Steps of each series in the data's order, [N].
        per_step: Whether there is a row a step.

    Returns:
        [N, K], or [R, K], in the order of the data.
    """
    ordered = torch.empty_like(logits)
    ordered[ragged.rows_of(lengths, index) if per_step else index] = logits
    return ordered


@torch.no_grad()
def predict_logits(predictor: Predictor, encoded: EncodedSeries, batch_size: int = 256) -> Tensor:
    """Logits of every series, on the predictor's device, dropout off.

    Args:
        predictor: The network.
        encoded: The series; no target is needed.
        batch_size: Series at once.

    Returns:
        [N, K], or [R, K] per step, float32 on the CPU, in the order of the data.
    """
    if len(encoded) == 0:
        return torch.zeros(0, predictor.output_size)
    device = next(predictor.parameters()).device
    training = predictor.training
    predictor.eval()
    found = Outputs(predictor.per_step)
    for index in BucketBatches(encoded.lengths, batch_size, shuffle=False):
        batch = collate(encoded, index)
        logits = predictor(
            batch.inputs.to(device), batch.elapsed.to(device), batch.lengths.to(device)
        )
        found.add(batch, logits.cpu())
    predictor.train(training)
    return in_order(*found.take(), encoded.lengths, predictor.per_step)
