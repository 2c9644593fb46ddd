"""A column of names: ids, variables and classes, as codes into the list of names."""

import re
from collections.abc import Collection
from typing import NamedTuple

import numpy as np

from liquidtime.data.table.source import Table
from liquidtime.errors import InputError
from liquidtime.optional import require

_WHOLE = re.compile(r"[+-]?\d+\.0*")
_INTEGER = re.compile(r"0|-?[1-9]\d{0,17}")


class Labels(NamedTuple):
    """A column as codes.

    Attributes:
        codes: int64 [rows], index into `names`; -1 where the cell is empty.
        names: The different names in the order in which they first appear.
    """

    codes: np.ndarray
    names: list[str]


def label_column(table: Table, column: str, *, missing: Collection[str] = frozenset()) -> Labels:
    """Read a column as names, blanks around them removed.

    Whole numbers are written without decimals ("132539.0" is "132539") when all names are
    such numbers, so that ids and classes agree between files that were saved differently.

    Args:
        table: The table.
        column: Name of the column.
        missing: Cells that count as empty, besides empty ones.
    """
    pandas = require("pandas", extra="train")
    codes, cells = pandas.factorize(table.frame[column], use_na_sentinel=True)
    words = [str(cell).strip() for cell in cells]
    words = ["" if word in missing else word for word in words]
    if words and all(_WHOLE.fullmatch(word) or _INTEGER.fullmatch(word) for word in words if word):
        words = [word.partition(".")[0] for word in words]
    position: dict[str, int] = {}
    for word in words:
        if word:
            position.setdefault(word, len(position))
    renumber = np.array([position.get(word, -1) for word in words] + [-1], dtype=np.int64)
    return Labels(renumber[codes], list(position))


def id_column(table: Table, column: str) -> Labels:
    """Read the column of ids.

    Raises:
        InputError: If an id is empty.
    """
    labels = label_column(table, column)
    empty = labels.codes < 0
    if empty.any():
        at = int(np.argmax(empty))
        more = f" ({int(empty.sum()):,} such rows in all)" if empty.sum() > 1 else ""
        raise InputError(
            f"{table.place(at, column)}: the id is empty{more}; expected the name of a series in "
            "every row. Fill it in, or remove the row."
        )
    return labels


def as_ids(names: list[str]) -> np.ndarray:
    """Ids as an array: int64 when each is a plain whole number, else text objects."""
    if all(_INTEGER.fullmatch(name) for name in names):
        return np.array([int(name) for name in names], dtype=np.int64)
    ids = np.empty(len(names), dtype=object)
    ids[:] = names
    return ids
