"""A column of numbers: missing cells become NaN, anything else that is no number is named."""

from collections.abc import Callable, Sequence

import numpy as np

from liquidtime.data.table.source import Table
from liquidtime.errors import InputError
from liquidtime.optional import require

MISSING = frozenset(
    ("", "NA", "N/A", "n/a", "#N/A", "<NA>", "NaN", "nan", "-nan", "NULL", "null", "None", "?")
)
"""Cells that stand for "no number" wherever a number is expected."""


def number_column(
    table: Table,
    column: str,
    *,
    missing: Sequence[str] = (),
    decimal: str = ".",
    hint: Callable[[int], str] = lambda _: "",
) -> np.ndarray:
    """A column as float64 [rows], NaN where a cell is missing.

    Args:
        table: The table.
        column: Name of the column.
        missing: Cells that also stand for "no number"; one that is a number is compared as one.
        decimal: Character before decimals, where the column is text.
        hint: Position of a row whose cell is text, to a sentence that says what it may be.

    Raises:
        InputError: If a cell is neither missing nor a finite number that float32 can hold.
    """
    pandas = require("pandas", extra="train")
    series = table.frame[column]
    if pandas.api.types.is_numeric_dtype(series):
        numbers = series.to_numpy(dtype=np.float64, na_value=np.nan).copy()
    else:
        numbers = _from_text(table, column, missing, decimal, hint)
    for token in missing:
        if (value := _as_number(token)) is not None:
            numbers[numbers == value] = np.nan
    large = np.abs(numbers) > np.finfo(np.float32).max
    if large.any():
        at = int(np.argmax(large))
        what = "infinite" if np.isinf(numbers[at]) else "too large for 32 bits"
        raise InputError(
            f"{table.place(at, column)}: came {_cell(table, column, at)}, which is {what}; "
            "expected a finite number. Correct the cell, or leave it empty if nothing was measured."
        )
    return numbers


def _from_text(
    table: Table, column: str, missing: Sequence[str], decimal: str, hint: Callable[[int], str]
) -> np.ndarray:
    pandas = require("pandas", extra="train")
    series = table.frame[column]
    codes, cells = pandas.factorize(series, use_na_sentinel=True)
    words = [str(cell).strip() for cell in cells]
    tokens = MISSING | {token.strip() for token in missing}
    plain = [word.replace(decimal, ".", 1) if decimal != "." else word for word in words]
    parsed = np.empty(len(words) + 1)
    parsed[-1] = np.nan  # code -1: a null of Parquet
    parsed[:-1] = pandas.to_numeric(pandas.Series(plain, dtype=object), errors="coerce")
    absent = np.array([word in tokens for word in words] + [True], dtype=bool)
    broken = np.isnan(parsed) & ~absent
    if broken.any():
        at = int(np.argmax(broken[codes]))
        word = words[codes[at]]
        raise InputError(
            f"{table.place(at, column)}: came {word[:40]!r}, expected a number. "
            f"{_mend(word, decimal, hint(at))}"
        )
    parsed[absent] = np.nan
    return parsed[codes]


def _mend(word: str, decimal: str, hint: str) -> str:
    if decimal == "." and word.count(",") == 1 and _as_number(word.replace(",", ".")) is not None:
        return "If commas stand before decimals, give the decimal sign ','."
    return (
        "Correct the cell, leave it empty if nothing was measured, or name it as missing "
        f"(--missing {word[:40]!r}). {hint}".rstrip()
    )


def _cell(table: Table, column: str, at: int) -> str:
    return repr(str(table.frame[column].iloc[at]))


def _as_number(word: str) -> float | None:
    try:
        return float(word)
    except ValueError:
        return None
