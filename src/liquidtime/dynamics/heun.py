"""Heun's method: explicit trapezoidal rule."""

from torch import Tensor

from liquidtime.dynamics.neuron import Drive


def order() -> int:
    """Second order."""
    return 2


def step(v: Tensor, elapsed: Tensor, drive: Drive, capacitance: Tensor) -> Tensor:
    """Average of the slopes at both ends. Arguments as in `liquidtime.dynamics.fused.step`.

    References:
        Hairer, Nørsett, Wanner: Solving Ordinary Differential Equations I, section II.1.
    """
    conductance, current = drive(v)
    slope = (current - conductance * v) / capacitance
    guess = v + elapsed * slope
    conductance, current = drive(guess)
    return v + 0.5 * elapsed * (slope + (current - conductance * guess) / capacitance)
