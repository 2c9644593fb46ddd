"""Positive numbers: kept as they are and clipped, or kept before a softplus."""

import torch
import torch.nn.functional as F
from torch import Tensor

FLOOR = 1e-12
"""What stands for zero where a number is kept before a softplus, which never is zero."""

_LINEAR_FROM = 20.0  # where PyTorch's softplus becomes the identity


def raw_of(value: Tensor) -> Tensor:
    """The number whose softplus is `value`: the inverse of softplus, in float64.

    Note:
        What is below 1e-12, negative numbers included, becomes 1e-12. That is zero for every
        practical purpose, but softplus has no slope there: a synapse that an earlier library had
        clipped shut stays shut in further training, where clipping would have let it open again.
    """
    value = value.double().clamp(min=FLOOR)
    return torch.where(value > _LINEAR_FROM, value, value + torch.log(-torch.expm1(-value)))


def value_of(raw: Tensor) -> Tensor:
    """The softplus of a number, in float64; zero where `raw_of` had stood 1e-12 for it."""
    value = F.softplus(raw.double())
    return torch.where(value <= 1.001 * FLOOR, torch.zeros_like(value), value)
