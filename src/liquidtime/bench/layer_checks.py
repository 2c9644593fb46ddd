"""The gate of the layers: ours computes what the reference computes, gradients and all."""

from collections.abc import Callable, Iterator

import torch
from torch import Tensor

from liquidtime.bench.contenders import (
    OURS,
    REFERENCE,
    Contender,
    autocast,
    contenders,
    make_layer,
    seeded,
)
from liquidtime.bench.gate import BFLOAT16_LIMIT, FLOAT32_LIMIT, Check, relative_error
from liquidtime.bench.sizes import LayerSizes
from liquidtime.nn.recurrent import AbstractRecurrent
from liquidtime.nn.state import RecurrentState


def checks(
    sizes: LayerSizes, threads: list[int], tell: Callable[[str], None] | None = None
) -> Iterator[Check]:
    """Compare each of ours with the reference at the sizes of a case.

    Args:
        sizes: What will be timed.
        threads: Each number of threads that it will be timed with.
        tell: Is told what is compared.

    Note:
        It leaves PyTorch's number of threads changed.
    """
    ours = [one for one in contenders(sizes)[0] if one.name.startswith(OURS)]
    truths: dict[tuple[bool, bool], dict[str, Tensor]] = {}
    for one in ours:
        if tell is not None:
            tell(f"Checking {sizes.title}: {one.name}")
        key = one.wired, isinstance(one.elapsed, Tensor)
        if key not in truths:
            torch.set_num_threads(1)
            layer = make_layer(sizes, REFERENCE, wired=one.wired)
            truths[key] = _results(sizes, layer, one, half=False)
        limit = BFLOAT16_LIMIT if one.bfloat16 else FLOAT32_LIMIT
        for count in threads:
            torch.set_num_threads(count)
            assert isinstance(one.module, AbstractRecurrent)
            errors = _errors(_results(sizes, one.module, one, one.bfloat16), truths[key])
            yield Check(sizes.title, one.name, count, limit, errors)


def _errors(found: dict[str, Tensor], truth: dict[str, Tensor]) -> dict[str, float]:
    return {name: relative_error(found[name], truth[name]) for name in truth}


def _results(
    sizes: LayerSizes, layer: AbstractRecurrent, one: Contender, half: bool
) -> dict[str, Tensor]:
    """Outputs, last state and all gradients, by name."""
    with seeded():
        x = torch.randn(sizes.batch, sizes.steps, sizes.inputs, requires_grad=True)
        h = torch.randn(1, sizes.batch, sizes.hidden).mul(0.5).requires_grad_()
        of_state = torch.randn(1, sizes.batch, sizes.hidden)
    asked = {"x": x, "the state": h, **dict(layer.named_parameters())}
    found = {}
    # As it is timed; then, where there are gaps of one's own, with their gradient too.
    for with_elapsed in (False, True)[: 1 + isinstance(one.elapsed, Tensor)]:
        elapsed = one.elapsed
        if with_elapsed and isinstance(elapsed, Tensor):
            elapsed = elapsed.clone().requires_grad_()
            asked = {**asked, "elapsed": elapsed}
        with autocast(half):
            output, state = layer(x, RecurrentState(h), elapsed=elapsed)
        loss = (output * one.gradient).sum() + (state.h * of_state).sum()
        gradients = torch.autograd.grad(loss, [*asked.values()], materialize_grads=True)
        end = " (elapsed with gradient)" if with_elapsed else ""
        found |= {f"output{end}": output.detach(), f"state{end}": state.h.detach()}
        found |= {
            f"gradient of {name}{end}": gradient
            for name, gradient in zip(asked, gradients, strict=True)
        }
    return found
