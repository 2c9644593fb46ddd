"""A linear recurrence of many independent units, in about 2√T vectorised steps rather than T."""

import math
from collections.abc import Sequence
from typing import Any

import torch
from torch import Tensor
from torch.autograd import Function
from torch.autograd.function import once_differentiable

WIDE = 2048
"""Numbers a step from which one CPU core is busy with a step alone, and pieces cost it more."""


def linear_scan(factor: Tensor, drive: Tensor) -> Tensor:
    """x_k = factor_k · x_{k−1} + drive_k elementwise, from x before the first step = 0.

    The series are cut into about √T pieces. All pieces are stepped through side by side, then the
    last state of each is carried into the next, and what it has become by each step is added. This
    is exact: nothing is divided, and no power is taken that could overflow. On the CPU, wide
    batches are one piece, which is half the work.

    Args:
        factor: [B, T, N], real or complex.
        drive: The same.

    Returns:
        All x, [B, T, N].
    """
    return _Scan.apply(factor, drive)  # pyright: ignore[reportReturnType]


class _Scan(Function):
    # The gradient is a linear recurrence too, backwards in time: nothing but x has to be kept.

    @staticmethod
    def forward(ctx: Any, factor: Tensor, drive: Tensor) -> Tensor:
        if _wide(drive):
            state = torch.stack(_stepped(factor[:, 1:].unbind(1), drive.unbind(1), 1), dim=1)
        else:
            state = _in_pieces(factor, drive)
        ctx.save_for_backward(factor, state)
        return state

    @staticmethod
    @once_differentiable
    def backward(ctx: Any, gradient: Tensor) -> tuple[Tensor, Tensor]:
        factor, state = ctx.saved_tensors
        back = factor[:, 1:].conj()
        if _wide(gradient):
            reached = torch.stack(_stepped(back.unbind(1), gradient.unbind(1), -1), dim=1)
        else:
            later = torch.cat([back, torch.zeros_like(factor[:, :1])], dim=1)
            reached = _in_pieces(later.flip(1), gradient.flip(1)).flip(1)
        nothing = torch.zeros_like(state[:, :1])
        return torch.cat([nothing, reached[:, 1:] * state[:, :-1].conj()], dim=1), reached


def _wide(drive: Tensor) -> bool:
    return drive.device.type == "cpu" and drive.shape[0] * drive.shape[2] >= WIDE


def _stepped(factors: Sequence[Tensor], drives: Sequence[Tensor], way: int) -> list[Tensor]:
    """Step by step, forwards (1) or backwards (−1); there is a factor between any two drives."""
    states = [drives[::way][0]]
    for a, b in zip(factors[::way], drives[::way][1:], strict=True):
        states.append(torch.addcmul(b, a, states[-1]))
    return states[::way]


def _in_pieces(factor: Tensor, drive: Tensor) -> Tensor:
    count, steps, units = drive.shape
    if steps <= 1:
        return drive.clone()
    length = math.isqrt(steps)
    pieces = -(-steps // length)
    missing = pieces * length - steps
    if missing:
        # A factor of 0 behind the end reaches nothing that is returned.
        padding = drive.new_zeros(count, missing, units)
        factor, drive = torch.cat([factor, padding], dim=1), torch.cat([drive, padding], dim=1)
    factors = factor.reshape(count, pieces, length, units).unbind(2)
    drives = drive.reshape(count, pieces, length, units).unbind(2)
    states, spans = [drives[0]], [factors[0]]
    for a, b in zip(factors[1:], drives[1:], strict=True):
        states.append(torch.addcmul(b, a, states[-1]))
        spans.append(a * spans[-1])
    carried = [torch.zeros_like(states[0][:, 0])]
    for state, span in zip(states[-1].unbind(1)[:-1], spans[-1].unbind(1)[:-1], strict=True):
        carried.append(torch.addcmul(state, span, carried[-1]))
    found = torch.addcmul(
        torch.stack(states, dim=2), torch.stack(spans, dim=2), torch.stack(carried, 1).unsqueeze(2)
    )
    return found.reshape(count, pieces * length, units)[:, :steps]
