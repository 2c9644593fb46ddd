"""Exact solutions for an input that is constant on pieces: Eq. 6–8 of the CfC paper."""

import torch
from torch import Tensor

from liquidtime.dynamics.phi import phi1


def symmetrised(x0: Tensor, elapsed: Tensor, f: Tensor, w_tau: Tensor, a: Tensor) -> Tensor:
    """x(t) = (x(0) − A) exp(−w_τ t − Σₖ f(Iₖ) Δtₖ) + A, with t = Σₖ Δtₖ.

    The solution of the symmetrised ODE (Eq. 6), whose integral of f is a sum where the input is
    constant on pieces (Eq. 7, 8).

    Args:
        x0: x(0), [...].
        elapsed: Δtₖ ≥ 0, length of each piece, [..., K].
        f: f(Iₖ) ≥ 0 on each piece, [..., K].
        w_tau: Leak rate, [...].
        a: A, [...].

    Returns:
        The state at the end of every piece, [..., K].

    References:
        Hasani et al., Nature Machine Intelligence 4, 992–1003 (2022), Eq. 6–8.
    """
    a = a.unsqueeze(-1)
    passed = ((w_tau.unsqueeze(-1) + f) * elapsed).cumsum(-1)
    return (x0.unsqueeze(-1) - a) * torch.exp(-passed) + a


def ltc(x0: Tensor, elapsed: Tensor, f: Tensor, w_tau: Tensor, a: Tensor) -> Tensor:
    """The same for the LTC neuron itself, Eq. 1: each piece is a decay to its own fixed point.

    x ← x + Δt (A f − (w_τ + f) x) φ₁(−(w_τ + f) Δt). Arguments and result as in `symmetrised`.

    Note:
        Not in the paper, which symmetrises first. It is what the `exponential` integrator does for
        a network whose presynaptic potentials stand still.
    """
    states, x = [], x0
    for span, passes in zip(elapsed.unbind(-1), f.unbind(-1), strict=True):
        rate = w_tau + passes
        x = x + span * (a * passes - rate * x) * phi1(-rate * span)
        states.append(x)
    return torch.stack(states, dim=-1)
