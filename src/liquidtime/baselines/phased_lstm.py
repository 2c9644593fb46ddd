"""Phased LSTM: an LSTM whose units update only while an oscillation of their own is open.

Neil, Pfeiffer, Liu: Phased LSTM: Accelerating Recurrent Network Training for Long or Event-based
Sequences, NeurIPS 2016, equations 2 to 12.
"""

import math

import torch
from torch import Tensor, nn

from liquidtime.baselines.stepwise import State, Stepwise, uniform_as_torch

LEAK = 0.001


class PhasedLSTM(Stepwise):
    """A phased LSTM layer, with peepholes.

        phase          φ = ((t − s) mod τ) / τ
        openness       k = 2 φ / r if φ < r/2, 2 − 2 φ / r if r/2 ≤ φ < r, else α φ
        input, forget  i = σ(W x + U h + w c + b), f likewise
        proposal       c̃ = f c + i tanh(W x + U h + b)
        output gate    o = σ(W x + U h + w c̃ + b)
        state after    c ← k c̃ + (1 − k) c, h ← k o tanh(c̃) + (1 − k) h

    Period τ, shift s and open share r of each unit are learned. Periods begin log-uniform, shifts
    anywhere in the period, shares alike; the forget gates at 2, as in the authors' code. The leak
    α is 0.001 in training and 0 otherwise. Times count from the first row of a series.

    Note:
        The code base of Lechner & Hasani (2020), from which the figures of the XOR and Walker
        tables come, takes the phase of the *gap* rather than of the time, has one period, shift
        and share for all units, all of which begin at softplus(0) = 0.69, and a rising slope
        2 φ r, which does not meet the falling one.

    Args:
        input_size: Number of inputs.
        hidden_size: Number H of units.
        shortest: Shortest period at the start, in units of the typical gap.
        longest: Longest one.
        share: Share r of its period that a unit is open, at the start.
        forget_bias: Bias of the forget gates at the start.
    """

    def __init__(
        self,
        input_size: int,
        hidden_size: int,
        *,
        shortest: float = math.e,
        longest: float = math.exp(5.0),
        share: float = 0.05,
        forget_bias: float = 2.0,
    ) -> None:
        super().__init__(hidden_size, carried=2)
        # Of each: input, forget, candidate, output.
        self.inputs = nn.Linear(input_size, 4 * hidden_size)
        self.recurrent = nn.Linear(hidden_size, 4 * hidden_size, bias=False)
        self.peepholes = nn.Parameter(torch.empty(3, hidden_size))
        uniform_as_torch(self, hidden_size)
        with torch.no_grad():
            self.inputs.bias[hidden_size : 2 * hidden_size].fill_(forget_bias)
        log_period = torch.empty(hidden_size).uniform_(math.log(shortest), math.log(longest))
        # Logarithm and logit keep periods above 0 and shares between 0 and 1.
        self.log_period = nn.Parameter(log_period)
        self.shift = nn.Parameter(torch.rand(hidden_size) * log_period.exp())
        self.logit_share = nn.Parameter(torch.full((hidden_size,), math.log(share / (1.0 - share))))

    def prepare(self, x: Tensor, elapsed: Tensor) -> tuple[Tensor, ...]:
        """What the inputs add to the gates, and how open each unit is."""
        # In double precision, so that late times still have a phase.
        times = elapsed.double().cumsum(1)
        return self.inputs(x), self.openness(times).to(x.dtype)

    def openness(self, times: Tensor) -> Tensor:
        """Openness k of all units at times [B, T]: [B, T, H]."""
        period, share = self.log_period.exp(), torch.sigmoid(self.logit_share)
        phase = torch.remainder(times.unsqueeze(2) - self.shift, period) / period
        closed = LEAK * phase if self.training else torch.zeros_like(phase)
        falling = torch.where(phase < share, 2.0 - 2.0 * phase / share, closed)
        return torch.where(phase < 0.5 * share, 2.0 * phase / share, falling)

    def step(self, state: State, given: Tensor, k: Tensor) -> tuple[Tensor, State]:
        """An LSTM's step, taken as far as the units are open."""
        h, c = state
        peep_i, peep_f, peep_o = self.peepholes
        i, f, candidate, o = (given + self.recurrent(h)).chunk(4, dim=1)
        i, f = torch.sigmoid(i + peep_i * c), torch.sigmoid(f + peep_f * c)
        proposed = f * c + i * torch.tanh(candidate)
        o = torch.sigmoid(o + peep_o * proposed)
        h = torch.lerp(h, o * torch.tanh(proposed), k)
        return h, (h, torch.lerp(c, proposed, k))
