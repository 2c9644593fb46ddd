"""How well decoded values explain a series: what the losses of variational autoencoders share."""

import math
from collections.abc import Callable

import torch
from torch import Tensor

from liquidtime.data.batch import Batch

TaskLoss = Callable[[Tensor, Tensor], tuple[Tensor, Tensor]]
"""(outputs, targets) to the summed loss and the sum of the weights."""


def reconstruction(decoded: Tensor, batch: Batch, noise: float) -> Tensor:
    """Log-likelihood of what was observed, under N(decoded, noise²).

    Args:
        decoded: [B, T, D].
        batch: Its raw values and mask are read.
        noise: Standard deviation, in that of the standardised values.

    Returns:
        [B], the mean over the observed entries of each series; 0 for a series without any.
    """
    values, mask = batch.raw("values"), batch.raw("mask")
    likelihood = -0.5 * (((values - decoded) / noise) ** 2 + math.log(2 * math.pi * noise**2))
    count = mask.sum((1, 2)).clamp(min=1)
    return torch.where(mask, likelihood, 0.0).sum((1, 2)) / count
