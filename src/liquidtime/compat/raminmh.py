"""The code of the CfC paper, github.com/raminmh/CfC: its PyTorch weights, both ways.

Its `Cfc(in_features, hidden_size, out_feature, hparams, …)` has the parameters of ncps under the
same names and always a linear read-out, which is a projection here. Two things are outside:

- Its LTC cell computes with **elapsed time + 1**. Give the converted layer `elapsed + 1`.
- Its `mask` argument changes the inputs: it carries the last value forward and appends the mask
  (and the time since the last value) as features. Do that to the data; the converted layer takes
  all `in_features` of them.
"""

from collections.abc import Mapping
from typing import Any, cast

from torch import Tensor, nn

from liquidtime.compat.build import build_cfc, build_ltc, ltc_circuit
from liquidtime.compat.cfc_entries import cell_entries
from liquidtime.compat.entries import Entries, prefixed, under
from liquidtime.compat.ltc_entries import ncps_ltc_entries
from liquidtime.compat.memory_entries import lstm_entries
from liquidtime.compat.origin import origin_of
from liquidtime.kernels.cfc.reference import ActivationName, Variant
from liquidtime.nn import LTC, CfC, CfCCell, LTCCell

_ACTIVATIONS: dict[str, ActivationName] = {
    "silu": "silu",
    "relu": "relu",
    "tanh": "tanh",
    "gelu": "gelu",
    "lecun": "lecun_tanh",
}
_UNFOLDS, _EPSILON = 6, 1e-8


def from_raminmh(
    source: nn.Module | Mapping[str, Tensor],
    hparams: Mapping[str, Any] | None = None,
    *,
    ode_unfolds: int | None = None,
    epsilon: float | None = None,
) -> CfC | LTC:
    """Make a layer of this library that computes what a `Cfc` of raminmh/CfC computes.

    Args:
        source: A `Cfc` module, or its state dict.
        hparams: The dictionary it was built with. A module with a CfC cell has it; a state dict of
            one needs it, for `backbone_activation`, `no_gate` and `backbone_dr`.
        ode_unfolds: Of an LTC cell; what the module says, or 6.
        epsilon: Likewise; 1e-8.

    Returns:
        A `CfC`, or an `LTC` if it was built with `use_ltc`, of one layer, with its read-out as
        projection. It puts out every step; the read-out of a `Cfc` without `return_sequences` is
        that of the last one.

    Raises:
        ValueError: If the weights are not of a `Cfc`, or `hparams` are missing or do not fit.

    Note:
        An LTC is to be given `elapsed + 1`; see the head of this module. Dropout acts behind
        every backbone layer here, in raminmh/CfC behind every one but the first.
    """
    state, cell = _read(source)
    unfolds = ode_unfolds or getattr(cell, "_ode_unfolds", _UNFOLDS)
    added = getattr(cell, "_epsilon", _EPSILON) if epsilon is None else epsilon
    hparams = getattr(cell, "hparams", None) if hparams is None else hparams
    try:
        return _build(state, hparams, unfolds, added)
    except KeyError as missing:
        raise ValueError(
            f"the entry {missing} is missing; expected the whole state dict of a Cfc."
        ) from missing


def to_raminmh(layer: CfC | LTC, hparams: Mapping[str, Any] | None = None) -> Entries:
    """Write a layer as the state dict of the `Cfc` of raminmh/CfC that computes the same.

    Args:
        layer: A layer of `liquidtime.nn` of one layer with a projection; a CfC with a backbone,
            or a fully connected LTC without output mapping.
        hparams: The dictionary that the `Cfc` is built with; only whether it has `backbone_dr`
            counts, because the names of its parameters depend on it. By default it is thought to
            have it if the layer has dropout.

    Raises:
        ValueError: If raminmh/CfC has no such layer.
    """
    (cell, *more) = layer.cells
    if more or layer.projection is None or layer.memory_layout == "input":
        raise ValueError(
            "raminmh/CfC has single layers with a read-out only, and a memory in the layout "
            "'state'; expected num_layers=1, proj_size and such a memory or none."
        )
    state = {name: value.detach() for name, value in layer.state_dict().items()}
    if isinstance(cell, LTCCell):
        entries = _ltc_cell(layer, cell, under(state, "cells.0."))
    else:
        group = under(state, "cells.0.groups.0.")
        dense = cast("CfCCell", cell)
        if dense.circuit is not None or "backbone.0.weight" not in group:
            raise ValueError("raminmh/CfC has neither wirings nor CfC cells without a backbone.")
        dropout = dense.backbone_dropout > 0 if hparams is None else "backbone_dr" in hparams
        entries = cell_entries(group, dense.variant, dropout_modules=dropout)
    entries = prefixed(entries, "rnn_cell.")
    if memory := under(state, "memories.0."):
        entries |= prefixed(lstm_entries(memory), "lstm.")
    return entries | prefixed(under(state, "projection."), "fc.")


def _read(source: nn.Module | Mapping[str, Tensor]) -> tuple[Entries, object]:
    if isinstance(source, nn.Module):
        state, cell = source.state_dict(), getattr(source, "rnn_cell", None)
    else:
        state, cell = {name: value.detach() for name, value in source.items()}, None
    known = "rnn_cell.gleak" in state or "rnn_cell.backbone.0.weight" in state
    if not known or "fc.weight" not in state:
        raise ValueError(
            f"the entries are not those of a Cfc of raminmh/CfC; the first are {list(state)[:3]}. "
            "Expected rnn_cell.… and fc.…; of a larger model pass the part that is the Cfc."
        )
    return state, cell


def _build(
    state: Entries, hparams: Mapping[str, Any] | None, unfolds: int, epsilon: float
) -> CfC | LTC:
    if "rnn_cell.gleak" in state:
        cell = under(state, "rnn_cell.")
        return build_ltc(
            state,
            ltc_circuit(cell, len(cell["gleak"])),
            unfolds=unfolds,
            implicit=False,
            epsilon=epsilon,
            batch_first=True,
        )
    if hparams is None:
        raise ValueError("hparams are missing; a state dict does not tell the activation.")
    activation = hparams.get("backbone_activation")
    if activation not in _ACTIVATIONS:
        raise ValueError(
            f"hparams['backbone_activation'] is {activation!r}; expected one of "
            f"{', '.join(map(repr, _ACTIVATIONS))}."
        )
    return build_cfc(
        state,
        variant=_variant(hparams, minimal="rnn_cell.w_tau" in state),
        activation=_ACTIVATIONS[activation],
        backbone_dropout=hparams.get("backbone_dr", 0.0),
        batch_first=True,
    )


def _variant(hparams: Mapping[str, Any], *, minimal: bool) -> Variant:
    if bool(hparams.get("minimal", False)) != minimal:
        raise ValueError(
            f"hparams['minimal'] is {hparams.get('minimal', False)!r}, but the weights are "
            f"{'' if minimal else 'not '}those of the minimal form."
        )
    if minimal:
        return "closed_form"
    return "no_gate" if hparams.get("no_gate", False) else "gated"


def _ltc_cell(layer: LTC | CfC, cell: LTCCell, entries: Entries) -> Entries:
    full = (cell.circuit.adjacency != 0).all() and (cell.circuit.sensory_adjacency != 0).all()
    mapped = cell.input_map.bias is not None and cell.output_map.weight is None
    if not full or not mapped or cell.integrator != "fused" or cell.output_size < cell.hidden_size:
        raise ValueError(
            "raminmh/CfC has fully connected LTCs only, with the integrator 'fused', an affine "
            "input mapping and no output mapping, that put out all neurons."
        )
    found = origin_of(layer)
    stored = ncps_ltc_entries(
        entries,
        cell.circuit,
        implicit=False,
        epsilon=_EPSILON if found is None else found.epsilon,
        dead={} if found is None else found.entries,
    )
    return {name: value for name, value in stored.items() if not name.endswith("sparsity_mask")}
