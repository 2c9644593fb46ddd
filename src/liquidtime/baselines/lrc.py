"""LRC: liquid neurons whose capacitance depends on input and state, so that one step is enough.

Farsang, Neubauer, Grosu: Liquid Resistance Liquid Capacitance Networks, arXiv 2403.08791 (2024).
"""

from typing import Literal

import torch
from torch import Tensor, nn
from torch.nn import functional

from liquidtime.baselines.stepwise import Stepwise, first_interval, inside, run

Elastance = Literal["symmetric", "asymmetric"]
Step = Literal["hybrid", "explicit"]


class LRC(Stepwise):
    """A layer of H neurons.

    With u, the inputs scaled and shifted one by one, joined to the state h:

        s_ji = σ(a_ji (u_j − μ_ji)), the opening of the synapse j → i
        f_i = g_i + Σ_j w_ji s_ji, w and the leak g not negative
        r_i = g_i + Σ_j e_ji s_ji
        h'_i = −σ(f_i) h_i + v_i tanh(r_i)
        ε_i = σ(q_i + k_i) − σ(q_i − k_i) with q = W u + b and k not negative, or σ(q_i)
        h_n = h_{n−1} + Δ ε h', or, in the published code's hybrid step, the same with the decay
              taken at the new state: (h_{n−1} + Δ ε v tanh(r)) / (1 + Δ ε σ(f))

    Δ is the elapsed time in typical gaps. The hybrid step is stable however long it is; the
    explicit one is that of the paper, where every gap is 1. The output is h, scaled and shifted.

    Args:
        input_size: Number D of inputs.
        hidden_size: H.
        elastance: ε, the inverse of the capacitance: symmetric in q, or not.
        integrator: Which step.
    """

    def __init__(
        self,
        input_size: int,
        hidden_size: int,
        *,
        elastance: Elastance = "symmetric",
        integrator: Step = "hybrid",
    ) -> None:
        super().__init__(hidden_size)
        self.elastance = elastance
        self.integrator = integrator
        sources = input_size + hidden_size
        self.input_scale = nn.Parameter(torch.ones(input_size))
        self.input_shift = nn.Parameter(torch.zeros(input_size))
        self.output_scale = nn.Parameter(torch.ones(hidden_size))
        self.output_shift = nn.Parameter(torch.zeros(hidden_size))
        # Inputs, then neurons, to neurons.
        self.steepness = nn.Parameter(torch.empty(sources, hidden_size).uniform_(3.0, 8.0))
        self.midpoint = nn.Parameter(torch.empty(sources, hidden_size).uniform_(0.3, 0.8))
        self.raw_forget = nn.Parameter(_positive(torch.empty(sources, hidden_size)))
        self.update = nn.Parameter(torch.empty(sources, hidden_size))
        nn.init.orthogonal_(self.update[:input_size])
        nn.init.orthogonal_(self.update[input_size:])
        self.raw_leak = nn.Parameter(_positive(torch.empty(hidden_size)))
        self.resting = nn.Parameter(torch.empty(hidden_size).uniform_(-0.2, 0.2))
        self.capacity = nn.Linear(sources, hidden_size)
        nn.init.xavier_uniform_(self.capacity.weight)
        nn.init.zeros_(self.capacity.bias)
        if elastance == "symmetric":
            self.raw_width = nn.Parameter(_free(torch.ones(hidden_size)))

    def forward(self, x: Tensor, elapsed: Tensor, lengths: Tensor) -> Tensor:
        """Run over padded series, as `Stepwise`."""
        forget, leak = functional.softplus(self.raw_forget), functional.softplus(self.raw_leak)
        offset = self.steepness * self.midpoint
        width = functional.softplus(self.raw_width) if self.elastance == "symmetric" else None

        def step(state: tuple[Tensor, ...], *given: Tensor) -> tuple[Tensor, tuple[Tensor, ...]]:
            (before,), (u, q, interval) = state, given
            sources = torch.cat([u, before], dim=1).unsqueeze(2)
            opening = torch.sigmoid(torch.addcmul(-offset, self.steepness, sources))
            decay = torch.sigmoid(leak + (forget * opening).sum(1))
            pull = self.resting * torch.tanh(leak + (self.update * opening).sum(1))
            q = q + functional.linear(before, self.capacity.weight[:, u.shape[1] :])
            if width is None:
                pace = interval * torch.sigmoid(q)
            else:
                pace = interval * (torch.sigmoid(q + width) - torch.sigmoid(q - width))
            if self.integrator == "hybrid":
                after = (before + pace * pull) / (1.0 + pace * decay)
            else:
                after = before + pace * (pull - decay * before)
            return after, (after,)

        states = run(step, self.prepare(x, elapsed.to(x.dtype)), self.start(x), lengths)
        return inside(torch.addcmul(self.output_shift, self.output_scale, states), lengths)

    def prepare(self, x: Tensor, elapsed: Tensor) -> tuple[Tensor, ...]:
        """The inputs, what they add to the capacitance, and the interval of each step."""
        u = torch.addcmul(self.input_shift, self.input_scale, x)
        of_inputs = self.capacity.weight[:, : x.shape[2]]
        q = functional.linear(u, of_inputs, self.capacity.bias)
        return u, q, first_interval(elapsed).unsqueeze(2)


def _positive(raw: Tensor) -> Tensor:
    """Such that their softplus is uniform in (0.001, 1), the published range."""
    return _free(raw.uniform_(0.001, 1.0))


def _free(wanted: Tensor) -> Tensor:
    """The inverse of softplus."""
    return wanted + torch.log(-torch.expm1(-wanted))
