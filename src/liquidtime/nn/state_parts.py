"""The state of a stack taken apart into those of its cells, and put together again."""

from collections.abc import Sequence

import torch
from torch import Tensor

from liquidtime.nn.cell import Cell, State
from liquidtime.nn.state import RecurrentState


def cell_state(state: RecurrentState, index: int) -> State:
    """What the cell of one layer and direction has of it: h, then c and its past, if any."""
    return tuple(p[index] for p in (state.h, state.c, state.previous) if p is not None)


def joined_state(finals: Sequence[State], memory: bool) -> RecurrentState:
    """The way back, without the time side."""
    h, *rest = zip(*finals, strict=True)
    c = torch.stack(rest.pop(0)) if memory else None
    return RecurrentState(torch.stack(h), c, previous=rest[0] if rest else None)


def no_past(cells: Sequence[Cell], batch: int, like: Tensor) -> tuple[Tensor, ...] | None:
    """`RecurrentState.previous` before the first step; None where no cell needs one."""
    if not any(map(_past_size, cells)):
        return None
    return tuple(like.new_zeros(batch, _past_size(cell)) for cell in cells)


def past_of(
    state: RecurrentState, cells: Sequence[Cell], batch: int, like: Tensor
) -> tuple[Tensor, ...] | None:
    """`state.previous`, checked; that before the first step if it has none.

    Raises:
        ValueError: If it does not fit the cells.
    """
    none = no_past(cells, batch, like)
    if state.previous is None or none is None:
        return none
    got = [list(part.shape) for part in state.previous]
    expected = [list(part.shape) for part in none]
    if got != expected:
        raise ValueError(
            f"state.previous has shapes {got}; expected {expected}. Pass a state that this layer "
            "returned, or RecurrentState(h) to start with an input that stands still."
        )
    return tuple(part.to(like.dtype) for part in state.previous)


def _past_size(cell: Cell) -> int:
    """Only cells whose input moves have one."""
    return getattr(cell, "past_size", 0)


def with_batch(state: RecurrentState) -> RecurrentState:
    """The state of a single series, as the caller has it, with a batch of one."""

    def alone(part: Tensor | None) -> Tensor | None:
        return None if part is None else part.reshape(1)

    return RecurrentState(
        state.h.unsqueeze(1),
        None if state.c is None else state.c.unsqueeze(1),
        alone(state.pending),
        alone(state.time),
        None if state.previous is None else tuple(p.unsqueeze(0) for p in state.previous),
    )


def without_batch(state: RecurrentState) -> RecurrentState:
    """The way back."""

    def first(part: Tensor | None) -> Tensor | None:
        return None if part is None else part.squeeze(0)

    return RecurrentState(
        state.h.squeeze(1),
        None if state.c is None else state.c.squeeze(1),
        first(state.pending),
        first(state.time),
        None if state.previous is None else tuple(p.squeeze(0) for p in state.previous),
    )
