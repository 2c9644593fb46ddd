"""Lists of edges in files of every usual kind, or in data frames."""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from liquidtime.brain.connectome.graph import Connectome
from liquidtime.errors import InputError
from liquidtime.optional import require

if TYPE_CHECKING:
    import pandas

GAP_KINDS = ("gap", "gap junction", "gap_junction", "gapjunction", "electrical")
"""What says in a column of kinds that an edge is a gap junction, whatever the case."""

_SEPARATORS = {".csv": ",", ".tsv": "\t", ".txt": r"\s+"}
_FORMATS = {".parquet": "parquet", ".pq": "parquet", ".feather": "feather", ".arrow": "feather"}
_PACKED = (".gz", ".bz2", ".xz", ".zst")


def read_edges(
    edges: str | os.PathLike[str] | pandas.DataFrame,
    *,
    pre: str = "pre",
    post: str = "post",
    count: str | None = "count",
    transmitter: str | None = None,
    neurons: str | os.PathLike[str] | pandas.DataFrame | None = None,
    name_column: str | None = None,
    kind: str | None = None,
    gap_kinds: Sequence[str] = GAP_KINDS,
    header: Sequence[str] | None = None,
    name: str | None = None,
) -> Connectome:
    """Read a connectome from a list of edges, one a row.

    Args:
        edges: A data frame, or a file: .csv, .tsv or .txt (separated by blanks), which may be
            compressed (.gz, .bz2, .xz, .zst), .parquet or .feather.
        pre: The column of presynaptic neurons, names or whole numbers.
        post: The column of postsynaptic neurons.
        count: The column of numbers of synapses, ≥ 0; None where each row is one synapse. Rows
            with the same neurons and transmitter are added up.
        transmitter: The column with the transmitter of each edge. By default it is that of the
            presynaptic neuron in the column `transmitter` of `neurons`, else unknown.
        neurons: The table of neurons, a data frame or a file of the same kinds. By default the
            neurons are those that occur in the edges, sorted.
        name_column: The column of `neurons` that holds their names; by default the index of a
            data frame, and the first column of a file.
        kind: The column that tells gap junctions from chemical synapses; by default all edges
            are chemical. A gap junction stands once, or in both directions with one count.
        gap_kinds: The values of `kind` that mean a gap junction, whatever the case; all others
            mean a chemical synapse.
        header: Names of the columns of a text file of edges that does not begin with them.
        name: Of the connectome; by default the file's name without its suffixes.

    Raises:
        InputError: If the suffix is not known, there is no edge, a column is missing, a count is
            negative or no number, or a neuron is not in `neurons`.
    """
    pandas = require("pandas", extra="brain")
    from_file = isinstance(edges, str | os.PathLike)
    what = f"{edges}" if from_file else "the table of edges"
    wanted = [column for column in (pre, post, count, transmitter, kind) if column is not None]
    frame = read_table(edges, list(dict.fromkeys(wanted)), header=header)
    if frame.empty:
        raise InputError(f"{what} holds no edges; expected one a row.")
    sources, targets = _ends(frame, pre, post, what)
    if neurons is None:
        table = pandas.DataFrame(index=np.unique(np.concatenate([sources, targets])))
    else:
        table = _neurons(neurons, name_column)
        _check_known(sources, targets, table, what)
    numbers = np.ones(len(frame)) if count is None else _counts(frame[count], what)
    gap = np.zeros(len(frame), dtype=bool)
    if kind is not None:
        meant = {value.lower() for value in gap_kinds}
        gap = frame[kind].astype(str).str.strip().str.lower().isin(meant).to_numpy()
    chemical = ~gap
    return Connectome.from_edges(
        sources[chemical],
        targets[chemical],
        numbers[chemical],
        neurons=table,
        transmitter=None if transmitter is None else frame[transmitter].to_numpy()[chemical],
        gap_junctions=(sources[gap], targets[gap], numbers[gap]) if gap.any() else None,
        name=name or (_stem(edges) if from_file else "connectome"),
    )


def read_table(
    table: str | os.PathLike[str] | pandas.DataFrame,
    columns: Sequence[str] | None = None,
    *,
    header: Sequence[str] | None = None,
) -> pandas.DataFrame:
    """A table from a file of any kind that `read_edges` takes; a data frame passes through.

    Only an empty cell counts as missing, so that a neuron may be called NA.

    Args:
        table: The file, or a data frame.
        columns: Those to read; by default all.
        header: Names of the columns of a text file that does not begin with them.

    Raises:
        InputError: If the suffix is not known, the file is empty, or a column is missing; the
            message says which columns there are.
    """
    pandas = require("pandas", extra="brain")
    if not isinstance(table, str | os.PathLike):
        _check_columns(list(table.columns), columns, "the table")
        return table if columns is None else table.loc[:, list(columns)]
    path = Path(table)
    if not path.is_file():
        raise InputError(f"there is no file {path}.")
    suffix = _suffix(path)
    if suffix in _FORMATS:
        return _binary(path, _FORMATS[suffix], columns)
    if suffix not in _SEPARATORS:
        known = ", ".join([*_SEPARATORS, *_FORMATS])
        raise InputError(
            f"{path} ends in {suffix or 'no suffix'!r}; expected one of {known}, the text files "
            f"also with {', '.join(_PACKED)}. Read it yourself and pass a data frame."
        )
    options = {"sep": _SEPARATORS[suffix], "keep_default_na": False, "na_values": [""]}
    names = None if header is None else list(header)
    try:
        found = names or list(pandas.read_csv(path, nrows=0, **options).columns)
        _check_columns(found, columns, path)
        return pandas.read_csv(
            path, names=names, header=None if names else 0, usecols=columns, **options
        )
    except pandas.errors.EmptyDataError as error:
        raise InputError(f"{path} is empty; expected a line for each edge or neuron.") from error
    except pandas.errors.ParserError as error:
        raise InputError(f"{path} is not a table ({error}).") from error


def _binary(path: Path, kind: str, columns: Sequence[str] | None) -> pandas.DataFrame:
    arrow, dataset = require("pyarrow", extra="brain"), require("pyarrow.dataset", extra="brain")
    try:
        found = dataset.dataset(path, format=kind)
        _check_columns(found.schema.names, columns, path)
        return found.to_table(columns=None if columns is None else list(columns)).to_pandas()
    except (arrow.ArrowInvalid, OSError) as error:
        raise InputError(f"{path} is not a whole {kind} file ({error}).") from error


def _suffix(path: Path) -> str:
    suffixes = [suffix.lower() for suffix in path.suffixes]
    if suffixes and suffixes[-1] in _PACKED:
        suffixes.pop()
    return suffixes[-1] if suffixes else ""


def _stem(path: str | os.PathLike[str]) -> str:
    name = Path(path).name
    for suffix in (*_PACKED, *_SEPARATORS, *_FORMATS):
        if name.lower().endswith(suffix):
            name = name[: -len(suffix)]
    return name


def _check_columns(found: Sequence[Any], wanted: Sequence[str] | None, what: object) -> None:
    missing = [column for column in wanted or () if column not in found]
    if missing:
        raise InputError(
            f"{what} has no column {', '.join(map(repr, missing))}; its columns are "
            f"{', '.join(map(repr, found)) or 'none'}."
        )


def _ends(
    frame: pandas.DataFrame, pre: str, post: str, what: str
) -> tuple[NDArray[Any], NDArray[Any]]:
    for column in (pre, post):
        missing = np.asarray(frame[column].isna())
        if missing.any():
            row = int(missing.argmax())
            raise InputError(f"{what}: row {row} has no {column!r}; expected a neuron in each row.")
    sources, targets = frame[pre].to_numpy(), frame[post].to_numpy()
    # A column of numbers among names, such as 12 beside 12b, is a column of names.
    if sources.dtype.kind != targets.dtype.kind:
        return frame[pre].astype(str).to_numpy(), frame[post].astype(str).to_numpy()
    return sources, targets


def _counts(column: Any, what: str) -> NDArray[np.float64]:
    pandas = require("pandas", extra="brain")
    numbers = pandas.to_numeric(column, errors="coerce").to_numpy(dtype=np.float64)
    wrong = ~(np.isfinite(numbers) & (numbers >= 0))
    if wrong.any():
        row = int(wrong.argmax())
        raise InputError(
            f"{what}: row {row} has the count {column.iloc[row]!r}; expected a number ≥ 0. What "
            "is inhibitory is told by the transmitter, not by a sign."
        )
    return numbers


def _neurons(
    neurons: str | os.PathLike[str] | pandas.DataFrame, name_column: str | None
) -> pandas.DataFrame:
    from_file = isinstance(neurons, str | os.PathLike)
    what = f"{neurons}" if from_file else "the table of neurons"
    table = read_table(neurons)
    if name_column is not None:
        _check_columns(list(table.columns), [name_column], what)
        table = table.set_index(name_column)
    elif from_file:
        table = table.set_index(table.columns[0])
    if np.asarray(table.index.isna()).any():
        raise InputError(f"{what}: a neuron has no name; expected one in each row.")
    if not table.index.is_unique:
        twice = table.index[table.index.duplicated()][0]
        raise InputError(f"{what} names the neuron {twice!r} twice; expected each name once.")
    return table


def _check_known(
    sources: NDArray[Any], targets: NDArray[Any], table: pandas.DataFrame, what: str
) -> None:
    pandas = require("pandas", extra="brain")
    ends = pandas.Index(pandas.unique(np.concatenate([sources, targets])))
    unknown = ends[table.index.get_indexer(ends) < 0]
    if len(unknown):
        example = repr(table.index[0]) if len(table) else "none: the table is empty"
        raise InputError(
            f"{what} names {len(unknown)} neurons that the table of neurons does not, the first "
            f"is {unknown[0]!r}; expected names such as {example}. Names and numbers are not the "
            "same: 12 is not '12'."
        )
