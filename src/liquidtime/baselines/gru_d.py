"""GRU-D: a GRU whose inputs and state decay while nothing is observed.

Che, Purushotham, Cho, Sontag, Liu: Recurrent Neural Networks for Multivariate Time Series with
Missing Values, Scientific Reports 8, 6085 (2018), equations 3 to 16.
"""

import torch
from torch import Tensor, nn

from liquidtime.baselines.stepwise import State, run, uniform_as_torch


class GRUD(nn.Module):
    """A GRU-D layer over D variables, standardised, so that the empirical mean of each is 0.

    With the mask m, the last observed value x' (the mean before the first), and the time δ since
    the previous row or, where that row lacks the variable, since still longer:

        decay of an input   γx = exp(−max(0, w δ + b)), one w and b a variable
        decay of the state  γh = exp(−max(0, W δ + b))
        input               x̂ = m x + (1 − m) γx x'
        state before        ĥ = γh h
        reset, update       r = σ(W x̂ + U ĥ + V m + b), z likewise
        candidate           h̃ = tanh(W x̂ + U (r ĥ) + V m + b)
        state after         h = (1 − z) ĥ + z h̃

    Args:
        input_size: Number D of variables.
        hidden_size: Number H of units.
    """

    bidirectional = False

    def __init__(self, input_size: int, hidden_size: int) -> None:
        super().__init__()
        self.output_size = hidden_size
        self.input_decay_weight = nn.Parameter(torch.empty(input_size))
        self.input_decay_bias = nn.Parameter(torch.empty(input_size))
        self.state_decay = nn.Linear(input_size, hidden_size)
        # Columns: x̂, then m, of which V is the half; rows: reset, update, candidate.
        self.inputs = nn.Linear(2 * input_size, 3 * hidden_size)
        self.recurrent = nn.Linear(hidden_size, 2 * hidden_size, bias=False)
        self.candidate = nn.Linear(hidden_size, hidden_size, bias=False)
        self.reset_parameters()

    def reset_parameters(self) -> None:
        """Draw all weights anew, uniform within ± 1/√H, as `nn.GRU` does."""
        uniform_as_torch(self, self.output_size)

    def forward(self, values: Tensor, mask: Tensor, times: Tensor, lengths: Tensor) -> Tensor:
        """Run over padded series.

        Args:
            values: [B, T, D], standardised; what stands where the mask is False is not looked at.
            mask: [B, T, D] bool, True where observed.
            times: [B, T], in units of the typical gap.
            lengths: [B].

        Returns:
            The state after each step, [B, T, H], zeros past the lengths.
        """
        since, last = unseen(values, mask, times)
        fading = torch.exp(-torch.relu(self.input_decay_weight * since + self.input_decay_bias))
        filled = torch.where(mask, values, fading * last)
        given = self.inputs(torch.cat([filled, mask.to(values.dtype)], dim=2))
        left = torch.exp(-torch.relu(self.state_decay(since)))
        start = values.new_zeros(len(values), self.output_size)
        return run(self.step, (given, left), (start,), lengths)

    def step(self, state: State, given: Tensor, left: Tensor) -> tuple[Tensor, State]:
        """One step.

        Args:
            state: h before, [B, H].
            given: What x̂ and m add to the gates and the candidate, biases included, [B, 3 H].
            left: γh, [B, H].

        Returns:
            h after, [B, H], and the state.
        """
        before = state[0] * left
        gates, candidate = given.split([2 * self.output_size, self.output_size], dim=1)
        reset, update = torch.sigmoid(gates + self.recurrent(before)).chunk(2, dim=1)
        candidate = torch.tanh(candidate + self.candidate(reset * before))
        after = torch.lerp(before, candidate, update)
        return after, (after,)


def unseen(values: Tensor, mask: Tensor, times: Tensor) -> tuple[Tensor, Tensor]:
    """How long each variable had not been seen before each row, and its value then.

    Args:
        values: [B, T, D].
        mask: [B, T, D] bool, True where observed.
        times: [B, T], absolute.

    Returns:
        δ, [B, T, D]: the time since the last row before with the variable, or since the first row
        where there is none. x', [B, T, D]: its value there, 0 where there is none.
    """
    step = torch.arange(mask.shape[1], device=mask.device).reshape(1, -1, 1)
    seen = torch.where(mask, step, -1).cummax(1).values
    before = torch.cat([torch.full_like(seen[:, :1], -1), seen[:, :-1]], dim=1)
    at = before.clamp(min=0)
    now = times.unsqueeze(2).expand(mask.shape)
    since = (now - now.gather(1, at)).to(values.dtype)
    return since, torch.where(before >= 0, values.gather(1, at), 0.0)
