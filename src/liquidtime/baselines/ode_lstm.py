"""ODE-LSTM: an LSTM whose output moves along an ODE, while its memory cell stands still.

Lechner, Hasani: Learning Long-Term Dependencies in Irregularly-Sampled Time Series,
arXiv 2006.04418 (2020), algorithm 1.
"""

from collections.abc import Callable

import torch
from torch import Tensor, nn

from liquidtime.baselines.flow import ODEFlow
from liquidtime.baselines.stepwise import State, Stepwise, uniform_as_torch


class ODELSTM(Stepwise):
    """An ODE-LSTM layer.

        gates         i, f, o = σ(W x + U h + b), one each
        memory        c ← f c + i tanh(W x + U h + b)
        before        h' = o tanh(c)
        output        h = the solution of dy/dt = field(y) from h' after Δt

    Δt is the time since the row before. The field is that of the authors' PyTorch code: linear,
    tanh, linear, each H wide.

    Note:
        The figures of the XOR and Walker tables come from the authors' TensorFlow code. There a
        CT-RNN with a state of its own takes the place of the ODE: h' is its input, held over Δt,
        4 Euler steps an interval, and the gates see its state; the forget gates begin at 3.

    Args:
        input_size: Number of inputs.
        hidden_size: Number H of units.
        flow: Makes the solver of a field.
        forget_bias: Bias of the forget gates at the start.
    """

    def __init__(
        self,
        input_size: int,
        hidden_size: int,
        flow: Callable[[nn.Module], ODEFlow],
        forget_bias: float = 1.0,
    ) -> None:
        super().__init__(hidden_size, carried=2)
        # Of each: input, forget, output, candidate.
        self.inputs = nn.Linear(input_size, 4 * hidden_size)
        self.recurrent = nn.Linear(hidden_size, 4 * hidden_size, bias=False)
        uniform_as_torch(self, hidden_size)
        with torch.no_grad():
            self.inputs.bias[hidden_size : 2 * hidden_size].fill_(forget_bias)
        self.flow = flow(
            nn.Sequential(
                nn.Linear(hidden_size, hidden_size),
                nn.Tanh(),
                nn.Linear(hidden_size, hidden_size),
            )
        )

    def prepare(self, x: Tensor, elapsed: Tensor) -> tuple[Tensor, ...]:
        """What the inputs add to the gates, and the gaps."""
        return self.inputs(x), elapsed

    def step(self, state: State, given: Tensor, gap: Tensor) -> tuple[Tensor, State]:
        """An LSTM's step, then the flow."""
        h, c = state
        gates, candidate = (given + self.recurrent(h)).split(
            [3 * self.output_size, self.output_size], dim=1
        )
        i, f, o = torch.sigmoid(gates).chunk(3, dim=1)
        c = f * c + i * torch.tanh(candidate)
        h = self.flow(o * torch.tanh(c), gap)
        return h, (h, c)
