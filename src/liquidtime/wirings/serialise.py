"""Wirings as JSON-able mappings, and back."""

from collections.abc import Mapping
from dataclasses import asdict, fields
from typing import Any

import numpy as np

from liquidtime.wirings.auto_ncp import AutoNCP
from liquidtime.wirings.circuit import Circuit
from liquidtime.wirings.fully_connected import FullyConnected
from liquidtime.wirings.ncp import NCP
from liquidtime.wirings.random import Random
from liquidtime.wirings.wiring import Wiring

_SPECS = {spec.__name__: spec for spec in (FullyConnected, Random, NCP, AutoNCP)}


def to_dict(wiring: Wiring) -> dict[str, Any]:
    """Write a spec or a circuit as numbers, strings and lists.

    A circuit is written as its list of synapses, so that a sparse one stays small.

    Args:
        wiring: One of the specs of this package, or a `Circuit`.

    Returns:
        A mapping that `json.dumps` takes; its entry "kind" is the name of the class.

    Raises:
        TypeError: If the wiring is of another class. Build it first: a circuit can be written.
    """
    if isinstance(wiring, Circuit):
        return {
            "kind": "Circuit",
            "units": wiring.units,
            "input_size": wiring.input_size,
            "output_size": wiring.output_size,
            "layers": [list(layer) for layer in wiring.layers],
            "layer_names": list(wiring.layer_names),
            "edges": _edges(wiring.adjacency),
            "sensory_edges": _edges(wiring.sensory_adjacency),
        }
    if isinstance(wiring, FullyConnected | Random | NCP | AutoNCP):
        plain = {name: _plain(value) for name, value in asdict(wiring).items()}
        return {"kind": type(wiring).__name__, **plain}
    raise TypeError(
        f"cannot write a wiring of class {type(wiring).__name__}; expected a Circuit or one of "
        f"{', '.join(_SPECS)}. Write wiring.build(input_size) instead."
    )


def from_dict(mapping: Mapping[str, Any]) -> Circuit | FullyConnected | Random | NCP | AutoNCP:
    """Read what `to_dict` wrote.

    Args:
        mapping: The mapping, as it came from JSON.

    Returns:
        A wiring equal to the one written.

    Raises:
        ValueError: If the kind is unknown, or entries are missing or unknown.
    """
    entries = dict(mapping)
    kind = entries.pop("kind", None)
    if kind != "Circuit" and kind not in _SPECS:
        raise ValueError(
            f"wiring kind is {kind!r}; expected Circuit or one of {', '.join(_SPECS)}."
        )
    if kind == "Circuit":
        names = {"units", "input_size", "output_size", "layers", "layer_names"}
        known = needed = names | {"edges", "sensory_edges"}
    else:
        known = {field.name for field in fields(_SPECS[kind])}
        needed = known - {"seed", "sparsity_level", "self_connections"}
    unknown, missing = sorted(set(entries) - known), sorted(needed - set(entries))
    if unknown or missing:
        raise ValueError(
            f"a wiring of kind {kind} lacks the entries {missing} and has the unknown entries "
            f"{unknown}; expected {sorted(known)}."
        )
    return Circuit.from_edges(**entries) if kind == "Circuit" else _SPECS[kind](**entries)


def _edges(matrix: np.ndarray) -> list[list[int]]:
    return [[s, t, int(matrix[s, t])] for s, t in np.argwhere(matrix).tolist()]


def _plain(value: Any) -> Any:
    return value.item() if isinstance(value, np.generic) else value
