"""Columns of categories: which these are, and the number of the category in each cell.

A column is one when it is named as such, or when all of its cells are text that is no number. Text
among numbers is no category but a slip, and refused as before; so is what begins like a number
("12,5", "<5", "5 mg"), unless the column is named. Truth values are numbers, 1 and 0.
"""

import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any, NamedTuple

import numpy as np

from liquidtime.data.categories import listed
from liquidtime.data.table.doubts.alike import alike, as_number, as_truth
from liquidtime.data.table.labels import Labels
from liquidtime.data.table.numbers import MISSING, number_column
from liquidtime.data.table.schema import TableSchema
from liquidtime.data.table.source import Table
from liquidtime.deploy.categories import category_name
from liquidtime.errors import InputError
from liquidtime.optional import require

_FEW = 10
_NUMBERISH = re.compile(r"\W*\d|[+-]?(inf|infinity|nan)", re.IGNORECASE)
# "None" is a usual name of a category ("no support"), so it is missing among numbers only.
_NONE = "None"


class Column(NamedTuple):
    """A column, read.

    Attributes:
        values: float64 [rows], numbers or numbers of categories; NaN where missing.
        names: The categories, in order; None for numbers.
    """

    values: np.ndarray
    names: tuple[str, ...] | None


class Values(NamedTuple):
    """The values of a long table.

    Attributes:
        values: float64 [rows], numbers or numbers of categories; NaN where missing.
        categories: Of each variable that holds categories, their names.
        copies: Variables of text that only repeat the id.
    """

    values: np.ndarray
    categories: dict[str, tuple[str, ...]]
    copies: frozenset[str] = frozenset()


def read_column(table: Table, column: str, series: np.ndarray, schema: TableSchema) -> Column:
    """Read a column as numbers, or as categories.

    Args:
        table: The table.
        column: Name of the column.
        series: int64 [rows], the series of each row.
        schema: For the categories it names, the missing cells and the decimal sign; in a run, no
            other column holds any.

    Raises:
        InputError: If a cell is neither number nor missing among numbers, or the categories are so
            many that they look like identifiers.
    """
    cells = table.frame[column]
    told = column in schema.categories
    if told or (not schema.fitted and not _begins_with_number(cells, schema)):
        words = _words(cells, schema.missing)
        if told or _is_text(words.names):
            place = f"column {column!r}"
            if not schema.fitted:
                _check_count(table, place, words, series)
            return Column(*_numbered(words))
    hint = _hint(column, schema)
    return Column(number_column(table, column, schema, hint=lambda _: hint), None)


def read_values(table: Table, schema: TableSchema, variables: Labels, ids: Labels) -> Values:
    """Read the values of a long table: each variable holds numbers, or categories.

    Args:
        table: The table.
        schema: As in `read_column`; its categories are names of variables. Of variables that are
            not to be kept the cells may hold anything.
        variables: The variable of each row.
        ids: The series of each row.

    Raises:
        InputError: As in `read_column`.
    """
    assert schema.value is not None
    cells = table.frame[schema.value]
    kept = set(schema.features) or set(variables.names)
    told = [name for name in schema.categories if name in kept]
    numeric = _is_numeric(cells)
    found: dict[str, tuple[str, ...]] = {}
    copies: set[str] = set()
    codes = np.full(len(table), np.nan)
    spare = np.zeros(len(table), dtype=bool)
    if told or not numeric:
        spare = _holds(variables, set(variables.names) - kept)
        looked_at = cells.where(_holds(variables, told)) if numeric else cells
        words = _words(looked_at, schema.missing)
        for name, rows in _rows_of_text(variables, words, kept, told, schema.fitted):
            part = Labels(np.where(rows, words.codes, -1), words.names)
            spare |= rows
            if name not in told and not schema.features and _repeats_id(part, ids):
                copies.add(name)
                continue
            if not schema.fitted:
                place = f"column {schema.value!r}, variable {name!r}"
                _check_count(table, place, part, ids.codes)
            numbers, found[name] = _numbered(part)
            codes = np.where(rows, numbers, codes)
        found |= {name: () for name in told if name not in found}
    if spare.any():
        blank = cells.astype(object).where(~spare, "") if not numeric else cells.mask(spare)
        table = replace(table, frame=table.frame.assign(**{schema.value: blank}))

    def hint(at: int) -> str:
        code = variables.codes[at]
        return _hint(variables.names[code], schema) if code >= 0 else ""

    numbers = number_column(table, schema.value, schema, hint=hint)
    return Values(np.where(np.isnan(codes), numbers, codes), found, frozenset(copies))


def category_notes(categories: Mapping[str, Sequence[str]]) -> Iterator[str]:
    """A sentence for each column of categories, which ones they are."""
    for name, labels in categories.items():
        count = "1 category" if len(labels) == 1 else f"{len(labels)} categories"
        yield f"{name}: {count} ({listed(labels)})."
        for first, label in alike(labels):
            yield (
                f"{name}: {first!r} and {label!r} differ in the case of letters only; they "
                "count as two categories. Correct the cells if they are one."
            )
        # "A" and "a" are told above; here "1" and "1.0", "1" and "yes".
        plain = [*dict.fromkeys(map(str.casefold, labels))]
        for first, label in alike(plain, lambda word: as_truth(as_number(word))):
            yield (
                f"{name}: {first!r} and {label!r} say the same, written otherwise; they count as "
                "two categories. Write them alike if they are one."
            )


def _is_numeric(cells: Any) -> bool:
    return require("pandas", extra="train").api.types.is_numeric_dtype(cells)


def _begins_with_number(cells: Any, schema: TableSchema) -> bool:
    """Whether there is a number among the first cells, so that the column is none of text."""
    if _is_numeric(cells):
        return True
    there = cells[cells.notna() & ~cells.isin([*MISSING, *schema.missing])]
    return any(map(_NUMBERISH.match, _words(there.iloc[:_FEW], schema.missing).names))


def _words(cells: Any, missing: Collection[str]) -> Labels:
    """The names of categories that cells would stand for; -1 where a cell is missing."""
    pandas = require("pandas", extra="train")
    codes, different = pandas.factorize(cells, use_na_sentinel=True)
    absent = (MISSING - {_NONE}) | {
        word for cell in missing for word in (cell, category_name(cell))
    }
    names = [category_name(cell) for cell in different]
    position: dict[str, int] = {}
    for name in names:
        if name not in absent:
            position.setdefault(name, len(position))
    renumber = np.array([position.get(name, -1) for name in names] + [-1], dtype=np.int64)
    return Labels(renumber[codes], list(position))


def _is_text(names: Sequence[str]) -> bool:
    words = {name for name in names if name != _NONE}
    return bool(words - {"true", "false"}) and not any(map(_NUMBERISH.match, names))


def _numbered(words: Labels) -> tuple[np.ndarray, tuple[str, ...]]:
    """The numbers of the categories that occur, and their names in order."""
    names = [words.names[code] for code in np.unique(words.codes[words.codes >= 0])]
    names.sort(key=_by_size_or_alphabet)
    number = {name: float(at) for at, name in enumerate(names)}
    lookup = np.array([number.get(name, np.nan) for name in words.names] + [np.nan])
    return lookup[words.codes], tuple(names)


def _by_size_or_alphabet(name: str) -> tuple[float, str]:
    try:
        return float(name), name
    except ValueError:
        return np.inf, name


def _holds(variables: Labels, chosen: Collection[str]) -> np.ndarray:
    """Whether each row is of one of these variables, bool [rows]."""
    return np.array([*(name in chosen for name in variables.names), False])[variables.codes]


def _pairs(one: np.ndarray, other: np.ndarray) -> np.ndarray:
    """The different pairs of two arrays of numbers from 0, [P, 2], in order."""
    width = int(other.max(initial=0)) + 1
    return np.stack(np.divmod(np.unique(one * width + other), width), axis=1)


def _rows_of_text(
    variables: Labels, words: Labels, kept: Collection[str], told: Sequence[str], fitted: bool
) -> Iterator[tuple[str, np.ndarray]]:
    """Each variable of categories, and which rows are its own."""
    there = (variables.codes >= 0) & (words.codes >= 0)
    pairs = _pairs(variables.codes[there], words.codes[there])
    ends = np.searchsorted(pairs[:, 0], np.arange(len(variables.names) + 1))
    for at, name in enumerate(variables.names):
        if name not in kept:
            continue
        own = [words.names[code] for code in pairs[ends[at] : ends[at + 1], 1]]
        if name in told or (not fitted and _is_text(own)):
            yield name, variables.codes == at


def _repeats_id(words: Labels, ids: Labels) -> bool:
    """Whether each cell is the id itself, of more than one series."""
    there = words.codes >= 0
    pairs = _pairs(words.codes[there], ids.codes[there])
    return len(pairs) > 1 and all(words.names[word] == ids.names[id] for word, id in pairs)


def _check_count(table: Table, place: str, words: Labels, series: np.ndarray) -> None:
    there = np.flatnonzero(words.codes >= 0)
    pairs = _pairs(words.codes[there], series[there])
    count = len(np.unique(pairs[:, 0]))
    # A name that hardly any two series share tells which series it is, and nothing else.
    lonely = count > _FEW and 2 * count > len(pairs)
    if lonely:
        at = int(there[0])
        raise InputError(
            f"{table.place(at)}, {place}: {count:,} different texts, such as "
            f"{words.names[words.codes[at]][:40]!r}, hardly any of which two series share; is "
            "this an identifier? Leave it out, or group it into few categories."
        )


def _hint(name: str, schema: TableSchema) -> str:
    if schema.fitted:
        return f"In the fit {name!r} held numbers only."
    return f"If {name!r} holds categories and no numbers, say so: --categories {name}"
