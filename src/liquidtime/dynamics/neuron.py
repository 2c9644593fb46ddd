"""The liquid time-constant neuron: a leaky membrane whose synapses are conductances."""

from collections.abc import Callable

from torch import Tensor

Drive = Callable[[Tensor], tuple[Tensor, Tensor]]
"""Maps the potentials v [B, N] to (G, J), both [B, N], of C dv/dt = J(v) − G(v) v."""


def slope(v: Tensor, drive: Drive, capacitance: Tensor) -> Tensor:
    """dv/dt = (J(v) − G(v) v) / C, the neuron's ODE.

    With G = g + Σ w sigmoid(…) and J = g v_leak + Σ w E sigmoid(…) it is the LTC neuron; with one
    synapse of reversal potential A, C = 1 and v_leak = 0 it is Eq. 1 of the paper,
    dx/dt = −[w_τ + f] x + A f.

    Args:
        v: Potentials, [B, N].
        drive: Maps v to (G, J).
        capacitance: C > 0, [N].

    Returns:
        Slopes, [B, N], in potential per time.

    References:
        Hasani, Lechner, Amini, Rus, Grosu: Liquid time-constant networks. AAAI 2021, Eq. 1.
    """
    conductance, current = drive(v)
    return (current - conductance * v) / capacitance


def time_constant(v: Tensor, drive: Drive, capacitance: Tensor) -> Tensor:
    """C / G(v), the time in which the membrane moves by 1 − 1/e towards its target; [B, N].

    It follows the input, which is what "liquid" means: τ / (1 + τ f) in Eq. 1's letters.
    """
    return capacitance / drive(v)[0]
