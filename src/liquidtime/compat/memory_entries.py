"""The LSTM of a mixed-memory layer: the earlier libraries' entries and ours."""

from collections.abc import Mapping

import torch
from torch import Tensor

from liquidtime.compat.entries import Entries


def shift_forget_gate(bias: Tensor, by: float) -> Tensor:
    """Add a number to the forget gate's quarter of the offsets [4H].

    The earlier libraries add 1 to the forget gate at run time; here it is part of the offset.
    """
    candidate, write, forget, output = bias.chunk(4)
    return torch.cat([candidate, write, forget + by, output])


def memory_entries(lstm: Mapping[str, Tensor], order: Tensor | None = None) -> Entries:
    """Entries of `LSTMMemory` from those of an earlier library's LSTM cell.

    Args:
        lstm: `input_map.weight`, `input_map.bias` and `recurrent_map.weight`. Both sides have the
            gates in the order candidate, input, forget, output.
        order: [H], which unit of theirs is each unit of ours; None for the same order.
    """
    return {
        "input_weight": _in_gates(lstm["input_map.weight"], order),
        "recurrent_weight": _columns(_in_gates(lstm["recurrent_map.weight"], order), order),
        "bias": shift_forget_gate(_in_gates(lstm["input_map.bias"], order), 1.0),
    }


def lstm_entries(memory: Mapping[str, Tensor], order: Tensor | None = None) -> Entries:
    """The way back; `order` says which unit of ours is each unit of theirs."""
    return {
        "input_map.weight": _in_gates(memory["input_weight"], order),
        "input_map.bias": shift_forget_gate(_in_gates(memory["bias"], order), -1.0),
        "recurrent_map.weight": _columns(_in_gates(memory["recurrent_weight"], order), order),
    }


def _in_gates(stacked: Tensor, order: Tensor | None) -> Tensor:
    """Reorder the units inside each of the four gates, [4H, …]."""
    if order is None:
        return stacked
    return torch.cat([gate[order] for gate in stacked.chunk(4)])


def _columns(matrix: Tensor, order: Tensor | None) -> Tensor:
    return matrix if order is None else matrix[:, order]
