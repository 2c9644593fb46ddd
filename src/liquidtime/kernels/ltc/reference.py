"""The definition of the LTC recurrence, in plain PyTorch: every fast path must equal this file."""

from typing import NamedTuple

from torch import Tensor

from liquidtime import dynamics
from liquidtime.dynamics import IntegratorName, Synapses
from liquidtime.kernels.memory import MemoryLayout, MemoryWeights, with_memory
from liquidtime.kernels.scan import State, scan


class LTCWeights(NamedTuple):
    """A network of N neurons with M inputs, as physical quantities (conductances positive)."""

    membrane_capacitance: Tensor
    """C [N]"""
    leak_conductance: Tensor
    """g [N]"""
    leak_potential: Tensor
    """v_leak [N]"""
    recurrent: Synapses
    """Among the neurons, [N, N]: row = source, column = target."""
    sensory: Synapses
    """From the inputs, [M, N]."""
    input_factor: Tensor | None
    """[M], what each input is multiplied with first; None for 1."""
    input_offset: Tensor | None
    """[M], what is added to it then; None for 0."""


class LTCSpec(NamedTuple):
    """What is computed, apart from the numbers."""

    integrator: IntegratorName
    unfolds: int
    """Equal sub-steps into which the elapsed time of each step is cut."""
    layout: MemoryLayout


def ltc_step(x: Tensor, v: Tensor, elapsed: Tensor, weights: LTCWeights, spec: LTCSpec) -> Tensor:
    """Integrate the network over one interval in which the input stands still.

    C dv/dt = g (v_leak − v) + Σ_j w_j sigmoid(σ_j (v_j − μ_j)) (E_j − v), inputs alike.

    Args:
        x: Inputs, [B, M].
        v: Potentials, [B, N].
        elapsed: [B].
        weights: The network.
        spec: Integrator and number of sub-steps.

    Returns:
        Potentials after `elapsed`, [B, N].
    """
    if weights.input_factor is not None:
        x = x * weights.input_factor
    if weights.input_offset is not None:
        x = x + weights.input_offset
    leak = weights.leak_conductance
    sensory_conductance, sensory_current = dynamics.synaptic_drive(x, weights.sensory)
    conductance_in = sensory_conductance + leak
    current_in = sensory_current + leak * weights.leak_potential

    def drive(potentials: Tensor) -> tuple[Tensor, Tensor]:
        conductance, current = dynamics.synaptic_drive(potentials, weights.recurrent)
        return conductance + conductance_in, current + current_in

    integrate = dynamics.integrator(spec.integrator)
    interval = elapsed.unsqueeze(-1) / spec.unfolds
    for _ in range(spec.unfolds):
        v = integrate(v, interval, drive, weights.membrane_capacitance)
    return v


def ltc(
    x: Tensor,
    state: State,
    elapsed: Tensor,
    active: Tensor | None,
    weights: LTCWeights,
    memory: MemoryWeights | None,
    spec: LTCSpec,
) -> tuple[Tensor, State]:
    """The LTC recurrence over a sequence.

    Args:
        x: [B, T, M], in the dtype of the state.
        state: (v,) or, with memory, (v, c): [B, N] each.
        elapsed: [B, T], the time since the previous active step.
        active: [B, T] or None; a step that is not active carries the state.
        weights: The network.
        memory: LSTM weights for mixed memory, or None.
        spec: Integrator, sub-steps and memory layout.

    Returns:
        The potentials [B, T, N] and the final state.
    """

    def cell(x_t: Tensor, v: Tensor, elapsed_t: Tensor) -> Tensor:
        return ltc_step(x_t, v, elapsed_t, weights, spec)

    return scan(with_memory(cell, memory, spec.layout), (x, elapsed), state, active)
