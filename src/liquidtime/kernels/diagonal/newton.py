"""The diagonal CfC solved for all steps at once: Newton's method, each sweep a linear scan.

All steps together are one system of equations, h_t − F_t(h_{t−1}) = 0. Its Jacobian has nothing
but ones and the slopes F'_t on two diagonals, so a sweep of Newton's method is a linear recurrence,
δ_t = F'_t δ_{t−1} + (F_t(h_{t−1}) − h_t), and a scan solves it in log₂ T rounds. Corrections, and
not states, go through the scan: its rounding is that of ever smaller numbers.

References:
    Lim, Zhu, Selfridge, Kasim: Parallelizing non-linear sequential models over the sequence length.
    ICLR 2024 (DEER). Danieli et al.: ParaRNN: unlocking parallel training of nonlinear RNNs for
    large language models. 2025, for the diagonal Jacobian.
"""

from typing import Any, NamedTuple

import torch
import torch.nn.functional as F
from torch import Tensor

from liquidtime.backends import Backend, Request
from liquidtime.kernels.backends import cpu
from liquidtime.kernels.diagonal import reference
from liquidtime.kernels.diagonal.reference import diagonal_step
from liquidtime.kernels.scan import State

SWEEPS = 24
"""Sweeps after which the steps are taken one by one instead; mostly a handful is enough."""
# Of a unit in the last place: a state that no sweep can bring nearer to its step.
_ROUNDING = 8


class Solution(NamedTuple):
    """All states, and how they were found."""

    states: Tensor
    """[B, T, H]"""
    sweeps: int
    """Of Newton's method."""
    converged: bool
    """Whether every state is its step of the one before, to rounding."""


def linear_scan(slope: Tensor, offset: Tensor) -> Tensor:
    """h_t = slope_t · h_{t−1} + offset_t along dimension 1, from h = 0, in log₂ T rounds."""
    # After a round each pair (slope, offset) stands for twice as many steps.
    distance, steps = 1, offset.shape[1]
    while distance < steps:
        further = torch.cat(
            [
                offset[:, :distance],
                torch.addcmul(offset[:, distance:], slope[:, distance:], offset[:, :-distance]),
            ],
            dim=1,
        )
        slope = torch.cat([slope[:, :distance], slope[:, distance:] * slope[:, :-distance]], dim=1)
        offset, distance = further, 2 * distance
    return offset


def solve(
    heads: Tensor, h: Tensor, elapsed: Tensor, active: Tensor | None, own: Tensor
) -> Solution:
    """The states of all steps by Newton's method, without gradients; arguments as of `diagonal`."""
    with torch.no_grad():
        states = _start(heads, h, elapsed, active)
        smallest = _ROUNDING * torch.finfo(h.dtype).eps
        for sweep in range(SWEEPS + 1):
            after, slope = _steps(_before(states, h), heads, elapsed, active, own)
            change = after - states
            # NaN and infinity are not within, and so are not taken for a solution.
            within = (change.abs() <= smallest * states.abs().clamp_min(1.0)).all()
            if bool(within):
                return Solution(states, sweep, True)
            if sweep < SWEEPS:
                states = states + linear_scan(slope, change)
                if not bool(states.isfinite().all()):
                    break
        return Solution(states, sweep, False)


def diagonal(
    heads: Tensor, state: State, elapsed: Tensor, active: Tensor | None, own: Tensor
) -> tuple[Tensor, State]:
    """The diagonal recurrence, all steps at once; arguments and results as the reference's.

    Where Newton's method does not come to rest the steps are taken one by one.
    """
    inputs = [heads, *state, elapsed, own]
    # Sweeps are counted by what is in the tensors, which traced and transformed ones do not show.
    unseen = heads.is_meta or torch.compiler.is_compiling() or cpu.opaque(inputs)
    if unseen or heads.numel() == 0:
        return reference.diagonal(heads, state, elapsed, active, own)
    found = solve(heads, state[0], elapsed, active, own)
    if not found.converged:
        return reference.diagonal(heads, state, elapsed, active, own)
    states = found.states
    if cpu.needs_gradient(inputs):
        states = _with_gradients(states, heads, state[0], elapsed, active, own)
    return states, (states[:, -1],)


def declines(request: Request) -> str | None:
    """None: it runs wherever PyTorch does."""
    del request


def stands_back(request: Request) -> str | None:
    """On a CPU the steps one by one are faster than the rounds of a scan."""
    return "one step after the other is faster there" if request.device == "cpu" else None


backend = Backend("parallel", diagonal, declines, stands_back)


def _before(states: Tensor, h: Tensor) -> Tensor:
    return torch.cat([h.unsqueeze(1), states[:, :-1]], dim=1)


def _start(heads: Tensor, h: Tensor, elapsed: Tensor, active: Tensor | None) -> Tensor:
    """The series without the units' weights on themselves, which is a linear recurrence."""
    f, r = heads.to(h.dtype).chunk(2, dim=-1)
    passed = F.softplus(r) * elapsed.unsqueeze(-1)
    kept, gained = torch.exp(-passed), -torch.expm1(-passed) * torch.tanh(f)
    if active is not None:
        kept = torch.where(active.unsqueeze(-1), kept, 1.0)
        gained = torch.where(active.unsqueeze(-1), gained, 0.0)
    return linear_scan(
        kept, torch.cat([gained[:, :1] + kept[:, :1] * h[:, None], gained[:, 1:]], 1)
    )


def _steps(
    before: Tensor, heads: Tensor, elapsed: Tensor, active: Tensor | None, own: Tensor
) -> tuple[Tensor, Tensor]:
    """F(before), and its slope in `before`, [B, T, H] each."""
    f, r = heads.to(before.dtype).chunk(2, dim=-1)
    of_target, of_rate = own.to(before.dtype)
    q, raw = torch.tanh(f + of_target * before), r + of_rate * before
    time = elapsed.unsqueeze(-1)
    passed = F.softplus(raw) * time
    kept, way = torch.exp(-passed), -torch.expm1(-passed)
    after = before + (q - before) * way
    slope = (
        kept
        + way * (1 - q * q) * of_target
        + (q - before) * kept * time * torch.sigmoid(raw) * of_rate
    )
    if active is None:
        return after, slope
    used = active.unsqueeze(-1)
    return torch.where(used, after, before), torch.where(used, slope, 1.0)


def _with_gradients(
    states: Tensor,
    heads: Tensor,
    h: Tensor,
    elapsed: Tensor,
    active: Tensor | None,
    own: Tensor,
) -> Tensor:
    """The same states, as a function of what they came from.

    At the solution one more sweep moves nothing, and its derivative is that of the solution: what
    a step gets from the one before goes through the scan alone, backward in reverse.
    """
    # The state before the first step is given; those before the others are what the scan is about.
    fixed = _before(states, h)
    with torch.no_grad():
        _, slope = _steps(fixed, heads, elapsed, active, own)
    after = diagonal_step(fixed, heads, elapsed, own)
    if active is not None:
        after = torch.where(active.unsqueeze(-1), after, fixed)
    return states + _Scan.apply(slope, after - states)  # pyright: ignore[reportOperatorIssue]


class _Scan(torch.autograd.Function):
    """`linear_scan` with slopes that have no gradient; its derivative is the scan in reverse."""

    @staticmethod
    def forward(ctx: Any, slope: Tensor, offset: Tensor) -> Tensor:
        ctx.save_for_backward(slope)
        return linear_scan(slope, offset)

    @staticmethod
    @torch.autograd.function.once_differentiable
    def backward(ctx: Any, *given: Tensor) -> tuple[None, Tensor]:
        (slope,) = ctx.saved_tensors
        # The gradient of a step goes to the one before by the slope of the step itself.
        later = torch.cat([slope[:, 1:], torch.zeros_like(slope[:, :1])], dim=1)
        return None, linear_scan(later.flip(1), given[0].flip(1)).flip(1)
