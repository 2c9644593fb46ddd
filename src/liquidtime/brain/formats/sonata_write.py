"""Writing SONATA; `liquidtime.brain.formats.sonata` tells the layout."""

from __future__ import annotations

import io
import json
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from liquidtime.brain.connectome.graph import Connectome
from liquidtime.brain.connectome.transmitters import REVERSAL_POTENTIALS, canonical
from liquidtime.brain.neurons.graded import Parameters
from liquidtime.errors import InputError
from liquidtime.kernels.network.edges import Edges
from liquidtime.optional import require
from liquidtime.runs.write import write_folder

if TYPE_CHECKING:
    import pandas

CONFIG_NAME = "circuit_config.json"
NODE_TEMPLATE = "liquidtime:graded"
SYNAPSE_TEMPLATE = "liquidtime:graded_synapse"
GAP_TEMPLATE = "liquidtime:gap_junction"
NEURON_CONSTANTS = (
    "membrane_capacitance",
    "leak_conductance",
    "leak_potential",
    "midpoint",
    "steepness",
    "synaptic_time_constant",
    "delay",
)
SYNAPSE_CONSTANTS = ("conductance", "midpoint", "steepness", "reversal_potential")
CHUNK = 1 << 20
"""Edges read or written at a time: some 10 MB a column."""

_MAGIC = 0x0A7A
_SPECIFICATION = (0, 1)


def write_sonata(
    folder: str | Path, connectome: Connectome, parameters: Parameters | None = None
) -> None:
    """Write a connectome as a SONATA circuit.

    Edges are written piece by piece. Everything is first written beside `folder`. A folder that is
    already there keeps its other files; its configuration is replaced last, so that a process
    killed in between leaves a circuit that cannot be read rather than one that is mixed of two.

    Args:
        folder: Where the files shall be; made if it is not there.
        connectome: What to write. Its name, with `/` replaced by `_`, names the node population.
        parameters: Constants of its neurons and synapses (mV, ms, nS, pF). By default none are
            stored, only the usual reversal potentials of the transmitters.

    Raises:
        InputError: If a column of the table has a name that SONATA cannot hold, or `folder` is a
            file.
        InputError: If the constants do not fit the connectome.
    """
    folder = Path(folder)
    if folder.exists() and not folder.is_dir():
        raise InputError(f"{folder} is a file; expected a folder for the files of the circuit.")
    if parameters is not None:
        parameters.check(connectome)
    population = connectome.name.replace("/", "_").strip(".") or "connectome"

    def write(beside: Path) -> None:
        _write_nodes(beside, population, connectome, parameters)
        _write_edges(beside, population, connectome, parameters)
        _write_config(beside, population, connectome.gap_junctions is not None)

    write_folder(folder, write, last=CONFIG_NAME)


def _write_config(folder: Path, population: str, gaps: bool) -> None:
    links = {f"{population}__{population}__chemical": {"type": "chemical"}}
    if gaps:
        links[f"{population}__{population}__electrical"] = {"type": "electrical"}
    nodes = {
        "nodes_file": "$NETWORK_DIR/nodes.h5",
        "node_types_file": "$NETWORK_DIR/node_types.csv",
        "populations": {population: {"type": "point_neuron"}},
    }
    edges = {
        "edges_file": "$NETWORK_DIR/edges.h5",
        "edge_types_file": "$NETWORK_DIR/edge_types.csv",
        "populations": links,
    }
    config = {
        "manifest": {"$BASE_DIR": ".", "$NETWORK_DIR": "$BASE_DIR", "$COMPONENT_DIR": "$BASE_DIR"},
        "components": {"point_neuron_models_dir": "$COMPONENT_DIR"},
        "networks": {"nodes": [nodes], "edges": [edges]},
    }
    (folder / CONFIG_NAME).write_text(
        json.dumps(config, indent=2, ensure_ascii=False) + "\n", encoding="utf-8"
    )


def _write_nodes(
    folder: Path, population: str, connectome: Connectome, parameters: Parameters | None
) -> None:
    neurons = len(connectome)
    shared: dict[str, float] = {}
    with _file(folder / "nodes.h5") as file:
        nodes = file.create_group(f"nodes/{population}")
        nodes.attrs["name"] = connectome.name
        nodes["node_id"] = np.arange(neurons, dtype=np.uint64)
        nodes["node_type_id"] = np.zeros(neurons, dtype=np.uint32)
        nodes["node_group_id"] = np.zeros(neurons, dtype=np.uint32)
        nodes["node_group_index"] = np.arange(neurons, dtype=np.uint64)
        _write_table(nodes.create_group("0", track_order=True), connectome.neurons)
        constants = nodes.create_group("0/dynamics_params")
        for name in NEURON_CONSTANTS if parameters is not None else ():
            value = np.asarray(getattr(parameters, name), dtype=np.float64)
            if value.ndim:
                constants[name] = value
            else:
                shared[name] = float(value)
    if parameters is not None:
        (folder / "graded.json").write_text(json.dumps(shared, indent=2) + "\n", encoding="utf-8")
    file_name = None if parameters is None else "graded.json"
    _write_csv(
        folder / "node_types.csv",
        ("node_type_id", "population", "model_type", "model_template", "dynamics_params"),
        [(0, population, "point_neuron", NODE_TEMPLATE, file_name)],
    )


def _write_table(group: Any, table: pandas.DataFrame) -> None:
    pandas = require("pandas", extra="brain")
    index = table.index
    if not index.equals(pandas.RangeIndex(len(table))):
        key = "neuron_name" if "name" in table.columns else "name"
        _write_column(group, key, index.to_series(), enumerate_texts=False)
        group[key].attrs["index"] = True
        if index.name is not None:
            group[key].attrs["index_name"] = str(index.name)
    for column in table.columns:
        name = str(column)
        if not name or "/" in name or name in (".", "@library", "dynamics_params") or name in group:
            raise InputError(
                f"the table of neurons has the column {name!r}, which cannot be an attribute in a "
                "SONATA file; rename it with connectome.neurons.rename(columns={…})."
            )
        _write_column(group, name, table[column], enumerate_texts=True)


def _write_column(group: Any, name: str, column: Any, *, enumerate_texts: bool) -> None:
    h5py, pandas = require("h5py", extra="brain"), require("pandas", extra="brain")
    if pandas.api.types.is_bool_dtype(column.dtype) and not column.isna().any():
        group[name] = column.to_numpy(dtype=np.int8)
        group[name].attrs["bool"] = True
    elif pandas.api.types.is_numeric_dtype(column.dtype):
        nullable = pandas.api.types.is_extension_array_dtype(column.dtype)
        if nullable and column.isna().any():
            group[name] = column.to_numpy(dtype=np.float64, na_value=np.nan)
        else:
            group[name] = column.to_numpy(getattr(column.dtype, "numpy_dtype", column.dtype))
    else:
        texts = np.array(["" if pandas.isna(text) else str(text) for text in column], dtype=object)
        values, codes = np.unique(texts, return_inverse=True)
        if enumerate_texts and 2 * len(values) <= len(texts):
            library = group.require_group("@library")
            library.create_dataset(name, data=values, dtype=h5py.string_dtype())
            group[name] = codes.astype(np.uint32)
        else:
            group.create_dataset(name, data=texts, dtype=h5py.string_dtype())


def _write_edges(
    folder: Path, population: str, connectome: Connectome, parameters: Parameters | None
) -> None:
    chemical = f"{population}__{population}__chemical"
    electrical = f"{population}__{population}__electrical"
    reversal, unit = _class_constants(connectome.classes, parameters)
    types: list[tuple[Any, ...]] = [
        (kind, chemical, name, reversal[kind], unit[kind], SYNAPSE_TEMPLATE)
        for kind, name in enumerate(connectome.classes)
    ]
    own = None if parameters is None else parameters.synapses
    gaps = connectome.gap_junctions
    with _file(folder / "edges.h5") as file:
        group = file.create_group(f"edges/{chemical}")
        _write_population(group, connectome.synapses, population, lambda part: part)
        if own is not None:
            for name in SYNAPSE_CONSTANTS:
                group.create_dataset(f"0/dynamics_params/{name}", data=getattr(own, name))
        if gaps is not None:
            kind = len(connectome.classes)
            group = file.create_group(f"edges/{electrical}")
            _write_population(group, gaps, population, lambda part: np.full(len(part), kind))
            gap = None if parameters is None else float(parameters.gap_conductance)
            types.append((kind, electrical, None, None, gap, GAP_TEMPLATE))
    columns = ("edge_type_id", "population", "transmitter", "reversal_potential", "syn_weight")
    _write_csv(folder / "edge_types.csv", (*columns, "model_template"), types)


def _class_constants(
    classes: tuple[str, ...], parameters: Parameters | None
) -> tuple[list[float | None], list[float | None]]:
    known = parameters or Parameters()
    reversal: list[float | None] = []
    try:
        reversal.extend(known.reversal_potentials(classes).tolist())
    except ValueError:
        # No one needs to know them where there are no constants, or each edge has its own.
        reversal.extend(REVERSAL_POTENTIALS.get(canonical(name)) for name in classes)
    if parameters is None:
        return reversal, [None] * len(classes)
    return reversal, parameters.unit_conductances(classes).tolist()


def _write_population(
    group: Any, edges: Edges, population: str, types: Callable[[NDArray], NDArray]
) -> None:
    size = len(edges)
    narrow = np.uint32 if size < 2**32 else np.uint64
    columns: dict[str, tuple[Any, Callable[[int, int], NDArray]]] = {
        "source_node_id": (np.uint32, lambda first, last: edges.sources[first:last]),
        "target_node_id": (np.uint32, lambda first, last: _targets(edges, first, last)),
        "edge_type_id": (np.uint16, lambda first, last: types(edges.classes[first:last])),
        "edge_group_id": (np.uint8, lambda first, last: np.zeros(last - first)),
        "edge_group_index": (narrow, lambda first, last: np.arange(first, last)),
        "0/nsyns": (edges.counts.dtype, lambda first, last: edges.counts[first:last]),
    }
    for name, (dtype, part) in columns.items():
        # Not compressed: libsonata's wheels come without the deflate filter.
        dataset = group.create_dataset(name, (size,), dtype)
        for first in range(0, size, CHUNK):
            last = min(first + CHUNK, size)
            dataset[first:last] = part(first, last)
    for name in ("source_node_id", "target_node_id"):
        group[name].attrs["node_population"] = population
    ends = np.stack([edges.offsets[:-1], edges.offsets[1:]], axis=1)
    listening = edges.in_degree > 0
    whole = (0, listening.astype(np.int64), ends[listening])
    _write_index(group, "target_to_source", edges.neurons, iter([whole]))
    _write_index(group, "source_to_target", edges.neurons, _runs(edges))


def _targets(edges: Edges, first: int, last: int) -> NDArray[np.int64]:
    return np.searchsorted(edges.offsets, np.arange(first, last), "right") - 1


def _runs(edges: Edges) -> Iterator[tuple[int, NDArray, NDArray]]:
    """For blocks of sources: the first, how many runs of edges each has, and the runs [R, 2]."""
    before = np.concatenate(([0], np.cumsum(edges.out_degree())))
    # Each block looks at all edges: few blocks for few passes, several for little memory.
    block = max(CHUNK, len(edges) // 16)
    first = 0
    while first < edges.neurons:
        last = max(first + 1, int(np.searchsorted(before, before[first] + block, "right")) - 1)
        found = np.flatnonzero((edges.sources >= first) & (edges.sources < last))
        sources = edges.sources[found]
        order = np.argsort(sources, kind="stable")
        found, sources = found[order], sources[order]
        new = np.ones(len(found), dtype=bool)
        new[1:] = (np.diff(found) != 1) | (np.diff(sources) != 0)
        starts = np.flatnonzero(new)
        ends = np.append(starts[1:], len(found))[: len(starts)] - 1
        each = np.bincount(sources[starts] - first, minlength=last - first)
        yield first, each, np.stack([found[starts], found[ends] + 1], axis=1)
        first = last


def _write_index(
    group: Any, name: str, neurons: int, blocks: Iterator[tuple[int, NDArray, NDArray]]
) -> None:
    index = group.create_group(f"indices/{name}")
    of_nodes = index.create_dataset("node_id_to_ranges", (neurons, 2), np.int64, fillvalue=-1)
    # BMTK looks for the name without the s; a hard link takes no room.
    index["node_id_to_range"] = of_nodes
    ranges = index.create_dataset(
        "range_to_edge_id", (0, 2), np.int64, maxshape=(None, 2), chunks=(1 << 14, 2)
    )
    written = 0
    for first, each, runs in blocks:
        last = written + np.cumsum(each)
        of_node = np.stack([last - each, last], axis=1)
        of_node[each == 0] = -1
        of_nodes[first : first + len(each)] = of_node
        ranges.resize(written + len(runs), axis=0)
        ranges[written:] = runs
        written += len(runs)


@contextmanager
def _file(path: Path) -> Iterator[Any]:
    # In memory, since HDF5 brings the process down when it comes to the end of a disk.
    content = io.BytesIO()
    with require("h5py", extra="brain").File(content, "w") as file:
        file.attrs["version"] = np.array(_SPECIFICATION, dtype=np.uint32)
        file.attrs["magic"] = np.uint32(_MAGIC)
        yield file
    path.write_bytes(content.getbuffer())


def _write_csv(path: Path, columns: Sequence[str], rows: Sequence[Sequence[Any]]) -> None:
    lines = [" ".join(columns), *(" ".join(map(_field, row)) for row in rows)]
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")


def _field(value: Any) -> str:
    if value is None:
        return "NULL"
    if not isinstance(value, str):
        return repr(value)
    plain = value and value != "NULL" and not any(c.isspace() or c in "\"'" for c in value)
    return value if plain else '"' + value.replace('"', '""') + '"'
