"""The LTC recurrence on the CPU, through the compiled kernels; same face as the reference."""

from typing import Any

import torch
from torch import Tensor

from liquidtime.backends import Backend, Request
from liquidtime.errors import InputError
from liquidtime.kernels.backends import cpu
from liquidtime.kernels.backends.cpu_arrays import arrays
from liquidtime.kernels.backends.cpu_calls import Inputs, Kind, Settings
from liquidtime.kernels.backends.cpu_checks import Uses
from liquidtime.kernels.backends.cpu_ops import operator
from liquidtime.kernels.ltc import reference
from liquidtime.kernels.ltc.network import LTCSpec, LTCWeights
from liquidtime.kernels.memory import MemoryWeights, check_state
from liquidtime.kernels.scan import State
from liquidtime.native import native

INTEGRATORS = ("fused", "exponential")


def ltc(
    x: Tensor,
    state: State,
    elapsed: Tensor,
    active: Tensor | None,
    weights: LTCWeights,
    memory: MemoryWeights | None,
    spec: LTCSpec,
) -> tuple[Tensor, State]:
    """The LTC recurrence over a sequence; arguments and results as the reference's."""
    if memory is not None:
        raise InputError(
            "the compiled LTC has no mixed memory, and memory weights were given; take the "
            "reference."
        )
    check_state(state, memory)
    flat = [
        weights.membrane_capacitance,
        weights.leak_conductance,
        weights.leak_potential,
        *weights.recurrent,
        *weights.sensory,
    ]
    # Outside the operator, so that PyTorch finds the gradients of the map's two vectors.
    mapped = weights.map_input(x)
    inputs = [mapped, *state, elapsed, *flat]
    if cpu.opaque(inputs):
        return reference.ltc(x, state, elapsed, active, weights, memory, spec)
    gradient = cpu.needs_gradient(inputs)
    of_elapsed = gradient and elapsed.requires_grad
    settings = Settings(
        options=[spec.integrator],
        count=spec.unfolds,
        memory=False,
        one_elapsed=False,
        bfloat16=False,
        keep=gradient,
        elapsed_gradient=of_elapsed,
    )
    given = Inputs(
        mapped.contiguous(),
        state[0].contiguous(),
        None,
        elapsed,
        None if active is None else active.contiguous(),
        cpu.single(flat),
        _masks(weights),
        [],
    )
    output, v, _ = _network.run(given, settings)
    return output, (v,)


def declines(request: Request) -> str | None:
    """The reason against a request, or None."""
    if request.variant not in INTEGRATORS:
        return f"it has the integrators fused and exponential, not {request.variant}"
    # The state, and all that is computed, is float32 for these parameters.
    return cpu.declines(request, ["float32", "bfloat16", "float16"])


backend = Backend("cpu", ltc, declines, serves=frozenset({"wiring"}))


def _masks(weights: LTCWeights) -> list[Tensor]:
    """Which synapses there are: among neurons and from inputs, or nothing where all are there."""
    masks = (weights.recurrent_mask, weights.sensory_mask)
    # Two masks or none: the operator tells by their number.
    if all(mask is None for mask in masks):
        return []
    dense = (weights.recurrent.conductance, weights.sensory.conductance)
    return [
        torch.ones_like(like, dtype=torch.bool) if mask is None else mask
        for mask, like in zip(masks, dense, strict=True)
    ]


def _make(inputs: Inputs, settings: Settings) -> Any:
    extension = native()
    assert extension is not None
    capacitance, conductance, potential, recurrent, sensory = _arranged(inputs.weights, settings)
    recurrent_mask, sensory_mask = arrays(inputs.wiring) or (None, None)
    return extension.LTC(
        settings.options[0],
        settings.count,
        capacitance,
        conductance,
        potential,
        (*recurrent, recurrent_mask),
        (*sensory, sensory_mask),
    )


def _arranged(tensors: list[Tensor], settings: Settings) -> tuple[Any, ...]:
    """Flat weights, or their gradients, as the extension takes them."""
    capacitance, conductance, potential, *synapses = arrays(tensors)
    return capacitance, conductance, potential, tuple(synapses[:4]), tuple(synapses[4:])


def _uses(inputs: Inputs, settings: Settings) -> Uses:
    del settings
    # Capacitance, leak and its potential; four of each kind of synapses; two masks or none.
    return Uses(options=1, weights=3 + 4 + 4, wiring=(torch.bool,) * (2 if inputs.wiring else 0))


# It keeps nothing but its outputs: sub-steps are computed again on the way back.
_network = operator(Kind("ltc", _make, _arranged, lambda _: 0, _uses))
