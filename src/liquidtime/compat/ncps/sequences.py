"""The forms in which ncps's layers take and give sequences, states and time."""

from collections.abc import Iterator
from typing import NamedTuple, Protocol

from torch import Tensor, nn

from liquidtime.nn.cell import State, check_dtype, state_dtype
from liquidtime.nn.checks.values import check_values
from liquidtime.nn.layout import Layout, layout_of

NcpsState = Tensor | tuple[Tensor, Tensor]
"""h or, with mixed memory, (h, c): [B, units] each; [units] for one series."""


class NcpsCell(Protocol):
    """A cell, as its layer sees it."""

    @property
    def input_size(self) -> int:
        """Number of input features."""
        ...

    @property
    def hidden_size(self) -> int:
        """Number of units."""
        ...

    def parameters(self) -> Iterator[nn.Parameter]:
        """All parameters."""
        ...


class Call(NamedTuple):
    """A call of a layer, brought into one shape."""

    layout: Layout
    x: Tensor
    """[B, T, D]"""
    state: State
    elapsed: Tensor
    """[B, T]"""


def read_call(
    cell: NcpsCell,
    x: Tensor,
    hx: NcpsState | None,
    timespans: Tensor | float | None,
    *,
    mixed: bool,
    batch_first: bool,
) -> Call:
    """Check the arguments of a layer's call and bring them into one shape.

    Args:
        cell: The layer's cell.
        x: [B, T, D], [T, B, D] without `batch_first`, or [T, D] for one series.
        hx: State as the layer returned it; None for zeros.
        timespans: Time since the previous step of the same series: [B, T] or [B, T, 1] ([T, B]
            without `batch_first`), [T] for all series alike, or a number; 1 if None.
        mixed: Whether the state is a pair.
        batch_first: As the layer has it.

    Raises:
        ValueError: If a shape or dtype does not fit, a time is negative, or x is not finite.
    """
    parameter = next(cell.parameters())
    check_dtype("input", x, parameter)
    layout = layout_of(x, cell.input_size, batch_first)
    if layout.steps == 0:
        raise ValueError("input has no steps; expected one at least.")
    x, dtype = layout.sequence_in(x), state_dtype(parameter)
    if isinstance(timespans, Tensor) and timespans.dim() > 0:
        elapsed = layout.per_step(timespans, "timespans").to(device=x.device, dtype=dtype)
    else:
        one = x.new_tensor(1.0) if timespans is None else timespans * x.new_tensor(1.0)
        elapsed = one.to(dtype).expand(layout.batch, layout.steps)
    check_values(x, elapsed, None, from_times=False)
    if hx is None:
        zeros = x.new_zeros(layout.batch, cell.hidden_size, dtype=dtype)
        return Call(layout, x, (zeros, zeros) if mixed else (zeros,), elapsed)
    parts = (hx,) if isinstance(hx, Tensor) else tuple(hx)
    if len(parts) != (2 if mixed else 1):
        raise ValueError(
            f"hx holds {len(parts)} tensors; expected "
            f"{'a pair (h, c), since the layer has mixed memory' if mixed else 'one, h'}."
        )
    expected = [layout.batch, cell.hidden_size] if layout.batched else [cell.hidden_size]
    for part in parts:
        if list(part.shape) != expected:
            raise ValueError(
                f"hx has shape {list(part.shape)}; expected "
                f"{'[B, units]' if layout.batched else '[units]'}={expected}."
            )
    state = tuple(part.reshape(layout.batch, cell.hidden_size).to(dtype) for part in parts)
    return Call(layout, x, state, elapsed)


def write_result(
    layout: Layout, output: Tensor, state: State, *, return_sequences: bool
) -> tuple[Tensor, NcpsState]:
    """Outputs ([B, T, K], or [B, K] of the last step) and state in ncps's forms."""
    if return_sequences:
        output = layout.sequence_out(output)
    elif not layout.batched:
        output = output.squeeze(0)
    if not layout.batched:
        state = tuple(part.squeeze(0) for part in state)
    return output, state[0] if len(state) == 1 else (state[0], state[1])
