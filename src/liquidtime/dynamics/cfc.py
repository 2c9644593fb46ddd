"""The closed-form continuous-time cell: ways to step in time without a solver.

Three were published; `relaxation` is ours.

References:
    Hasani, Lechner, Amini, Liebenwein, Ray, Tschaikowski, Teschl, Rus: Closed-form
    continuous-time neural networks. Nature Machine Intelligence 4, 992–1003 (2022).
"""

import torch
import torch.nn.functional as F
from torch import Tensor


def gated(f: Tensor, g: Tensor, a: Tensor, b: Tensor, elapsed: Tensor) -> Tensor:
    """CfC: a gate that opens with time moves the state from one target to another.

    x(Δt) = tanh(f) (1 − s) + tanh(g) s with s = sigmoid(a Δt + b). Eq. 4 of the paper.

    Args:
        f: Pre-activation of the target for short times, [B, H].
        g: Pre-activation of the target for long times, [B, H].
        a: Rate of the time gate, [B, H].
        b: Offset of the time gate, [B, H].
        elapsed: Δt, broadcastable to [B, H].

    Note:
        The paper writes the gate as sigmoid(−f Δt) with one head f and leaves the two targets
        open. The authors' code, which every published figure was made with, has a separate affine
        time gate and squashes both targets with tanh; so do we.

    Note:
        At Δt = 0 this is not the identity, and two half steps are not one whole step: the form is
        learnt, not a flow.
    """
    gate = torch.sigmoid(a * elapsed + b)
    return torch.tanh(f) * (1 - gate) + torch.tanh(g) * gate


def no_gate(f: Tensor, g: Tensor, a: Tensor, b: Tensor, elapsed: Tensor) -> Tensor:
    """CfC-noGate: as `gated`, but the first target is not faded out: tanh(f) + s tanh(g)."""
    return torch.tanh(f) + torch.sigmoid(a * elapsed + b) * torch.tanh(g)


def closed_form(f: Tensor, elapsed: Tensor, decay: Tensor, target: Tensor) -> Tensor:
    """Cf-S: the closed-form solution of the LTC equation itself, Eq. 3 of the paper.

    x(Δt) = A − A exp(−Δt (|w_τ| + |f|)) f.

    Args:
        f: The network's output for this step, [B, H].
        elapsed: Δt, broadcastable to [B, H].
        decay: w_τ, [H]; only its absolute value counts.
        target: A, [H], the state for Δt → ∞.

    Note:
        The paper has B exp(−[w_τ + f(x, I)] Δt) f(−x, −I) + A. The authors' code ties B to −A and
        uses the same f in the exponent and as the factor; so do we.
    """
    return target - target * torch.exp(-elapsed * (decay.abs() + f.abs())) * f


def relaxation(h: Tensor, f: Tensor, r: Tensor, elapsed: Tensor) -> Tensor:
    """The state relaxes towards a target, at a rate that the network sets: a flow.

    x(Δt) = q + (h − q) exp(−ρ Δt) with q = tanh(f) and ρ = softplus(r) > 0: the exact solution of
    dx/dt = −ρ (x − q), x(0) = h, for q and ρ that stand still over Δt. Of an ODE whose q and ρ move
    with x it is one step of exponential Euler, of first order.

    Args:
        h: The state before, [B, H].
        f: Pre-activation of the target, [B, H].
        r: Pre-activation of the rate, [B, H].
        elapsed: Δt, broadcastable to [B, H].

    Note:
        Computed as h + (q − h) · (−expm1(−ρ Δt)): at Δt = 0 that is h to the bit, and for small
        Δt nothing cancels. With the same f and r two half steps are one whole step, to rounding.
    """
    return h + (torch.tanh(f) - h) * -torch.expm1(-F.softplus(r) * elapsed)
