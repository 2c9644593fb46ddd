"""The mathematics: one neuron and its synapses as an ODE, its closed forms, its integrators.

Pure functions of tensors, no parameters. The papers' letters are used here and nowhere else:

| letter | meaning | unit |
|---|---|---|
| v, x | membrane potential, the neuron's state | as the data, usually none |
| C | membrane capacitance | time × conductance |
| g, v_leak | leak conductance and the potential it pulls towards | |
| w | maximal conductance of a synapse | conductance |
| μ, σ | midpoint and steepness of a synapse's sigmoid | state, 1/state |
| E, A | reversal potential of a synapse | state |
| G, J | total conductance and total driving current: C dv/dt = J − G v | |
| δ, Δt | time that passes in a step | the data's unit |
"""

from collections.abc import Callable
from types import ModuleType
from typing import Literal, get_args

from torch import Tensor

from liquidtime.dynamics import dopri5, euler, exponential, fused, heun, rk4
from liquidtime.dynamics.cfc import closed_form, gated, no_gate
from liquidtime.dynamics.ltc import Drive, Synapses, synaptic_drive

IntegratorName = Literal["fused", "euler", "heun", "rk4", "exponential", "dopri5"]
Integrator = Callable[[Tensor, Tensor, Drive, Tensor], Tensor]

_INTEGRATORS = {
    "fused": fused,
    "euler": euler,
    "heun": heun,
    "rk4": rk4,
    "exponential": exponential,
    "dopri5": dopri5,
}


def integrator(name: str) -> Integrator:
    """The step function of the integrator of that name."""
    return _module(name).step


def order(name: str) -> int:
    """Global order of convergence of the integrator of that name, with the input held constant."""
    return _module(name).order()


def _module(name: str) -> ModuleType:
    if name not in _INTEGRATORS:
        known = ", ".join(map(repr, get_args(IntegratorName)))
        raise ValueError(f"integrator is {name!r}; expected one of {known}.")
    return _INTEGRATORS[name]


__all__ = [
    "Drive",
    "Integrator",
    "IntegratorName",
    "Synapses",
    "closed_form",
    "gated",
    "integrator",
    "no_gate",
    "order",
    "synaptic_drive",
]
