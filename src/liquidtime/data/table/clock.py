"""The time column: numbers, durations such as 07:30, or ISO date-times."""

import shlex
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np

from liquidtime.data.stamps import Stamps
from liquidtime.data.table.dialect import has_date
from liquidtime.data.table.doubts.counted import like_counts
from liquidtime.data.table.numbers import MISSING, looks_numeric, no_number, parse_numbers
from liquidtime.data.table.schema import TableSchema, TimeKind
from liquidtime.data.table.source import Table
from liquidtime.data.table.time_text import (
    duration_reader,
    far_apart,
    format_like,
    parse_dates,
    to_utc,
    zoned,
)
from liquidtime.errors import InputError
from liquidtime.optional import require

LARGEST = 1e30
"""Size of a time above which it is no time of anything, whatever its unit."""
_HOUR_NS = 3_600_000_000_000
_WORDS = {
    "number": "a number",
    "duration": "a duration HH:MM or HH:MM:SS",
    "datetime": "an ISO date-time such as 2012-07-01 13:45",
}


@dataclass(frozen=True)
class Clock:
    """What a time column holds.

    Attributes:
        kind: "number", "duration" or "datetime".
        unit: "hours" for durations and date-times; None for numbers, whose unit is the data's.
    """

    kind: TimeKind
    unit: str | None

    def describe(self, column: str) -> str:
        """One sentence about the unit, for the user."""
        if self.kind == "number":
            return f"Times: numbers of {column!r} as they are, in the data's own unit."
        if self.kind == "duration":
            return f"Times: durations (HH:MM) of {column!r}, converted to hours."
        return f"Times: date-times of {column!r}, converted to hours since each series' first row."


class Moments(NamedTuple):
    """A time column as it was read.

    Attributes:
        stamps: datetime64 [rows] for date-times, else float64 [rows].
        clock: What the column holds.
        dropped: bool [rows], where the user named the cell as missing.
        notes: What the user should know.
    """

    stamps: np.ndarray
    clock: Clock
    dropped: np.ndarray
    notes: tuple[str, ...]

    def since_first(self, codes: np.ndarray) -> np.ndarray:
        """Times of the rows that are kept, float64 [kept rows].

        Date-times are hours since the earliest row of their series.

        Args:
            codes: int64 [kept rows], the series of each row.
        """
        stamps = self.stamps[~self.dropped]
        if self.clock.kind != "datetime":
            return stamps
        # Exact differences, though nanoseconds reach 292 years only.
        if np.ptp(stamps.astype(np.int64).astype(np.float64)) >= 2.0**63:
            stamps = stamps.astype("datetime64[us]")
        ticks = stamps.astype(np.int64)
        origins = np.full(int(codes.max()) + 1, np.iinfo(np.int64).max)
        np.minimum.at(origins, codes, ticks)
        hour = _HOUR_NS if np.datetime_data(stamps.dtype)[0] == "ns" else _HOUR_NS // 1000
        return (ticks - origins[codes]) / hour


def read_moments(table: Table, schema: TableSchema) -> Moments:
    """Read the time column.

    Args:
        table: The table.
        schema: For the column, how times are written, and, in a run, the kind of time it must hold.

    Raises:
        InputError: If a time is empty, of another kind than the first one, too large or not
            finite, or a date that stands for none.
    """
    pandas = require("pandas", extra="train")
    column = table.frame[schema.time]
    dropped = np.zeros(len(table), dtype=bool)
    whole = pandas.api.types.is_integer_dtype(column)
    if pandas.api.types.is_datetime64_any_dtype(column):
        kind, stamps = "datetime", to_utc(column)
        missing = np.isnat(stamps)
        tokens = parse_dates([token.strip() for token in schema.missing]).stamps
        dropped = np.isin(stamps, tokens[~np.isnat(tokens)])
    elif pandas.api.types.is_timedelta64_dtype(column):
        kind, missing = "duration", column.isna().to_numpy()
        stamps = column.to_numpy() / np.timedelta64(1, "h")
    elif pandas.api.types.is_numeric_dtype(column) and not (whole and schema.time_format):
        kind = "number"
        stamps = column.to_numpy(dtype=np.float64, na_value=np.nan)
        missing = np.isnan(stamps)
    else:
        kind, stamps, missing, dropped = _from_text(table, schema)
    missing = missing & ~dropped
    if missing.any():
        at = int(np.argmax(missing))
        raise InputError(
            f"{table.place(at, schema.time)}: the time is empty; expected {_expected(schema, kind)}"
            " in every row. Fill it in, or remove the row."
        )
    _check_kind(table, schema, kind)
    if dropped.all():
        raise InputError(
            f"{table.path}, column {schema.time!r}: every time is one of those named as missing "
            f"({', '.join(schema.missing)}); expected some that are not."
        )
    clock = Clock(kind, None if kind == "number" else "hours")
    notes = [clock.describe(schema.time)]
    if dropped.any():
        notes.append(f"{int(dropped.sum()):,} rows whose time is named as missing are left out.")
    if kind == "datetime":
        _check_dates(table, schema, stamps, dropped)
    else:
        stamps = stamps.astype(np.float64)
        _check_range(table, schema, stamps, dropped)
        if kind == "number" and (form := _like_dates(stamps[~dropped])):
            notes.append(
                f"All times of {schema.time!r} look like dates written {form.replace('%', '')}, "
                "but are read as numbers, so that the days of a month do not run on into the next. "
                f"If they are dates, add: --time-format {form}"
            )
        if kind == "number" and not schema.fitted:
            notes += like_counts(stamps[~dropped], schema.time)
    return Moments(stamps, clock, dropped, tuple(notes))


def stamps_of(moments: Moments, cells: Any, rows: np.ndarray, schema: TableSchema) -> Stamps | None:
    """The times of steps as the table has them, for the predictions; None for numbers.

    Args:
        moments: The column as it was read.
        cells: pandas series [R], the cells of the steps.
        rows: int64 [R], their places among the rows that are kept.
        schema: How they are written.
    """
    pandas = require("pandas", extra="train")
    if moments.clock.kind == "number":
        return None
    if moments.clock.kind == "duration" or not pandas.api.types.is_string_dtype(cells):
        return Stamps.of(cells)
    if len(cells) and zoned(str(cells.iloc[0]).strip(), schema.time_format):
        form = schema.time_format or "ISO8601"
        try:
            return Stamps.of(pandas.to_datetime(cells.astype(str).str.strip(), format=form))
        except ValueError:
            # Zones of several kinds, or years that pandas does not reach.
            return Stamps.of(cells)
    return Stamps.of(moments.stamps[~moments.dropped][rows])


def _expected(schema: TableSchema, kind: TimeKind) -> str:
    return _WORDS[kind] if schema.time_format is None else f"a time like {schema.time_format}"


def _check_kind(table: Table, schema: TableSchema, kind: TimeKind) -> None:
    if schema.time_kind not in ("auto", kind):
        cell = str(table.frame[schema.time].iloc[0])
        raise InputError(
            f"{table.place(0, schema.time)}: came {cell[:40]!r}, {_WORDS[kind]}; expected "
            f"{_WORDS[schema.time_kind]}, as in the table of the fit. Convert the column."
        )


def _check_dates(
    table: Table, schema: TableSchema, stamps: np.ndarray, dropped: np.ndarray
) -> None:
    rows = np.flatnonzero(~dropped)
    at = far_apart(stamps[rows])
    if at is not None:
        cell = str(table.frame[schema.time].iloc[rows[at]]).strip()
        raise InputError(
            f"{table.place(int(rows[at]), schema.time)}: came {cell[:40]!r}, centuries from all "
            'other dates; expected the time of the row. If it stands for "no date", add --missing '
            f"{shlex.quote(cell)} to leave such rows out, else correct it."
        )


def _check_range(
    table: Table, schema: TableSchema, stamps: np.ndarray, dropped: np.ndarray
) -> None:
    beyond = ~(np.abs(stamps) <= LARGEST) & ~dropped
    if beyond.any():
        at = int(np.argmax(beyond))
        raise InputError(
            f"{table.place(at, schema.time)}: the time is {stamps[at]:g}; expected a finite number "
            f"of at most {LARGEST:g} in size. Correct or remove the row."
        )


def _like_dates(times: np.ndarray) -> str | None:
    """The format of dates that the numbers look like: years 1900 to 2100, not all the same."""
    if len(times) == 0 or times.min() == times.max() or (times != np.rint(times)).any():
        return None
    for form, days in (("%Y%m%d", times), ("%Y%m", times * 100 + 1)):
        year, month, day = days // 10_000, days // 100 % 100, days % 100
        valid = (year >= 1900) & (year <= 2100) & (month >= 1) & (month <= 12)
        if (valid & (day >= 1) & (day <= 31)).all():
            return form
    return None


def _from_text(
    table: Table, schema: TableSchema
) -> tuple[TimeKind, np.ndarray, np.ndarray, np.ndarray]:
    """Kind, times [rows], which are empty and which are named as missing."""
    pandas = require("pandas", extra="train")
    codes, cells = pandas.factorize(table.frame[schema.time], use_na_sentinel=True)
    words = [str(cell).strip() for cell in cells]
    tokens = {token.strip() for token in schema.missing}
    blank = MISSING | {"NaT"}
    first = next((word for word in words if word not in blank and word not in tokens), "")
    form = schema.time_format
    kind: TimeKind | None = schema.time_kind if schema.time_kind != "auto" else None
    if form is not None:
        kind = "datetime" if has_date(form) else "duration"
    elif kind is None and first:
        kind = _kind_of(first, schema)
    elif kind is None:
        kind = "number"
    if kind is None:
        at = int(np.argmax(codes == words.index(first)))
        raise InputError(
            f"{table.place(at, schema.time)}: came {first[:40]!r}; expected {_WORDS['number']}, "
            f"{_WORDS['duration']}, or {_WORDS['datetime']}. {_say_how(first)}"
        )
    if kind == "number":
        numbers = parse_numbers(words, schema)
        # A number may well be a time, though it stands for "missing" among the values.
        tokens -= {word for word, number in zip(words, numbers, strict=True) if number == number}
        parsed = np.append(numbers, np.nan)
        bad = np.isnan(parsed)
    elif kind == "duration":
        read = duration_reader(form)
        parsed = np.array([read(word) for word in words] + [np.nan])
        bad = np.isnan(parsed)
    else:
        dates = parse_dates(words, form)
        if dates.odd is not None:
            at, word = int(np.argmax(codes == dates.odd)), words[dates.odd]
            raise InputError(
                f"{table.place(at, schema.time)}: came {word[:40]!r} beside {first[:40]!r}, one "
                "with a time zone and one without; expected a zone at every time or at none. "
                "Add the zone, such as Z or +01:00, where it is missing."
            )
        parsed = np.append(dates.stamps, np.datetime64("NaT"))
        bad = np.isnat(parsed)
    named = np.array([word in tokens for word in words] + [False])
    empty = np.array([word in blank for word in words] + [True])
    broken = (bad & ~empty & ~named)[codes]
    if broken.any():
        at = int(np.argmax(broken))
        word = words[codes[at]]
        if kind == "number" and looks_numeric(word, schema):
            raise no_number(table, schema.time, at, word, schema)
        like = "" if word == first else f", like {first[:40]!r}"
        way_out = "Correct the cell: one kind of time in the column."
        if word == first and schema.fitted:
            like = ", as in the table of the fit"
            way_out = "Convert the column, or say how its times are written (--time-format)."
        elif word == first:
            way_out = "Correct the cell, or say how times are written (--time-format)."
        raise InputError(
            f"{table.place(at, schema.time)}: came {word[:40]!r}, expected "
            f"{_expected(schema, kind)}{like}. {way_out}"
        )
    return kind, parsed[codes], (empty & ~named)[codes], named[codes]


def _say_how(word: str) -> str:
    if not any(sign.isdigit() for sign in word):
        return "Is it the right column, or does the row hold units and no data? Remove it then."
    return f"Say how times are written, such as {format_like(word)}, or rewrite the column."


def _kind_of(word: str, schema: TableSchema) -> TimeKind | None:
    """The kind of time that a word is, without or with other signs inside its numbers."""
    if not np.isnan(parse_numbers([word], schema)[0]) or looks_numeric(word, schema):
        return "number"
    if not np.isnan(duration_reader()(word)):
        return "duration"
    return None if np.isnat(parse_dates([word]).stamps[0]) else "datetime"
