"""CT-GRU: a GRU whose gates choose time scales of memory.

Mozer, Kazakov, Lindsey: Discrete Event, Continuous Time RNNs, arXiv 1710.04110 (2017), section 2.
"""

import math

import torch
from torch import Tensor, nn

from liquidtime.baselines.stepwise import State, Stepwise, uniform_as_torch


class CTGRU(Stepwise):
    """A CT-GRU layer: each unit keeps M traces ĥᵢ, which decay at fixed time scales τ̃ᵢ.

        traces before     ĥᵢ ← exp(−Δt / τ̃ᵢ) ĥᵢ, h = Σᵢ ĥᵢ
        retrieval scale   ln τᴿ = W x + U h + b, rᵢ = softmaxᵢ(−(ln τᴿ − ln τ̃ᵢ)²)
        event signal      q = tanh(W x + U Σᵢ rᵢ ĥᵢ + b)
        storage scale     ln τˢ = W x + U h + b, sᵢ = softmaxᵢ(−(ln τˢ − ln τ̃ᵢ)²)
        traces after      ĥᵢ = (1 − sᵢ) ĥᵢ + sᵢ q
        output            h = Σᵢ ĥᵢ

    The scales are √10 apart, as in the paper, and the units' own scales begin spread over them.

    Note:
        The paper lets the traces decay at the end of a step, over the time to the next event. As
        that is not known yet, they decay here at the start of the next: the recurrence is the
        same, and the output is that right after the event. The code base of Lechner & Hasani
        (2020) has a scale of its own for each trace, and lets what was just stored decay over the
        gap *before* the event. Its time scales begin at 1, while the gaps of its XOR task are
        divided by 32.

    Args:
        input_size: Number of inputs.
        hidden_size: Number H of units.
        scales: Number M of traces of a unit.
        shortest: Shortest time scale, in units of the typical gap.
    """

    def __init__(
        self, input_size: int, hidden_size: int, scales: int = 8, shortest: float = 0.3
    ) -> None:
        super().__init__(hidden_size)
        # Of each: the two scales, then the signal.
        self.inputs = nn.Linear(input_size, 3 * hidden_size)
        self.choice = nn.Linear(hidden_size, 2 * hidden_size, bias=False)
        self.signal = nn.Linear(hidden_size, hidden_size, bias=False)
        uniform_as_torch(self, hidden_size)
        log_scales = math.log(shortest) + 0.5 * math.log(10.0) * torch.arange(scales)
        self.log_scales: Tensor
        self.register_buffer("log_scales", log_scales)
        with torch.no_grad():
            ends = float(log_scales[0]), float(log_scales[-1])
            self.inputs.bias[: 2 * hidden_size].uniform_(*ends)

    def start(self, x: Tensor) -> State:
        """Empty traces, [B, M, H]."""
        return (x.new_zeros(len(x), len(self.log_scales), self.output_size),)

    def prepare(self, x: Tensor, elapsed: Tensor) -> tuple[Tensor, ...]:
        """What the inputs add to scales and signal; what is left of the traces, [B, T, M, 1]."""
        left = torch.exp(-elapsed.unsqueeze(2) / self.log_scales.exp())
        return self.inputs(x), left.unsqueeze(3)

    def step(self, state: State, given: Tensor, left: Tensor) -> tuple[Tensor, State]:
        """Decay, retrieve, detect, store."""
        size = self.output_size
        traces = state[0] * left
        chosen = given[:, : 2 * size] + self.choice(traces.sum(1))
        weights = self.weights(chosen.unflatten(1, (2, size)))
        retrieved = (weights[:, 0] * traces).sum(1)
        signal = torch.tanh(given[:, 2 * size :] + self.signal(retrieved))
        traces = torch.lerp(traces, signal.unsqueeze(1), weights[:, 1])
        return traces.sum(1), (traces,)

    def weights(self, log_scale: Tensor) -> Tensor:
        """How much each trace counts for wanted scales: [..., H] to [..., M, H]."""
        # The square of the wanted scale is the same for all traces, and a softmax without it.
        scales = self.log_scales.unsqueeze(1)
        logits = torch.addcmul(-scales.square(), log_scale.unsqueeze(-2), 2.0 * scales)
        return torch.softmax(logits, dim=-2)
