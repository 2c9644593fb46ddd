"""Dormand–Prince 5(4) with adaptive steps, through torchdiffeq: the yardstick of the others."""

from collections.abc import Callable

import torch
from torch import Tensor

from liquidtime.dynamics.neuron import Drive
from liquidtime.optional import require

_MOST_STEPS = {torch.float64: 2000, torch.float32: 300}


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
        ValueError: If a gap is so long that it takes more than 2000 steps (float64) or 300: memory
            with gradients grows with each.
    """

    def slope(_: Tensor, at: Tensor) -> Tensor:
        conductance, current = drive(at)
        return elapsed * (current - conductance * at) / capacitance

    return dormand_prince(slope, v, elapsed)


def dormand_prince(slope: Callable[[Tensor, Tensor], Tensor], v: Tensor, elapsed: Tensor) -> Tensor:
    """Dormand–Prince 5(4) from 0 to 1.

    Args:
        slope: Of the share of the interval that has passed, and the potentials there.
        v: Potentials at its start, [B, N].
        elapsed: Its length, for the message.

    Returns:
        Potentials at its end.

    Raises:
        ImportError: If torchdiffeq is not installed (extra `ode`).
        ValueError: As `step`.
    """
    torchdiffeq = require("torchdiffeq", extra="ode")
    tolerance = 1e-9 if v.dtype == torch.float64 else 1e-5
    most = _MOST_STEPS[v.dtype]
    try:
        return torchdiffeq.odeint(
            slope,
            v,
            torch.tensor([0.0, 1.0], dtype=v.dtype, device=v.device),
            rtol=tolerance,
            atol=tolerance / 100,
            method="dopri5",
            options={"max_num_steps": most},
        )[-1]
    except AssertionError as error:
        # So torchdiffeq says that steps became too many or too short.
        raise ValueError(
            f"dopri5 did not get through a gap of up to {float(elapsed.max()):g} (one of the "
            f"`unfolds` parts of it) within {most} adaptive steps: {error}. For gaps that are long "
            "beside the time constants use integrator='fused' or 'exponential', which are stable "
            "at any gap, raise unfolds, or count the time in a larger unit."
        ) from error
