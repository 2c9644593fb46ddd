"""The ODE that the published closed form solves, which is not the LTC neuron's."""

from torch import Tensor


def slope(x: Tensor, f: Tensor, w_tau: Tensor, a: Tensor) -> Tensor:
    """dx/dt = −[w_τ + f] x + A [w_τ + f].

    Args:
        x: State.
        f: f(I(t)) ≥ 0, what the synapse passes now.
        w_tau: Leak rate 1/τ > 0.
        a: A, the potential towards which the synapse pulls.

    Returns:
        dx/dt, of the shape that all arguments broadcast to.

    References:
        Hasani et al., Nature Machine Intelligence 4, 992–1003 (2022), derivation of Theorem 1.

    Note:
        The LTC neuron (Eq. 1) is dx/dt = −[w_τ + f] x + A f. The paper adds A w_τ to the drive "by
        symmetry", which makes x − A a pure decay. It moves the fixed point from A f/(w_τ + f) to
        A: a lasting bias of A w_τ/(w_τ + f) against the neuron.
    """
    return (w_tau + f) * (a - x)


def ltc_slope(x: Tensor, f: Tensor, w_tau: Tensor, a: Tensor) -> Tensor:
    """dx/dt = −[w_τ + f] x + A f, Eq. 1: the neuron itself, in the same letters."""
    return a * f - (w_tau + f) * x
