"""Dormand–Prince 5(4) with adaptive steps, through torchdiffeq: the yardstick of the others."""

import torch
from torch import Tensor

from liquidtime.dynamics.neuron import Drive
from liquidtime.optional import require


def order() -> int:
    """Fifth order; the step size follows the error estimate."""
    return 5


def step(v: Tensor, elapsed: Tensor, drive: Drive, capacitance: Tensor) -> Tensor:
    """Integrate over `elapsed`. Arguments as in `liquidtime.dynamics.fused.step`.

    Every sample has its own horizon, so time is rescaled to run from 0 to 1 for all of them. The
    tolerances follow the precision of `v`: relative 1e-9 in float64, 1e-5 otherwise; the absolute
    one is a hundredth of that.

    Raises:
        ImportError: If torchdiffeq is not installed (extra `ode`).
    """
    torchdiffeq = require("torchdiffeq", extra="ode")

    def slope(_: Tensor, at: Tensor) -> Tensor:
        conductance, current = drive(at)
        return elapsed * (current - conductance * at) / capacitance

    tolerance = 1e-9 if v.dtype == torch.float64 else 1e-5
    ends = torch.tensor([0.0, 1.0], dtype=v.dtype, device=v.device)
    return torchdiffeq.odeint(
        slope, v, ends, rtol=tolerance, atol=tolerance / 100, method="dopri5"
    )[-1]
