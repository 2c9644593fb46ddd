"""The true trajectory of an LTC cell: its ODE solved to nine digits, for a stated input model."""

from typing import Literal

import torch
from torch import Tensor

from liquidtime.dynamics import Drive, dopri5, dopri5_linear, synaptic_drive
from liquidtime.kernels.ltc.network import LTCWeights

Truth = Literal["constant", "linear", "symmetrised"]


@torch.no_grad()
def true_states(
    weights: LTCWeights, x: Tensor, elapsed: Tensor, start: Tensor, truth: Truth
) -> Tensor:
    """Potentials at the end of every step, by dopri5 (in float64: relative tolerance 1e-9).

    Args:
        weights: The network.
        x: Inputs, [B, T, M].
        elapsed: Time since the previous step, [B, T].
        start: Potentials before the first step, [B, N].
        truth: "constant": during a step the input is that step's; "linear": it goes from the
            previous step's to this step's at constant speed (and is constant during the first
            step); "symmetrised": as "constant", for the ODE that the paper solves instead, with a
            second w_τ in the drive and without v_leak.

    Returns:
        [B, T, N].
    """
    capacitance, leak = weights.membrane_capacitance, weights.leak_conductance

    def without_input(v: Tensor) -> tuple[Tensor, Tensor]:
        conductance, current = synaptic_drive(v, weights.recurrent)
        return conductance + leak, current + leak * weights.leak_potential

    with_input = _symmetrised_drive if truth == "symmetrised" else _drive
    u = weights.map_input(x)
    before, v, states = u[:, 0], start, []
    for now, gap in zip(u.unbind(1), elapsed.unbind(1), strict=True):
        time = gap.unsqueeze(-1)
        if truth == "linear":
            v = dopri5_linear.step(
                v, time, before, now, weights.sensory, without_input, capacitance
            )
            before = now
        else:
            v = dopri5.step(v, time, with_input(now, weights), capacitance)
        states.append(v)
    return torch.stack(states, dim=1)


def _drive(u: Tensor, weights: LTCWeights) -> Drive:
    """The whole of G and J with the inputs at u."""
    leak = weights.leak_conductance
    conductance_in, current_in = synaptic_drive(u, weights.sensory)
    conductance_in = conductance_in + leak
    current_in = current_in + leak * weights.leak_potential

    def drive(v: Tensor) -> tuple[Tensor, Tensor]:
        conductance, current = synaptic_drive(v, weights.recurrent)
        return conductance + conductance_in, current + current_in

    return drive


def _symmetrised_drive(u: Tensor, weights: LTCWeights) -> Drive:
    """All conductance, the leak's too, pulls towards A = Σ w s E / Σ w s."""
    conductance_in, current_in = synaptic_drive(u, weights.sensory)

    def drive(v: Tensor) -> tuple[Tensor, Tensor]:
        conductance, current = synaptic_drive(v, weights.recurrent)
        synaptic = conductance + conductance_in
        target = (current + current_in) / torch.where(synaptic > 0, synaptic, 1.0)
        total = synaptic + weights.leak_conductance
        return total, target * total

    return drive
