"""The CPU's compiled recurrences as operators of PyTorch: traced, compiled and differentiated.

Each recurrence has an operator `liquidtime::<name>_cpu` and one for its gradients,
`liquidtime::<name>_cpu_backward`, both functions of tensors alone. Where nothing is traced the same
calls are made without an operator's dispatch, see `cpu_eager`.
"""

from collections.abc import Sequence
from typing import Any, NamedTuple

import torch
from torch import Tensor

from liquidtime.kernels.backends import cpu_calls, cpu_eager
from liquidtime.kernels.backends.cpu_calls import Inputs, Kept, Kind, Settings


class Operator(NamedTuple):
    """The two operators of a recurrence."""

    kind: Kind
    forward: Any
    backward: Any

    def run(self, inputs: Inputs, settings: Settings) -> tuple[Tensor, Tensor, Tensor]:
        """The states [B, T, H] and the last h and c [B, H]; without memory c has no elements."""
        if cpu_eager.suits(inputs):
            return cpu_eager.run(self.kind, self.backward, inputs, settings)
        output, h, c, _, _ = self.forward(*inputs, *settings)
        return output, h, c


_INPUTS = (
    "Tensor x, Tensor h, Tensor? c, Tensor elapsed, Tensor? active, Tensor[] weights, "
    "Tensor[] wiring, Tensor[] dropout"
)
_SETTINGS = (
    "str[] options, int count, bool memory, bool one_elapsed, bool bfloat16, bool keep, "
    "bool elapsed_gradient"
)
_KEPT = "Tensor output, Tensor saved, Tensor memories"
_FORWARD = f"({_INPUTS}, {_SETTINGS}) -> (Tensor, Tensor, Tensor, Tensor, Tensor)"
_BACKWARD = (
    f"({_INPUTS}, {_SETTINGS}, {_KEPT}, Tensor d_output, Tensor d_h, Tensor d_c, bool x_gradient)"
    " -> Tensor[]"
)
_FIRST_SETTING = len(Inputs._fields)
_FIRST_KEPT = _FIRST_SETTING + len(Settings._fields)
_FIRST_GRADIENT = _FIRST_KEPT + len(Kept._fields)


def operator(kind: Kind) -> Operator:
    """Register the operators of a recurrence.

    The forward one returns the states [B, T, H], the last h and c [B, H] and what it keeps for the
    backward one; parts that there are not have no elements. The backward one returns gradients of
    x, h, c, the elapsed times and the weights, in this order.
    """

    def run(*given: Any) -> tuple[Tensor, ...]:
        return cpu_calls.run(kind, *_parted(given))

    def run_backward(*given: Any) -> list[Tensor]:
        kept = Kept(*given[_FIRST_KEPT:_FIRST_GRADIENT])
        return cpu_calls.run_backward(kind, *_parted(given), kept, *given[_FIRST_GRADIENT:])

    def shapes(*given: Any) -> tuple[Tensor, ...]:
        return cpu_calls.results(kind, *_parted(given))

    def shapes_backward(*given: Any) -> list[Tensor]:
        return cpu_calls.gradients_of(*_parted(given), given[-1])

    def derivative(ctx: Any, d_output: Tensor, d_h: Tensor, d_c: Tensor, *_: Any) -> tuple:
        return _derivative(backward, ctx, d_output, d_h, d_c)

    name = f"liquidtime::{kind.name}_cpu"
    options: dict[str, Any] = {"mutates_args": (), "device_types": "cpu"}
    forward = torch.library.custom_op(name, run, schema=_FORWARD, **options)
    backward = torch.library.custom_op(
        f"{name}_backward", run_backward, schema=_BACKWARD, **options
    )
    forward.register_fake(shapes)
    backward.register_fake(shapes_backward)
    forward.register_autograd(derivative, setup_context=_keep)
    backward.register_autograd(_no_second_derivative)
    return Operator(kind, forward, backward)


def _parted(given: Sequence[Any]) -> tuple[Inputs, Settings]:
    return Inputs(*given[:_FIRST_SETTING]), Settings(*given[_FIRST_SETTING:_FIRST_KEPT])


def _keep(ctx: Any, inputs: tuple[Any, ...], output: tuple[Tensor, ...]) -> None:
    given, ctx.settings = _parted(inputs)
    states, _, _, saved, memories = output
    ctx.sizes = len(given.weights), len(given.wiring), len(given.dropout)
    # One flat list: PyTorch keeps tensors safe from changes, and lists of them not.
    ctx.save_for_backward(
        *given[:5], states, saved, memories, *given.weights, *given.wiring, *given.dropout
    )


def _derivative(backward: Any, ctx: Any, d_output: Tensor, d_h: Tensor, d_c: Tensor) -> tuple:
    x, h, c, elapsed, active, states, saved, memories, *lists = ctx.saved_tensors
    weights, wiring, dropout = ctx.sizes
    settings: Settings = ctx.settings
    of_x, of_h, of_c, of_elapsed, *of_weights = backward(
        x,
        h,
        c,
        elapsed,
        active,
        lists[:weights],
        lists[weights : weights + wiring],
        lists[weights + wiring :],
        *settings,
        states,
        saved,
        memories,
        d_output,
        d_h,
        d_c,
        ctx.needs_input_grad[0],
    )
    return (
        of_x if ctx.needs_input_grad[0] else None,
        of_h,
        of_c if settings.memory else None,
        of_elapsed if settings.elapsed_gradient else None,
        None,
        of_weights,
        [None] * wiring,
        [None] * dropout,
        *[None] * len(settings),
    )


def _no_second_derivative(ctx: Any, *_: Any) -> None:
    raise RuntimeError(
        "the compiled kernels have no second derivatives; give the layer backend='reference', "
        "which has them, for gradients of gradients."
    )
