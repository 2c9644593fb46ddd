"""Neurons and synapses of an LTC: the earlier libraries' entries and those of `LTCCell`.

Theirs are dense [sources, targets] matrices with a mask; ours one number a synapse, in the order
of `np.argwhere(adjacency)`. Their denominator has a small ε that ours has not:

    v' = (C v + δ (g v_leak + J)) / (C + δ (g + G + ε))

It is a leak of conductance ε towards 0, so it is absorbed exactly: g' = g + ε pulling towards
v_leak' = g v_leak / (g + ε).
"""

import warnings
from collections.abc import Mapping

import numpy as np
import torch
import torch.nn.functional as F
from torch import Tensor

from liquidtime.compat.entries import Entries
from liquidtime.compat.positive import FLOOR, raw_of, value_of
from liquidtime.wirings import Circuit

_FREE = {"midpoint": "mu", "steepness": "sigma", "reversal_potential": "erev"}
_MAPS = {"input_map": "input", "output_map": "output"}


def absorb(leak: Tensor, potential: Tensor, epsilon: float) -> tuple[Tensor, Tensor]:
    """Take ε into a leak g towards v_leak: (g + ε, g v_leak / (g + ε))."""
    if epsilon == 0.0:
        return leak, potential
    return leak + epsilon, potential * (leak / (leak + epsilon))


def ltc_entries(
    cell: Mapping[str, Tensor], circuit: Circuit, *, implicit: bool, epsilon: float
) -> Entries:
    """Entries of `LTCCell` from those of an earlier library's LTC cell.

    Args:
        cell: `gleak`, `vleak`, `cm`, `w`, `mu`, `sigma`, `erev`, the same with `sensory_`, and the
            mappings' `input_w` … where there are any.
        circuit: Where there are synapses.
        implicit: Whether their positive numbers stand before a softplus, as ours do, or are
            clipped. Clipped ones go through the inverse of softplus; see
            `liquidtime.compat.positive.raw_of` for those that are zero.
        epsilon: Their ε.

    Returns:
        Differentiable functions of what came, in its dtype; computed in float64.
    """
    if not implicit:
        _warn_of_negatives(cell, circuit)
    dtype = cell["gleak"].dtype
    leak = F.softplus(cell["gleak"].double()) if implicit else cell["gleak"].double().clamp(min=0)
    leak, potential = absorb(leak, cell["vleak"].double(), epsilon)
    entries = {
        "raw_leak_conductance": raw_of(leak).to(dtype),
        "leak_potential": potential.to(dtype),
        "raw_membrane_capacitance": cell["cm"] if implicit else raw_of(cell["cm"]).to(dtype),
    }
    for ours, theirs, matrix in _kinds(circuit):
        source, target = _edges(matrix, cell["gleak"])
        raw = cell[f"{theirs}w"][source, target]
        entries[f"{ours}.raw_conductance"] = raw if implicit else raw_of(raw).to(dtype)
        for name, letter in _FREE.items():
            entries[f"{ours}.{name}"] = cell[theirs + letter][source, target]
        entries |= {f"{ours}.source": source, f"{ours}.target": target}
    for ours, theirs in _MAPS.items():
        for part, letter in (("weight", "w"), ("bias", "b")):
            if f"{theirs}_{letter}" in cell:
                entries[f"{ours}.{part}"] = cell[f"{theirs}_{letter}"]
    return entries


def ncps_ltc_entries(
    layer: Mapping[str, Tensor],
    circuit: Circuit,
    *,
    implicit: bool,
    epsilon: float,
    dead: Mapping[str, Tensor],
) -> Entries:
    """The way back, with the masks as ncps keeps them.

    Args:
        layer: Entries of `LTCCell`.
        circuit: Its circuit.
        implicit: As in `ltc_entries`.
        epsilon: As in `ltc_entries`.
        dead: Their matrices as they came, for the entries where there is no synapse, and
            `vleak` for neurons without a leak; zeros for what is not in it.
    """
    raw_leak, dtype = layer["raw_leak_conductance"], layer["raw_leak_conductance"].dtype

    def positive(raw: Tensor) -> Tensor:
        return raw if implicit else value_of(raw).to(dtype)

    leak, potential = _release(
        F.softplus(raw_leak.double()), layer["leak_potential"].double(), epsilon, dead.get("vleak")
    )
    entries = {
        "gleak": (raw_of(leak) if implicit else leak).to(dtype),
        "vleak": potential.to(dtype),
        "cm": positive(layer["raw_membrane_capacitance"]),
    }
    for ours, theirs, matrix in _kinds(circuit):
        alive = {"w": positive(layer[f"{ours}.raw_conductance"])}
        alive |= {letter: layer[f"{ours}.{name}"] for name, letter in _FREE.items()}
        source, target = _edges(matrix, raw_leak)
        for letter, values in alive.items():
            dense = dead.get(theirs + letter)
            dense = raw_leak.new_zeros(matrix.shape) if dense is None else dense.to(raw_leak)
            entries[theirs + letter] = dense.index_put((source, target), values)
        entries[f"{theirs}sparsity_mask"] = torch.tensor(matrix != 0).to(raw_leak)
    for ours, theirs in _MAPS.items():
        for part, letter in (("weight", "w"), ("bias", "b")):
            if f"{ours}.{part}" in layer:
                entries[f"{theirs}_{letter}"] = layer[f"{ours}.{part}"]
    return entries


def _kinds(circuit: Circuit) -> tuple[tuple[str, str, np.ndarray], ...]:
    return (
        ("recurrent", "", circuit.adjacency),
        ("sensory", "sensory_", circuit.sensory_adjacency),
    )


def _edges(matrix: np.ndarray, like: Tensor) -> tuple[Tensor, Tensor]:
    source, target = np.nonzero(matrix)
    return torch.tensor(source, device=like.device), torch.tensor(target, device=like.device)


def _release(
    total: Tensor, potential: Tensor, epsilon: float, dead: Tensor | None
) -> tuple[Tensor, Tensor]:
    """Take ε out of a leak again, so that g v_leak keeps its value.

    A leak that is weaker than ε cannot be told apart from none; without a current it becomes 0
    and its potential, which then has no effect, what it was.
    """
    leak = total - epsilon
    free = potential * (total / leak.clamp(min=FLOOR))
    none = (leak <= FLOOR) & (potential == 0)
    kept = torch.zeros_like(free) if dead is None else dead.to(free)
    leak = torch.where(none, torch.zeros_like(leak), leak.clamp(min=FLOOR))
    return leak, torch.where(none, kept, free)


def _warn_of_negatives(cell: Mapping[str, Tensor], circuit: Circuit) -> None:
    used = {"cm": cell["cm"], "gleak": cell["gleak"]}
    for _, theirs, matrix in _kinds(circuit):
        used[f"{theirs}w"] = cell[f"{theirs}w"][_edges(matrix, cell["gleak"])]
    names = [name for name, values in used.items() if bool((values < 0).any())]
    if names:
        warnings.warn(
            f"{', '.join(names)} have negative entries, which are clipped to 0, as "
            "apply_weight_constraints() does: it was not called after the last training step. "
            "The converted layer computes what the clipped one does.",
            stacklevel=7,
        )
