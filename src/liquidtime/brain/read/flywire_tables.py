"""The female fly brain of FlyWire, in the files of the whole-brain model of Shiu et al. 2024.

They are in that model's repository, <https://github.com/philshiu/Drosophila_brain_model>. FlyWire
allows no commercial use and asks not to pass its data on, so they are never shipped or fetched.

Cite: S. Dorkenwald et al., Nature 634, 124 (2024); P. Schlegel et al., Nature 634, 139 (2024); for
the signs N. Eckstein et al., Cell 187, 2574 (2024); and P. K. Shiu et al., Nature 634, 210 (2024).
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import numpy as np

from liquidtime.brain.connectome.graph import Connectome
from liquidtime.brain.connectome.transmitters import UNKNOWN
from liquidtime.brain.read.tables import read_table
from liquidtime.errors import InputError
from liquidtime.kernels.network import edges
from liquidtime.optional import require

CLASSES = ("excitatory", "inhibitory")
_IDS = ("Presynaptic_ID", "Postsynaptic_ID")
_INDICES = ("Presynaptic_Index", "Postsynaptic_Index")
_COUNT, _SIGN = "Connectivity", "Excitatory"


def flywire(
    completeness: str | os.PathLike[str],
    connectivity: str | os.PathLike[str],
    *,
    name: str = "FlyWire",
) -> Connectome:
    """Read the brain from your own copies of its two files.

    Version 783 has 138,639 neurons and 15,091,983 edges with 54.5 million synapses. The edges are
    read one row group after the other; 13 bytes an edge are held until they are sorted.

    Args:
        completeness: `Completeness_783.csv`, whose first column, which may have no name, or whose
            column `root_id` holds the neurons in the order of their indices.
        connectivity: `Connectivity_783.parquet` with the columns `Presynaptic_ID`,
            `Postsynaptic_ID`, `Presynaptic_Index`, `Postsynaptic_Index`, `Connectivity` (the
            number of synapses) and `Excitatory` (1, or -1 where inhibitory). Others are left.
        name: Of the connectome.

    Returns:
        The neurons by their root id. Columns: `transmitter`, here "excitatory" or "inhibitory",
        by the sign of the edges that a neuron sends, "unknown" where it sends none or both, and
        those of the first file. The classes are "excitatory" and "inhibitory".

    Raises:
        InputError: If a column is missing, a sign is neither 1 nor -1, a count is negative, or
            the two files do not belong together.
    """
    table = read_table(completeness)
    column = "root_id" if "root_id" in table else table.columns[0]
    if table[column].dtype.kind not in "iu":
        raise InputError(
            f"{completeness}: the column {column!r} holds {table[column].dtype}; expected the "
            "root ids of the neurons, whole numbers."
        )
    table = table.set_index(column)
    table.index.name = "root_id"
    sources, targets, counts, kinds = _edges(Path(connectivity), table.index.to_numpy())
    told = [UNKNOWN, *CLASSES, UNKNOWN]
    sends = np.zeros((2, len(table)), dtype=bool)
    sends[kinds, sources] = True
    table["transmitter"] = [told[one + 2 * other] for one, other in sends.T]
    found = edges.from_pairs(sources, targets, counts, kinds, len(table))
    return Connectome(table, found, CLASSES, name=name)


def _edges(path: Path, ids: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    parquet = require("pyarrow.parquet", extra="brain")
    arrow = require("pyarrow", extra="brain")
    if not path.is_file():
        raise InputError(f"there is no file {path}.")
    try:
        file = parquet.ParquetFile(path, memory_map=True)
    except arrow.ArrowInvalid as error:
        raise InputError(f"{path} is not a whole Parquet file ({error}).") from error
    with file:
        columns = [*_INDICES, _COUNT, _SIGN, *_IDS]
        if missing := [column for column in columns if column not in file.schema_arrow.names]:
            raise InputError(
                f"{path} has no column {', '.join(map(repr, missing))}; its columns are "
                f"{', '.join(map(repr, file.schema_arrow.names))}."
            )
        rows = file.metadata.num_rows
        ends = np.empty((2, rows), dtype=np.int32)
        counts, kinds = np.empty(rows, dtype=np.float32), np.empty(rows, dtype=np.uint8)
        first = 0
        for group in range(file.num_row_groups):
            # One at a time, since all columns together are 48 bytes an edge.
            for batch in file.iter_batches(1 << 20, row_groups=[group], columns=columns):
                part = slice(first, first + batch.num_rows)
                _check(path, batch, ids)
                for end, column in zip(ends, _INDICES, strict=True):
                    end[part] = _array(batch, column)
                counts[part] = _array(batch, _COUNT)
                kinds[part] = _array(batch, _SIGN) < 0
                first = part.stop
    return ends[0], ends[1], counts, kinds


def _check(path: Path, batch: Any, ids: np.ndarray) -> None:
    for column in (*_INDICES, *_IDS):
        if (found := _array(batch, column)).dtype.kind not in "iu":
            raise InputError(
                f"{path}: {column} holds {found.dtype}, or a gap; expected whole numbers: floats "
                "round ids."
            )
    for index, name in zip(_INDICES, _IDS, strict=True):
        places = _array(batch, index)
        if len(places) and not (places.min() >= 0 and places.max() < len(ids)):
            raise InputError(
                f"{path}: {index} goes from {places.min()} to {places.max()}, but there are "
                f"{len(ids)} neurons. Take both files from the same version."
            )
        if (wrong := ids[places] != _array(batch, name)).any():
            row = int(wrong.argmax())
            raise InputError(
                f"{path}: the neuron {places[row]} is called {_array(batch, name)[row]} there, but "
                f"{ids[places[row]]} in the list of neurons. Take both files from the same version."
            )
    signs = _array(batch, _SIGN)
    if (wrong := np.abs(signs) != 1).any():
        raise InputError(f"{path}: {_SIGN} holds {signs[wrong][0]}; expected 1 or -1.")
    if (wrong := ~(_array(batch, _COUNT) >= 0)).any():
        raise InputError(
            f"{path}: {_COUNT} holds {_array(batch, _COUNT)[wrong][0]}; expected numbers of "
            f"synapses ≥ 0. The sign stands in {_SIGN}."
        )


def _array(batch: Any, column: str) -> np.ndarray:
    return batch.column(column).to_numpy(zero_copy_only=False)
