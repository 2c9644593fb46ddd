"""Exponential Euler: exact for as long as the presynaptic potentials stand still."""

import torch
from torch import Tensor

from liquidtime.dynamics.ltc import Drive

_SERIES_BELOW = 1e-2


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


def phi1(z: Tensor) -> Tensor:
    """φ₁(z) = (exp(z) − 1) / z, accurate with its derivatives near z = 0, where it is 1.

    Below |z| = 0.01 it is its Taylor polynomial of degree 6, whose error there is below 1e-17.
    """
    small = z.abs() < _SERIES_BELOW
    away = torch.where(small, torch.ones_like(z), z)
    near = torch.where(small, z, torch.zeros_like(z))
    series = torch.ones_like(z)
    for divisor in (7, 6, 5, 4, 3, 2):
        series = 1 + near * series / divisor
    return torch.where(small, series, torch.expm1(away) / away)
