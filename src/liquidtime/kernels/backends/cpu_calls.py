"""Calls of the CPU's compiled recurrences on tensors: what goes in, comes out and is refused.

What they compute is defined by the recurrence's `reference.py`; how, in `csrc`. What the forward
pass leaves for the backward one is the plan of these kernels, and theirs alone: another backend has
calls of its own.
"""

from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

import torch
from torch import Tensor

from liquidtime.errors import InputError
from liquidtime.kernels.backends.cpu_arrays import array, arrays, empty_like_all, optional_array
from liquidtime.kernels.backends.cpu_checks import Uses, check_list, check_tensor, check_uses


class Inputs(NamedTuple):
    """The tensors of an operator; the head of its schema."""

    x: Tensor
    """[B, T, D]"""
    h: Tensor
    """[B, H]"""
    c: Tensor | None
    """[B, H], of mixed memory."""
    elapsed: Tensor
    """[B, T], of any strides."""
    active: Tensor | None
    """[B, T]"""
    weights: list[Tensor]
    wiring: list[Tensor]
    """Indices and masks, which have no gradients."""
    dropout: list[Tensor]

    def arrays(self) -> tuple[Any, ...]:
        """As the extension takes them, besides weights and wiring."""
        return (
            array(self.x),
            array(self.h),
            optional_array(self.c),
            # With its strides: a number that was spread out stays one number in memory.
            self.elapsed.detach().numpy(),
            optional_array(self.active),
            arrays(self.dropout),
        )


class Settings(NamedTuple):
    """What an operator is told besides tensors; the tail of its schema."""

    options: Sequence[str]
    """Names: variant, activation and memory layout; variant and layout; or the integrator."""
    count: int
    """Backbone layers, groups or sub-steps."""
    memory: bool
    one_elapsed: bool
    """All elapsed times are the same number, and nobody asks for its gradient."""
    bfloat16: bool
    """Round the operands of products to bfloat16."""
    keep: bool
    """Keep what the backward pass needs."""
    elapsed_gradient: bool


class Kept(NamedTuple):
    """What the backward pass needs of the forward one."""

    output: Tensor
    """[B, T, H]"""
    saved: Tensor
    """[T, B, planes · H]"""
    memories: Tensor
    """[B, T, H], of mixed memory."""


class Kind(NamedTuple):
    """What tells one recurrence from another."""

    name: str
    make: Callable[[Inputs, Settings], Any]
    """Makes the object of the extension."""
    gradients: Callable[[list[Tensor], Settings], Any]
    """Arranges arrays for the gradients of the weights as that object takes them."""
    planes: Callable[[Settings], int]
    """Numbers a unit and step that the forward pass leaves."""
    uses: Callable[[Inputs, Settings], Uses]
    """What it has use for; anything else is refused."""


def check(kind: Kind, inputs: Inputs, settings: Settings) -> None:
    """Refuse what the compiled side could not read, or would leave unread.

    Raises:
        InputError: If there is something.
    """
    for name, tensor, dims in (
        ("x", inputs.x, 3),
        ("h", inputs.h, 2),
        ("c", inputs.c, 2),
        ("elapsed", inputs.elapsed, 2),
    ):
        check_tensor(name, tensor, torch.float32, dims)
    check_tensor("active", inputs.active, torch.bool, 2)
    if (inputs.c is not None) != settings.memory:
        raise InputError("c belongs to a recurrence with memory, and to no other.")
    uses = kind.uses(inputs, settings)
    check_uses(
        uses,
        options=settings.options,
        wiring=inputs.wiring,
        dropout=inputs.dropout,
        memory=settings.memory,
        one_elapsed=settings.one_elapsed,
        bfloat16=settings.bfloat16,
    )
    check_list("weights", inputs.weights, uses.weights, torch.float32)


def results(kind: Kind, inputs: Inputs, settings: Settings) -> tuple[Tensor, ...]:
    """Room for what `run` returns.

    Raises:
        InputError: If something could not be read, or would be left unread.
    """
    check(kind, inputs, settings)
    x, h = inputs.x, inputs.h
    batch, steps, hidden = x.shape[0], x.shape[1], h.shape[1]
    keep = settings.keep
    return (
        x.new_empty(batch, steps, hidden),
        torch.empty_like(h),
        torch.empty_like(h) if settings.memory else x.new_empty(0),
        # Time first, so that what one step leaves lies in one piece.
        x.new_empty(steps, batch, kind.planes(settings) * hidden) if keep else x.new_empty(0),
        x.new_empty(batch, steps, hidden) if keep and settings.memory else x.new_empty(0),
    )


def run(
    kind: Kind, inputs: Inputs, settings: Settings, made: Any | None = None
) -> tuple[Tensor, ...]:
    """Run the recurrence.

    Args:
        kind: Which one.
        inputs: Its tensors.
        settings: What it is told besides.
        made: What `kind.make` made of both, if that was done already.

    Returns:
        The states [B, T, H], the last h and c [B, H] and what is kept for the backward pass; parts
        that there are not have no elements.

    Raises:
        InputError: If something could not be read, or would be left unread.
    """
    output, h, c, saved, memories = found = results(kind, inputs, settings)
    (made or kind.make(inputs, settings)).forward(
        *inputs.arrays(),
        array(output),
        array(h),
        array(c) if settings.memory else None,
        array(saved) if settings.keep else None,
        array(memories) if settings.keep and settings.memory else None,
        torch.get_num_threads(),
    )
    return found


def gradients_of(inputs: Inputs, settings: Settings, x_gradient: bool) -> list[Tensor]:
    """Room for the gradients."""
    x, h = inputs.x, inputs.h
    return [
        x.new_empty(x.shape if x_gradient else 0),
        torch.empty_like(h),
        torch.empty_like(h) if settings.memory else h.new_empty(0),
        x.new_empty(inputs.elapsed.shape if settings.elapsed_gradient else 0),
        *empty_like_all(inputs.weights),
    ]


def run_backward(
    kind: Kind,
    inputs: Inputs,
    settings: Settings,
    kept: Kept,
    d_output: Tensor,
    d_h: Tensor,
    d_c: Tensor,
    x_gradient: bool,
) -> list[Tensor]:
    """Find the gradients of x, h, c, the elapsed times and the weights, in this order.

    Raises:
        InputError: If something could not be read, or would be left unread.
    """
    check(kind, inputs, settings)
    if not settings.keep:
        raise InputError("keep is False; the backward pass needs what the forward one kept.")
    for name, tensor in zip(Kept._fields, kept, strict=True):
        check_tensor(name, tensor, torch.float32, None)
    for name, tensor in (("d_output", d_output), ("d_h", d_h), ("d_c", d_c)):
        check_tensor(name, tensor, torch.float32, None)
    made = kind.make(inputs, settings)
    return fill_gradients(kind, made, inputs, settings, kept, (d_output, d_h, d_c), x_gradient)


def fill_gradients(
    kind: Kind,
    made: Any,
    inputs: Inputs,
    settings: Settings,
    kept: Kept,
    given: tuple[Tensor, Tensor, Tensor],
    x_gradient: bool,
) -> list[Tensor]:
    """The same of what was checked, by what `kind.make` made of it; given are those behind."""
    d_output, d_h, d_c = given
    found = gradients_of(inputs, settings, x_gradient)
    of_x, of_h, of_c, of_elapsed, *of_weights = found
    memory = settings.memory
    made.backward(
        *inputs.arrays(),
        array(kept.output),
        # The kernel asks for room for the last states again, and does not fill it.
        array(of_h),
        array(of_c) if memory else None,
        array(kept.saved),
        array(kept.memories) if memory else None,
        torch.get_num_threads(),
        # Gradients may come spread out, as that of a sum does; the kernels want memory.
        array(d_output.contiguous()),
        array(d_h.contiguous()),
        array(d_c.contiguous()) if memory else None,
        array(of_x) if x_gradient else None,
        array(of_h),
        array(of_c) if memory else None,
        array(of_elapsed) if settings.elapsed_gradient else None,
        kind.gradients(of_weights, settings),
    )
    return found
