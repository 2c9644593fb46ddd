"""Matrices of SciPy and graphs of NetworkX, and the way back."""

from __future__ import annotations

import warnings
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, Literal

import numpy as np
from numpy.typing import ArrayLike

from liquidtime.brain.connectome.graph import Connectome, named
from liquidtime.brain.read.columns import GAP_KINDS
from liquidtime.errors import InputError
from liquidtime.optional import require

if TYPE_CHECKING:
    import networkx
    import pandas
    import scipy.sparse

Orientation = Literal["source_target", "target_source"]
_SIGNED = ("excitatory", "inhibitory")


def from_scipy(
    matrix: Any,
    *,
    neurons: pandas.DataFrame | Sequence[str] | None = None,
    transmitter: ArrayLike | None = None,
    orientation: Orientation = "source_target",
    signed: bool = False,
    name: str = "connectome",
) -> Connectome:
    """A connectome from a matrix of counts.

    Args:
        matrix: [N, N], a SciPy sparse matrix or array, or what NumPy takes; numbers of synapses
            or other weights ≥ 0.
        neurons: The table of neurons or their names, in the order of the rows; by default they
            have numbers.
        transmitter: [N], of each neuron, as a source; by default the table's column
            `transmitter`, else unknown.
        orientation: "source_target" where a row holds what a neuron sends, "target_source" where
            it holds what a neuron receives.
        signed: Whether a negative weight means an inhibitory edge. Then the classes are
            "excitatory" and "inhibitory", and counts are the absolute values.
        name: Of the connectome.

    Raises:
        InputError: If the matrix is not square, has another size than the neurons, has negative
            numbers without `signed`, or comes with both `signed` and `transmitter`.
    """
    sparse = require("scipy.sparse", extra="brain")
    entries = sparse.coo_array(matrix)
    if entries.ndim != 2 or entries.shape[0] != entries.shape[1]:
        raise InputError(f"the matrix has shape {list(entries.shape)}; expected [N, N].")
    size = int(entries.shape[0])
    if neurons is not None and len(neurons) != size:
        raise InputError(
            f"the matrix has {size} rows, but there are {len(neurons)} neurons; expected as many."
        )
    _check_orientation(orientation)
    if signed and transmitter is not None:
        raise InputError("both signed and transmitter are given; expected one of them.")
    entries.sum_duplicates()
    rows, columns = entries.coords
    sources, targets = (rows, columns) if orientation == "source_target" else (columns, rows)
    weights = np.asarray(entries.data, dtype=np.float64)
    if not signed and (weights < 0).any():
        raise InputError(
            f"the matrix holds {weights.min():g}; expected numbers ≥ 0. Pass signed=True where a "
            "negative number means an inhibitory edge."
        )
    kinds = None
    if transmitter is not None:
        per_neuron = np.asarray(transmitter)
        if per_neuron.shape != (size,):
            raise InputError(
                f"transmitter has shape {list(per_neuron.shape)}; expected [N] = [{size}]."
            )
        kinds = per_neuron[sources]
    table = _table(neurons, size)
    labels = table.index.to_numpy()
    return Connectome.from_edges(
        labels[sources],
        labels[targets],
        weights,
        neurons=table,
        transmitter=kinds,
        signed=signed,
        name=name,
    )


def to_scipy(
    connectome: Connectome,
    *,
    kind: Literal["chemical", "gap"] = "chemical",
    orientation: Orientation = "source_target",
    signed: bool = False,
) -> scipy.sparse.csr_array:
    """The counts of a connectome as a sparse matrix [N, N], classes added up.

    Args:
        connectome: Any.
        kind: Chemical synapses, or gap junctions.
        orientation: What a row holds: what a neuron sends ("source_target") or receives.
        signed: Whether inhibitory edges become negative; the classes must then be "excitatory"
            and "inhibitory".

    Returns:
        int64 where all counts are whole numbers of at most 32,767, else float64.

    Raises:
        InputError: If `signed` is asked of other classes, or there are no gap junctions.
    """
    sparse = require("scipy.sparse", extra="brain")
    _check_orientation(orientation)
    edges = connectome.synapses if kind == "chemical" else connectome.gap_junctions
    if edges is None:
        raise InputError(f"{connectome!r} has no gap junctions.")
    counts = edges.counts.astype(np.float64 if edges.counts.dtype.kind == "f" else np.int64)
    if signed:
        if other := set(connectome.classes) - set(_SIGNED):
            raise InputError(
                f"the connectome has the class {min(other)!r}; a signed matrix can only be made "
                "of excitatory and inhibitory. Use Connectome.with_transmitters first."
            )
        counts *= np.array([1 if c == "excitatory" else -1 for c in connectome.classes])[
            edges.classes
        ]
    sources, targets = edges.sources, edges.targets()
    ends = (sources, targets) if orientation == "source_target" else (targets, sources)
    return sparse.coo_array((counts, ends), shape=(len(connectome), len(connectome))).tocsr()


def from_networkx(
    graph: networkx.Graph,
    *,
    count: str = "weight",
    transmitter: str = "transmitter",
    kind: str = "kind",
    signed: bool = False,
    name: str | None = None,
) -> Connectome:
    """A connectome from a directed graph, whose edges may be parallel.

    Args:
        graph: Its nodes are the neurons, and their attributes the columns of the table.
        count: The attribute of edges with the number of synapses; 1 where an edge has none.
        transmitter: The attribute with the transmitter, of an edge, or else of its source.
        kind: The attribute of edges that is "gap" (or "electrical", …) for a gap junction; all
            others are chemical.
        signed: Whether a negative number means an inhibitory edge, as in `from_scipy`.
        name: Of the connectome; by default that of the graph.

    Raises:
        InputError: If the graph is not directed, a number is negative without `signed`, or edges
            tell transmitters beside `signed`.
    """
    pandas = require("pandas", extra="brain")
    if not graph.is_directed():
        raise InputError(
            "the graph is not directed; expected a DiGraph or MultiDiGraph, an edge from the "
            "presynaptic to the postsynaptic neuron. graph.to_directed() makes one with all "
            "edges in both directions."
        )
    nodes = list(graph)
    table = named(
        pandas.DataFrame(
            [graph.nodes[node] for node in nodes], index=pandas.Index(nodes, tupleize_cols=False)
        )
    )
    if transmitter in table and transmitter != "transmitter":
        table = table.rename(columns={transmitter: "transmitter"})
    place = {node: n for n, node in enumerate(nodes)}
    edges = [(place[pre], place[post], data) for pre, post, data in graph.edges(data=True)]
    is_gap = [str(data.get(kind, "")).strip().lower() in GAP_KINDS for _, _, data in edges]
    chemical = [edge for edge, other in zip(edges, is_gap, strict=True) if not other]
    gap = [edge for edge, other in zip(edges, is_gap, strict=True) if other]
    labels = table.index.to_numpy()

    def listed(found: list[tuple[int, int, dict[str, Any]]]) -> tuple[Any, Any, Any]:
        pre = labels[np.array([edge[0] for edge in found], dtype=np.int64)]
        post = labels[np.array([edge[1] for edge in found], dtype=np.int64)]
        return pre, post, np.array([edge[2].get(count, 1) for edge in found], dtype=np.float64)

    _say_left_out(graph, edges, (count, transmitter, kind))
    own = None
    if not signed and any(transmitter in data for _, _, data in chemical):
        of_neuron = list(table["transmitter"]) if "transmitter" in table else [""] * len(table)
        own = [data.get(transmitter, of_neuron[pre]) for pre, _, data in chemical]
    pre, post, counts = listed(chemical)
    return Connectome.from_edges(
        pre,
        post,
        counts,
        neurons=table,
        transmitter=own,
        signed=signed,
        gap_junctions=listed(gap) if gap else None,
        name=name or graph.name or "connectome",
    )


def _say_left_out(graph: Any, edges: Sequence[Any], used: Sequence[str]) -> None:
    left = sorted({str(key) for _, _, data in edges for key in data} - set(used))
    if left:
        warnings.warn(
            f"{graph}: the attributes {', '.join(map(repr, left))} of edges are left out; count, "
            "transmitter and kind name those that are read.",
            UserWarning,
            stacklevel=3,
        )


def to_networkx(connectome: Connectome) -> networkx.MultiDiGraph:
    """A directed graph of a connectome, which `from_networkx` reads back.

    Nodes have the columns of the table as attributes. Edges have `weight`, `transmitter` and
    `kind`, "chemical" or "gap"; a gap junction is an edge in each direction.
    """
    networkx = require("networkx", extra="brain")
    graph = networkx.MultiDiGraph(name=connectome.name)
    rows = connectome.neurons.to_dict("records")
    names = connectome.neurons.index.tolist()
    graph.add_nodes_from(zip(names, rows or [{}] * len(names), strict=True))
    synapses = connectome.synapses
    for pre, post, number, kind in zip(
        synapses.sources.tolist(),
        synapses.targets().tolist(),
        synapses.counts.tolist(),
        synapses.classes.tolist(),
        strict=True,
    ):
        told = connectome.classes[kind]
        graph.add_edge(names[pre], names[post], weight=number, transmitter=told, kind="chemical")
    gaps = connectome.gap_junctions
    if gaps is not None:
        ends = zip(gaps.sources.tolist(), gaps.targets().tolist(), strict=True)
        for (one, other), number in zip(ends, gaps.counts.tolist(), strict=True):
            graph.add_edge(names[one], names[other], weight=number, kind="gap")
    return graph


def _check_orientation(orientation: str) -> None:
    if orientation not in ("source_target", "target_source"):
        raise InputError(
            f'orientation is {orientation!r}; expected "source_target" or "target_source".'
        )


def _table(neurons: Any, size: int) -> pandas.DataFrame:
    pandas = require("pandas", extra="brain")
    if isinstance(neurons, pandas.DataFrame):
        return named(neurons)
    index = pandas.RangeIndex(size) if neurons is None else pandas.Index(list(neurons))
    return named(pandas.DataFrame(index=index))
