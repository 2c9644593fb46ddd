"""The definition of the LTC recurrence, in plain PyTorch: every fast path must equal this file."""

from typing import get_args

from torch import Tensor

from liquidtime import dynamics
from liquidtime.backends import Backend, takes_all
from liquidtime.dynamics import LineIntegratorName
from liquidtime.kernels.ltc.line import ltc_line_step
from liquidtime.kernels.ltc.network import LTCSpec, LTCWeights
from liquidtime.kernels.memory import (
    MemoryWeights,
    check_state,
    with_memory,
    with_memory_and_past,
)
from liquidtime.kernels.scan import State, scan


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
    leak = weights.leak_conductance
    # The input stands still over the sub-steps, so its share is found once.
    sensory_conductance, sensory_current = dynamics.synaptic_drive(
        weights.map_input(x), weights.sensory
    )
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
        state: (v,) or, with memory, (v, c): [B, N] each. An integrator that steps along a line
            has one more member, its past; see `liquidtime.kernels.ltc.past`.
        elapsed: [B, T], the time since the previous active step.
        active: [B, T] or None; a step that is not active carries the state.
        weights: The network.
        memory: LSTM weights for mixed memory, or None.
        spec: Integrator, sub-steps and memory layout.

    Returns:
        The potentials [B, T, N] and the final state.
    """
    along_line = spec.integrator in get_args(LineIntegratorName)
    check_state(state, memory, int(along_line))

    def standing(x_t: Tensor, v: Tensor, elapsed_t: Tensor) -> Tensor:
        return ltc_step(x_t, v, elapsed_t, weights, spec)

    def moving(state: State, x_t: Tensor, elapsed_t: Tensor) -> State:
        v, past = state
        return ltc_line_step(x_t, v, past, elapsed_t, weights, spec)

    if along_line:
        step = with_memory_and_past(moving, memory, spec.layout)
    else:
        step = with_memory(standing, memory, spec.layout)
    return scan(step, (x, elapsed), state, active)


backend = Backend("reference", ltc, takes_all, serves=None)
