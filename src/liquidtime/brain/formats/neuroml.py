"""NeuroML 2: the format to exchange small and middling networks with other simulators.

`write_neuroml` writes the equation of `Parameters` as it is, in words that jNeuroML simulates:

- An `iafCell` whose threshold is out of reach for each distinct set of capacitance, leak
  conductance and leak potential, and a population of the neurons that have it.
- A `gapJunction`, and an `electricalProjection` that holds each gap junction once.
- For each class of edges a `continuousProjection` from `silentSynapse`s to a component of the
  class. The weight is the count.
- In a file beside, the ComponentTypes `instantGradedSynapse` and, where a neuron has a synaptic
  time constant, `firstOrderGradedSynapse`, with a component for each class and each distinct set of
  the presynaptic midpoint, steepness and time constant. NeuroML's own `gradedSynapse` does not fit:
  its time constant depends on the potential and cannot be zero.
- As properties of the populations, with tags that begin with `liquidtime.`, what NeuroML has no
  word for: names of neurons and classes, and the columns of the table.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from liquidtime.brain.connectome.graph import Connectome, symmetric
from liquidtime.brain.connectome.transmitters import UNKNOWN, canonical
from liquidtime.brain.formats.neuroml_read import Cells, Document, quantity
from liquidtime.brain.formats.neuroml_write import DELAYED, INSTANT, TAG, write_neuroml
from liquidtime.brain.formats.sonata import EXCITES_ABOVE
from liquidtime.brain.neurons.graded import Parameters
from liquidtime.errors import InputError
from liquidtime.kernels.network import edges as rows
from liquidtime.kernels.network.edges import Edges
from liquidtime.optional import require

if TYPE_CHECKING:
    import pandas

__all__ = ["neuroml_parameters", "quantity", "read_neuroml", "write_neuroml"]

_OF_CELLS = {
    "membrane_capacitance": ("C", "capacitance"),
    "leak_conductance": ("leakConductance", "conductance"),
    "leak_potential": ("leakReversal", "voltage"),
}
_OF_OUTPUTS = {
    "midpoint": ("midpoint", "voltage"),
    "steepness": ("steepness", "per_voltage"),
    "synaptic_time_constant": ("tau", "time"),
}


def read_neuroml(path: str | Path) -> Connectome:
    """Read the cells and connections of a NeuroML 2 network, such as those of c302.

    Chemical are `projection`s and `continuousProjection`s; their class is "excitatory" if `erev`
    of their synapse lies above −40 mV (or `ibase` is positive), "inhibitory" if not, "unknown" if
    it has neither. `electricalProjection`s are gap junctions. One that stands there in both
    directions is one, with the larger weight, and one from a neuron to itself, which carries no
    current, is left out. Delays, inputs, channels and morphologies are left out, and so are the
    conductances of files that liquidtime has not written.

    Args:
        path: Of the network. What it includes is read, too, if it is there.

    Returns:
        The connectome. A neuron that is alone in its population has its name, others a number in
        addition. Columns: the properties of the populations (`neurotransmitter` becomes
        `transmitter`), the `component`, and `x`, `y`, `z`.

    Raises:
        InputError: If the file is missing or broken, a connection ends nowhere, or its synapse is
            defined neither here nor in what is included.
    """
    document = Document(Path(path))
    if document.name is None or not document.populations:
        raise InputError(f"{path} holds no network with populations; expected one.")
    table, order = _table(document)
    first = next(iter(document.populations.values()))
    own_classes = first.own("classes")
    classes, of_synapse = _classes(document, own_classes)
    pre, post, weights, kinds = document.chemical.arrays()
    try:
        synapses = rows.from_pairs(order[pre], order[post], weights, of_synapse[kinds], len(table))
    except ValueError as error:
        raise InputError(f"{path}: {error}") from error
    name = first.own("connectome") or document.name
    return Connectome(table, synapses, classes, _gap_junctions(document, order), name=name)


def neuroml_parameters(path: str | Path) -> Parameters | None:
    """The constants in a network that `write_neuroml` has written.

    Args:
        path: Of the network.

    Returns:
        The constants; None if the network is of another hand. Conductances and reversal potentials
        come by transmitter. The midpoint, steepness and synaptic time constant of neurons that send
        to no other are not in the file where neurons differ in them: they are the default.

    Raises:
        InputError: As for `read_neuroml`, or if a unit is unknown.
    """
    document = Document(Path(path))
    first = next(iter(document.populations.values()), None)
    classes = None if first is None else first.own("classes")
    if classes is None:
        return None
    _, order = _table(document)
    cells = {name: _default(name, len(order)) for name in _OF_CELLS}
    for each in document.populations.values():
        about = document.components.get(each.component, {})
        for name, (attribute, dimension) in _OF_CELLS.items():
            members = order[each.first : each.first + each.size]
            cells[name][members] = quantity(about.get(attribute, ""), dimension)
    units, reversal, outputs = {}, {}, {}
    for name, about in document.components.items():
        numbered = re.match(r"synapse_(\d+)_", name)
        if numbered and about["type"] in (INSTANT, DELAYED):
            transmitter = classes[int(numbered[1])]
            units[transmitter] = quantity(about.get("conductance", ""), "conductance")
            reversal[transmitter] = quantity(about.get("erev", ""), "voltage")
            outputs[name] = {
                constant: quantity(about.get(attribute, "0ms"), dimension)
                for constant, (attribute, dimension) in _OF_OUTPUTS.items()
            }
    gap = document.components.get("gap_junction", {}).get("conductance", "")
    shared = {name: _shared(values) for name, values in cells.items()}
    return Parameters(
        unit_conductance=units,
        reversal_potential=reversal,
        gap_conductance=quantity(gap, "conductance"),
    ).replace(**shared, **_of_outputs(document, outputs, order))


def _of_outputs(
    document: Document, outputs: Mapping[str, Mapping[str, float]], order: NDArray
) -> dict[str, float | NDArray]:
    distinct = {tuple(constants.values()) for constants in outputs.values()}
    if len(distinct) == 1:
        return dict(next(iter(outputs.values())))
    found = {name: _default(name, len(order)) for name in _OF_OUTPUTS}
    pre, _, _, kinds = document.chemical.arrays()
    for (_, synapse), kind in document.synapses.items():
        members = order[np.unique(pre[kinds == kind])]
        for name, value in outputs.get(synapse, {}).items():
            found[name][members] = value
    return {name: _shared(values) for name, values in found.items()}


def _default(name: str, size: int) -> NDArray[np.float64]:
    return np.full(size, getattr(Parameters, name), dtype=np.float64)


def _shared(values: NDArray[np.float64]) -> float | NDArray[np.float64]:
    """One number where all are the same."""
    return float(values[0]) if len(values) and (values == values[0]).all() else values


def _table(document: Document) -> tuple[pandas.DataFrame, NDArray[np.int64]]:
    """The table of neurons, and for each cell in the order of the file its row."""
    pandas = require("pandas", extra="brain")
    populations = list(document.populations.values())
    size = sum(cells.size for cells in populations)
    order = np.arange(size)
    columns: dict[str, list[Any]] = {}
    dtypes: dict[str, str | None] = {}
    names: list[Any] = [None] * size
    index: dict[str, Any] = {"dtype": None, "name": None}
    ours = populations[0].own("classes") is not None
    for cells in populations:
        members = slice(cells.first, cells.first + cells.size)
        told = cells.own("order")
        order[members] = np.arange(size)[members] if told is None else told
        found = _own_columns(cells) if ours else _foreign_columns(cells)
        for name, (dtype, values) in found.items():
            columns.setdefault(name, [None] * size)[members] = values
            dtypes[name] = dtype
        numbered = [f"{cells.name}_{number}" for number in range(cells.size)]
        names[members] = [cells.name] if cells.size == 1 else numbered
        if ours:
            index = cells.own("index") or {"values": list(range(cells.size))}
            names[members] = index["values"]
    plain = ours and "dtype" not in index
    labels = pandas.RangeIndex(size)
    if not plain:
        labels = pandas.Index(names, dtype=index["dtype"], name=index["name"])
    table = pandas.DataFrame(
        {name: pandas.Series(values, dtype=dtypes[name]) for name, values in columns.items()}
    )
    if not plain and not labels.is_unique:
        twice = labels[labels.duplicated()][0]
        raise InputError(f"{document.path}: two neurons would be named {twice!r}.")
    table = table.reindex(range(size)).set_axis(labels)
    if (np.sort(order) != np.arange(size)).any():
        raise InputError(
            f"{document.path}: the properties {TAG}order do not name each neuron once."
        )
    back = np.argsort(order)
    table = table if (back == np.arange(size)).all() else table.iloc[back]
    return (table.set_axis(pandas.RangeIndex(size)) if plain else table), order


_Columns = dict[str, tuple[str | None, list[Any]]]


def _own_columns(cells: Cells) -> _Columns:
    found: _Columns = {}
    for tag in cells.properties:
        if tag.startswith(f"{TAG}column."):
            name = tag.removeprefix(f"{TAG}column.")
            column = cells.own(f"column.{name}")
            found[name] = (column["dtype"], column["values"])
    return found


def _foreign_columns(cells: Cells) -> _Columns:
    found: _Columns = {"component": (None, [cells.component] * cells.size)}
    for tag, value in cells.properties.items():
        if tag in ("neurotransmitter", "transmitter"):
            tag, value = "transmitter", canonical(value)
        found[tag] = (None, [value] * cells.size)
    if len(cells.places) == cells.size:
        for axis, values in zip("xyz", zip(*cells.places, strict=True), strict=True):
            found[axis] = ("float64", list(values))
    return found


def _classes(
    document: Document, own: list[str] | None
) -> tuple[tuple[str, ...], NDArray[np.int64]]:
    """The names of classes, and the class of each of the document's `synapses`."""
    names = {name: kind for kind, name in enumerate(own or ())}
    of_synapse = np.zeros(len(document.synapses), dtype=np.int64)
    for (projection, synapse), kind in document.synapses.items():
        numbered = re.match(r"chemical_(\d+)_", projection) if own else None
        name = own[int(numbered[1])] if own and numbered else _by_reversal(document, synapse)
        of_synapse[kind] = names.setdefault(name, len(names))
    return tuple(names) or (UNKNOWN,), of_synapse


def _by_reversal(document: Document, synapse: str) -> str:
    if synapse not in document.components:
        missing = ", ".join(document.missing)
        where = f"; these included files are not there: {missing}" if missing else ""
        raise InputError(
            f"{document.path}: the synapse {synapse!r} of a connection is not defined{where}. "
            "Expected its definition with erev, which tells whether it excites or inhibits."
        )
    about = document.components[synapse]
    if "erev" in about:
        excites = quantity(about["erev"], "voltage") > EXCITES_ABOVE
    elif "ibase" in about:
        excites = quantity(about["ibase"], "current") > 0
    else:
        return UNKNOWN
    return "excitatory" if excites else "inhibitory"


def _gap_junctions(document: Document, order: NDArray) -> Edges | None:
    pandas = require("pandas", extra="brain")
    pre, post, weights, _ = document.electrical.arrays()
    one, other = order[pre], order[post]
    pairs = pandas.DataFrame(
        {
            "low": np.minimum(one, other),
            "high": np.maximum(one, other),
            "up": one < other,
            "weight": weights,
        }
    )
    pairs = pairs[pairs["low"] != pairs["high"]]
    if pairs.empty:
        return None
    pairs = pairs.groupby(["low", "high", "up"])["weight"].sum().reset_index()
    pairs = pairs.groupby(["low", "high"])["weight"].max().reset_index()
    low, high, number = (pairs[name].to_numpy() for name in ("low", "high", "weight"))
    return symmetric(low, high, number, len(order))
