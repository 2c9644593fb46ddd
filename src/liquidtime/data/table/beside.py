"""A column with one cell a series that is neither input nor target: its patient, its part."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np

from liquidtime.data.categories import listed
from liquidtime.data.table.files.csv_file import read_csv, read_header
from liquidtime.data.table.files.many import find_files, read_files, read_headers
from liquidtime.data.table.files.parquet_file import parquet_header, read_parquet
from liquidtime.data.table.labels import id_column, label_column
from liquidtime.data.table.schema import TableSchema
from liquidtime.data.table.second import how_they_differ
from liquidtime.data.table.source import Table, look_at
from liquidtime.data.table.targets import first_of_group
from liquidtime.errors import InputError


def has_column(data: Any, targets: Path | None, schema: TableSchema, column: str) -> bool:
    """Whether the tables have a column of that name."""
    files = find_files(data, schema)
    there = column in read_headers(files, schema)[0]
    return there or (targets is not None and column in _header(targets, schema))


def cells_beside(
    data: Any, targets: Path | None, schema: TableSchema, column: str, ids: np.ndarray, role: str
) -> list[str]:
    """The cell of each series.

    Args:
        data: The table or tables, as `read_table` takes them.
        targets: Second table, in which the column may stand instead.
        schema: Which column names the series.
        column: Name of the column.
        ids: [N] series, as the container names them.
        role: What the cells are, for messages: "group", "part".

    Raises:
        InputError: If there is no such column, or a series has no cell or two different ones.
    """
    files = find_files(data, schema)
    header, _ = read_headers(files, schema)
    key = schema.id_column
    if column in header or targets is None:
        header.positions([column])
        table = read_files(files, schema, text=list(dict.fromkeys([key, column])), numbers=[])
    else:
        key = schema.targets_id or key
        try:
            table = read_second(targets, schema, [key, column])
        except InputError as error:
            raise InputError(f"{error} Nor does {header.place} have it.") from None
    return one_each(table, key, column, ids, role)


def read_second(path: Path, schema: TableSchema, columns: Sequence[str]) -> Table:
    """Some columns of a second table, as text."""
    _header(path, schema).positions(columns)
    text = list(dict.fromkeys(columns))
    if look_at(path) == "parquet":
        return read_parquet(path, wanted=text)
    return read_csv(path, schema, text=text, numbers=[])


def one_each(table: Table, key: str, column: str, ids: np.ndarray, role: str) -> list[str]:
    """The cell of each series in a table that is open, as `cells_beside`."""
    names = id_column(table, key)
    cells = names if column == key else label_column(table, column)
    codes = np.where(cells.codes < 0, np.nan, cells.codes.astype(np.float64))
    each, at = first_of_group(codes, names.codes, len(names.names))
    if at >= 0:
        was = cells.names[int(each[names.codes[at]])]
        raise InputError(
            f"{table.place(at, column)}: the {role} changes inside id "
            f"{names.names[names.codes[at]]!r}, from {was!r} to {cells.names[cells.codes[at]]!r}; "
            "expected one a series. Correct the cell, or name another column."
        )
    found = dict(zip(names.names, each, strict=True))
    lacking = [str(one) for one in ids if np.isnan(found.get(str(one), np.nan))]
    if lacking:
        more = f" ({len(lacking):,} of {len(ids):,} lack it)" if len(lacking) > 1 else ""
        way_out = f"Add {', '.join(lacking[:5])}{', …' if len(lacking) > 5 else ''}."
        if len(lacking) == len(ids):
            way_out = (
                f"Its ids are {listed(names.names, 3)}. {how_they_differ(names.names, lacking)}"
            )
        raise InputError(
            f"{table.path}, column {column!r}: id {lacking[0]!r} has no {role}{more}; expected one "
            f"for every series. {way_out}"
        )
    return [cells.names[int(found[str(one)])] for one in ids]


def _header(path: Path, schema: TableSchema) -> Any:
    return parquet_header(path) if look_at(path) == "parquet" else read_header(path, schema)[0]
