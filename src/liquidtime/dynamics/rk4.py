"""The classical Runge–Kutta method."""

from torch import Tensor

from liquidtime.dynamics.neuron import Drive


def order() -> int:
    """Fourth order."""
    return 4


def step(v: Tensor, elapsed: Tensor, drive: Drive, capacitance: Tensor) -> Tensor:
    """Four slopes, weighted 1:2:2:1. Arguments as in `liquidtime.dynamics.fused.step`.

    References:
        Hairer, Nørsett, Wanner: Solving Ordinary Differential Equations I, section II.1.
    """

    def slope(at: Tensor) -> Tensor:
        conductance, current = drive(at)
        return (current - conductance * at) / capacitance

    k1 = slope(v)
    k2 = slope(v + 0.5 * elapsed * k1)
    k3 = slope(v + 0.5 * elapsed * k2)
    k4 = slope(v + elapsed * k3)
    return v + elapsed / 6 * (k1 + 2 * k2 + 2 * k3 + k4)
