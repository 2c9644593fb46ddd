"""Layers of this library as ncps state dicts."""

from typing import cast

import numpy as np
import torch

from liquidtime.compat.cfc_entries import cell_entries
from liquidtime.compat.entries import Entries, prefixed, under
from liquidtime.compat.ltc_entries import ncps_ltc_entries
from liquidtime.compat.memory_entries import lstm_entries
from liquidtime.compat.origin import origin_of
from liquidtime.compat.partly_wired import PartlyWiredCell, PartlyWiredCfC
from liquidtime.nn import LTC, CfC, CfCCell, LTCCell
from liquidtime.nn.recurrent import AbstractRecurrent


def to_ncps(
    layer: CfC | LTC | PartlyWiredCfC,
    *,
    implicit_param_constraints: bool | None = None,
    epsilon: float | None = None,
) -> Entries:
    """Write a layer as the state dict of the ncps 1.0.1 PyTorch layer that computes the same.

    Args:
        layer: A layer of `liquidtime.nn`, or what `from_ncps` made.
        implicit_param_constraints: Of the ncps LTC that is to read it; as it came from there, or
            True if it did not come from there.
        epsilon: Likewise; 1e-8.

    Returns:
        Tensors under ncps's names, detached, for `load_state_dict` of a layer that was built with
        the same sizes, mode and wiring. Entries without a synapse are as they came, or zero.

    Raises:
        ValueError: If ncps has no such layer: more than one layer, both directions, the memory
            layout "input", another integrator than "fused", a projection behind an LTC, or a
            wired `liquidtime.nn.CfC`, whose masks ncps cannot lay.
    """
    _refuse_what_ncps_lacks(layer)
    state = {name: value.detach() for name, value in layer.state_dict().items()}
    memory, order = under(state, "memories.0."), None
    (cell,) = layer.cells
    if isinstance(cell, LTCCell):
        found = origin_of(layer)
        if implicit_param_constraints is None:
            implicit_param_constraints = found is None or found.implicit
        if epsilon is None:
            epsilon = 1e-8 if found is None else found.epsilon
        entries = ncps_ltc_entries(
            under(state, "cells.0."),
            cell.circuit,
            implicit=implicit_param_constraints,
            epsilon=epsilon,
            dead={} if found is None else found.entries,
        )
    elif isinstance(cell, PartlyWiredCell):
        entries = _wired_entries(cell, state)
        order = torch.tensor(np.concatenate(cell.circuit.layers), device=_device(state))
    else:
        dense = cast("CfCCell", cell)
        group = under(state, "cells.0.groups.0.")
        dropout = dense.backbone_dropout > 0
        entries = cell_entries(group, dense.variant, dropout_modules=dropout)
    entries = prefixed(entries, "rnn_cell.")
    if memory:
        entries |= prefixed(lstm_entries(memory, order), "lstm.")
    return entries | prefixed(under(state, "projection."), "fc.")


def _wired_entries(cell: PartlyWiredCell, state: Entries) -> Entries:
    entries = {}
    for i in range(len(cell.groups)):
        group = under(state, f"cells.0.groups.{i}.")
        theirs = cell_entries(group, cell.variant)
        # Both value heads have the same mask; it stands once in ncps.
        mask = group["mask"][: len(theirs["ff1.weight"])]
        theirs["sparsity_mask"] = mask.to(theirs["ff1.weight"])
        entries |= prefixed(theirs, f"layer_{i}.")
    return entries


def _device(state: Entries) -> torch.device:
    return next(iter(state.values())).device


def _refuse_what_ncps_lacks(layer: AbstractRecurrent) -> None:
    lacks = None
    cell = layer.cells[0]
    if layer.num_layers > 1 or layer.bidirectional:
        lacks = "layers stacked or in both directions; convert one layer at a time"
    elif layer.memory_layout == "input":
        lacks = "the memory layout 'input' in PyTorch"
    elif isinstance(cell, LTCCell) and cell.integrator != "fused":
        lacks = f"the integrator {cell.integrator!r}, only 'fused'"
    elif isinstance(cell, LTCCell) and layer.projection is not None:
        lacks = "a projection behind an LTC"
    elif isinstance(cell, CfCCell) and cell.circuit is not None:
        lacks = "masks on the time gates of a wired CfC"
    if lacks:
        raise ValueError(f"ncps has no such layer: it lacks {lacks}.")
