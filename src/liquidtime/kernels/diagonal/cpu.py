"""The diagonal CfC on the CPU, through the compiled steps; same face as the reference."""

from typing import Any

from torch import Tensor

from liquidtime.backends import Backend, Request
from liquidtime.kernels.backends import cpu
from liquidtime.kernels.backends.cpu_arrays import arrays
from liquidtime.kernels.backends.cpu_calls import Inputs, Kind, Settings
from liquidtime.kernels.backends.cpu_checks import Uses
from liquidtime.kernels.backends.cpu_ops import operator
from liquidtime.kernels.diagonal import reference
from liquidtime.kernels.scan import State
from liquidtime.native import native


def diagonal(
    heads: Tensor, state: State, elapsed: Tensor, active: Tensor | None, own: Tensor
) -> tuple[Tensor, State]:
    """The diagonal recurrence over a sequence; arguments and results as the reference's."""
    inputs = [heads, *state, elapsed, own]
    if cpu.opaque(inputs):
        return reference.diagonal(heads, state, elapsed, active, own)
    gradient = cpu.needs_gradient(inputs)
    settings = Settings(
        options=[],
        count=1,
        memory=False,
        one_elapsed=False,
        bfloat16=False,
        keep=gradient,
        elapsed_gradient=gradient and elapsed.requires_grad,
    )
    given = Inputs(
        heads.float().contiguous(),
        state[0].contiguous(),
        None,
        elapsed,
        None if active is None else active.contiguous(),
        cpu.single([own]),
        [],
        [],
    )
    output, h, _ = _steps.run(given, settings)
    return output, (h,)


def declines(request: Request) -> str | None:
    """The reason against a request, or None."""
    # The state, and all that is computed, is float32 for these parameters.
    return cpu.declines(request, ["float32", "bfloat16", "float16"])


backend = Backend("cpu", diagonal, declines)


def _make(inputs: Inputs, settings: Settings) -> Any:
    extension = native()
    assert extension is not None
    return extension.Diagonal(arrays(inputs.weights)[0], settings.elapsed_gradient)


def _arranged(tensors: list[Tensor], settings: Settings) -> tuple[Any, ...]:
    del settings
    return (arrays(tensors)[0],)


def _planes(settings: Settings) -> int:
    # As `DiagonalCfC::planes` in csrc has it.
    return 3 + settings.elapsed_gradient


def _uses(inputs: Inputs, settings: Settings) -> Uses:
    del inputs, settings
    return Uses(options=0, weights=1)


_steps = operator(Kind("diagonal", _make, _arranged, _planes, _uses))
