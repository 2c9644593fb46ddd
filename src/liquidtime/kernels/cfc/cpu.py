"""The CfC recurrence on the CPU, through the compiled kernels; same face as the reference."""

from typing import Any

import torch
from torch import Tensor

from liquidtime.backends import Backend, Request
from liquidtime.kernels.backends import cpu
from liquidtime.kernels.backends.cpu_arrays import arrays
from liquidtime.kernels.backends.cpu_calls import Inputs, Kind, Settings
from liquidtime.kernels.backends.cpu_checks import Uses
from liquidtime.kernels.backends.cpu_ops import operator
from liquidtime.kernels.cfc import reference
from liquidtime.kernels.cfc.reference import CfCSpec, CfCWeights, Group
from liquidtime.kernels.memory import MemoryWeights
from liquidtime.kernels.scan import State
from liquidtime.native import native

# Tensors of `MemoryWeights`, the last of the flat weights.
_MEMORY = 3


def cfc(
    x: Tensor,
    state: State,
    elapsed: Tensor,
    active: Tensor | None,
    weights: tuple[CfCWeights, ...],
    groups: tuple[Group, ...] | None,
    memory: MemoryWeights | None,
    dropout: tuple[Tensor, ...],
    spec: CfCSpec,
) -> tuple[Tensor, State]:
    """The CfC recurrence over a sequence; arguments and results as the reference's."""
    reference.check_parts(state, weights, groups, memory, dropout, spec)
    flat = [tensor for part in weights for tensor in _flat(part)]
    flat += [] if memory is None else [*memory]
    inputs = [x, *state, elapsed, *flat]
    if cpu.opaque(inputs) or _half_autocast():
        return reference.cfc(x, state, elapsed, active, weights, groups, memory, dropout, spec)
    bfloat16 = x.dtype == torch.bfloat16 or torch.is_autocast_enabled("cpu")
    gradient = cpu.needs_gradient(inputs)
    of_elapsed = gradient and elapsed.requires_grad
    wired = groups is not None
    settings = Settings(
        options=[spec.variant, spec.layout] if wired else [*spec],
        count=len(weights) if wired else len(weights[0].backbone),
        memory=memory is not None,
        # Folded into a head, the time is no operand any more and can have no gradient.
        one_elapsed=not wired and cpu.same_for_all_steps(elapsed) and not of_elapsed,
        # Wired neurons are computed in float32 always.
        bfloat16=bfloat16 and not wired,
        keep=gradient,
        elapsed_gradient=of_elapsed,
    )
    given = Inputs(
        x.float().contiguous(),
        state[0].contiguous(),
        cpu.optional_single(state[1] if len(state) > 1 else None),
        elapsed,
        None if active is None else active.contiguous(),
        cpu.single(flat),
        [
            part
            for group, own in zip(groups or (), weights, strict=False)
            for part in _parts(group, own)
        ],
        cpu.single(dropout),
    )
    output, h, c = (_wired if wired else _dense).run(given, settings)
    return output, (h,) if memory is None else (h, c)


def declines(request: Request) -> str | None:
    """The reason against a request, or None."""
    return cpu.declines(request, ["float32", "bfloat16"][: 1 + cpu.BFLOAT16])


backend = Backend("cpu", cfc, declines, serves=frozenset({"wiring", "dropout", "mixed_memory"}))


def _half_autocast() -> bool:
    """Autocast to float16, which the kernels do not have."""
    return torch.is_autocast_enabled("cpu") and torch.get_autocast_dtype("cpu") != torch.bfloat16


def _flat(weights: CfCWeights) -> list[Tensor]:
    """Backbone layer by layer, heads, and the closed form's own two."""
    own = (weights.decay, weights.target)
    layers = [*weights.backbone, weights.heads]
    return [tensor for layer in layers for tensor in layer] + [t for t in own if t is not None]


def _parts(group: Group, weights: CfCWeights) -> list[Tensor]:
    """Neurons, sources and mask of a group."""
    mask = group.mask
    if mask is None:
        # The operator takes three tensors a group, so a mask of all True stands for None.
        neurons, width = len(group.neurons), weights.heads.weight.shape[1]
        mask = torch.ones(neurons, width, dtype=torch.bool, device=group.neurons.device)
    return [group.neurons, group.sources, mask]


def _make_dense(inputs: Inputs, settings: Settings) -> Any:
    extension = native()
    assert extension is not None
    variant, activation, layout = settings.options
    backbone, heads, decay, target, memory = _arranged(inputs.weights, settings)
    return extension.CfC(
        variant,
        activation,
        _width(inputs, settings),
        inputs.h.shape[1],
        backbone,
        heads,
        decay,
        target,
        memory,
        layout,
        float(inputs.elapsed[0, 0]) if settings.one_elapsed else None,
        settings.bfloat16,
        settings.keep,
        settings.elapsed_gradient,
    )


def _width(inputs: Inputs, settings: Settings) -> int:
    """What the cell reads besides its own state: the input, or what the memory made of it."""
    by_memory = settings.memory and settings.options[-1] == "input"
    return inputs.h.shape[1] if by_memory else inputs.x.shape[2]


def _arranged(tensors: list[Tensor], settings: Settings) -> tuple[Any, ...]:
    """Flat weights, or their gradients, as the extension takes them."""
    flat, memory = _and_memory(tensors, settings)
    # From left to right: the last but one goes first, then the last.
    decay, target = (flat.pop(-2), flat.pop()) if _is_closed(settings) else (None, None)
    *backbone, heads = zip(flat[::2], flat[1::2], strict=True)
    return backbone, heads, decay, target, memory


def _and_memory(tensors: list[Tensor], settings: Settings) -> tuple[list[Any], Any]:
    flat = arrays(tensors)
    if not settings.memory:
        return flat, None
    return flat[:-_MEMORY], tuple(flat[-_MEMORY:])


def _is_closed(settings: Settings) -> bool:
    return settings.options[:1] == ["closed_form"]


def _make_wired(inputs: Inputs, settings: Settings) -> Any:
    extension = native()
    assert extension is not None
    variant, layout = settings.options
    groups, memory = _arranged_groups(inputs.weights, settings)
    parts = _by(3, arrays(inputs.wiring))
    return extension.Wired(
        variant,
        _width(inputs, settings),
        inputs.h.shape[1],
        [part + group for part, group in zip(parts, groups, strict=True)],
        memory,
        layout,
        settings.keep,
        settings.elapsed_gradient,
    )


def _arranged_groups(tensors: list[Tensor], settings: Settings) -> tuple[Any, ...]:
    flat, memory = _and_memory(tensors, settings)
    if _is_closed(settings):
        return _by(4, flat), memory
    # The extension takes four arrays a group; the last two are those of the closed form.
    return [(*heads, None, None) for heads in _by(2, flat)], memory


def _by(size: int, flat: list[Any]) -> list[tuple[Any, ...]]:
    """Cut into tuples of that size."""
    # One iterator named `size` times hands that many neighbours to each tuple.
    return list(zip(*[iter(flat)] * size, strict=True))


def _dense_uses(inputs: Inputs, settings: Settings) -> Uses:
    del inputs
    affine = 2 * (settings.count + 1)
    closed, memory = 2 * _is_closed(settings), _MEMORY * settings.memory
    return Uses(
        options=3,
        weights=affine + closed + memory,
        dropout=settings.count,
        memory=True,
        one_elapsed=True,
        bfloat16=True,
    )


def _wired_uses(inputs: Inputs, settings: Settings) -> Uses:
    del inputs
    groups = settings.count
    return Uses(
        options=2,
        weights=(4 if _is_closed(settings) else 2) * groups + _MEMORY * settings.memory,
        wiring=(torch.int64, torch.int64, torch.bool) * groups,
        memory=True,
    )


def _planes(settings: Settings) -> int:
    # As `CfCNetwork::saved` in csrc has it: f and the gate, f and the exponential, or what the
    # relaxation needs; the slope in time of the last two only where that has a gradient.
    if _is_closed(settings):
        return 2
    return 2 + (settings.options[0] == "relaxation") + settings.elapsed_gradient


def _wired_planes(settings: Settings) -> int:
    # As `WiredParts::planes` in csrc has it; g is kept here, where the dense kernels recover it.
    planes = 2 if _is_closed(settings) else 3 + settings.elapsed_gradient
    return planes + (6 if settings.memory else 0)


_dense = operator(Kind("cfc", _make_dense, _arranged, _planes, _dense_uses))
_wired = operator(Kind("wired", _make_wired, _arranged_groups, _wired_planes, _wired_uses))
