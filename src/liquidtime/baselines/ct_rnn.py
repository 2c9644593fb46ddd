"""CT-RNN: leaky units driven by a non-linear map of the inputs and of one another.

Funahashi, Nakamura: Approximation of Dynamical Systems by Continuous Time Recurrent Neural
Networks, Neural Networks 6, 801–806 (1993), in the form that Hasani et al. (AAAI 2021) and Lechner
& Hasani (2020) compare with.
"""

from collections.abc import Callable

import torch
from torch import Tensor, nn

from liquidtime.baselines.flow import ODEFlow, Relaxation
from liquidtime.baselines.stepwise import State, Stepwise, first_interval


class LeakyField(Relaxation):
    """dh/dt = −h / τ + A tanh(W x + U h + b), with τ > 0 learned as its logarithm."""

    def __init__(self, hidden_size: int) -> None:
        super().__init__()
        self.recurrent = nn.Linear(hidden_size, hidden_size, bias=False)
        self.scale = nn.Parameter(torch.ones(hidden_size))
        self.log_tau = nn.Parameter(torch.zeros(hidden_size))
        nn.init.orthogonal_(self.recurrent.weight)

    def pull(self, state: Tensor, *held: Tensor) -> tuple[Tensor, Tensor]:
        """1 / τ, and τ A tanh(given + U h), where `held` is given = W x + b."""
        tau = self.log_tau.exp()
        target = tau * self.scale * torch.tanh(held[0] + self.recurrent(state))
        return (1.0 / tau).expand_as(state), target


class CTRNN(Stepwise):
    """A CT-RNN layer: dh/dt = −h / τ + A tanh(W x + U h + b).

    The input of a row is held over the interval that ends with it; that of the first row, before
    which nothing was, acts for one unit of time. U begins orthogonal, W after Glorot, A and τ at
    1: one typical gap.

    Note:
        The code base of Lechner & Hasani (2020), from which the figures of the XOR and Walker
        tables come, has τ fixed at 1 and takes 3 Runge–Kutta steps an interval. There the gaps
        of the XOR task are divided by 32, so that a unit with τ = 1 hardly moves in one.

    Args:
        input_size: Number of inputs.
        hidden_size: Number H of units.
        flow: Makes the solver of a field.
    """

    def __init__(
        self, input_size: int, hidden_size: int, flow: Callable[[nn.Module], ODEFlow]
    ) -> None:
        super().__init__(hidden_size)
        self.inputs = nn.Linear(input_size, hidden_size)
        nn.init.xavier_uniform_(self.inputs.weight)
        nn.init.zeros_(self.inputs.bias)
        self.flow = flow(LeakyField(hidden_size))

    def prepare(self, x: Tensor, elapsed: Tensor) -> tuple[Tensor, ...]:
        """What the inputs add to the drive, and for how long."""
        return self.inputs(x), first_interval(elapsed)

    def step(self, state: State, given: Tensor, interval: Tensor) -> tuple[Tensor, State]:
        """Flow over the interval, the input held."""
        after = self.flow(state[0], interval, given)
        return after, (after,)
