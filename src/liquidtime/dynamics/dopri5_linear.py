"""Dormand–Prince 5(4) while the inputs move along a line: the truth for linear input."""

from torch import Tensor

from liquidtime.dynamics.dopri5 import dormand_prince
from liquidtime.dynamics.neuron import Drive
from liquidtime.dynamics.synapse import Synapses, synaptic_drive


def step(
    v: Tensor,
    elapsed: Tensor,
    before: Tensor,
    after: Tensor,
    sensory: Synapses,
    drive: Drive,
    capacitance: Tensor,
) -> Tensor:
    """Integrate over `elapsed` with inputs that go from `before` to `after` at constant speed.

    Time is rescaled and tolerances are set as in `liquidtime.dynamics.dopri5.step`.

    Args:
        v: Potentials, [B, N].
        elapsed: [B, 1].
        before: Inputs at the start, [B, M].
        after: Inputs at the end, [B, M].
        sensory: Synapses from the inputs, [M, N] each.
        drive: Maps v to (G, J) of leak and recurrent synapses.
        capacitance: C, [N].

    Returns:
        Potentials at the end, [B, N].

    Raises:
        ImportError: If torchdiffeq is not installed (extra `ode`).
        ValueError: As `liquidtime.dynamics.dopri5.step`.
    """

    def slope(share: Tensor, at: Tensor) -> Tensor:
        conductance_in, current_in = synaptic_drive(before + share * (after - before), sensory)
        conductance, current = drive(at)
        inward = current + current_in - (conductance + conductance_in) * at
        return elapsed * inward / capacitance

    return dormand_prince(slope, v, elapsed)
