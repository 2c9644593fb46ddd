"""The CfC recurrence on the CPU, through the compiled kernels; same face as the reference."""

from typing import Any

import torch
from torch import Tensor

from liquidtime.kernels.backends import cpu
from liquidtime.kernels.backends.cpu_arrays import array, arrays
from liquidtime.kernels.backends.cpu_ops import Kind, Settings, operator
from liquidtime.kernels.cfc import reference
from liquidtime.kernels.cfc.reference import CfCSpec, CfCWeights, Group
from liquidtime.kernels.memory import MemoryWeights
from liquidtime.kernels.registry import Backend, Request
from liquidtime.kernels.scan import State
from liquidtime.native import native

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
    flat = [tensor for part in weights for tensor in _flat(part)]
    flat += [] if memory is None else [*memory]
    inputs = [x, *state, elapsed, *flat]
    if cpu.opaque(inputs) or _half_autocast():
        return reference.cfc(x, state, elapsed, active, weights, groups, memory, dropout, spec)
    bfloat16 = x.dtype == torch.bfloat16 or torch.is_autocast_enabled("cpu")
    gradient = cpu.needs_gradient(inputs)
    of_elapsed = gradient and elapsed.requires_grad
    circuit = groups is not None
    settings = Settings(
        options=[spec.variant, spec.layout] if circuit else [*spec],
        count=len(weights) if circuit else len(weights[0].backbone),
        memory=memory is not None,
        one_elapsed=cpu.same_for_all_steps(elapsed) and not of_elapsed,
        bfloat16=bfloat16,
        keep=gradient,
        elapsed_gradient=of_elapsed,
    )
    run = _circuit if circuit else _dense
    output, h, c, _, _ = run.forward(
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
        *settings,
    )
    return output, (h,) if memory is None else (h, c)


def declines(request: Request) -> str | None:
    """The reason against a request, or None."""
    return cpu.declines(request, [torch.float32, torch.bfloat16][: 1 + cpu.BFLOAT16])


backend = Backend("cpu", cfc, declines)


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
        neurons, width = len(group.neurons), weights.heads.weight.shape[1]
        mask = torch.ones(neurons, width, dtype=torch.bool, device=group.neurons.device)
    return [group.neurons, group.sources, mask]


def _elapsed(elapsed: Tensor, settings: Settings) -> float | None:
    return float(elapsed[0, 0]) if settings.one_elapsed else None


def _make_dense(
    x: Tensor,
    h: Tensor,
    elapsed: Tensor,
    weights: list[Tensor],
    wiring: list[Tensor],
    settings: Settings,
) -> Any:
    extension = native()
    assert extension is not None
    variant, activation, layout = settings.options
    backbone, heads, decay, target, memory = _arranged(weights, settings)
    return extension.CfC(
        variant,
        activation,
        h.shape[1] if settings.memory and layout == "input" else x.shape[2],
        h.shape[1],
        backbone,
        heads,
        decay,
        target,
        memory,
        layout,
        _elapsed(elapsed, settings),
        settings.bfloat16,
        settings.keep,
        settings.elapsed_gradient,
    )


def _arranged(tensors: list[Tensor], settings: Settings) -> tuple[Any, ...]:
    """Flat weights, or their gradients, as the extension takes them."""
    flat = arrays(tensors)
    memory = tuple(flat[-_MEMORY:]) if settings.memory else None
    pairs = [tuple(flat[2 * i : 2 * i + 2]) for i in range(settings.count + 1)]
    own = 2 * (settings.count + 1)
    closed = settings.options[0] == "closed_form"
    decay, target = flat[own : own + 2] if closed else (None, None)
    return pairs[:-1], pairs[-1], decay, target, memory


def _make_circuit(
    x: Tensor,
    h: Tensor,
    elapsed: Tensor,
    weights: list[Tensor],
    wiring: list[Tensor],
    settings: Settings,
) -> Any:
    extension = native()
    assert extension is not None
    variant, layout = settings.options
    groups, memory = _arranged_groups(weights, settings)
    parts = [tuple(map(array, wiring[3 * i : 3 * i + 3])) for i in range(settings.count)]
    return extension.Circuit(
        variant,
        h.shape[1] if settings.memory and layout == "input" else x.shape[2],
        h.shape[1],
        [part + group for part, group in zip(parts, groups, strict=True)],
        memory,
        layout,
        settings.keep,
        settings.elapsed_gradient,
    )


def _arranged_groups(tensors: list[Tensor], settings: Settings) -> tuple[Any, ...]:
    flat = arrays(tensors)
    memory = tuple(flat[-_MEMORY:]) if settings.memory else None
    size = 4 if settings.options[0] == "closed_form" else 2
    groups = [tuple(flat[size * i : size * (i + 1)]) for i in range(settings.count)]
    return [group if size == 4 else (*group, None, None) for group in groups], memory


def _planes(settings: Settings) -> int:
    closed = settings.options[0] == "closed_form"
    return 2 if closed or not settings.elapsed_gradient else 3


def _circuit_planes(settings: Settings) -> int:
    closed = settings.options[0] == "closed_form"
    planes = 2 if closed else 3 + settings.elapsed_gradient
    return planes + (6 if settings.memory else 0)


_dense = operator(Kind("cfc", _make_dense, _arranged, _planes))
_circuit = operator(Kind("circuit", _make_circuit, _arranged_groups, _circuit_planes))
