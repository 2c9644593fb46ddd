"""Parameters of the LSTM that gives a continuous-time cell its long memory."""

import torch
from torch import nn

from liquidtime.kernels.memory import MemoryLayout, MemoryWeights

LAYOUTS: tuple[MemoryLayout, ...] = ("state", "input")


def memory_layout(mixed_memory: bool | str) -> MemoryLayout | None:
    """The layout that the `mixed_memory` argument of a layer names; None for no memory."""
    if mixed_memory is False:
        return None
    if mixed_memory is True:
        return "state"
    for layout in LAYOUTS:
        if mixed_memory == layout:
            return layout
    raise ValueError(
        f"mixed_memory is {mixed_memory!r}; expected False, True (the layout 'state'), 'state' or "
        "'input'."
    )


class LSTMMemory(nn.Module):
    """The memory of a mixed-memory layer; see `liquidtime.kernels.memory` for the equations.

    Args:
        input_size: Number of input features D.
        hidden_size: Number of hidden units H.
        forget_bias: First offset of the forget gates; above 0 they start open.
    """

    def __init__(self, input_size: int, hidden_size: int, forget_bias: float = 1.0) -> None:
        super().__init__()
        self.forget_bias = forget_bias
        self.input_weight = nn.Parameter(torch.empty(4 * hidden_size, input_size))
        self.recurrent_weight = nn.Parameter(torch.empty(4 * hidden_size, hidden_size))
        self.bias = nn.Parameter(torch.empty(4 * hidden_size))
        self.reset_parameters()

    def reset_parameters(self) -> None:
        """Glorot inputs, orthogonal recurrence; offsets 0, but of the forget gate."""
        hidden_size = self.recurrent_weight.shape[1]
        for gate in self.input_weight.chunk(4):
            nn.init.xavier_uniform_(gate)
        for gate in self.recurrent_weight.chunk(4):
            nn.init.orthogonal_(gate)
        nn.init.zeros_(self.bias)
        with torch.no_grad():
            self.bias[2 * hidden_size : 3 * hidden_size] = self.forget_bias

    def weights(self, dtype: torch.dtype) -> MemoryWeights:
        """The weights as the kernels take them, in the dtype of the kernel's input."""
        parts = (self.input_weight, self.recurrent_weight, self.bias)
        return MemoryWeights(*(part.to(dtype) for part in parts))
