"""Several files as one table: by a pattern, a folder or a list, in natural order of their names."""

import glob
import re
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any, NamedTuple
from urllib.parse import unquote

import numpy as np

from liquidtime.data.table.columns import Header, nearest
from liquidtime.data.table.files.csv_file import read_csv, read_header
from liquidtime.data.table.files.parquet_file import parquet_header, read_parquet
from liquidtime.data.table.schema import TableSchema
from liquidtime.data.table.source import Table, look_at
from liquidtime.errors import InputError
from liquidtime.optional import require

_TABLES = {".csv", ".tsv", ".tab", ".txt", ".parquet", ".pq"}
_PACKED = {".gz", ".bz2", ".xz"}
_KEY = re.compile(r"([^=]+)=(.*)")
# What Hive and Spark write for a key that is null.
_NULL = "__HIVE_DEFAULT_PARTITION__"
_SHOWN = 3


class Part(NamedTuple):
    """One file of a table.

    Attributes:
        path: The file.
        columns: What its path says of all of its rows: keys of folders such as "site=A", and the
            id where that is the file's name.
    """

    path: Path
    columns: dict[str, str]


class Files(NamedTuple):
    """The files of one table.

    Attributes:
        label: What messages call them.
        parts: In the order in which they are read.
        notes: What the user should know.
    """

    label: Path
    parts: tuple[Part, ...]
    notes: tuple[str, ...] = ()


def find_files(given: Any, schema: TableSchema) -> Files:
    """Find the files that a path, a pattern such as "data/*.csv", a folder or a list of them name.

    Of a folder, these are the tables in it and below it; names that begin with a point or an
    underscore do not count. Numbers in names count as such: day2 stands before day10.

    Args:
        given: The path, pattern or folder; or a sequence of them.
        schema: For whether the id is the name of the file.

    Raises:
        InputError: If nothing is found, or a file is named twice.
    """
    wanted = [given] if isinstance(given, str | Path) else list(given)
    if not wanted:
        raise InputError("No table is named; expected the path of a CSV or Parquet file.")
    found, roots = [], {}
    for one in map(Path, wanted):
        for path, root in _expand(one):
            if path in roots:
                raise InputError(f"{path} is named twice; expected each file once.")
            found.append(path)
            roots[path] = root
    found.sort(key=_natural)
    keys = [_keys(path, roots[path]) for path in found]
    if any(names.keys() != keys[0].keys() for names in keys):
        odd = next(n for n, names in enumerate(keys) if names.keys() != keys[0].keys())
        raise InputError(
            f"{found[odd]} lies in folders with the keys {sorted(keys[odd])}, {found[0]} in ones "
            f"with {sorted(keys[0])}; expected the same keys of all files of a table."
        )
    names = _names(found) if schema.id_from_file else []
    parts = tuple(
        Part(path, own | ({schema.id_column: names[n]} if names else {}))
        for n, (path, own) in enumerate(zip(found, keys, strict=True))
    )
    if len(found) == 1:
        return Files(found[0], parts)
    label = Path(wanted[0]) if len(wanted) == 1 else found[0].with_name(_and_more(found))
    shown = [path.name for path in found[: _SHOWN if len(found) > _SHOWN + 1 else None]]
    last = [f"… {found[-1].name}"] if len(shown) < len(found) else []
    note = f"{len(found):,} files, read in this order: {', '.join([*shown, *last])}."
    return Files(label, parts, (note,))


def read_headers(files: Files, schema: TableSchema) -> tuple[Header, tuple[str, ...]]:
    """The column names of the first file, with those that paths tell; and notes about others.

    Where a later file lacks a column that is needed, reading it says so.
    """
    headers = [_header(part.path, schema) for part in files.parts]
    first, notes = headers[0], ()
    for part, header in zip(files.parts[1:], headers[1:], strict=True):
        lost = [name for name in first.names if name not in header]
        new = [name for name in header.names if name not in first]
        if lost or new:
            notes = (
                f"{part.path} has other columns than {files.parts[0].path}: "
                + "; ".join(
                    f"{what} {', '.join(names)}"
                    for what, names in (("without", lost), ("besides", new))
                    if names
                )
                + ".",
            )
            break
    more = [name for name in files.parts[0].columns if name not in first]
    return Header(first.place, [*first.names, *more]), notes


def read_files(
    files: Files, schema: TableSchema, *, text: Sequence[str], numbers: Sequence[str]
) -> Table:
    """Read the wanted columns of all files, one below the other.

    Args:
        files: The files.
        schema: As `read_csv` takes it.
        text: Columns to keep as text.
        numbers: Columns to parse as numbers; they stay text if a cell in any file does not parse.

    Raises:
        InputError: If a file cannot be read or lacks a column.
    """
    if len(files.parts) == 1 and not files.parts[0].columns:
        return _load(files.parts[0].path, schema, text, numbers)
    pandas = require("pandas", extra="train")
    wanted = [*dict.fromkeys([*text, *numbers])]
    tables = [_part(part, files, schema, text, numbers) for part in files.parts]
    uneven = [name for name in numbers if len({_is_number(table, name) for table in tables}) > 1]
    if uneven:
        # A slip in one file must not be told from numbers in the others by their type.
        for n, part in enumerate(files.parts):
            if tables[n].format == "csv":
                tables[n] = _part(part, files, schema, [*text, *uneven], numbers)
    frame = pandas.concat([table.frame[wanted] for table in tables], ignore_index=True)
    if len(tables) == 1:
        return replace(tables[0], frame=frame)
    ends = np.cumsum([len(table) for table in tables])
    tables = tuple(replace(table, frame=table.frame.iloc[:0]) for table in tables)
    return Table(files.label, frame, "files", parts=tables, ends=ends)


def _part(
    part: Part, files: Files, schema: TableSchema, text: Sequence[str], numbers: Sequence[str]
) -> Table:
    own = part.columns
    try:
        table = _load(
            part.path,
            schema,
            [name for name in text if name not in own],
            [name for name in numbers if name not in own],
        )
    except InputError as error:
        first = files.parts[0].path
        if "no column" in str(error) and part.path != first:
            raise InputError(
                f"{error} The files of a table need the same; {first} has it."
            ) from None
        raise
    added = {name: own[name] for name in [*text, *numbers] if name in own}
    return replace(table, frame=table.frame.assign(**added)) if added else table


def _load(path: Path, schema: TableSchema, text: Sequence[str], numbers: Sequence[str]) -> Table:
    if look_at(path) == "parquet":
        return read_parquet(path, wanted=[*text, *numbers])
    return read_csv(path, schema, text=text, numbers=numbers)


def _header(path: Path, schema: TableSchema) -> Header:
    return parquet_header(path) if look_at(path) == "parquet" else read_header(path, schema)[0]


def _is_number(table: Table, name: str) -> bool:
    pandas = require("pandas", extra="train")
    return pandas.api.types.is_numeric_dtype(table.frame[name])


def _expand(path: Path) -> list[tuple[Path, Path]]:
    """Files, each with the folder below which the names of folders are part of the table."""
    try:
        is_folder, literal = path.is_dir(), path.exists()
    except (OSError, ValueError):
        is_folder, literal = False, True
    if is_folder:
        found = [file for file in path.rglob("*") if _is_table(file, path)]
        if not found:
            raise InputError(
                f"{path} is a folder without tables; expected files named "
                f"{', '.join(sorted(_TABLES))}, packed or not, in it or below it."
            )
        return [(file, path) for file in found]
    if literal or glob.escape(str(path)) == str(path):
        return [(path, path.parent)]
    root = Path(*path.parts[: next(n for n, p in enumerate(path.parts) if glob.escape(p) != p)])
    found = [Path(name) for name in glob.glob(str(path), recursive=True)]  # noqa: PTH207
    found = [file for file in found if file.is_file()]
    if not found:
        names = [entry.name for entry in root.iterdir()] if root.is_dir() else []
        close = nearest(path.name.replace("*", ""), names)
        raise InputError(
            f"{path}: no file matches this pattern."
            + (f" There is {root / close}." if close else " Check the path.")
        )
    return [(file, root) for file in found]


def _is_table(file: Path, root: Path) -> bool:
    if any(part.startswith((".", "_")) for part in file.relative_to(root).parts):
        return False
    suffixes = [suffix.lower() for suffix in file.suffixes[-2:]]
    if suffixes and suffixes[-1] in _PACKED:
        suffixes.pop()
    return bool(suffixes) and suffixes[-1] in _TABLES and file.is_file()


def _natural(path: Path) -> list[list[tuple[int, int, str]]]:
    def pieces(name: str) -> list[tuple[int, int, str]]:
        found = re.split(r"(\d+)", name)
        return [(0, int(p), p) if p.isdecimal() else (1, 0, p.casefold()) for p in found if p]

    return [*map(pieces, path.parts)]


def _keys(path: Path, root: Path) -> dict[str, str]:
    keys = filter(None, (_KEY.fullmatch(part) for part in path.parent.relative_to(root).parts))
    return {key[1]: "" if key[2] == _NULL else unquote(key[2]) for key in keys}


def _names(paths: list[Path]) -> list[str]:
    """What tells the files apart: their names without suffix, or folders where these are equal."""
    names = [[*path.parts[:-1], _stem(path)] for path in paths]
    if len(paths) == 1:
        return [names[0][-1]]
    if len({name[-1] for name in names}) == 1:
        names = [name[:-1] for name in names]
    short = [name[-1] for name in names]
    if len(set(short)) == len(short):
        return short
    common = 0
    while len({tuple(name[: common + 1]) for name in names}) == 1:
        common += 1
    return ["/".join(name[common:]) for name in names]


def _stem(path: Path) -> str:
    name = path.name
    for suffixes in (_PACKED, _TABLES):
        end = Path(name).suffix
        name = name.removesuffix(end) if end.lower() in suffixes else name
    return name


def _and_more(paths: list[Path]) -> str:
    return f"{paths[0].name} and {len(paths) - 1:,} more"
