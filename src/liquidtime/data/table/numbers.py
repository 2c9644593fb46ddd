"""A column of numbers: missing cells become NaN, anything else that is no number is named."""

import re
from collections.abc import Callable, Sequence
from dataclasses import replace

import numpy as np

from liquidtime.data.table.dialect import APOSTROPHES, BLANKS
from liquidtime.data.table.schema import TableSchema
from liquidtime.data.table.source import Table
from liquidtime.errors import InputError
from liquidtime.optional import require

MISSING = frozenset(
    ("", "NA", "N/A", "n/a", "#N/A", "<NA>", "NaN", "nan", "-nan", "NULL", "null", "None", "?")
)
"""Cells that stand for "no number" wherever a number is expected."""

_TRUTH = {"true": "1", "false": "0"}
_EXPONENT = r"(?:[eE][+-]?\d+)?"
_GROUPED = re.compile(rf"[+-]?[1-9]\d{{0,2}}(?:,\d{{3}})+(?:\.\d*)?{_EXPONENT}")
_NUMERIC = re.compile(rf"[+-]?[\d.,'{BLANKS}\u2019]*\d[.,]?{_EXPONENT}")


def number_column(
    table: Table, column: str, schema: TableSchema, *, hint: Callable[[int], str] = lambda _: ""
) -> np.ndarray:
    """A column as float64 [rows], NaN where a cell is missing.

    Args:
        table: The table.
        column: Name of the column.
        schema: For the signs inside numbers, where the column is text, and for cells that also
            stand for "no number"; one of these that is a number is compared as one.
        hint: Position of a row whose cell is text, to a sentence that says what it may be.

    Raises:
        InputError: If a cell is neither missing nor a finite number that float32 can hold.
    """
    pandas = require("pandas", extra="train")
    series = table.frame[column]
    if pandas.api.types.is_numeric_dtype(series):
        numbers = series.to_numpy(dtype=np.float64, na_value=np.nan).copy()
    else:
        numbers = _from_text(table, column, schema, hint)
    for token in schema.missing:
        numbers[numbers == parse_numbers([token.strip()], schema)[0]] = np.nan
    large = np.abs(numbers) > np.finfo(np.float32).max
    if large.any():
        at = int(np.argmax(large))
        what = "infinite" if np.isinf(numbers[at]) else "too large for 32 bits"
        raise InputError(
            f"{table.place(at, column)}: came {str(series.iloc[at])[:40]!r}, which is "
            f"{what}; expected a finite number. Correct the cell, or leave it empty if nothing was "
            "measured."
        )
    return numbers


def parse_numbers(words: Sequence[str], schema: TableSchema) -> np.ndarray:
    """Words without blanks around them as float64, NaN where one is no number.

    The sign before decimals and the one between thousands are those of the schema and no others,
    and thousands come in groups of three, so that no number has two readings.
    """
    pandas = require("pandas", extra="train")
    plain = [*words]
    if schema.thousands is not None:
        plain = [_ungrouped(word, schema.decimal, schema.thousands) for word in plain]
    elif schema.decimal != ".":
        plain = ["" if "." in word else word.replace(schema.decimal, ".", 1) for word in plain]
    numbers = pandas.to_numeric(pandas.Series(plain, dtype=object), errors="coerce")
    return numbers.to_numpy(dtype=np.float64)


def looks_numeric(word: str, schema: TableSchema) -> bool:
    """Whether it would be a number if its signs meant something else."""
    return bool(_ways_out(word, schema))


def no_number(
    table: Table, column: str, at: int, word: str, schema: TableSchema, hint: str = ""
) -> InputError:
    """The error about a cell that is no number; the hint says what else it may be."""
    return InputError(
        f"{table.place(at, column)}: came {word[:40]!r}, expected a number. "
        f"{_mend(word, schema, hint)}"
    )


def _ungrouped(word: str, decimal: str, thousands: str) -> str:
    alike = {" ": BLANKS, "'": APOSTROPHES}.get(thousands, thousands)
    # In standard signs: groups parted by commas, decimals behind a point.
    if "." not in (decimal, thousands) and "." in word:
        return ""
    word = word.replace(decimal, "\n")
    for sign in alike:
        word = word.replace(sign, "\t")
    if "," in word or "." in word:
        return ""
    word = word.replace("\t", ",").replace("\n", ".")
    if "," not in word:
        return word
    return word.replace(",", "") if _GROUPED.fullmatch(word) else ""


def _from_text(
    table: Table, column: str, schema: TableSchema, hint: Callable[[int], str]
) -> np.ndarray:
    pandas = require("pandas", extra="train")
    codes, cells = pandas.factorize(table.frame[column], use_na_sentinel=True)
    words = [str(cell).strip() for cell in cells]
    tokens = MISSING | {token.strip() for token in schema.missing}
    # Code -1, a null of Parquet, is the entry behind the last one.
    absent = np.array([word in tokens for word in words] + [True], dtype=bool)
    if all(word.lower() in _TRUTH for word in words if word not in tokens):
        words = [_TRUTH.get(word.lower(), word) for word in words]
    parsed = np.append(parse_numbers(words, schema), np.nan)
    broken = np.isnan(parsed) & ~absent
    if broken.any():
        at = int(np.argmax(broken[codes]))
        raise no_number(table, column, at, words[codes[at]], schema, hint(at))
    parsed[absent] = np.nan
    return parsed[codes]


def _mend(word: str, schema: TableSchema, hint: str) -> str:
    options = _ways_out(word, schema)
    if options:
        text = "; ".join(options)
        return f"{text[0].upper()}{text[1:]}."
    return (
        "Correct the cell, leave it empty if nothing was measured, or name it as missing "
        f"(--missing {word[:40]!r}). {hint}".rstrip()
    )


_NAMES = {".": "point", ",": "comma", " ": "blank", "'": "apostrophe"}


def _ways_out(word: str, schema: TableSchema) -> list[str]:
    """The options with which the word would be a number, in words; the simplest ones."""
    ways: list[dict[str, str]] = []
    if len(word) > 100 or _NUMERIC.fullmatch(word) is None:
        return []
    for decimal, other in ((".", ","), (",", ".")):
        for thousands in (None, other, " ", "'"):
            signs = replace(schema, delimiter=None, decimal=decimal, thousands=thousands)
            if np.isnan(parse_numbers([word], signs)[0]):
                continue
            change = {"decimal": decimal, "thousands": thousands or ""}
            ways.append({k: v for k, v in change.items() if v and v != getattr(schema, k)})
    fewest = min((len(way) for way in ways), default=0)
    return [_way(way) for way in ways if len(way) == fewest > 0]


def _way(changes: dict[str, str]) -> str:
    options = " ".join(f"--{name} {sign!r}" for name, sign in changes.items())
    roles = {"decimal": "stands before decimals", "thousands": "parts thousands"}
    signs = " and ".join(f"the {_NAMES[sign]} {roles[name]}" for name, sign in changes.items())
    return f"if {signs}, add {options}"
