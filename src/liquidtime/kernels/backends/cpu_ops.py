"""The compiled recurrences as operators of PyTorch: traced, compiled and differentiated as its own.

Each recurrence has an operator `liquidtime::<name>` and one for its gradients,
`liquidtime::<name>_backward`, both functions of tensors alone. What they compute is defined by the
recurrence's `reference.py`; how, in `csrc`.
"""

from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

import torch
from torch import Tensor

from liquidtime.kernels.backends.cpu_arrays import array, arrays, empty_like_all, optional_array


class Settings(NamedTuple):
    """What an operator is told besides tensors; the tail of its schema."""

    options: Sequence[str]
    """Names: variant, activation and memory layout; variant and layout; or the integrator."""
    count: int
    """Backbone layers, or sub-steps."""
    memory: bool
    one_elapsed: bool
    """All elapsed times are the same number, and nobody asks for its gradient."""
    bfloat16: bool
    """Round the operands of products to bfloat16."""
    keep: bool
    """Keep what the backward pass needs."""
    elapsed_gradient: bool


class Kind(NamedTuple):
    """What tells one recurrence from another."""

    name: str
    make: Callable[[Tensor, Tensor, Tensor, list[Tensor], list[Tensor], Settings], Any]
    """Maps (x, h, elapsed, weights, wiring, settings) to an object of the extension."""
    gradients: Callable[[list[Tensor], Settings], Any]
    """Arranges arrays for the gradients of the weights as that object takes them."""
    planes: Callable[[Settings], int]
    """Numbers a unit and step that the forward pass leaves."""


class Operator(NamedTuple):
    """The two operators of a recurrence."""

    forward: Any
    backward: Any


_INPUTS = (
    "Tensor x, Tensor h, Tensor? c, Tensor elapsed, Tensor? active, Tensor[] weights, "
    "Tensor[] wiring, Tensor[] dropout"
)
_SETTINGS = (
    "str[] options, int count, bool memory, bool one_elapsed, bool bfloat16, bool keep, "
    "bool elapsed_gradient"
)
_FORWARD = f"({_INPUTS}, {_SETTINGS}) -> (Tensor, Tensor, Tensor, Tensor, Tensor)"
_BACKWARD = (
    f"({_INPUTS}, Tensor output, Tensor saved, Tensor memories, Tensor d_output, Tensor d_h, "
    f"Tensor d_c, bool x_gradient, {_SETTINGS}) -> Tensor[]"
)


def operator(kind: Kind) -> Operator:
    """Register the operators of a recurrence.

    The forward one returns the states [B, T, H], the last h and c [B, H] and what it keeps for the
    backward one; parts that there are not have no elements. The backward one returns gradients of
    x, h, c, the elapsed times and the weights, in this order.
    """
    forward = torch.library.custom_op(
        f"liquidtime::{kind.name}", _forward(kind), mutates_args=(), schema=_FORWARD
    )
    backward = torch.library.custom_op(
        f"liquidtime::{kind.name}_backward", _backward(kind), mutates_args=(), schema=_BACKWARD
    )
    forward.register_fake(_fake_forward(kind))
    backward.register_fake(_fake_backward)
    forward.register_autograd(_derivative(backward), setup_context=_keep)
    backward.register_autograd(_no_second_derivative)
    return Operator(forward, backward)


def _allocate(kind: Kind, x: Tensor, h: Tensor, settings: Settings) -> tuple[Tensor, ...]:
    batch, steps, hidden = x.shape[0], x.shape[1], h.shape[1]
    keep = settings.keep
    return (
        x.new_empty(batch, steps, hidden),
        torch.empty_like(h),
        torch.empty_like(h) if settings.memory else x.new_empty(0),
        x.new_empty(steps, batch, kind.planes(settings) * hidden) if keep else x.new_empty(0),
        x.new_empty(batch, steps, hidden) if keep and settings.memory else x.new_empty(0),
    )


def _forward(kind: Kind) -> Callable[..., tuple[Tensor, ...]]:
    def run(
        x: Tensor,
        h: Tensor,
        c: Tensor | None,
        elapsed: Tensor,
        active: Tensor | None,
        weights: list[Tensor],
        wiring: list[Tensor],
        dropout: list[Tensor],
        *rest: Any,
    ) -> tuple[Tensor, ...]:
        settings = Settings(*rest)
        recurrence = kind.make(x, h, elapsed, weights, wiring, settings)
        output, h_last, c_last, saved, memories = results = _allocate(kind, x, h, settings)
        recurrence.forward(
            array(x),
            array(h),
            optional_array(c),
            elapsed.detach().numpy(),
            optional_array(active),
            arrays(dropout),
            array(output),
            array(h_last),
            array(c_last) if settings.memory else None,
            array(saved) if settings.keep else None,
            array(memories) if settings.keep and settings.memory else None,
            torch.get_num_threads(),
        )
        return results

    return run


def _fake_forward(kind: Kind) -> Callable[..., tuple[Tensor, ...]]:
    def shapes(
        x: Tensor,
        h: Tensor,
        c: Tensor | None,
        elapsed: Tensor,
        active: Tensor | None,
        weights: list[Tensor],
        wiring: list[Tensor],
        dropout: list[Tensor],
        *rest: Any,
    ) -> tuple[Tensor, ...]:
        return _allocate(kind, x, h, Settings(*rest))

    return shapes


def _backward(kind: Kind) -> Callable[..., list[Tensor]]:
    def run(
        x: Tensor,
        h: Tensor,
        c: Tensor | None,
        elapsed: Tensor,
        active: Tensor | None,
        weights: list[Tensor],
        wiring: list[Tensor],
        dropout: list[Tensor],
        output: Tensor,
        saved: Tensor,
        memories: Tensor,
        d_output: Tensor,
        d_h: Tensor,
        d_c: Tensor,
        x_gradient: bool,
        *rest: Any,
    ) -> list[Tensor]:
        settings = Settings(*rest)
        recurrence = kind.make(x, h, elapsed, weights, wiring, settings)
        results = _gradients(x, h, elapsed, weights, x_gradient, settings)
        of_x, of_h, of_c, of_elapsed, *of_weights = results
        memory = settings.memory
        recurrence.backward(
            array(x),
            array(h),
            optional_array(c),
            elapsed.detach().numpy(),
            optional_array(active),
            arrays(dropout),
            array(output),
            array(of_h),
            array(of_c) if memory else None,
            array(saved),
            array(memories) if memory else None,
            torch.get_num_threads(),
            array(d_output.contiguous()),
            array(d_h.contiguous()),
            array(d_c.contiguous()) if memory else None,
            array(of_x) if x_gradient else None,
            array(of_h),
            array(of_c) if memory else None,
            array(of_elapsed) if settings.elapsed_gradient else None,
            kind.gradients(of_weights, settings),
        )
        return results

    return run


def _gradients(
    x: Tensor,
    h: Tensor,
    elapsed: Tensor,
    weights: list[Tensor],
    x_gradient: bool,
    settings: Settings,
) -> list[Tensor]:
    return [
        x.new_empty(x.shape if x_gradient else 0),
        torch.empty_like(h),
        torch.empty_like(h) if settings.memory else h.new_empty(0),
        x.new_empty(elapsed.shape if settings.elapsed_gradient else 0),
        *empty_like_all(weights),
    ]


def _fake_backward(
    x: Tensor,
    h: Tensor,
    c: Tensor | None,
    elapsed: Tensor,
    active: Tensor | None,
    weights: list[Tensor],
    wiring: list[Tensor],
    dropout: list[Tensor],
    output: Tensor,
    saved: Tensor,
    memories: Tensor,
    d_output: Tensor,
    d_h: Tensor,
    d_c: Tensor,
    x_gradient: bool,
    *rest: Any,
) -> list[Tensor]:
    return _gradients(x, h, elapsed, weights, x_gradient, Settings(*rest))


def _keep(ctx: Any, inputs: tuple[Any, ...], output: tuple[Tensor, ...]) -> None:
    x, h, c, elapsed, active, weights, wiring, dropout, *rest = inputs
    states, _, _, saved, memories = output
    ctx.sizes = len(weights), len(wiring), len(dropout)
    ctx.settings = Settings(*rest)
    ctx.save_for_backward(
        x, h, c, elapsed, active, states, saved, memories, *weights, *wiring, *dropout
    )


def _derivative(backward: Any) -> Callable[..., tuple[Any, ...]]:
    def derivative(ctx: Any, d_output: Tensor, d_h: Tensor, d_c: Tensor, *_: Any) -> tuple:
        x, h, c, elapsed, active, states, saved, memories, *lists = ctx.saved_tensors
        weights, wiring, _ = ctx.sizes
        settings = ctx.settings
        of_x, of_h, of_c, of_elapsed, *of_weights = backward(
            x,
            h,
            c,
            elapsed,
            active,
            lists[:weights],
            lists[weights : weights + wiring],
            lists[weights + wiring :],
            states,
            saved,
            memories,
            d_output,
            d_h,
            d_c,
            ctx.needs_input_grad[0],
            *settings,
        )
        return (
            of_x if ctx.needs_input_grad[0] else None,
            of_h,
            of_c if settings.memory else None,
            of_elapsed if settings.elapsed_gradient else None,
            None,
            of_weights,
            [None] * wiring,
            [None] * ctx.sizes[2],
            *[None] * len(settings),
        )

    return derivative


def _no_second_derivative(ctx: Any, *_: Any) -> None:
    raise RuntimeError(
        "the compiled kernels have no second derivatives; give the layer backend='reference', "
        "which has them, for gradients of gradients."
    )
