"""φ-functions: what exponential integrators are made of."""

import torch
from torch import Tensor

_SERIES_BELOW = 1e-2


def phi1(z: Tensor) -> Tensor:
    """φ₁(z) = (exp(z) − 1) / z, accurate with its derivatives near z = 0, where it is 1.

    Below |z| = 0.01 it is its Taylor polynomial of degree 6, whose error there is below 1e-17.
    """
    small = z.abs() < _SERIES_BELOW
    away = torch.where(small, torch.ones_like(z), z)
    near = torch.where(small, z, torch.zeros_like(z))
    series = torch.ones_like(z)
    for divisor in (7, 6, 5, 4, 3, 2):
        series = 1 + near * series / divisor
    return torch.where(small, series, torch.expm1(away) / away)
