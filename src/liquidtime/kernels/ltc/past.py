"""What an integrator along a line needs of the step before: one row of numbers a series.

The line of the input begins at the input of the previous active step, so the recurrence's state
has it as a further member, [B, M + 1] or, with extrapolated sources, [B, M + 1 + N]: that input
before any mapping, 1 if there was such a step and 0 if not, and the slope of the potentials over
it. All of it is 0 before the first step.
"""

from typing import get_args

import torch
from torch import Tensor

from liquidtime.dynamics import LineIntegratorName
from liquidtime.kernels.ltc.network import LTCSpec


def past_size(inputs: int, neurons: int, spec: LTCSpec) -> int:
    """Length of the row; 0 where the integrator needs no past."""
    if spec.integrator not in get_args(LineIntegratorName):
        return 0
    return inputs + 1 + (neurons if spec.sources == "extrapolated" else 0)


def remember(x: Tensor, slope: Tensor | None) -> Tensor:
    """The row after a step with input x [B, M] and, for extrapolated sources, slope [B, N]."""
    parts = [x, torch.ones_like(x[:, :1])]
    return torch.cat(parts if slope is None else [*parts, slope], dim=-1)


def recall(past: Tensor, x: Tensor) -> tuple[Tensor, Tensor]:
    """Where the line to x [B, M] begins, and the slope before.

    Returns:
        The input of the step before, [B, M], or x itself where there was none: on a first step
        the input stands still. And the slope, [B, N]; without columns where none is kept.
    """
    inputs = x.shape[-1]
    seen = past[:, inputs : inputs + 1] > 0
    return torch.where(seen, past[:, :inputs], x), past[:, inputs + 1 :]
