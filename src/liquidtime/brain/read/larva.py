"""The brain of the larva of Drosophila (Winding et al. 2023), both hemispheres.

Cite: M. Winding, B. D. Pedigo, C. L. Barnes et al., "The connectome of an insect brain", Science
379, eadd9330 (2023), doi:10.1126/science.add9330.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import numpy as np

from liquidtime.brain.connectome.graph import Connectome
from liquidtime.brain.connectome.names import Names, read_together
from liquidtime.brain.connectome.transmitters import UNKNOWN
from liquidtime.brain.read.mirror import in_mirror
from liquidtime.brain.read.tables import read_table
from liquidtime.data.sources import Source, fetch
from liquidtime.errors import InputError
from liquidtime.optional import require

if TYPE_CHECKING:
    import pandas

_FOLDER = (
    "https://raw.githubusercontent.com/neurodata/bilateral-connectome/"
    "a9305e9da857892a82fa4211d1a18358eba89b4a/data/elife/"
)
EDGES = Source(
    "connectome/drosophila_larva",
    "G_edgelist.txt",
    f"{_FOLDER}G_edgelist.txt",
    "4f1e576776a1a02d3cc103d997e1ea7fa41a1f0e47859d94ee8f83790e2ed216",
)
NEURONS = Source(
    "connectome/drosophila_larva",
    "meta_data.csv",
    f"{_FOLDER}meta_data.csv",
    "9f393b4c481d31926aa46d031061a559db7999afe76a6ad7d740db43c6f785f4",
)

_KEPT = (
    *("name", "hemisphere", "pair", "lineage", "class1", "class2", "simple_group"),
    *("axon_output", "axon_input", "dendrite_output", "dendrite_input"),
)
_SELECTION = ("paper_clustered_neurons", "accessory_neurons")
_NOTHING = "unk"


def winding2023(
    *, whole: bool = False, transmitter: Mapping[str, str] | str | None = None
) -> Connectome:
    """The connectome of the larval brain; fetches its two files (5.4 MB) where needed.

    3,013 neurons, 111,243 edges and 353,859 synapses: the neurons of the paper and their accessory
    ones of both hemispheres, as far as they hang together. Axons and dendrites are not told apart.

    The data have **no transmitters**, so that every edge is "unknown", which excites, unless
    `transmitter` says otherwise. A simulation without inhibition is no model of this brain.

    Args:
        whole: Whether to take every neuron and edge of the files instead: 3,591 neurons, among
            them fragments and sensory neurons of one segment of the nerve cord, 119,010 edges.
        transmitter: Of each type, such as {"KCs": "acetylcholine", "LNs": "gaba"}, the others
            unknown; or the name of the column of the published table that holds it.

    Returns:
        The neurons by their skeleton id. Columns: `type` (the paper's simple group such as KCs,
        else its class), `group` ("input", "inter" or "output" of the brain), `hemisphere` (L, R,
        or C), `pair` (skeleton id of the other side's neuron, -1 for none), `name`, `lineage`,
        `class1`, `class2`, `simple_group`, and synapses at axon and dendrite.

    Raises:
        InputError: If a file is not at hand, or no neuron has a type that `transmitter` names.
    """
    edges, neurons = (in_mirror(source) or fetch(source) for source in (EDGES, NEURONS))
    return from_files(edges, neurons, whole=whole, transmitter=transmitter)


def from_files(
    edges: str | os.PathLike[str],
    neurons: str | os.PathLike[str],
    *,
    whole: bool = False,
    transmitter: Mapping[str, str] | str | None = None,
) -> Connectome:
    """Like `winding2023`, from files of the same format.

    Args:
        edges: "pre post count" a line, without a header.
        neurons: A CSV file whose first column holds the skeleton ids.
        whole: Whether to take every neuron and edge.
        transmitter: As in `winding2023`.

    Raises:
        InputError: If a column is missing, or a neuron is in the edges but not in the table.
    """
    pandas = require("pandas", extra="brain")
    listed = read_table(edges, ["pre", "post", "count"], header=("pre", "post", "count"))
    table = read_table(neurons)
    table = table.set_index(table.columns[0])
    table.index.name = None
    needed = ["io", *_KEPT, *(_SELECTION if not whole else ())]
    if isinstance(transmitter, str):
        needed.append(transmitter)
    read_table(table, needed)
    names = [Names(f"{column!r} of {edges}", listed[column]) for column in ("pre", "post")]
    *ends, index = read_together([*names, Names(f"the first column of {neurons}", table.index)])
    table = table.set_axis(index)
    place = {
        column: table.index.get_indexer(found)
        for column, found in zip(("pre", "post"), ends, strict=True)
    }
    for column, found in place.items():
        if (found < 0).any():
            wrong = listed[column].to_numpy()[found < 0][0]
            raise InputError(f"{edges} names the neuron {wrong}, which {neurons} does not.")
    chosen = np.ones(len(table), dtype=bool)
    if not whole:
        chosen = _hanging_together(table, place["pre"], place["post"])
    kept = chosen[place["pre"]] & chosen[place["post"]]
    rows = table.loc[chosen]
    simple = rows["simple_group"].to_numpy(dtype=object)
    kinds = np.where(simple != _NOTHING, simple, rows["class1"].to_numpy(dtype=object))
    kinds[kinds == _NOTHING] = UNKNOWN
    described = pandas.DataFrame({"type": kinds, "group": rows["io"]}, index=rows.index)
    described = described.join(rows.loc[:, list(_KEPT)])
    if transmitter is not None:
        described["transmitter"] = _transmitters(rows, kinds, transmitter)
    return Connectome.from_edges(
        ends[0][kept],
        ends[1][kept],
        listed["count"].to_numpy()[kept],
        neurons=described,
        name="larval Drosophila (Winding 2023)",
    )


def _hanging_together(table: pandas.DataFrame, pre: np.ndarray, post: np.ndarray) -> np.ndarray:
    """The largest part of the paper's neurons that hangs together, directions left aside."""
    sparse, graph = (
        require("scipy.sparse", extra="brain"),
        require("scipy.sparse.csgraph", extra="brain"),
    )
    first, second = (table[column].to_numpy(dtype=bool) for column in _SELECTION)
    chosen = (first | second) & table["hemisphere"].isin(["L", "R"]).to_numpy()
    both = chosen[pre] & chosen[post]
    size = len(table)
    links = sparse.coo_array((np.ones(both.sum()), (pre[both], post[both])), shape=(size, size))
    _, part = graph.connected_components(links, directed=True, connection="weak")
    return part == np.bincount(part[chosen]).argmax()


def _transmitters(
    rows: pandas.DataFrame, kinds: np.ndarray, transmitter: Mapping[str, str] | str
) -> Any:
    if isinstance(transmitter, str):
        return rows[transmitter]
    if unused := set(transmitter) - set(kinds):
        raise InputError(
            f"no neuron has the type {min(unused)!r}; expected among "
            f"{', '.join(sorted(map(str, set(kinds))))}."
        )
    return [transmitter.get(kind, UNKNOWN) for kind in kinds]
