"""Weights of a cubic under exponential forgetting: the φ-functions of the linear closed form."""

import torch
from torch import Tensor

_SERIES_BELOW = 2.0


def decay_weights(clock: Tensor) -> tuple[Tensor, Tensor, Tensor, Tensor]:
    """Wᵢ(Y) = ∫₀¹ Bᵢ(s) exp(−Y (1 − s)) Y ds for the cubic Bernstein polynomials B₀ … B₃.

    They are non-negative and sum to 1 − exp(−Y). With r = 1 − s and the moments
    Lⱼ = ∫₀¹ rʲ exp(−Y r) Y dr = Y exp(−Y) j! φⱼ₊₁(Y) they are W₀ = L₃, W₁ = 3 (L₂ − L₃),
    W₂ = 3 (L₁ − 2 L₂ + L₃), W₃ = L₀ − 3 L₁ + 3 L₂ − L₃.

    The moments obey Lⱼ = (j/Y) Lⱼ₋₁ − exp(−Y). That is run upwards from L₀ = 1 − exp(−Y) where
    Y ≥ 2; below it would cancel, so L₃ is summed from its series, all of whose terms are
    positive, and the rule run downwards. All are 0 at Y = 0 and none overflows for Y → ∞.

    Args:
        clock: Y ≥ 0, of any shape.

    Returns:
        W₀, W₁, W₂, W₃, shaped as `clock`.

    References:
        Hochbruck, Ostermann: Exponential integrators. Acta Numerica 19 (2010), section 2, for φⱼ.
    """
    small = clock < _SERIES_BELOW
    low = _moments_below(torch.where(small, clock, torch.zeros_like(clock)))
    high = _moments_above(torch.where(small, torch.ones_like(clock), clock))
    zeroth, first, second, third = (
        torch.where(small, a, b) for a, b in zip(low, high, strict=True)
    )
    return (
        third,
        3 * (second - third),
        3 * (first - 2 * second + third),
        zeroth - 3 * first + 3 * second - third,
    )


def _moments_below(clock: Tensor) -> tuple[Tensor, ...]:
    """L₀ … L₃ for Y < 2, from L₃ = Y exp(−Y) Σₖ 3! Yᵏ / (k + 4)!."""
    decay = torch.exp(-clock)
    series = torch.ones_like(clock)
    terms = 20 if clock.dtype == torch.float64 else 11
    for k in range(terms, 0, -1):
        series = 1 + series * clock / (k + 4)
    third = 0.25 * clock * decay * series
    second = (third + decay) * clock / 3
    first = (second + decay) * clock / 2
    return (first + decay) * clock, first, second, third


def _moments_above(clock: Tensor) -> tuple[Tensor, ...]:
    """L₀ … L₃ for Y ≥ 2."""
    decay = torch.exp(-clock)
    zeroth = -torch.expm1(-clock)
    first = zeroth / clock - decay
    second = 2 * first / clock - decay
    return zeroth, first, second, 3 * second / clock - decay
