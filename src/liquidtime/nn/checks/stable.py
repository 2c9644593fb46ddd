"""Explicit integrators that blew up on a long gap: said, where the numbers were sound before."""

from collections.abc import Sequence
from typing import Any

from torch import Tensor

from liquidtime.nn.checks.values import values_are_visible

_EXPLICIT = ("euler", "heun", "rk4")


def check_stable(cell: Any, states: Tensor, before: Sequence[Tensor]) -> None:
    """Refuse states that an explicit integrator has thrown out of all bounds.

    NaN in weights or in the state before comes out as NaN, as from any layer of PyTorch.

    Args:
        cell: What stepped.
        states: Its states over the sequence, [B, T, N]; its inputs were finite.
        before: Its state at the start.

    Raises:
        ValueError: With what to do.
    """
    integrator = getattr(cell, "integrator", None)
    if integrator not in _EXPLICIT or not values_are_visible(states):
        return
    wrong = ~states.isfinite()
    if not bool(wrong.any()):
        return
    if not all(bool(part.isfinite().all()) for part in (*before, *cell.parameters())):
        return
    series, step, _ = (int(i) for i in wrong.nonzero()[0])
    raise ValueError(
        f"integrator={integrator!r} blew up: the state is NaN or infinite from series {series}, "
        f"step {step} on, though inputs and weights are finite. Its steps are too long for the "
        f"gaps; raise unfolds, now {cell.unfolds}, or use 'fused' or 'exponential', which are "
        "stable at any gap."
    )
