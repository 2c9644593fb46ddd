"""Layers of this library filled with an earlier library's entries."""

from collections.abc import Mapping
from typing import TypeVar

import numpy as np
import torch
from torch import Tensor, nn

from liquidtime.compat.cfc_entries import backbone_indices, group_entries
from liquidtime.compat.entries import Entries, prefixed, under
from liquidtime.compat.ltc_entries import ltc_entries
from liquidtime.compat.memory_entries import memory_entries
from liquidtime.compat.origin import Origin, remember
from liquidtime.compat.partly_wired import PartlyWiredCfC
from liquidtime.kernels.cfc.reference import ActivationName, Variant
from liquidtime.nn import LTC, CfC
from liquidtime.nn.feature_map import MappingName
from liquidtime.wirings import Circuit

L = TypeVar("L", bound=nn.Module)

_KEPT = ("w", "mu", "sigma", "erev")


def shared_entries(state: Mapping[str, Tensor], order: Tensor | None = None) -> Entries:
    """The entries of the memory and of the projection, where there are any."""
    entries = {}
    if "lstm.input_map.weight" in state:
        memory = memory_entries(under(state, "lstm."), order)
        entries |= prefixed(memory, "memories.0.")
    return entries | prefixed(under(state, "fc."), "projection.")


def cfc_layer_entries(state: Mapping[str, Tensor]) -> Entries:
    """Entries of a `CfC` of one layer from those of an earlier library's layer."""
    group = group_entries(under(state, "rnn_cell."))
    return prefixed(group, "cells.0.groups.0.") | shared_entries(state)


def build_cfc(
    state: Mapping[str, Tensor],
    *,
    variant: Variant,
    activation: ActivationName,
    backbone_dropout: float,
    batch_first: bool,
) -> CfC:
    """A fully connected `CfC` with the weights of an earlier library's layer."""
    cell = under(state, "rnn_cell.")
    layers = backbone_indices(cell)
    units, width = cell["ff1.weight"].shape
    first = cell[f"backbone.{layers[0]}.weight"].shape[1] if layers else width
    layer = CfC(
        first - units,
        units,
        variant=variant,
        activation=activation,
        backbone_units=width,
        backbone_layers=len(layers),
        backbone_dropout=backbone_dropout if len(layers) > 1 else 0.0,
        mixed_memory="lstm.input_map.weight" in state,
        proj_size=projection_size(state),
        batch_first=batch_first,
    )
    return fill(layer, cfc_layer_entries(state))


def partly_wired_entries(state: Mapping[str, Tensor], circuit: Circuit) -> Entries:
    """Entries of a `PartlyWiredCfC`, buffers apart, from those of ncps's wired layer."""
    entries = {}
    for i in range(len(circuit.layers)):
        group = group_entries(under(state, f"rnn_cell.layer_{i}."))
        entries |= prefixed(group, f"cells.0.groups.{i}.")
    order = torch.tensor(np.argsort(np.concatenate(circuit.layers)))
    return entries | shared_entries(state, order.to(state["rnn_cell.layer_0.ff1.weight"].device))


def build_partly_wired(
    state: Mapping[str, Tensor], circuit: Circuit, *, variant: Variant, batch_first: bool
) -> PartlyWiredCfC:
    """A `PartlyWiredCfC` with the weights of ncps's wired layer."""
    layer = PartlyWiredCfC(
        circuit.input_size,
        circuit,
        variant=variant,
        mixed_memory="lstm.input_map.weight" in state,
        proj_size=projection_size(state),
        batch_first=batch_first,
    )
    return fill(layer, partly_wired_entries(state, circuit))


def ltc_layer_entries(
    state: Mapping[str, Tensor], circuit: Circuit, *, implicit: bool, epsilon: float
) -> Entries:
    """Entries of an `LTC` of one layer from those of an earlier library's layer."""
    cell = ltc_entries(under(state, "rnn_cell."), circuit, implicit=implicit, epsilon=epsilon)
    return prefixed(cell, "cells.0.") | shared_entries(state)


def build_ltc(
    state: Mapping[str, Tensor],
    circuit: Circuit,
    *,
    unfolds: int,
    implicit: bool,
    epsilon: float,
    batch_first: bool,
) -> LTC:
    """An `LTC` with the weights of an earlier library's layer."""
    cell = under(state, "rnn_cell.")
    layer = LTC(
        circuit.input_size,
        wiring=circuit,
        unfolds=unfolds,
        input_mapping=_mapping(cell, "input"),
        output_mapping=_mapping(cell, "output"),
        mixed_memory="lstm.input_map.weight" in state,
        proj_size=projection_size(state),
        batch_first=batch_first,
    )
    entries = ltc_layer_entries(state, circuit, implicit=implicit, epsilon=epsilon)
    names = [f"{kind}{letter}" for kind in ("", "sensory_") for letter in _KEPT]
    kept = {name: cell[name].detach().cpu().clone() for name in (*names, "vleak")}
    remember(layer, Origin(implicit, epsilon, kept))
    return fill(layer, entries)


def ltc_circuit(cell: Mapping[str, Tensor], output_size: int) -> Circuit:
    """The circuit of an LTC cell, from its masks and the signs of its reversal potentials."""

    def signs(kind: str) -> np.ndarray:
        erev = cell[f"{kind}erev"]
        mask = cell.get(f"{kind}sparsity_mask", torch.ones_like(erev)) != 0
        return (torch.where(erev < 0, -1, 1) * mask).cpu().numpy().astype(np.int8)

    return Circuit(signs(""), signs("sensory_"), output_size)


def projection_size(state: Mapping[str, Tensor]) -> int | None:
    """Size of the projection behind a layer, or None."""
    return len(state["fc.weight"]) if "fc.weight" in state else None


def fill(layer: L, entries: Entries) -> L:
    """Load entries into a layer, which moves to their dtype and device; buffers stay."""
    like = next(iter(entries.values()))
    floating = next(value for value in entries.values() if value.is_floating_point())
    layer.to(device=like.device, dtype=floating.dtype)
    missing, unexpected = layer.load_state_dict(entries, strict=False)
    buffers = {name for name, _ in layer.named_buffers()}
    if unexpected or set(missing) - buffers:
        raise ValueError(
            f"the entries do not make up a layer: {sorted(set(missing) - buffers)} are missing, "
            f"{sorted(unexpected)} are too many."
        )
    return layer


def _mapping(cell: Mapping[str, Tensor], kind: str) -> MappingName | None:
    if f"{kind}_b" in cell:
        return "affine"
    return "linear" if f"{kind}_w" in cell else None
