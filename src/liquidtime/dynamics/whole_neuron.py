"""A neuron with many synapses as the one-synapse cell that the CfC paper solves.

Its synapses together are one: f = Σ w s / C is their conductance over the capacitance, A = Σ w s E
/ Σ w s the potential towards which they pull, and w_τ = g / C the leak. With one synapse this is
the paper's cell; the leak potential has no place in it and is left out.
"""

from typing import NamedTuple

import torch
from torch import Tensor

from liquidtime.dynamics.synapse import Synapses


class OneSynapse(NamedTuple):
    """What the paper's formulas read of a neuron, [B, N] each; w_τ is [N]."""

    f: Tensor
    """f(I) ≥ 0, a rate."""
    f_negated: Tensor
    """f(−I) in [0, 1]: the share of the synapses' conductance that is closed."""
    w_tau: Tensor
    """1/τ of the leak."""
    a: Tensor
    """A, a potential; 0 for a neuron without synapses."""


def as_one_synapse(
    presynaptic: Tensor, synapses: Synapses, leak_conductance: Tensor, capacitance: Tensor
) -> OneSynapse:
    """Put the synapses of each neuron together.

    Args:
        presynaptic: Inputs and potentials of the sources, [B, P].
        synapses: [P, N] each; conductance 0 where there is no synapse.
        leak_conductance: g, [N].
        capacitance: C, [N].

    Note:
        The paper's f is one number between 0 and 1, and f(−I) = 1 − f(I). With conductances it is
        the open share of the synapses that has this symmetry, so the factor is 1 − Σ w s / Σ w,
        while the rate in the exponent is the ODE's own.
    """
    opening = torch.sigmoid(synapses.steepness * (presynaptic.unsqueeze(-1) - synapses.midpoint))
    conductance = synapses.conductance * opening
    total = conductance.sum(-2)
    most = synapses.conductance.sum(-2)
    current = (synapses.reversal_potential * conductance).sum(-2)
    open_share = total / torch.where(most > 0, most, 1.0)
    return OneSynapse(
        f=total / capacitance,
        f_negated=1 - open_share,
        w_tau=leak_conductance / capacitance,
        a=current / torch.where(total > 0, total, 1.0),
    )
