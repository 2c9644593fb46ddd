"""Mixed memory: an LSTM keeps what a continuous-time cell forgets.

A continuous-time cell loses gradients over long gaps as an ODE does. In a mixed-memory network an
LSTM cell without any notion of time holds the memory and the continuous-time cell evolves the
hidden state between observations.

References:
    Lechner, Hasani: Learning long-term dependencies in irregularly-sampled time series.
    arXiv 2006.04418 (ODE-LSTM); Hasani et al. 2022 (CfC-mmRNN).
"""

from collections.abc import Callable
from typing import Literal, NamedTuple

import torch
import torch.nn.functional as F
from torch import Tensor

from liquidtime.errors import InputError

MemoryLayout = Literal["state", "input"]


class MemoryWeights(NamedTuple):
    """Weights of the LSTM, its gates in the order candidate, input, forget, output."""

    input: Tensor
    """[4H, D]"""
    recurrent: Tensor
    """[4H, H]"""
    bias: Tensor
    """[4H]"""


def lstm_step(x: Tensor, h: Tensor, c: Tensor, weights: MemoryWeights) -> tuple[Tensor, Tensor]:
    """One LSTM step: x [B, D], h and c [B, H] to the next (h, c)."""
    gates = F.linear(x, weights.input, weights.bias) + F.linear(h.to(x.dtype), weights.recurrent)
    # Products may run in bfloat16; the memory is added to at every step and keeps its own dtype.
    candidate, write, forget, output = gates.to(c.dtype).chunk(4, dim=-1)
    c = torch.sigmoid(forget) * c + torch.sigmoid(write) * torch.tanh(candidate)
    return torch.sigmoid(output) * torch.tanh(c), c


def check_state(state: tuple[Tensor, ...], memory: MemoryWeights | None, past: int = 0) -> None:
    """Refuse a state with other members than h, c where there is a memory, and the past if any.

    Raises:
        InputError: If one is missing, or would be left unread.
    """
    expected = 1 + (memory is not None) + past
    if len(state) != expected:
        raise InputError(
            f"the state has {len(state)} members; expected {expected}: h"
            + (", c" if memory is not None else "")
            + (", and the past of an integrator along a line." if past else ".")
        )


def with_memory(
    cell: Callable[..., Tensor], weights: MemoryWeights | None, layout: MemoryLayout
) -> Callable[..., tuple[Tensor, ...]]:
    """Turn a cell (x, h, *rest) → h into a step (state, x, *rest) → state, with memory if any.

    Args:
        cell: The continuous-time cell.
        weights: The LSTM's weights, or None for a step whose state is (h,) alone.
        layout: `"state"`: the LSTM's output takes the place of the cell's recurrent state, as in
            the authors' PyTorch code. `"input"`: it takes the place of the cell's input, as in
            their TensorFlow code. The two are different networks, both published as mixed memory.
    """
    return with_memory_and_past(
        lambda state, x, *rest: (cell(x, state[0], *rest),), weights, layout
    )


def with_memory_and_past(
    cell: Callable[..., tuple[Tensor, ...]], weights: MemoryWeights | None, layout: MemoryLayout
) -> Callable[..., tuple[Tensor, ...]]:
    """As `with_memory`, for a cell (state, x, *rest) → state whose state is (h, *past).

    Returns:
        A step whose state is (h, c, *past) with memory and (h, *past) without.
    """
    if weights is None:
        return cell

    def step(state: tuple[Tensor, ...], x: Tensor, *rest: Tensor) -> tuple[Tensor, ...]:
        h, c, *past = state
        remembered, c = lstm_step(x, h, c, weights)
        if layout == "state":
            h, *past = cell((remembered, *past), x, *rest)
        else:
            h, *past = cell((h, *past), remembered.to(x.dtype), *rest)
        return h, c, *past

    return step
