"""SONATA: the bulk format for large networks, HDF5 tables of nodes and edges with CSV types.

What `write_sonata` puts into a folder, by the names of the SONATA developer guide:

- `circuit_config.json`: where the rest lies, with a manifest.
- `nodes.h5`: `/nodes/<population>`; the columns of the table of neurons are attributes of group 0.
- `node_types.csv`: one type, a `point_neuron` of the model template `liquidtime:graded`, which is
  the equation of `Parameters`.
- `graded.json`: constants that all neurons share. Those that differ stand in nodes.h5, in
  `0/dynamics_params`.
- `edges.h5`: `/edges/<population>__<population>__chemical`, and `…__electrical` for the gap
  junctions, each of which stands there in both directions. `0/nsyns` holds the counts, and
  `0/dynamics_params` the constants of every synapse, where there are such. Both indices are there.
- `edge_types.csv`: a type for each class of edges with its `transmitter`, `reversal_potential` (mV)
  and `syn_weight` (nS of one synapse: the conductance of an edge is `nsyns · syn_weight`).
"""

from __future__ import annotations

import json
import warnings
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from liquidtime.brain.connectome.graph import Connectome, symmetric
from liquidtime.brain.connectome.transmitters import REVERSAL_POTENTIALS, UNKNOWN, canonical
from liquidtime.brain.formats.sonata_read import (
    TRANSMITTER_COLUMNS,
    Attributes,
    Circuit,
    Population,
    member,
    open_circuit,
)
from liquidtime.brain.formats.sonata_write import (
    CHUNK,
    GAP_TEMPLATE,
    NEURON_CONSTANTS,
    NODE_TEMPLATE,
    SYNAPSE_CONSTANTS,
    SYNAPSE_TEMPLATE,
    write_sonata,
)
from liquidtime.brain.neurons.graded import Parameters, SynapseParameters
from liquidtime.errors import InputError
from liquidtime.kernels.network import edges as rows
from liquidtime.optional import require

if TYPE_CHECKING:
    import pandas

__all__ = ["read_sonata", "sonata_parameters", "write_sonata"]

EXCITES_ABOVE = -40.0
"""mV. A synapse whose transmitter is not told excites if it reverses above this potential."""

_OURS = (SYNAPSE_TEMPLATE, GAP_TEMPLATE)
_MODEL_COLUMNS = ("model_type", "model_template")


def read_sonata(
    config_or_folder: str | Path,
    population: str | None = None,
    edges: str | Sequence[str] | None = None,
) -> Connectome:
    """Read one population of neurons and the edges within it.

    The transmitter of an edge, which is its class, is the first of these that the files tell:
    `transmitter`, `neurotransmitter`, `synapse_class` or `ei` of the edge or its type; the sign of
    its own `syn_weight`, where edges have such and some are negative; whether `erev` in the
    `dynamics_params` of its type lies above −40 mV (excitatory) or not; one of the same four
    columns of its source; the sign of its type's `syn_weight`, where some are negative; else
    "unknown". What an edge itself has goes before its type.

    Its count is `nsyns`, by default 1, times the size of `syn_weight` where single edges have such;
    then it need not be a whole number. Weights that only types have are left out: they are
    conductances, or whatever the model of the type takes. So are other attributes of edges, delays
    among them, constants of neurons, neurons of other populations with what they send, and
    attributes of several columns, but for `positions`, which become `x`, `y` and `z`. A warning
    names what is left out, and says where a sign and a transmitter contradict each other.

    Args:
        config_or_folder: A circuit's or a simulation's configuration, or a folder with a
            `circuit_config.json`.
        population: Of neurons; needed only where there are several.
        edges: Populations of chemical edges, which are put together; needed only where there are
            several within `population`. Electrical ones, told by their type in the configuration
            or by their name's end `__electrical`, become gap junctions.

    Returns:
        The connectome. Its neurons are named by the attribute `name` if no name comes twice, else
        by their node ids.

    Raises:
        InputError: If a file, group or population is missing, or several are there and none was
            named; the message lists them.
    """
    circuit = open_circuit(config_or_folder)
    nodes = circuit.nodes(population)
    with nodes.open() as attributes:
        table, ids = _neurons(attributes)
        name = str(attributes.group.attrs.get("name", nodes.name))
    chemical, electrical = _within(circuit, nodes, edges)
    left = _left_out(circuit, nodes, [*chemical, *electrical])
    names: dict[str, int] = {}
    found = [_edges(circuit, each, table, ids, names) for each in chemical]
    gaps = [_edges(circuit, each, table, ids, None) for each in electrical]
    junctions = None
    if gaps:
        one, other, counts, _ = _together(gaps)
        try:
            junctions = symmetric(one, other, counts, len(table))
        except ValueError as error:
            raise InputError(f"{electrical[0].path}: {error}") from error
    try:
        synapses = rows.from_pairs(*_together(found), len(table))
    except ValueError as error:
        raise InputError(f"{circuit.path}: {error}") from error
    if left:
        warnings.warn(f"{circuit.path}: left out: {'; '.join(left)}.", UserWarning, stacklevel=2)
    return Connectome(table, synapses, tuple(names) or (UNKNOWN,), junctions, name=name)


def sonata_parameters(
    config_or_folder: str | Path,
    population: str | None = None,
    edges: str | Sequence[str] | None = None,
) -> Parameters | None:
    """The constants that `write_sonata` has stored with a connectome.

    Args:
        config_or_folder: As for `read_sonata`.
        population: As for `read_sonata`.
        edges: As for `read_sonata`.

    Returns:
        The constants; None if there are none, or they are those of another model than
        `liquidtime:graded`. Conductances and reversal potentials come by transmitter.

    Raises:
        InputError: As for `read_sonata`.
    """
    circuit = open_circuit(config_or_folder)
    nodes = circuit.nodes(population)
    if not _is_ours(nodes.types) or "dynamics_params" not in nodes.types:
        return None
    file_name = nodes.types["dynamics_params"].iloc[0]
    if not isinstance(file_name, str):
        return None
    shared = _json(circuit, "point_neuron_models_dir", file_name)
    constants: dict[str, Any] = {k: float(shared[k]) for k in NEURON_CONSTANTS if k in shared}
    with nodes.open() as attributes:
        group = attributes.group.get("0/dynamics_params") or {}
        constants |= {name: group[name][:] for name in NEURON_CONSTANTS if name in group}
    chemical, electrical = _within(circuit, nodes, edges)
    for name, column in (
        ("unit_conductance", "syn_weight"),
        ("reversal_potential", "reversal_potential"),
    ):
        constants[name] = {
            str(transmitter): float(value)
            for each in chemical
            for transmitter, value in zip(
                each.types["transmitter"], each.types[column], strict=True
            )
            if not np.isnan(value)
        }
    for each in electrical:
        if (weights := each.types["syn_weight"].dropna()).size:
            constants["gap_conductance"] = float(weights.iloc[0])
    with chemical[0].open() as attributes:
        group = attributes.group.get("0/dynamics_params") or {}
        if all(name in group for name in SYNAPSE_CONSTANTS):
            own = {name: group[name][:] for name in SYNAPSE_CONSTANTS}
            constants["synapses"] = SynapseParameters(**own)
    return Parameters(**constants)


def _is_ours(types: pandas.DataFrame) -> bool:
    return "model_template" in types and bool((types["model_template"] == NODE_TEMPLATE).all())


def _json(circuit: Circuit, component: str, file_name: str) -> dict[str, Any]:
    path = circuit.components.get(component, circuit.path.parent) / file_name
    if not path.is_file():
        raise InputError(f"there is no file {path}, which the types of {circuit.path} name.")
    return json.loads(path.read_text(encoding="utf-8"))


def _neurons(attributes: Attributes) -> tuple[pandas.DataFrame, NDArray | None]:
    """The table, and the node ids unless they are 0, 1, …."""
    pandas = require("pandas", extra="brain")
    size = len(attributes)
    left_out = _MODEL_COLUMNS if _is_ours(attributes.types) else ()
    columns: dict[str, NDArray] = {}
    for name in attributes.names:
        values = None if name in left_out else attributes.column(name, 0, size)
        if values is None:
            continue
        if values.ndim == 1:
            columns[name] = values
        elif name == "positions" and values.shape[1:] == (3,):
            columns |= dict(zip("xyz", values.T, strict=True))
    ids = None
    if "node_id" in attributes.group:
        ids = attributes.group["node_id"][:]
        ids = None if np.array_equal(ids, np.arange(size)) else ids
    index = pandas.RangeIndex(size) if ids is None else pandas.Index(ids.astype(np.int64))
    first = attributes.groups.get(0, {})
    marked = [name for name in first if name in columns and first[name].attrs.get("index")]
    key = marked[0] if marked else "name"
    named = pandas.Index(columns.get(key, []))
    if len(named) == size and named.is_unique and not named.hasnans:
        index = named
        del columns[key]
        if marked and "index_name" in first[key].attrs:
            index = index.rename(str(first[key].attrs["index_name"]))
    if not index.is_unique:
        twice = index[index.duplicated()][0]
        raise InputError(f"{attributes.group.file.filename} has the node id {twice} twice.")
    return pandas.DataFrame(columns, index=index), ids


def _within(
    circuit: Circuit, nodes: Population, wanted: str | Sequence[str] | None
) -> tuple[list[Population], list[Population]]:
    """Chemical and electrical edges whose ends both lie in a population of neurons."""
    chemical, electrical = [], []
    for each in circuit.edges():
        with each.open() as attributes:
            ends = {
                member(attributes.group, f"{end}_node_id").attrs.get("node_population", nodes.name)
                for end in ("source", "target")
            }
        if {end.decode() if isinstance(end, bytes) else str(end) for end in ends} == {nodes.name}:
            told = each.about.get("type") or each.name.rsplit("__", 1)[-1]
            (electrical if told == "electrical" else chemical).append(each)
    names = [each.name for each in chemical]
    among = f"{circuit.path}: among the neurons of {nodes.name!r} the chemical edges are"
    if wanted is not None:
        listed = [wanted] if isinstance(wanted, str) else list(wanted)
        for name in listed:
            if name not in names:
                raise InputError(f"{among} {', '.join(names) or 'none'}; there is no {name!r}.")
        return [each for each in chemical if each.name in listed], electrical
    if len(chemical) != 1:
        raise InputError(
            f"{among} {', '.join(names) or 'none'}; expected one population, or the name of one "
            "or several: edges=…."
        )
    return chemical, electrical


_Arrays = tuple[NDArray, NDArray, NDArray, NDArray]


def _together(parts: Sequence[_Arrays]) -> _Arrays:
    if len(parts) == 1:
        return parts[0]
    one, other, counts, kinds = (np.concatenate(arrays) for arrays in zip(*parts, strict=True))
    return one, other, counts, kinds


def _edges(
    circuit: Circuit,
    population: Population,
    table: pandas.DataFrame,
    ids: NDArray | None,
    names: dict[str, int] | None,
) -> _Arrays:
    """Sources, targets, counts and classes; `names` of classes grows. None: gap junctions."""
    with population.open() as attributes:
        size = len(attributes)
        ends = {end: np.empty(size, np.int32) for end in ("source", "target")}
        counts, kinds = np.ones(size, np.float32), np.zeros(size, np.uint8)
        # Those of our own types are unit conductances, which `sonata_parameters` reads.
        own = attributes.in_file("syn_weight")
        classes = None if names is None else _Classes(circuit, attributes, table, names)
        for first in range(0, size, CHUNK):
            last = min(first + CHUNK, size)
            for end, positions in ends.items():
                found = member(attributes.group, f"{end}_node_id")[first:last]
                positions[first:last] = _positions(found, ids, len(table), population)
            number = attributes.column("nsyns", first, last)
            if number is not None:
                given = np.asarray(number, dtype=np.float32)
                counts[first:last] = np.where(np.isnan(given), 1, given)
            weights = attributes.column("syn_weight", first, last) if own else None
            if weights is not None:
                weights = _finite(weights, population, first)
                size_of = np.abs(weights) if classes is not None else weights
                counts[first:last] *= np.where(np.isnan(size_of), 1, size_of)
            if classes is not None:
                kinds[first:last] = classes.of(first, last, ends["source"][first:last], weights)
        if classes is not None:
            classes.say_contradictions(population)
    return ends["source"], ends["target"], counts, kinds


def _finite(weights: NDArray, population: Population, first: int) -> NDArray[np.float64]:
    numbers = np.asarray(weights, dtype=np.float64)
    if (wrong := np.isinf(numbers)).any():
        raise InputError(
            f"{population.path}: edge {first + int(wrong.argmax())} of {population.name!r} has the "
            f"syn_weight {numbers[wrong][0]}; expected a finite number."
        )
    return numbers


def _left_out(circuit: Circuit, nodes: Population, edges: Sequence[Population]) -> list[str]:
    """What of the files does not become a part of the connectome, in words."""
    found = []
    with nodes.open() as attributes:
        told = attributes.types.get("dynamics_params")
        constants = any("dynamics_params" in group for group in attributes.groups.values())
        if not _is_ours(nodes.types) and (constants or (told is not None and told.notna().any())):
            found.append(f"the constants (dynamics_params) of the neurons of {nodes.name!r}")
    for each in edges:
        with each.open() as attributes:
            types = attributes.types
            ours = "model_template" in types and bool(types["model_template"].isin(_OURS).all())
            used = {"nsyns", *TRANSMITTER_COLUMNS, "model_template", "dynamics_params"}
            if attributes.in_file("syn_weight"):
                used.add("syn_weight")
            if ours:
                used |= {"syn_weight", "reversal_potential"}
            there = [
                name
                for name in attributes.names
                if name not in used and (attributes.in_file(name) or attributes.in_types(name))
            ]
            if there:
                listed = ", ".join(map(repr, there))
                found.append(f"{listed} of the edges {each.name!r}")
    inside = {each.name for each in edges}
    if other := [each.name for each in circuit.edges() if each.name not in inside]:
        found.append(f"the edges {', '.join(map(repr, other))}")
    return found


def _positions(
    found: NDArray, ids: NDArray | None, size: int, population: Population
) -> NDArray[np.int64]:
    if ids is None:
        positions, there = found.astype(np.int64), (found >= 0) & (found < size)
    else:
        order = np.argsort(ids)
        place = np.minimum(np.searchsorted(ids, found, sorter=order), size - 1)
        positions, there = order[place], ids[order[place]] == found
    if not there.all():
        raise InputError(
            f"{population.path}: an edge of {population.name!r} reaches the node "
            f"{found[~there][0]}, which is none of the {size} of the population."
        )
    return positions


class _Classes:
    """The class of each edge, from what the files tell of transmitters."""

    def __init__(
        self,
        circuit: Circuit,
        attributes: Attributes,
        table: pandas.DataFrame,
        names: dict[str, int],
    ):
        self._attributes = attributes
        self._names = names
        types = attributes.types
        columns = TRANSMITTER_COLUMNS
        self._column = next((name for name in columns if attributes.in_file(name)), None)
        self._by_type: NDArray | None = None
        self._by_sign = False
        self._contradictions = 0
        self._by_neuron: NDArray | None = None
        if self._column is not None:
            return
        told = next((name for name in columns if attributes.in_types(name)), None)
        of_neurons = next((name for name in columns if name in table), None)
        reversal = _reversal(circuit, types)
        weights = np.asarray(types.get("syn_weight", []), dtype=np.float64)
        if told is not None:
            self._by_type = self._codes(types[told])
        elif _some_negative(attributes):
            self._by_sign = True
        elif np.isfinite(reversal).any():
            self._by_type = self._codes(_by_sign(reversal - EXCITES_ABOVE))
        elif of_neurons is not None:
            self._by_neuron = self._codes(table[of_neurons])
        elif (weights < 0).any():
            self._by_type = self._codes(_by_sign(weights))

    def of(
        self, first: int, last: int, sources: NDArray, weights: NDArray[np.float64] | None
    ) -> NDArray:
        """[last − first]."""
        if self._by_sign and weights is not None:
            return self._codes(_by_sign(weights))
        found = self._told(first, last, sources)
        if weights is None and self._attributes.in_types("syn_weight"):
            weights = np.asarray(self._attributes.column("syn_weight", first, last), np.float64)
        if weights is not None and (weights < 0).any():
            known = {code: REVERSAL_POTENTIALS.get(name) for name, code in self._names.items()}
            excites = [code for code, mv in known.items() if (mv or 0.0) > EXCITES_ABOVE]
            self._contradictions += int((np.isin(found, excites) & (weights < 0)).sum())
        return found

    def say_contradictions(self, population: Population) -> None:
        """Warn where transmitters that excite stand beside negative weights."""
        if self._contradictions:
            warnings.warn(
                f"{population.path}: {self._contradictions:,} edges of {population.name!r} have a "
                "negative syn_weight, but a transmitter that excites, which counts.",
                UserWarning,
                stacklevel=4,
            )

    def _told(self, first: int, last: int, sources: NDArray) -> NDArray:
        if self._column is not None:
            values = self._attributes.column(self._column, first, last)
            return self._codes([] if values is None else values)
        if self._by_type is not None:
            rows = self._attributes.type_rows(first, last)
            codes = self._by_type[rows]
            if (rows < 0).any():
                codes[rows < 0] = self._code(UNKNOWN)
            return codes
        if self._by_neuron is not None:
            return self._by_neuron[sources]
        return np.full(last - first, self._code(UNKNOWN))

    def _code(self, value: object) -> int:
        return self._names.setdefault(canonical(value), len(self._names))

    def _codes(self, values: Any) -> NDArray:
        codes, distinct = require("pandas", extra="brain").factorize(np.asarray(values, object))
        known = np.array([self._code(value) for value in distinct], dtype=np.int64)
        if (codes < 0).any():
            known = np.append(known, self._code(UNKNOWN))
        return known[codes]


def _reversal(circuit: Circuit, types: pandas.DataFrame) -> NDArray[np.float64]:
    """mV, of each type whose `dynamics_params` tell it; NaN for the others."""
    found = np.full(len(types), np.nan)
    folder = circuit.components.get("synaptic_models_dir", circuit.path.parent)
    for row, file_name in enumerate(types.to_dict("list").get("dynamics_params", [])):
        if isinstance(file_name, str) and (folder / file_name).is_file():
            told = _json(circuit, "synaptic_models_dir", file_name)
            found[row] = told.get("erev", told.get("e", np.nan))
    return found


def _some_negative(attributes: Attributes) -> bool:
    if not attributes.in_file("syn_weight"):
        return False
    for first in range(0, len(attributes), CHUNK):
        found = attributes.column("syn_weight", first, min(first + CHUNK, len(attributes)))
        if found is not None and (np.asarray(found, dtype=np.float64) < 0).any():
            return True
    return False


def _by_sign(values: NDArray[np.float64]) -> NDArray:
    names = np.where(values > 0, "excitatory", "inhibitory").astype(object)
    return np.where(np.isnan(values), UNKNOWN, names)
