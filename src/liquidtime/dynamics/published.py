"""The published closed forms of one LTC cell: Eq. 2 and Eq. 3 of the CfC paper."""

import torch
from torch import Tensor


def eq2(
    x0: Tensor, elapsed: Tensor, f: Tensor, f_negated: Tensor, w_tau: Tensor, a: Tensor
) -> Tensor:
    """x(t) ≈ (x(0) − A) exp(−[w_τ + f(I(t))] t) f(−I(t)) + A, Theorem 1.

    Args:
        x0: x(0).
        elapsed: t ≥ 0.
        f: f(I(t)) in [0, 1]: the synapse as it is at t.
        f_negated: f(−I(t)) in [0, 1].
        w_tau: Leak rate 1/τ > 0.
        a: A, the potential towards which the synapse pulls.

    Returns:
        x(t), of the shape that all arguments broadcast to.

    References:
        Hasani et al., Nature Machine Intelligence 4, 992–1003 (2022), Eq. 2.

    Note:
        It approximates the symmetrised ODE within `liquidtime.dynamics.bounds.lemma1`. Against
        the LTC neuron it keeps a lasting bias of A w_τ/(w_τ + f), and at t = 0 it gives
        (x(0) − A) f(−I) + A, not x(0). `liquidtime.dynamics.closed_form_linear` has neither fault.
    """
    return (x0 - a) * torch.exp(-(w_tau + f) * elapsed) * f_negated + a


def eq3(
    b: Tensor, elapsed: Tensor, f: Tensor, f_negated: Tensor, w_tau: Tensor, a: Tensor
) -> Tensor:
    """x(t) = B exp(−[w_τ + f(x, I)] t) f(−x, −I) + A, Cf-S: Eq. 2 with x(0) − A learnt as B.

    Args:
        b: B, in place of x(0) − A.
        elapsed: t ≥ 0.
        f: f(x, I).
        f_negated: f(−x, −I).
        w_tau: Leak rate 1/τ.
        a: A.

    References:
        Hasani et al., Nature Machine Intelligence 4, 992–1003 (2022), Eq. 3.

    Note:
        The authors' code ties B to −A and uses f for f(−x, −I); that is
        `liquidtime.dynamics.closed_form`, which the layers use.
    """
    return b * torch.exp(-(w_tau + f) * elapsed) * f_negated + a
