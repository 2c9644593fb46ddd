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
| Y, y | the neuron's own clock, ∫ G/C dt | none |
"""

from collections.abc import Callable
from types import ModuleType
from typing import Literal, get_args

from torch import Tensor

from liquidtime.dynamics import closed_form_linear, dopri5, euler, exponential, fused, heun, rk4
from liquidtime.dynamics.cfc import closed_form, gated, no_gate, relaxation
from liquidtime.dynamics.neuron import Drive
from liquidtime.dynamics.sources import SourcesName
from liquidtime.dynamics.synapse import Synapses, synaptic_drive

IntegratorName = Literal["fused", "euler", "heun", "rk4", "exponential", "dopri5"]
"""Integrators that step a drive; the input stands still."""
LineIntegratorName = Literal["closed_form_linear"]
"""Integrators that step along a line of presynaptic potentials; see `closed_form_linear.step`."""
Integrator = Callable[[Tensor, Tensor, Drive, Tensor], Tensor]

_INTEGRATORS = {
    "fused": fused,
    "euler": euler,
    "heun": heun,
    "rk4": rk4,
    "exponential": exponential,
    "dopri5": dopri5,
    "closed_form_linear": closed_form_linear,
}


def integrator(name: str) -> Integrator:
    """The step function of the integrator of that name.

    Raises:
        ValueError: If there is none, or it steps along a line, which takes other arguments.
    """
    if name in get_args(LineIntegratorName):
        raise ValueError(
            f"{name!r} steps along a line of presynaptic potentials, not with a drive; call "
            f"liquidtime.dynamics.{name}.step."
        )
    return _module(name).step


def check_integrator(name: str) -> None:
    """Refuse a name that belongs to no integrator, of either kind."""
    _module(name)


def order(name: str) -> int:
    """Global order of convergence of the integrator of that name.

    The input is held constant, or moves along a line where the integrator takes one; the order
    in the recurrent sources of a line is `liquidtime.dynamics.sources.order`.
    """
    return _module(name).order()


def _module(name: str) -> ModuleType:
    if name not in _INTEGRATORS:
        known = ", ".join(map(repr, _INTEGRATORS))
        raise ValueError(f"integrator is {name!r}; expected one of {known}.")
    return _INTEGRATORS[name]


__all__ = [
    "Drive",
    "Integrator",
    "IntegratorName",
    "LineIntegratorName",
    "SourcesName",
    "Synapses",
    "check_integrator",
    "closed_form",
    "gated",
    "integrator",
    "no_gate",
    "order",
    "relaxation",
    "synaptic_drive",
]
