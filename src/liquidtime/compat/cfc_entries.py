"""Neurons of a CfC: the earlier libraries' entries and those of `CfCGroup`.

ncps 1.0.1 and the code of the CfC paper name these parameters alike.
"""

from collections.abc import Mapping

import torch
from torch import Tensor

from liquidtime.compat.entries import Entries
from liquidtime.kernels.cfc.reference import HEADS, Variant

HEAD_NAMES = ("ff1", "ff2", "time_a", "time_b")
"""Their heads, in the order in which ours are stacked: f, g, a, b."""

MASKED_HEADS = ("ff1", "ff2")
"""The heads that ncps lays a wiring's mask on; the time gates stay dense."""


def backbone_indices(cell: Mapping[str, Tensor]) -> list[int]:
    """Places of the linear layers in the backbone, where activations and dropout have theirs."""
    names = [name.split(".") for name in cell]
    return sorted(int(n[1]) for n in names if n[0] == "backbone" and n[2] == "weight")


def group_entries(cell: Mapping[str, Tensor]) -> Entries:
    """Entries of `CfCGroup`, without its mask, from those of an earlier library's CfC cell."""
    entries = {}
    for ours, theirs in enumerate(backbone_indices(cell)):
        for part in ("weight", "bias"):
            entries[f"backbone.{ours}.{part}"] = cell[f"backbone.{theirs}.{part}"]
    heads = [name for name in HEAD_NAMES if f"{name}.weight" in cell]
    for part in ("weight", "bias"):
        entries[f"heads.{part}"] = torch.cat([cell[f"{name}.{part}"] for name in heads])
    if "w_tau" in cell:
        entries["decay"], entries["target"] = cell["w_tau"][0], cell["A"][0]
    return entries


def cell_entries(
    group: Mapping[str, Tensor], variant: Variant, *, dropout_modules: bool = False
) -> Entries:
    """The way back.

    Args:
        group: Entries of `CfCGroup`.
        variant: Its variant.
        dropout_modules: Whether their backbone has a dropout module behind every linear layer but
            the first, which takes a number.
    """
    entries = {}
    layers = sum(name.startswith("backbone.") for name in group) // 2
    for ours in range(layers):
        theirs = 2 * ours + (max(ours - 1, 0) if dropout_modules else 0)
        for part in ("weight", "bias"):
            entries[f"backbone.{theirs}.{part}"] = group[f"backbone.{ours}.{part}"]
    for part in ("weight", "bias"):
        stacked = group[f"heads.{part}"].chunk(HEADS[variant])
        entries |= {f"{n}.{part}": h for n, h in zip(HEAD_NAMES, stacked, strict=False)}
    if variant == "closed_form":
        entries["w_tau"], entries["A"] = group["decay"][None], group["target"][None]
    return entries
