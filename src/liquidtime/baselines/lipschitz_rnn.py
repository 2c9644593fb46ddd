"""Lipschitz RNN: a linear part and a Lipschitz nonlinearity, both kept near the edge of stability.

Erichson, Azencot, Queiruga, Hodgkinson, Mahoney: Lipschitz Recurrent Neural Networks, ICLR 2021.
"""

import torch
from torch import Tensor, nn

from liquidtime.baselines.stepwise import Stepwise, first_interval, run


class LipschitzRNN(Stepwise):
    """A layer of H units, h' = A h + tanh(W h + U x + b), one Euler step a row.

        A = (1 − β)(M + Mᵀ) + β (M − Mᵀ) − γ I, and W of a matrix of its own likewise
        h_n = h_{n−1} + ε (A h_{n−1} + tanh(W h_{n−1} + U x_n + b))

    Here ε is the paper's times the elapsed time in typical gaps, so that it is the paper's where
    gaps are even.

    Args:
        input_size: Number D of inputs.
        hidden_size: H.
        step: ε, of a typical gap.
        beta: Share of the skew-symmetric part.
        gamma: Damping.
        spread: Entries of both M are drawn with a standard deviation of this over √H.
        longest: Gaps count as this many typical ones at most, for a longer step is not stable.
    """

    def __init__(
        self,
        input_size: int,
        hidden_size: int,
        *,
        step: float = 0.03,
        beta: float = 0.75,
        gamma: float = 0.001,
        spread: float = 2.8,
        longest: float = 10.0,
    ) -> None:
        super().__init__(hidden_size)
        self.interval = step
        self.beta = beta
        self.gamma = gamma
        self.longest = longest
        self.inputs = nn.Linear(input_size, hidden_size)
        # Rows of two matrices M: of A, then of W.
        self.free = nn.Parameter(torch.randn(2, hidden_size, hidden_size))
        nn.init.normal_(self.free, std=spread * hidden_size**-0.5)
        nn.init.xavier_normal_(self.inputs.weight)
        nn.init.zeros_(self.inputs.bias)

    def forward(self, x: Tensor, elapsed: Tensor, lengths: Tensor) -> Tensor:
        """Run over padded series, as `Stepwise`; A and W are made once."""
        both = self.matrices().transpose(1, 2)
        together = torch.cat([both[0], both[1]], dim=1)

        def step(state: tuple[Tensor, ...], *given: Tensor) -> tuple[Tensor, tuple[Tensor, ...]]:
            (before,), (drive, interval) = state, given
            linear, coupled = (before @ together).chunk(2, dim=1)
            after = torch.addcmul(before, interval, linear + torch.tanh(coupled + drive))
            return after, (after,)

        return run(step, self.prepare(x, elapsed.to(x.dtype)), self.start(x), lengths)

    def matrices(self) -> Tensor:
        """A and W, [2, H, H]."""
        mirrored = self.free.transpose(1, 2)
        one = torch.eye(self.output_size, dtype=self.free.dtype, device=self.free.device)
        symmetric = (1.0 - self.beta) * (self.free + mirrored)
        return symmetric + self.beta * (self.free - mirrored) - self.gamma * one

    def prepare(self, x: Tensor, elapsed: Tensor) -> tuple[Tensor, ...]:
        """What the inputs drive, and the interval of each step."""
        gaps = first_interval(elapsed).clamp(max=self.longest)
        return self.inputs(x), self.interval * gaps.unsqueeze(2)
