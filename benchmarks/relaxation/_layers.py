"""What must hold of a layer before it is compared with others: it computes what it is defined as.

The definition is the same layer with `backend="reference"`: plain PyTorch, step by step.
"""

from collections.abc import Callable

import torch
from torch import Tensor

from liquidtime.bench.gate import FLOAT32_LIMIT, Check, relative_error
from liquidtime.nn.recurrent import AbstractRecurrent

Make = Callable[..., AbstractRecurrent]
"""A layer with fresh weights on a `backend=`."""


def like(make: Make, layer: AbstractRecurrent, backend: str) -> AbstractRecurrent:
    """A layer with the same weights on another backend."""
    other = make(backend=backend)
    other.load_state_dict(layer.state_dict())
    return other


def results(layer: AbstractRecurrent, x: Tensor, elapsed: Tensor) -> dict[str, Tensor]:
    """Outputs, last state and all gradients of both, by name."""
    x, elapsed = (given.clone().requires_grad_() for given in (x, elapsed))
    output, state = layer(x, elapsed=elapsed)
    generator = torch.Generator().manual_seed(0)
    loss = sum((p * torch.randn(p.shape, generator=generator)).sum() for p in (output, state.h))
    assert isinstance(loss, Tensor)
    asked = {"x": x, "elapsed": elapsed, **dict(layer.named_parameters())}
    gradients = torch.autograd.grad(loss, [*asked.values()], materialize_grads=True)
    named = {f"gradient of {name}": g for name, g in zip(asked, gradients, strict=True)}
    return {"output": output.detach(), "state": state.h.detach(), **named}


def check(
    case: str, who: str, threads: int, found: dict[str, Tensor], truth: dict[str, Tensor]
) -> Check:
    errors = {name: relative_error(found[name], truth[name]) for name in truth}
    return Check(case, who, threads, FLOAT32_LIMIT, errors)
