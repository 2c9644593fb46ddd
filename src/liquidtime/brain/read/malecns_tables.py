"""The male fly's central nervous system, brain and nerve cord (MaleCNS v1.0, CC BY 4.0).

The flat files of Janelia's release, <https://male-cns.janelia.org/download>, list the connections
of all 88 million pieces of the segmentation; those between neurons are a sixth of them.

Cite: S. Berg et al., "Sexual dimorphism in the complete connectome of the Drosophila male central
nervous system", bioRxiv 2025.10.09.680999 (2025).
"""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from liquidtime.brain.connectome.graph import Connectome
from liquidtime.brain.connectome.names import read_names
from liquidtime.brain.connectome.transmitters import UNKNOWN, canonical
from liquidtime.brain.read.tables import read_table
from liquidtime.data.sources import Source, fetch
from liquidtime.errors import InputError
from liquidtime.kernels.network import edges
from liquidtime.optional import require

if TYPE_CHECKING:
    import pandas

_FOLDER = "https://storage.googleapis.com/flyem-male-cns/v1.0/connectome-data/flat-connectome/"


def _source(file: str, sha256: str) -> Source:
    return Source("connectome/malecns", file, f"{_FOLDER}{file}", sha256)


WEIGHTS = _source(
    "connectome-weights-male-cns-v1.0-minconf-0.5.feather",
    "e35da783d1c686b2b58b3b87cd6a403ae43bfcfba8bff28e08ef752c1a56afc1",
)
TRANSMITTERS = _source(
    "body-neurotransmitters-male-cns-v1.0.feather",
    "95c9289220663abeb3409f3ad9e5a7f8a53f8093f5139d15502cd08da8879621",
)
ANNOTATIONS = _source(
    "body-annotations-male-cns-v1.0-minconf-0.5.feather",
    "2177e246113e4cfbf1e7772ec37c6da1955ff22e8063d0b1f833101f99a9a3b2",
)

COLUMNS = {
    "pre": ("body_pre", "bodyId_pre", "bodyid_pre", "pre"),
    "post": ("body_post", "bodyId_post", "bodyid_post", "post"),
    "weight": ("weight", "count", "synapses", "syn_count"),
    "body": ("bodyId", "body", "bodyid", "body_id"),
    "transmitter": (
        *("consensus_nt", "consensusNt", "celltype_predicted_nt", "celltypePredictedNt"),
        *("predicted_nt", "predictedNt", "top_nt"),
    ),
    "type": ("type", "cell_type", "celltype"),
    "group": ("superclass", "super_class", "superClass"),
    "class": ("class", "cell_class"),
    "subclass": ("subclass", "sub_class"),
    "instance": ("instance", "name"),
    "side": ("somaSide", "soma_side", "side"),
    "soma": ("somaLocation", "soma_location", "soma_position"),
}
"""What a column is called in one release or another; the first that is there is read."""

VOXEL = 0.008
"""Edge of a voxel, in which places of somata are given, in µm."""


def malecns(
    weights: str | os.PathLike[str] | None = None,
    neurotransmitters: str | os.PathLike[str] | None = None,
    annotations: str | os.PathLike[str] | None = None,
    *,
    transmitter: str | None = None,
    name: str = "MaleCNS",
) -> Connectome:
    """Read the connectome of the male fly from its three flat files, and fetch those not given.

    Version 1.0 has 166,700 neurons, 25,582,938 edges and 124 million synapses. The connections
    are read one batch after the other, and only those between two neurons are held, 12 bytes each
    until they are sorted.

    Args:
        weights: `connectome-weights-….feather` (1.1 GB): source, target, number of synapses.
        neurotransmitters: `body-neurotransmitters-….feather` (43 MB). Of several rows of a neuron
            the first counts.
        annotations: `body-annotations-….feather` (14 MB). The neurons are its rows that have a
            superclass; the others are glia and fragments.
        transmitter: The column of transmitters; by default the consensus of a cell type's
            neurons, and what was predicted of the neuron alone in a release without that.
        name: Of the connectome.

    Returns:
        The neurons by their body id, sorted. Columns, as far as the release has them: `type`,
        `group` (the superclass, such as cb_sensory, ol_intrinsic or vnc_motor), `class`,
        `subclass`, `instance`, `side`, `transmitter`, and `x`, `y`, `z` of the soma in µm, NaN
        where it is not known. Pass `liquidtime.brain.connectome.transmitters.FLY` to a
        simulation: glutamate inhibits in the fly.

    Raises:
        InputError: If a file is not at hand, or has none of the columns in `COLUMNS` for what is
            needed; the message says what was looked for and what is there.
    """
    table = _neurons(_path(annotations, ANNOTATIONS))
    table["transmitter"] = _transmitters(
        _path(neurotransmitters, TRANSMITTERS), table.index, transmitter
    )
    sources, targets, counts = _between(_path(weights, WEIGHTS), table.index.to_numpy())
    names = tuple(sorted(set(table["transmitter"])))
    of_neuron = np.array([names.index(kind) for kind in table["transmitter"]], dtype=np.uint8)
    found = edges.from_pairs(sources, targets, counts, of_neuron[sources], len(table))
    return Connectome(table, found, names, name=name)


def _ids(column: Any, path: Path) -> np.ndarray:
    try:
        ids = read_names(column, repr(str(column.name)))
    except InputError as error:
        raise InputError(f"{path}: {error}") from error
    if ids.size and ids.dtype.kind != "i":
        raise InputError(f"{path}: {column.name!r} holds {ids[0]!r}; expected whole numbers.")
    return ids.astype(np.int64)


def _path(given: str | os.PathLike[str] | None, source: Source) -> Path:
    return fetch(source) if given is None else Path(given)


def _column(found: Sequence[str], what: str, path: Path) -> str:
    for known in COLUMNS[what]:
        if known in found:
            return known
    raise InputError(
        f"{path} has no column for {what}: looked for {', '.join(map(repr, COLUMNS[what]))}; its "
        f"columns are {', '.join(map(repr, found))}. Rename one of them."
    )


def _neurons(path: Path) -> pandas.DataFrame:
    pandas = require("pandas", extra="brain")
    rows = read_table(path)
    found = list(rows.columns)
    body, group = _column(found, "body", path), _column(found, "group", path)
    told = rows[group].astype(object)
    rows = rows.loc[(told.notna() & (told != "")).to_numpy()].sort_values(by=[body])
    if rows.empty:
        raise InputError(f"{path}: no row has a {group}; expected one for each neuron.")
    table = pandas.DataFrame(index=pandas.Index(_ids(rows[body], path), name="body"))
    if not table.index.is_unique:
        twice = table.index[table.index.duplicated()][0]
        raise InputError(f"{path} lists the neuron {twice} twice; expected each once.")
    for what in ("type", "group", "class", "subclass", "instance", "side"):
        known = [column for column in COLUMNS[what] if column in found]
        if known:
            table[what] = rows[known[0]].astype(object).fillna("").to_numpy()
    known = [column for column in COLUMNS["soma"] if column in found]
    places = np.full((len(table), 3), np.nan)
    for row, place in enumerate(rows[known[0]] if known else ()):
        if isinstance(place, list | tuple | np.ndarray) and len(place) == 3:
            places[row] = place
    table[["x", "y", "z"]] = places * VOXEL
    return table


def _transmitters(path: Path, bodies: pandas.Index, column: str | None) -> list[str]:
    rows = read_table(path)
    found = list(rows.columns)
    body = _column(found, "body", path)
    kind = column or _column(found, "transmitter", path)
    if kind not in found:
        raise InputError(f"{path} has no column {kind!r}; its columns are {', '.join(found)}.")
    rows = rows.set_axis(_ids(rows[body], path))
    told: Any = rows.loc[~rows.index.duplicated(), kind]
    usual = {value: canonical(value) for value in told.dropna().unique()}
    return [usual.get(value, UNKNOWN) for value in told.reindex(bodies)]


def _between(path: Path, bodies: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Sources, targets and counts of the connections whose both ends are among sorted bodies."""
    arrow, ipc = require("pyarrow", extra="brain"), require("pyarrow.ipc", extra="brain")
    if not path.is_file():
        raise InputError(f"there is no file {path}.")
    parts: list[tuple[np.ndarray, np.ndarray, np.ndarray]] = []
    with arrow.memory_map(os.fspath(path)) as mapped:
        try:
            file = ipc.open_file(mapped)
        except arrow.ArrowInvalid as error:
            raise InputError(f"{path} is not a whole Feather file ({error}).") from error
        names = file.schema.names
        columns = [_column(names, what, path) for what in ("pre", "post", "weight")]
        wanted = ipc.IpcReadOptions(included_fields=sorted(map(names.index, columns)))
        file = ipc.open_file(mapped, options=wanted)
        for number in range(file.num_record_batches):
            parts.append(_known(file.get_batch(number), columns, bodies, path))
    if not parts:
        raise InputError(f"{path} holds no connections.")
    sources, targets, counts = (np.concatenate(part) for part in zip(*parts, strict=True))
    return sources, targets, counts


def _known(
    batch: Any, columns: list[str], bodies: np.ndarray, path: Path
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    pre, post, weight = (batch.column(c).to_numpy(zero_copy_only=False) for c in columns)
    ends, kept = [], np.ones(len(pre), dtype=bool)
    for column, end in zip(columns, (pre, post), strict=False):
        if end.dtype.kind not in "iu":
            raise InputError(
                f"{path}: {column!r} holds {end.dtype}, or a gap; expected whole numbers: floats "
                "round ids."
            )
        # NumPy compares signed with unsigned numbers as floats, which large ids do not survive.
        body = end.astype(np.int64, copy=False)
        place = np.searchsorted(bodies, body)
        place[place == len(bodies)] = 0
        kept &= bodies[place] == body
        ends.append(place.astype(np.int32))
    counts = weight[kept].astype(np.float32)
    if (wrong := ~(np.isfinite(counts) & (counts >= 0))).any():
        raise InputError(
            f"{path}: {columns[2]!r} holds {counts[wrong][0]}; expected numbers of synapses ≥ 0."
        )
    return ends[0][kept], ends[1][kept], counts
