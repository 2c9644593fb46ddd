"""The definition of the CfC recurrence, in plain PyTorch: every fast path must equal this file."""

from typing import Literal, NamedTuple

import torch
import torch.nn.functional as F
from torch import Tensor

from liquidtime import dynamics
from liquidtime.backends import Backend, takes_all
from liquidtime.errors import InputError
from liquidtime.kernels.memory import MemoryLayout, MemoryWeights, check_state, with_memory
from liquidtime.kernels.scan import State, scan

Variant = Literal["gated", "no_gate", "closed_form", "relaxation"]
ActivationName = Literal["lecun_tanh", "silu", "relu", "tanh", "gelu"]

HEADS: dict[str, int] = {"gated": 4, "no_gate": 4, "closed_form": 1, "relaxation": 2}
"""Number of linear heads on the backbone: f, g, a, b in that order; f alone; or f, r."""


class Affine(NamedTuple):
    """A linear map with offset: weight [out, in], bias [out]."""

    weight: Tensor
    bias: Tensor


class CfCWeights(NamedTuple):
    """Weights of one fully connected group of CfC neurons, masks already applied."""

    backbone: tuple[Affine, ...]
    """Hidden layers shared by the heads; the first reads [x, h]. May be empty."""
    heads: Affine
    """The heads stacked, [K·H, U]; they read [x, h] where there is no backbone."""
    decay: Tensor | None
    """w_τ [H], for the closed form alone."""
    target: Tensor | None
    """A [H], for the closed form alone."""


class Group(NamedTuple):
    """Neurons that step together, and what they see besides their own state."""

    neurons: Tensor
    """[n] indices into the state."""
    sources: Tensor
    """Indices into [x, the states of the earlier groups after this step, in order of stepping]."""
    mask: Tensor | None = None
    """[n, sources + n] booleans, True where any head reads a source or a neuron of the group; None
    for everywhere. It is laid on the heads already, and of use where absent synapses shall cost
    nothing."""


class CfCSpec(NamedTuple):
    """What is computed, apart from the numbers."""

    variant: Variant
    activation: ActivationName
    layout: MemoryLayout


def activate(name: str, z: Tensor) -> Tensor:
    """The backbone's activation; `lecun_tanh` is 1.7159 tanh(0.666 z)."""
    match name:
        case "lecun_tanh":
            return 1.7159 * torch.tanh(0.666 * z)
        case "silu":
            return F.silu(z)
        case "relu":
            return F.relu(z)
        case "tanh":
            return torch.tanh(z)
        case "gelu":
            return F.gelu(z)
    raise ValueError(f"activation is {name!r}; expected lecun_tanh, silu, relu, tanh or gelu.")


def cfc_step(
    x: Tensor, h: Tensor, elapsed: Tensor, weights: CfCWeights, spec: CfCSpec, *dropout: Tensor
) -> Tensor:
    """One step of one group: x [B, D], h [B, H], elapsed [B] to the next state [B, H].

    `dropout` holds one factor [B, U] a backbone layer, already scaled; none means no dropout.
    The matrix products run in the dtype of `x`, time and gates in that of `h`.
    """
    z = torch.cat([x, h.to(x.dtype)], dim=-1)
    for i, layer in enumerate(weights.backbone):
        z = activate(spec.activation, F.linear(z, layer.weight, layer.bias))
        if dropout:
            z = z * dropout[i]
    heads = F.linear(z.to(x.dtype), weights.heads.weight, weights.heads.bias).to(h.dtype)
    elapsed = elapsed.unsqueeze(-1)
    if spec.variant == "closed_form":
        assert weights.decay is not None and weights.target is not None
        return dynamics.closed_form(
            heads, elapsed, weights.decay.to(h.dtype), weights.target.to(h.dtype)
        )
    if spec.variant == "relaxation":
        f, r = heads.chunk(2, dim=-1)
        return dynamics.relaxation(h, f, r, elapsed)
    f, g, a, b = heads.chunk(4, dim=-1)
    form = dynamics.gated if spec.variant == "gated" else dynamics.no_gate
    return form(f, g, a, b, elapsed)


def wired_step(
    x: Tensor,
    h: Tensor,
    elapsed: Tensor,
    weights: tuple[CfCWeights, ...],
    groups: tuple[Group, ...],
    spec: CfCSpec,
) -> Tensor:
    """One step of a wired network, group after group, each seeing the new state of the earlier.

    Args:
        x: [B, D].
        h: [B, N], in the order of the neurons.
        elapsed: [B].
        weights: One entry a group.
        groups: A partition of the neurons.
        spec: What to compute.

    Returns:
        The next state, [B, N].
    """
    seen, new = x, []
    for group, group_weights in zip(groups, weights, strict=True):
        inputs = seen.index_select(-1, group.sources)
        own = h.index_select(-1, group.neurons)
        new.append(cfc_step(inputs, own, elapsed, group_weights, spec))
        seen = torch.cat([seen, new[-1].to(x.dtype)], dim=-1)
    # From the order of stepping back to that of the state.
    order = torch.cat([group.neurons for group in groups])
    return torch.zeros_like(h).index_copy(-1, order, torch.cat(new, dim=-1))


def check_parts(
    state: State,
    weights: tuple[CfCWeights, ...],
    groups: tuple[Group, ...] | None,
    memory: MemoryWeights | None,
    dropout: tuple[Tensor, ...],
    spec: CfCSpec,
) -> None:
    """Refuse parts that the recurrence has no use for, or lacks; arguments as of `cfc`.

    Raises:
        InputError: If something would be left unread.
    """
    check_state(state, memory)
    count = 1 if groups is None else len(groups)
    if len(weights) != count:
        raise InputError(
            f"weights has {len(weights)} entries; expected {count}, one a group, or one in all "
            "without a wiring."
        )
    closed = spec.variant == "closed_form"
    for part in weights:
        if (part.decay is not None, part.target is not None) != (closed, closed):
            raise InputError(
                f"variant is {spec.variant!r}; expected decay and target in the weights of the "
                "closed form, and in no other."
            )
        if groups is not None and part.backbone:
            raise InputError("a wired group has no backbone; leave it out of its weights.")
    layers = 0 if groups is not None else len(weights[0].backbone)
    if dropout and len(dropout) != layers:
        raise InputError(
            f"dropout has {len(dropout)} factors; expected none, or one for each of {layers} "
            "backbone layers."
        )


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
    """The CfC recurrence over a sequence.

    Args:
        x: [B, T, D].
        state: (h,) or, with memory, (h, c): [B, H] each.
        elapsed: [B, T], the time since the previous active step.
        active: [B, T] or None; a step that is not active carries the state.
        weights: One entry a group; one in all where `groups` is None.
        groups: The wiring, or None for a fully connected cell.
        memory: LSTM weights for mixed memory, or None.
        dropout: One [B, T, U] factor a backbone layer, or none.
        spec: Variant, activation and memory layout.

    Returns:
        The hidden states [B, T, H] and the final state.
    """
    check_parts(state, weights, groups, memory, dropout, spec)

    def cell(x_t: Tensor, h: Tensor, elapsed_t: Tensor, *dropout_t: Tensor) -> Tensor:
        if groups is None:
            return cfc_step(x_t, h, elapsed_t, weights[0], spec, *dropout_t)
        return wired_step(x_t, h, elapsed_t, weights, groups, spec)

    step = with_memory(cell, memory, spec.layout)
    return scan(step, (x, elapsed, *dropout), state, active)


backend = Backend("reference", cfc, takes_all, serves=None)
