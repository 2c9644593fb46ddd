"""GRU-D: a GRU whose inputs and state decay while nothing is observed.

Che, Purushotham, Cho, Sontag, Liu: Recurrent Neural Networks for Multivariate Time Series with
Missing Values, Scientific Reports 8, 6085 (2018), equations 3 to 16.
"""

import torch
from torch import Tensor, nn


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
        bound = self.output_size**-0.5
        for parameter in self.parameters():
            nn.init.uniform_(parameter, -bound, bound)

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
        gaps = torch.diff(times, dim=1, prepend=times[:, :1]).to(values.dtype)
        since = last = torch.zeros_like(values[:, 0])
        state = values.new_zeros(len(values), self.output_size)
        missed = torch.zeros_like(mask[:, 0])
        states = []
        for x, seen, gap in zip(values.unbind(1), mask.unbind(1), gaps.unbind(1), strict=True):
            since = gap.unsqueeze(1) + torch.where(missed, since, 0.0)
            missed = ~seen
            state = self.step(x, seen, since, last, state)
            last = torch.where(seen, x, last)
            states.append(state)
        there = torch.arange(values.shape[1], device=lengths.device) < lengths.unsqueeze(1)
        return torch.stack(states, dim=1) * there.unsqueeze(2)

    def step(self, x: Tensor, seen: Tensor, since: Tensor, last: Tensor, state: Tensor) -> Tensor:
        """One step.

        Args:
            x: Values, [B, D].
            seen: Their mask, [B, D] bool.
            since: δ, [B, D].
            last: x', the last value observed before, [B, D]; 0 where there is none.
            state: h before, [B, H].

        Returns:
            h after, [B, H].
        """
        fading = self.input_decay_weight * since + self.input_decay_bias
        filled = torch.where(seen, x, torch.exp(-torch.relu(fading)) * last)
        state = state * torch.exp(-torch.relu(self.state_decay(since)))
        given = self.inputs(torch.cat([filled, seen.to(x.dtype)], dim=1))
        gates, candidate = given.split([2 * self.output_size, self.output_size], dim=1)
        reset, update = torch.sigmoid(gates + self.recurrent(state)).chunk(2, dim=1)
        candidate = torch.tanh(candidate + self.candidate(reset * state))
        return (1.0 - update) * state + update * candidate
