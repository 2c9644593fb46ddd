"""Lists of edges in files of every usual kind, or in data frames."""

from __future__ import annotations

import bz2
import gzip
import lzma
import os
import re
import warnings
import zlib
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from liquidtime.brain.connectome.graph import Connectome
from liquidtime.brain.connectome.names import Names, read_together
from liquidtime.brain.connectome.transmitters import UNKNOWN
from liquidtime.brain.read.columns import GAP_KINDS, KNOWN, find_columns
from liquidtime.errors import InputError
from liquidtime.optional import require

if TYPE_CHECKING:
    import pandas

_SEPARATORS = {".csv": ",", ".tsv": "\t", ".txt": r"\s+"}
_FORMATS = {".parquet": "parquet", ".pq": "parquet", ".feather": "feather", ".arrow": "feather"}
_OTHER_WIDTH = re.compile(r"Expected (\d+) fields in line (\d+), saw (\d+)")
_PACKED = (".gz", ".bz2", ".xz", ".zst")
_BEGINS, _DIGITS = np.zeros(256, np.bool_), np.zeros(256, np.bool_)
_BEGINS[list(b'\t\n\v\f\r ,"')] = True
_DIGITS[list(b"0123456789")] = True
"""Which bytes a cell begins behind, and which are digits."""
_START = 1000
"""Rows that tell what a column holds."""


def read_edges(
    edges: str | os.PathLike[str] | pandas.DataFrame,
    *,
    pre: str = "pre",
    post: str = "post",
    count: str | None = "count",
    transmitter: str | None = None,
    signed: bool = False,
    neurons: str | os.PathLike[str] | pandas.DataFrame | None = None,
    name_column: str | None = None,
    kind: str | None = None,
    gap_kinds: Sequence[str] = GAP_KINDS,
    header: Sequence[str] | None = None,
    name: str | None = None,
) -> Connectome:
    """Read a connectome from a list of edges, one a row.

    Columns are found by their names, those of Codex, CAVE, neuPrint and NetworkX among them (see
    `read.columns.KNOWN`). A warning says what is read under another name than the default, and
    which columns are left out.

    Args:
        edges: A data frame, or a file: .csv, .tsv or .txt (separated by blanks), which may be
            compressed (.gz, .bz2, .xz, .zst), .parquet or .feather.
        pre: The column of presynaptic neurons, whole numbers or text. In a text file they are
            numbers only if every name is written as one: `007` beside `7` is another neuron.
        post: The column of postsynaptic neurons.
        count: The column of numbers of synapses, ≥ 0; None where each row is one synapse, which
            also holds where there is no column of counts. Rows with the same neurons and
            transmitter are added up.
        transmitter: The column with the transmitter of each edge, or its sign (1 or -1,
            "excitatory" or "inhibitory"). By default a column `transmitter`, `nt_type` or `sign`,
            if there is one; else that of the presynaptic neuron in the column `transmitter` of
            `neurons`; else the one column that holds nothing but known transmitters; else unknown.
        signed: Whether a negative count means an inhibitory edge. Then the classes are
            "excitatory" and "inhibitory".
        neurons: The table of neurons, a data frame or a file of the same kinds. By default the
            neurons are those that occur in the edges, sorted.
        name_column: The column of `neurons` that holds their names; by default the index of a
            data frame, and the first column of a file.
        kind: The column that tells gap junctions from chemical synapses; by default a column
            `kind` or `type` of which every value tells that, else all edges are chemical. A gap
            junction stands once, or in both directions with one count.
        gap_kinds: The values of `kind` that mean a gap junction, whatever the case; all others
            mean a chemical synapse.
        header: Names of the columns of a text file of edges that does not begin with them.
        name: Of the connectome; by default the file's name without its suffixes.

    Raises:
        InputError: If the suffix is not known, there is no edge, a column is missing or several
            may be meant, a count is negative or no number, a name is missing or may be rounded
            (see `Connectome.find`), or a neuron is not in `neurons`.
    """
    pandas = require("pandas", extra="brain")
    from_file = isinstance(edges, str | os.PathLike)
    what = f"{edges}" if from_file else "the table of edges"
    if signed and transmitter is not None:
        raise InputError("both signed and transmitter are given; expected one of them.")
    table, in_table = (None, None) if neurons is None else _neurons(neurons, name_column)
    columns = find_columns(
        _start(edges, header),
        {"pre": pre, "post": post, "count": count, "transmitter": transmitter, "kind": kind},
        what=what,
        told_by_neurons=signed or (table is not None and "transmitter" in table),
        gap_kinds=gap_kinds,
    )
    if signed:
        columns = columns._replace(transmitter=None)
    texts = [c for c in (*columns[:2], columns.transmitter, columns.kind) if c is not None]
    frame = read_table(edges, columns.used, header=header, texts=texts if from_file else ())
    if frame.empty:
        raise InputError(f"{what} holds no edges; expected one a row.")
    written, row = _is_text(edges), _row_of(edges, header)
    parts = [Names(repr(c), frame[c], written, row) for c in columns[:2]]
    try:
        # Numbers and text of data frames are what their maker meant them to be.
        if in_table and not written and not in_table.written:
            (sources, targets), known = read_together(parts), read_together([in_table])
        else:
            sources, targets, *known = read_together([*parts, *([in_table] if in_table else [])])
    except InputError as error:
        raise InputError(f"{what}: {error}") from error
    if table is None:
        table = pandas.DataFrame(index=np.sort(pandas.unique(np.concatenate([sources, targets]))))
    else:
        table = _indexed(table, known[0], f"{neurons}" if in_table and in_table.written else "")
        _check_known(sources, targets, table, what)
    numbers = np.ones(len(frame))
    if columns.count is not None:
        numbers = _counts(frame[columns.count], what, row, signed=signed)
    gap = np.zeros(len(frame), dtype=bool)
    if columns.kind is not None:
        meant = {value.lower() for value in gap_kinds}
        gap = frame[columns.kind].astype(str).str.strip().str.lower().isin(meant).to_numpy()
    chemical, kinds = ~gap, None
    if columns.transmitter is not None:
        kinds = frame[columns.transmitter].to_numpy()[chemical]
    found = Connectome.from_edges(
        sources[chemical],
        targets[chemical],
        numbers[chemical],
        neurons=table,
        transmitter=kinds,
        signed=signed,
        gap_junctions=(sources[gap], targets[gap], np.abs(numbers[gap])) if gap.any() else None,
        name=name or (_stem(edges) if from_file else "connectome"),
    )
    if found.classes == (UNKNOWN,) and len(found.synapses):
        warnings.warn(
            f"{what}: No transmitters are told, so every edge excites; name their column "
            "(transmitter).",
            UserWarning,
            stacklevel=2,
        )
    return found


def read_table(
    table: str | os.PathLike[str] | pandas.DataFrame,
    columns: Sequence[str] | None = None,
    *,
    header: Sequence[str] | None = None,
    texts: Sequence[str] = (),
    rows: int | None = None,
) -> pandas.DataFrame:
    """A table from a file of any kind that `read_edges` takes; a data frame passes through.

    Only an empty cell counts as missing, so that a neuron may be called NA.

    Args:
        table: The file, or a data frame.
        columns: Those to read; by default all.
        header: Names of the columns of a text file that does not begin with them.
        texts: Columns of a text file to read as they are written, such as names, which may have
            zeros in front.
        rows: How many to read from the start; by default all.

    Raises:
        InputError: If the suffix is not known, the file is empty or damaged, or a column is
            missing; the message says which columns there are.
    """
    pandas = require("pandas", extra="brain")
    if not isinstance(table, str | os.PathLike):
        _check_columns(list(table.columns), columns or (), "the table")
        found = table if columns is None else table.loc[:, list(columns)]
        return found if rows is None else found.head(rows)
    path = Path(table)
    if not path.is_file():
        raise InputError(f"there is no file {path}.")
    suffix = _suffix(path)
    if suffix in _FORMATS:
        return _binary(path, _FORMATS[suffix], columns, rows)
    if suffix not in _SEPARATORS:
        known = ", ".join([*_SEPARATORS, *_FORMATS])
        raise InputError(
            f"{path} ends in {suffix or 'no suffix'!r}; expected one of {known}, the text files "
            f"also with {', '.join(_PACKED)}. Read it yourself and pass a data frame."
        )
    options = {"sep": _SEPARATORS[suffix], "keep_default_na": False, "na_values": [""]}
    names = None if header is None else list(header)
    try:
        # As it is: read as a header, columns that are called alike get other names.
        found = names or _header(pandas.read_csv(path, nrows=1, header=None, dtype=str, **options))
        _check_columns(found, columns, path if names else f"{path}, row 1")
        with warnings.catch_warnings():
            # More cells than columns, which pandas would leave out.
            warnings.simplefilter("error", pandas.errors.ParserWarning)
            read = partial(
                pandas.read_csv,
                path,
                names=names,
                header=None if names else 0,
                usecols=columns,
                index_col=False,
                nrows=rows,
                low_memory=False,
                **options,
            )
            found = read()
            return read(dtype=dict.fromkeys(texts, str)) if _changed(path, found, texts) else found
    except pandas.errors.EmptyDataError as error:
        raise InputError(f"{path} is empty; expected a line for each edge or neuron.") from error
    except (pandas.errors.ParserError, pandas.errors.ParserWarning) as error:
        raise InputError(f"{path} is not a table: {_in_words(str(error))}.") from error
    except UnicodeDecodeError as error:
        raise InputError(f"{path} is not in UTF-8 ({error}); save it so.") from error
    except (OSError, EOFError, zlib.error, lzma.LZMAError) as error:
        raise InputError(f"{path} is damaged or cut short ({error}).") from error


def _changed(path: Path, table: Any, texts: Sequence[str]) -> bool:
    """Whether columns of text have become numbers that would be written in another way."""
    kinds = {getattr(table[column].dtype, "kind", "O") for column in texts} & set("iufb")
    if not kinds:
        return False
    openers = {".gz": gzip.open, ".bz2": bz2.open, ".xz": lzma.open, ".zst": None}
    opener = openers.get(path.suffix.lower(), open)
    if kinds != {"i"} or opener is None:
        return True
    # Text takes ten times as long to read, and few tables have such numbers anywhere.
    with opener(path, "rb") as stream:
        last = b"\n"
        while block := stream.read(1 << 24):
            if _unusual(last + block):
                return True
            last = block[-4:]
    return False


def _unusual(text: bytes) -> bool:
    """Whether a cell begins with a zero before another digit, or with a plus."""
    signs = np.frombuffer(text, np.uint8)
    begins = _BEGINS[signs]
    padded = (signs[:-1] == ord("0")) & _DIGITS[signs[1:]]
    if (begins[:-2] & padded[1:]).any():
        return True
    # Few tables have a sign anywhere.
    if b"-" in text and (begins[:-3] & (signs[1:-2] == ord("-")) & padded[2:]).any():
        return True
    return b"+" in text and bool(
        (begins[:-2] & (signs[1:-1] == ord("+")) & _DIGITS[signs[2:]]).any()
    )


def _binary(
    path: Path, kind: str, columns: Sequence[str] | None, rows: int | None
) -> pandas.DataFrame:
    arrow, dataset = require("pyarrow", extra="brain"), require("pyarrow.dataset", extra="brain")
    try:
        found = dataset.dataset(path, format=kind)
        _check_columns(found.schema.names, columns, path)
        chosen = None if columns is None else list(columns)
        if rows is not None:
            return found.head(rows, columns=chosen).to_pandas(integer_object_nulls=True)
        # A whole number stays one where another is missing.
        return found.to_table(columns=chosen).to_pandas(integer_object_nulls=True)
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
    for column in dict.fromkeys(found) if wanted is None else wanted:
        if (count := list(found).count(column)) > 1:
            raise InputError(
                f"{what}: {count} columns are called {column!r}; expected one. Rename the others."
            )


def _header(first: pandas.DataFrame) -> list[str]:
    """Names of the columns, those without one as pandas calls them."""
    row = enumerate(first.iloc[0])
    return [name if isinstance(name, str) else f"Unnamed: {at}" for at, name in row]


def _in_words(error: str) -> str:
    """What pandas says of a row, as the other messages say it."""
    found = _OTHER_WIDTH.search(error)
    if found is None:
        return " ".join(error.split()).rstrip(".")
    return f"row {found[2]} has {found[3]} cells, the rows before it have {found[1]}"


def _start(
    edges: str | os.PathLike[str] | pandas.DataFrame, header: Sequence[str] | None
) -> pandas.DataFrame:
    return read_table(edges, header=header, rows=_START)


def _is_text(table: object) -> bool:
    return isinstance(table, str | os.PathLike) and _suffix(Path(table)) in _SEPARATORS


def _row_of(table: object, header: Sequence[str] | None = None) -> Callable[[int], str]:
    """What messages call a row: of a text file its line, as editors count them."""
    first = 0
    if _is_text(table):
        first = 1 if header is not None else 2
    return lambda row: f"row {first + row}"


def _counts(
    column: Any, what: str, row_of: Callable[[int], str], *, signed: bool
) -> NDArray[np.float64]:
    pandas = require("pandas", extra="brain")
    numbers = pandas.to_numeric(column, errors="coerce").to_numpy(dtype=np.float64, na_value=np.nan)
    wrong = ~(np.isfinite(numbers) & (signed | (numbers >= 0)))
    if wrong.any():
        row = int(wrong.argmax())
        mend = (
            ""
            if signed
            else (
                " ≥ 0. What is inhibitory is told by the transmitter, or, with signed, by the sign"
            )
        )
        raise InputError(
            f"{what}: {row_of(row)} has the count {column.iloc[row]!r}; expected a number{mend}."
        )
    return numbers


def _neurons(
    neurons: str | os.PathLike[str] | pandas.DataFrame, name_column: str | None
) -> tuple[pandas.DataFrame, Names]:
    """The table of neurons, numbered, and their names."""
    from_file = isinstance(neurons, str | os.PathLike)
    what = f"{neurons}" if from_file else "the table of neurons"
    start = read_table(neurons, rows=0)
    if name_column is not None:
        _check_columns(list(start.columns), [name_column], what)
    elif from_file:
        name_column = start.columns[0]
    table = read_table(
        neurons, texts=[name_column] if from_file and name_column is not None else ()
    )
    names = table.index if name_column is None else table[name_column]
    if np.asarray(names.isna()).any():
        raise InputError(f"{what}: a neuron has no name; expected one in each row.")
    label = names.name
    if name_column is not None:
        table = table.drop(columns=name_column)
    table = table.set_axis(require("pandas", extra="brain").RangeIndex(len(table), name=label))
    if "transmitter" not in table:
        told = [c for c in table.columns if str(c).strip().lower() in KNOWN["transmitter"]]
        if len(told) == 1:
            table["transmitter"] = table[told[0]]
            warnings.warn(
                f"{what}: the column {told[0]!r} is read as transmitter.", UserWarning, stacklevel=3
            )
    return table, Names("a name in the table of neurons", names, _is_text(neurons))


def _indexed(table: pandas.DataFrame, names: NDArray[Any], what: str) -> pandas.DataFrame:
    index = require("pandas", extra="brain").Index(
        names, name=table.index.name, tupleize_cols=False
    )
    if not index.is_unique:
        twice = index[index.duplicated()][0]
        raise InputError(
            f"{what or 'the table of neurons'} names the neuron {twice!r} twice; expected each "
            "name once."
        )
    return table.set_axis(index)


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
