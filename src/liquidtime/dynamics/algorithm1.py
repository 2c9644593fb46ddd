"""Algorithm 1 of the CfC paper: a trained LTC neuron as a sum of closed forms, one a synapse."""

from typing import Literal

import torch
from torch import Tensor

from liquidtime.dynamics.synapse import Synapses

Reading = Literal["sum", "mean"]


def step(
    v: Tensor,
    elapsed: Tensor,
    presynaptic: Tensor,
    synapses: Synapses,
    leak_conductance: Tensor,
    leak_potential: Tensor,
    capacitance: Tensor,
    reading: Reading = "sum",
) -> Tensor:
    """Neurons after `elapsed`, from where they were and what their synapses see.

    With s = sigmoid(σ_ji (v_j − μ_ji)), as printed ("sum"):

        x_i(t) = Σ_j (x_i(0) − A_ji) exp(−t (1/τ_i + s)) (1 − s) + A_ji,

    1/τ_i = g_i / C_i and A_ji = E_ji. "mean" is a reading that does not grow with the number of
    synapses: the sum is a mean with the weights w_ji, and s in the exponent is w_ji s / C_i, the
    rate that the synapse had in the ODE that was trained. For one synapse with w = C both are
    Eq. 2.

    Args:
        v: x(0), [B, N].
        elapsed: t, broadcastable to [B, N].
        presynaptic: Inputs and potentials of the sources, [B, P].
        synapses: [P, N] each; conductance 0 where there is no synapse.
        leak_conductance: g, [N].
        leak_potential: v_leak, [N]; only for neurons without synapses.
        capacitance: C, [N].
        reading: "sum" or "mean".

    Returns:
        [B, N].

    References:
        Hasani et al., Nature Machine Intelligence 4, 992–1003 (2022), Algorithm 1 and Theorem 1.

    Note:
        The paper leaves open: (1) Where the trained conductance w goes; the printed exponent has
        none, and its W is an adjacency. "sum" leaves it out. (2) Whether the sum over synapses is
        a mean: as printed, the limit for t → ∞ is the sum of all reversal potentials, whatever the
        input. (3) Which activity of the sources is meant; here it is that at the end of the step
        for inputs, at its start for neurons. (4) Whether t runs from the start of the series or of
        the step; here of the step. (5) v_leak, which the formula does not have; here it is left
        out too, but for a neuron without any synapse, whose exact solution is given.
    """
    there = synapses.conductance > 0
    opening = torch.sigmoid(synapses.steepness * (presynaptic.unsqueeze(-1) - synapses.midpoint))
    rate = opening if reading == "sum" else opening * synapses.conductance / capacitance
    time = elapsed.expand_as(v).unsqueeze(-2)
    leak = leak_conductance / capacitance
    reversal = synapses.reversal_potential
    each = (v.unsqueeze(-2) - reversal) * torch.exp(-time * (leak + rate)) * (1 - opening)
    each = torch.where(there, each + reversal, 0.0)
    if reading == "mean":
        each = each * synapses.conductance
    total = each.sum(-2)
    if reading == "mean":
        weight = synapses.conductance.sum(-2)
        total = total / torch.where(weight > 0, weight, 1.0)
    alone = leak_potential + (v - leak_potential) * torch.exp(-elapsed * leak)
    return torch.where(there.any(-2), total, alone)
