"""A column of names: ids, variables and classes, as codes into the list of names."""

import re
from collections.abc import Collection
from typing import NamedTuple

import numpy as np

from liquidtime.data.table.source import Table
from liquidtime.errors import InputError
from liquidtime.optional import require

_WHOLE = re.compile(r"[+-]?\d+\.0*")
_ROUNDED = re.compile(r"[+-]?\d\.\d+[eE]\+\d+")
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
    return _labels(*_words(table, column), missing)


def _words(table: Table, column: str) -> tuple[np.ndarray, list[str]]:
    pandas = require("pandas", extra="train")
    codes, cells = pandas.factorize(table.frame[column], use_na_sentinel=True)
    return codes, [str(cell).strip() for cell in cells]


def _labels(codes: np.ndarray, words: list[str], missing: Collection[str] = frozenset()) -> Labels:
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

    Text stays as it is ("007" is not "7"), and so do whole numbers of any size.

    Raises:
        InputError: If an id is empty, or a number that has lost digits.
    """
    codes, words = _words(table, column)
    _check_whole(table, column, codes, words)
    labels = _labels(codes, words)
    empty = labels.codes < 0
    if empty.any():
        at = int(np.argmax(empty))
        more = f" ({int(empty.sum()):,} such rows in all)" if empty.sum() > 1 else ""
        raise InputError(
            f"{table.place(at, column)}: the id is empty{more}; expected the name of a series in "
            "every row. Fill it in, or remove the row."
        )
    return labels


def _check_whole(table: Table, column: str, codes: np.ndarray, words: list[str]) -> None:
    """Refuse ids that were numbers of limited precision, as different ones may have become one."""
    pandas = require("pandas", extra="train")
    series = table.frame[column]
    if pandas.api.types.is_float_dtype(series):
        digits = np.finfo(series.dtype.name.lower()).nmant + 1
        lost = np.abs(series.to_numpy(dtype=np.float64, na_value=np.nan)) >= 2.0**digits
    else:
        lost = np.array([*map(_lost_digits, words), False])[codes]
    if lost.any():
        at = int(np.argmax(lost))
        raise InputError(
            f"{table.place(at, column)}: the id {str(series.iloc[at])[:40]!r} is a rounded number, "
            "so that different ids may have become one; expected whole numbers or text. Export the "
            "ids as text."
        )


def _lost_digits(word: str) -> bool:
    if "." not in word:
        return False
    if _ROUNDED.fullmatch(word):
        return True
    return _WHOLE.fullmatch(word) is not None and abs(int(word.partition(".")[0][:40])) >= 2**53


def as_ids(names: list[str]) -> np.ndarray:
    """Ids as an array: int64 when each is a plain whole number, else text objects."""
    if all(_INTEGER.fullmatch(name) for name in names):
        return np.array([int(name) for name in names], dtype=np.int64)
    ids = np.empty(len(names), dtype=object)
    ids[:] = names
    return ids
