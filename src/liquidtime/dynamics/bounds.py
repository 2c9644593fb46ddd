"""What is known of a neuron without solving it: bounds of state, time constant and error."""

import torch
from torch import Tensor

from liquidtime.dynamics.synapse import Synapses


def state_bounds(v: Tensor, leak_potential: Tensor, *synapses: Synapses) -> tuple[Tensor, Tensor]:
    """Between what a neuron stays for ever, whatever its input does: (low, high), [B, N] each.

    The smallest and the largest of v, its leak potential and the reversal potentials of its
    synapses.

    Args:
        v: Potentials now, [B, N].
        leak_potential: v_leak, [N].
        *synapses: All kinds that end at the neurons, [P, N] each.

    References:
        Hasani, Lechner, Amini, Rus, Grosu: Liquid time-constant networks. AAAI 2021, Theorem 2:
        min(0, A_min) ≤ x ≤ max(0, A_max), where 0 is the potential at rest and at the start.
    """
    low, high = torch.minimum(v, leak_potential), torch.maximum(v, leak_potential)
    for kind in synapses:
        lowest, highest = reversal_range(kind)
        low, high = torch.minimum(low, lowest), torch.maximum(high, highest)
    return low, high


def reversal_range(synapses: Synapses) -> tuple[Tensor, Tensor]:
    """Smallest and largest reversal potential of each neuron's synapses; [N] each.

    inf and −inf for a neuron without any.
    """
    there = synapses.conductance > 0
    away = torch.full_like(synapses.reversal_potential, torch.inf)
    low = torch.where(there, synapses.reversal_potential, away).amin(-2)
    return low, torch.where(there, synapses.reversal_potential, -away).amax(-2)


def time_constant_bounds(
    capacitance: Tensor, leak_conductance: Tensor, *synapses: Synapses
) -> tuple[Tensor, Tensor]:
    """C / (g + Σ w) ≤ C / G ≤ C / g: all synapses open, and all shut; [N] each.

    References:
        Hasani, Lechner, Amini, Rus, Grosu: Liquid time-constant networks. AAAI 2021, Theorem 1:
        τ / (1 + τ W) ≤ τ_sys ≤ τ.
    """
    most = leak_conductance
    for kind in synapses:
        most = most + kind.conductance.sum(-2)
    return capacitance / most, capacitance / leak_conductance


def lemma1(x0: Tensor, elapsed: Tensor, w_tau: Tensor, a: Tensor) -> Tensor:
    """|x(t) − x̃(t)| ≤ |x(0) − A| exp(−w_τ t), x by the symmetrised ODE and x̃ by Eq. 2.

    Args:
        x0: x(0).
        elapsed: t ≥ 0.
        w_tau: Leak rate, > 0.
        a: A.

    References:
        Hasani et al., Nature Machine Intelligence 4, 992–1003 (2022), Lemma 1 and Theorem 1.

    Note:
        The bound says only that both sides shrink: it holds for any factor between 0 and 1 in
        place of exp(−f t) f(−I), and against the symmetrised ODE, not against the LTC neuron.
    """
    return (x0 - a).abs() * torch.exp(-w_tau * elapsed)


def lemma1_extremes(elapsed: Tensor, w_tau: Tensor) -> tuple[Tensor, Tensor]:
    """Infimum and supremum of (x − x̃) / (x(0) − A) over all inputs, f between 0 and 1.

    exp(−w_τ t) (exp(−t) − 1) and exp(−w_τ t). The second is reached by an input that lets f be 0
    until just before t, and 1 at t; the first by the opposite.

    References:
        Hasani et al. 2022, proof of Theorem 1.
    """
    decay = torch.exp(-w_tau * elapsed)
    return decay * torch.expm1(-elapsed), decay
