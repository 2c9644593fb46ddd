"""Fused (semi-implicit) Euler: the LTC paper's own solver."""

from torch import Tensor

from liquidtime.dynamics.neuron import Drive


def order() -> int:
    """First order."""
    return 1


def step(v: Tensor, elapsed: Tensor, drive: Drive, capacitance: Tensor) -> Tensor:
    """One step of C dv/dt = J(v) − G(v) v with J and G taken at the old, v at the new time.

    v' = (C v + δ J) / (C + δ G). It never divides by zero, is the identity at δ = 0 and keeps v
    between the smallest and the largest potential that pulls on it, however long the step.

    Args:
        v: Potentials, [B, N].
        elapsed: δ ≥ 0, broadcastable to [B, N].
        drive: Maps v to (G, J).
        capacitance: C > 0, [N].

    Returns:
        Potentials after the step, [B, N].

    References:
        Hasani et al., AAAI 2021, Eq. 3 (Algorithm 1), written without the division C/δ.
    """
    conductance, current = drive(v)
    return (capacitance * v + elapsed * current) / (capacitance + elapsed * conductance)
