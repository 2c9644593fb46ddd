"""CT-LSTM: an LSTM whose cells drift to a resting value between events.

Mei, Eisner: The Neural Hawkes Process: A Neurally Self-Modulating Multivariate Point Process,
NeurIPS 2017, equations 5 to 7.
"""

import torch
from torch import Tensor, nn
from torch.nn.functional import softplus

from liquidtime.baselines.stepwise import State, Stepwise, uniform_as_torch


class CTLSTM(Stepwise):
    """A continuous-time LSTM layer.

        cell before        c(t) = c̄ + (c − c̄) exp(−δ Δt)
        state before       h(t) = o tanh(c(t))
        gates              i, f, o, ī, f̄ = σ(W x + U h(t) + b), one each
        candidate          z = tanh(W x + U h(t) + b)
        decay              δ = softplus(W x + U h(t) + b)
        cell after         c = f c(t) + i z
        its resting value  c̄ = f̄ c̄ + ī z
        output             h = o tanh(c)

    Note:
        In the code base of Lechner & Hasani (2020), where it is called "Hawk LSTM" and from which
        the figures of the XOR and Walker tables come, the cell that is carried never decays: the
        new decay acts over the gap *before* the event, and on the output alone.

    Args:
        input_size: Number of inputs.
        hidden_size: Number H of units.
        forget_bias: Bias of both forget gates at the start.
    """

    def __init__(self, input_size: int, hidden_size: int, forget_bias: float = 1.0) -> None:
        super().__init__(hidden_size, carried=4)
        # Of each: i, f, o, ī, f̄, then candidate and decay.
        self.inputs = nn.Linear(input_size, 7 * hidden_size)
        self.recurrent = nn.Linear(hidden_size, 7 * hidden_size, bias=False)
        uniform_as_torch(self, hidden_size)
        with torch.no_grad():
            for gate in (1, 4):
                self.inputs.bias[gate * hidden_size : (gate + 1) * hidden_size].fill_(forget_bias)

    def prepare(self, x: Tensor, elapsed: Tensor) -> tuple[Tensor, ...]:
        """What the inputs add to the gates, and the gaps, [B, T, 1]."""
        return self.inputs(x), elapsed.unsqueeze(2)

    def step(self, state: State, given: Tensor, gap: Tensor) -> tuple[Tensor, State]:
        """Drift over the gap, then the event."""
        c, rest, decay, o = state
        c = rest + (c - rest) * torch.exp(-decay * gap)
        h = o * torch.tanh(c)
        gates, z, decay = (given + self.recurrent(h)).split(
            [5 * self.output_size, self.output_size, self.output_size], dim=1
        )
        i, f, o, rest_i, rest_f = torch.sigmoid(gates).chunk(5, dim=1)
        z = torch.tanh(z)
        c, rest = f * c + i * z, rest_f * rest + rest_i * z
        return o * torch.tanh(c), (c, rest, softplus(decay), o)
