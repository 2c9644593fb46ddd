"""RNN-Decay: a GRU whose state decays exponentially while nothing is seen.

Mozer, Kazakov, Lindsey: Discrete Event, Continuous Time RNNs, arXiv 1710.04110 (2017), and as the
baseline of that name in Rubanova, Chen, Duvenaud: Latent ODEs for Irregularly-Sampled Time Series,
NeurIPS 2019, equation 2.
"""

import math

import torch
from torch import Tensor, nn

from liquidtime.baselines.stepwise import State, Stepwise, gru_update, uniform_as_torch


class RNNDecay(Stepwise):
    """A GRU with decay of the state.

        state before   ĥ = exp(−τ Δt) h
        reset, update  r = σ(W x + U ĥ + b), z likewise
        candidate      n = tanh(W x + b + r (U ĥ + b'))
        state after    h = (1 − z) n + z ĥ

    Each unit has its own rate τ > 0, learned as its logarithm. The rates begin between 0.01 and 1
    per unit of time, all magnitudes alike.

    Note:
        The code of Rubanova et al. has one decay for all units, exp(−max(0, w · δ + b)) with δ the
        time since each variable was last seen. The network called RNN-Decay in the code base of
        Lechner & Hasani (2020), from which the figures of the XOR and Walker tables come, has no
        decay: it subtracts τ Δt from the outputs of a plain RNN, a linear drift.

    Args:
        input_size: Number of inputs.
        hidden_size: Number H of units.
    """

    def __init__(self, input_size: int, hidden_size: int) -> None:
        super().__init__(hidden_size)
        self.inputs = nn.Linear(input_size, 3 * hidden_size)
        self.recurrent = nn.Linear(hidden_size, 3 * hidden_size)
        uniform_as_torch(self, hidden_size)
        self.log_rate = nn.Parameter(torch.empty(hidden_size).uniform_(math.log(0.01), 0.0))

    def prepare(self, x: Tensor, elapsed: Tensor) -> tuple[Tensor, ...]:
        """What the inputs add to the gates, and what is left of the state."""
        return self.inputs(x), torch.exp(-self.log_rate.exp() * elapsed.unsqueeze(2))

    def step(self, state: State, given: Tensor, left: Tensor) -> tuple[Tensor, State]:
        """Decay, then the update of a GRU."""
        before = state[0] * left
        after = gru_update(given, self.recurrent(before), before)
        return after, (after,)
