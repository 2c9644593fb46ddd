"""Exponential Euler: exact for as long as the presynaptic potentials stand still."""

from torch import Tensor

from liquidtime.dynamics.neuron import Drive
from liquidtime.dynamics.phi import phi1


def order() -> int:
    """First order in the recurrent synapses; exact, of any order, in the leak and the input."""
    return 1


def step(v: Tensor, elapsed: Tensor, drive: Drive, capacitance: Tensor) -> Tensor:
    """The solution with G and J frozen over the step: v' = J/G + (v − J/G) exp(−δ G / C).

    Written as v + δ (J − G v) / C · φ₁(−δ G / C), which has no division by G, is the identity at
    δ = 0, and with frozen G, J two half steps equal one whole step.

    Arguments as in `liquidtime.dynamics.fused.step`.

    References:
        Hochbruck, Ostermann: Exponential integrators. Acta Numerica 19 (2010), section 2.
    """
    conductance, current = drive(v)
    rate = elapsed / capacitance
    return v + rate * (current - conductance * v) * phi1(-rate * conductance)
