"""The memory of a mixed-memory layer, with the parameters that ncps keeps."""

import torch
from torch import Tensor, nn

from liquidtime.compat.memory_entries import shift_forget_gate
from liquidtime.kernels.memory import MemoryWeights, lstm_step


class LSTMCell(nn.Module):
    """An LSTM cell; 1 is added to its forget gate's offset at run time.

    Args:
        input_size: Number of input features D.
        hidden_size: Number of units H.
    """

    def __init__(self, input_size: int, hidden_size: int) -> None:
        super().__init__()
        self.input_size = input_size
        self.hidden_size = hidden_size
        self.input_map = nn.Linear(input_size, 4 * hidden_size)
        self.recurrent_map = nn.Linear(hidden_size, 4 * hidden_size, bias=False)
        nn.init.xavier_uniform_(self.input_map.weight)
        nn.init.uniform_(self.input_map.bias, -0.1, 0.1)
        nn.init.orthogonal_(self.recurrent_map.weight)

    def weights(self, dtype: torch.dtype) -> MemoryWeights:
        """The weights as the kernels take them."""
        bias = shift_forget_gate(self.input_map.bias, 1.0)
        parts = (self.input_map.weight, self.recurrent_map.weight, bias)
        return MemoryWeights(*(part.to(dtype) for part in parts))

    def forward(self, inputs: Tensor, states: tuple[Tensor, Tensor]) -> tuple[Tensor, Tensor]:
        """One step: inputs [B, D] and (h, c), [B, H] each, to the next (h, c)."""
        return lstm_step(inputs, *states, self.weights(inputs.dtype))
