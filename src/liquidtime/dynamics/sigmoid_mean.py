"""The mean of a sigmoid along a line: what a synapse passes while its source moves evenly."""

import torch
from torch import Tensor

_SERIES_BELOW = 0.25
_SERIES_TERMS = 6


def mean_sigmoid(before: Tensor, after: Tensor) -> Tensor:
    """M(a, b) = 1/(b − a) ∫ₐᵇ sigmoid(z) dz = [softplus(b) − softplus(a)] / (b − a).

    The difference cancels where a and b are close, and its derivatives more so. For
    |b − a| < ½ it is therefore the Taylor series about the middle, whose error there is below
    2e-17; M(a, a) is sigmoid(a). The value keeps the relative precision of the dtype everywhere,
    far down the sigmoid's tail too, and the gradients its absolute precision.

    Args:
        before: a, of any shape.
        after: b, likewise.

    Returns:
        M, between sigmoid(a) and sigmoid(b).
    """
    half = 0.5 * (after - before)
    near = half.abs() < _SERIES_BELOW
    series = _series(0.5 * (before + after), torch.where(near, half, torch.zeros_like(half)))
    start = torch.where(near, torch.zeros_like(before), before)
    end = torch.where(near, torch.ones_like(after), after)
    return torch.where(near, series, _softplus_difference(start, end) / (end - start))


def _softplus_difference(start: Tensor, end: Tensor) -> Tensor:
    """softplus(end) − softplus(start) from softplus(z) = max(z, 0) + log(1 + exp(−|z|)).

    The two parts are subtracted apart: far right the first is the whole and its difference is
    exact, far left the second is.
    """
    ramp_start, tail_start = _ramp_and_tail(start)
    ramp_end, tail_end = _ramp_and_tail(end)
    return (ramp_end - ramp_start) + (tail_end - tail_start)


def _ramp_and_tail(z: Tensor) -> tuple[Tensor, Tensor]:
    right = z > 0  # and not |z|, max(z, 0): their derivatives at 0 would not add up to ½
    zero = torch.zeros_like(z)
    return torch.where(right, z, zero), torch.log1p(torch.exp(torch.where(right, -z, z)))


def _series(middle: Tensor, half: Tensor) -> Tensor:
    """Σₖ σ⁽²ᵏ⁾(m) h²ᵏ / (2k + 1)!, by σ⁽²ᵏ⁾ = σ (1 − σ) (1 − 2σ) Qₖ(σ (1 − σ))."""
    opening = torch.sigmoid(middle)
    spread = opening * (1 - opening)
    square = half * half
    total = torch.zeros_like(half)
    for factor, polynomial in reversed(_derivatives(_SERIES_TERMS)):
        value = torch.zeros_like(half)
        for coefficient in reversed(polynomial):
            value = value * spread + coefficient
        total = square * (total + value / factor)
    return opening + spread * (1 - 2 * opening) * total


def _derivatives(count: int) -> list[tuple[float, list[float]]]:
    """((2k + 1)!, Qₖ as coefficients of rising powers) for k = 1 … count.

    With p = σ (1 − σ): p′ = p (1 − 2σ) and (1 − 2σ)² = 1 − 4p, hence Q₁ = 1 and
    Qₖ₊₁ = R + p R′ where R = (1 − 6p) Qₖ + p (1 − 4p) Qₖ′.
    """
    found, polynomial, factorial = [], [1.0], 1.0
    for k in range(1, count + 1):
        factorial *= 2 * k * (2 * k + 1)
        found.append((factorial, polynomial))
        odd = [0.0] * (len(polynomial) + 1)
        for power, c in enumerate(polynomial):
            odd[power] += (1 + power) * c
            odd[power + 1] -= (6 + 4 * power) * c
        polynomial = [(1 + power) * c for power, c in enumerate(odd)]
    return found
