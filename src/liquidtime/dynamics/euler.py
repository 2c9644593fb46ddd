"""Explicit Euler: the simplest integrator, unstable where δ G / C > 2."""

from torch import Tensor

from liquidtime.dynamics.neuron import Drive


def order() -> int:
    """First order."""
    return 1


def step(v: Tensor, elapsed: Tensor, drive: Drive, capacitance: Tensor) -> Tensor:
    """Follow the slope at the start: v' = v + δ (J(v) − G(v) v) / C.

    Arguments as in `liquidtime.dynamics.fused.step`.
    """
    conductance, current = drive(v)
    return v + elapsed * (current - conductance * v) / capacitance
