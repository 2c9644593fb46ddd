"""The chemical synapse: a conductance that the presynaptic potential opens."""

from typing import NamedTuple

import torch
from torch import Tensor


class Synapses(NamedTuple):
    """One kind of synapse from P presynaptic sources to N neurons, as dense [P, N] matrices.

    Where there is no synapse, `conductance` is 0 and the other entries have no effect.
    """

    conductance: Tensor
    """w ≥ 0, the conductance of the fully open synapse."""
    midpoint: Tensor
    """μ, the presynaptic potential at which the synapse is half open."""
    steepness: Tensor
    """σ, the slope of the sigmoid."""
    reversal_potential: Tensor
    """E, the potential towards which the open synapse pulls."""


def synaptic_drive(presynaptic: Tensor, synapses: Synapses) -> tuple[Tensor, Tensor]:
    """Conductance and current that chemical synapses give to their targets.

    Synapse j → i opens to sigmoid(σ_ji (v_j − μ_ji)); it contributes w_ji times that to the
    target's conductance and E_ji times that again to its driving current.

    Args:
        presynaptic: Potentials (or inputs) of the sources, [B, P].
        synapses: Parameters, [P, N] each.

    Returns:
        (G, J): summed conductance and current, [B, N] each.

    References:
        Hasani, Lechner, Amini, Rus, Grosu: Liquid time-constant networks. AAAI 2021, Eq. 1 and
        the synapse model of section 2; Lechner et al., Nature Machine Intelligence 2, 642 (2020).
    """
    opening = torch.sigmoid(synapses.steepness * (presynaptic.unsqueeze(-1) - synapses.midpoint))
    open_conductance = synapses.conductance * opening
    return open_conductance.sum(-2), (synapses.reversal_potential * open_conductance).sum(-2)


def join(*kinds: Synapses) -> Synapses:
    """Synapses from all sources of several kinds, in that order: [P₁ + P₂ + …, N]."""
    return Synapses(*(torch.cat(parts, dim=-2) for parts in zip(*kinds, strict=True)))
