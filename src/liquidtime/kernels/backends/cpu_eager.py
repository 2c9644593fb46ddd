"""The CPU's compiled recurrences where nothing is traced: a function of autograd, no operator.

An operator's way through PyTorch's dispatch costs as much as the recurrence of a small batch. So
does making the extension's object, which one call of both passes has once here.
"""

from typing import Any

import torch
from torch import Tensor, nn
from torch._C._functorch import is_functorch_wrapped_tensor
from torch.utils._python_dispatch import is_in_torch_dispatch_mode

from liquidtime.kernels.backends import cpu_calls
from liquidtime.kernels.backends.cpu_calls import Inputs, Kept, Kind, Settings

_PLAIN = (Tensor, nn.Parameter)
_FIRST = 5


def suits(inputs: Inputs) -> bool:
    """Whether these are tensors with memory, and nobody takes down what is done with them."""
    if torch.compiler.is_compiling() or is_in_torch_dispatch_mode():
        return False
    single = (inputs.x, inputs.h, inputs.elapsed, *inputs.weights, *inputs.dropout)
    return all(type(tensor) in _PLAIN for tensor in single)


def run(
    kind: Kind, backward: Any, inputs: Inputs, settings: Settings
) -> tuple[Tensor, Tensor, Tensor]:
    """The states [B, T, H] and the last h and c [B, H]; without memory c has no elements.

    Args:
        kind: The recurrence.
        backward: Its operator for gradients, for those that shall be differentiated themselves.
        inputs: That `suits`.
        settings: What it is told besides.
    """
    if not settings.keep:
        output, h, c, _, _ = cpu_calls.run(kind, inputs, settings)
        return output, h, c
    sizes = len(inputs.weights), len(inputs.wiring)
    lists = (*inputs.weights, *inputs.wiring, *inputs.dropout)
    return _Recurrence.apply(kind, backward, settings, sizes, *inputs[:_FIRST], *lists)  # pyright: ignore[reportReturnType]


class _Recurrence(torch.autograd.Function):
    @staticmethod
    def forward(
        ctx: Any,
        kind: Kind,
        backward: Any,
        settings: Settings,
        sizes: tuple[int, int],
        *tensors: Any,
    ) -> tuple[Tensor, Tensor, Tensor]:
        inputs = _inputs(tensors, sizes)
        ctx.told = kind, backward, settings, sizes
        ctx.made = kind.make(inputs, settings)
        output, h, c, saved, memories = cpu_calls.run(kind, inputs, settings, ctx.made)
        ctx.save_for_backward(output, saved, memories, *tensors)
        return output, h, c

    @staticmethod
    def backward(ctx: Any, *given: Any) -> tuple[Tensor | None, ...]:
        kind, backward, settings, sizes = ctx.told
        tensors = ctx.saved_tensors
        kept, inputs = Kept(*tensors[:3]), _inputs(tensors[3:], sizes)
        # Of the arguments of `apply`, x is the one after those four.
        of_input = ctx.needs_input_grad[4]
        if _traced(given):
            found = backward(*inputs, *settings, *kept, *given, of_input)
        else:
            found = cpu_calls.fill_gradients(
                kind, ctx.made, inputs, settings, kept, given, of_input
            )
        of_x, of_h, of_c, of_elapsed, *of_weights = found
        return (
            *[None] * len(ctx.told),
            of_x if of_input else None,
            of_h,
            of_c if settings.memory else None,
            of_elapsed if settings.elapsed_gradient else None,
            None,
            *of_weights,
            *[None] * (len(tensors) - len(kept) - _FIRST - len(of_weights)),
        )


def _inputs(tensors: Any, sizes: tuple[int, int]) -> Inputs:
    x, h, c, elapsed, active, *lists = tensors
    weights, wiring = sizes
    rest = lists[weights:]
    return Inputs(x, h, c, elapsed, active, lists[:weights], rest[:wiring], rest[wiring:])


def _traced(given: tuple[Tensor, ...]) -> bool:
    """Whether more than the numbers of these gradients is wanted."""
    return (
        torch.is_grad_enabled()
        or torch.compiler.is_compiling()
        or is_in_torch_dispatch_mode()
        or any(is_functorch_wrapped_tensor(tensor) for tensor in given)
    )
