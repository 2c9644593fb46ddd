"""coRNN: a network of damped, driven, coupled oscillators.

Rusch, Mishra: Coupled Oscillatory Recurrent Neural Network (coRNN): An Accurate and (Gradient)
Stable Architecture for Learning Long Time Dependencies, ICLR 2021.
"""

import torch
from torch import Tensor, nn

from liquidtime.baselines.stepwise import State, Stepwise, first_interval, uniform_as_torch


class CoRNN(Stepwise):
    """A layer of H oscillators, y'' = tanh(W y + 𝒲 y' + V x + b) − γ y − ε y'.

    With z = y' and the paper's scheme that takes the damping at the new step:

        z_n = (z_{n−1} + Δ (tanh(W y_{n−1} + 𝒲 z_{n−1} + V x_n + b) − γ y_{n−1})) / (1 + Δ ε)
        y_n = y_{n−1} + Δ z_n

    Here Δ is the paper's Δt times the elapsed time in typical gaps, so that it is the paper's where
    gaps are even.

    Args:
        input_size: Number D of inputs.
        hidden_size: H.
        step: Δt, of a typical gap.
        frequency: γ.
        damping: ε.
        longest: Gaps count as this many typical ones at most, for a longer step is not stable.
    """

    def __init__(
        self,
        input_size: int,
        hidden_size: int,
        *,
        step: float = 0.042,
        frequency: float = 2.7,
        damping: float = 4.7,
        longest: float = 10.0,
    ) -> None:
        super().__init__(hidden_size, carried=2)
        self.interval = step
        self.frequency = frequency
        self.damping = damping
        self.longest = longest
        self.inputs = nn.Linear(input_size, hidden_size)
        # Columns: y, then z.
        self.coupling = nn.Linear(2 * hidden_size, hidden_size, bias=False)
        # As one linear map of inputs, z and y, which the published code has.
        uniform_as_torch(self, input_size + 2 * hidden_size)

    def prepare(self, x: Tensor, elapsed: Tensor) -> tuple[Tensor, ...]:
        """What the inputs drive, and the interval of each step."""
        gaps = first_interval(elapsed).clamp(max=self.longest)
        return self.inputs(x), self.interval * gaps.unsqueeze(2)

    def step(self, state: State, *given: Tensor) -> tuple[Tensor, State]:
        """One step: y, and (y, z)."""
        (position, speed), (drive, interval) = state, given
        force = torch.tanh(drive + self.coupling(torch.cat(state, dim=1)))
        pushed = torch.addcmul(speed, interval, force - self.frequency * position)
        speed = pushed / (1.0 + self.damping * interval)
        position = torch.addcmul(position, interval, speed)
        return position, (position, speed)
