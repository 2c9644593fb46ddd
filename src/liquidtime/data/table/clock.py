"""The time column: numbers, durations such as 07:30, or ISO date-times, and back again."""

import re
from dataclasses import dataclass
from typing import Any

import numpy as np

from liquidtime.data.table.schema import TableSchema, TimeKind
from liquidtime.data.table.source import Table
from liquidtime.errors import InputError
from liquidtime.optional import require

_DURATION = re.compile(r"(-?)(?:(\d+) days? )?\+?(\d+):([0-5]\d)(?::([0-5]\d(?:\.\d+)?))?")
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

    def write(self, times: np.ndarray, origins: np.ndarray | None) -> Any:
        """Times as the table would hold them: numbers, HH:MM:SS text, or date-times.

        Args:
            times: float64 [rows], as in the series.
            origins: int64 [rows], nanoseconds since 1970 of the first row of each row's series;
                for date-times only.
        """
        if self.kind == "number":
            return times
        if self.kind == "duration":
            return [_as_duration(hours) for hours in times]
        pandas = require("pandas", extra="train")
        assert origins is not None
        # Rounded to the microsecond: finer digits are those of the float, not of the data.
        micros = np.rint(times * (_HOUR_NS / 1000)).astype(np.int64)
        return pandas.to_datetime(origins + micros * 1000, unit="ns")


def read_times(
    table: Table, schema: TableSchema, codes: np.ndarray
) -> tuple[np.ndarray, np.ndarray | None, Clock]:
    """Read the time column.

    Args:
        table: The table.
        schema: For the column and, in a run, the kind of time it must hold.
        codes: int64 [rows], the series of each row.

    Returns:
        times: float64 [rows]; date-times are hours since the earliest row of their series.
        origins: For date-times int64 [series], nanoseconds since 1970 of that row; else None.
        clock: What the column holds.

    Raises:
        InputError: If a time is empty, of another kind than the first one, or not finite.
    """
    pandas = require("pandas", extra="train")
    column = table.frame[schema.time]
    if pandas.api.types.is_datetime64_any_dtype(column):
        kind, stamps = "datetime", _to_utc_ns(pandas, column)
        missing = column.isna().to_numpy()
    elif pandas.api.types.is_timedelta64_dtype(column):
        kind, missing = "duration", column.isna().to_numpy()
        stamps = column.astype("timedelta64[ns]").to_numpy().astype(np.int64) / _HOUR_NS
    elif pandas.api.types.is_numeric_dtype(column):
        kind = "number"
        stamps = column.to_numpy(dtype=np.float64, na_value=np.nan)
        missing = np.isnan(stamps)
    else:
        kind, stamps, missing = _from_text(table, schema)
    if missing.any():
        at = int(np.argmax(missing))
        raise InputError(
            f"{table.place(at, schema.time)}: the time is empty; expected {_WORDS[kind]} in every "
            "row. Fill it in, or remove the row."
        )
    _check_kind(table, schema, kind)
    if kind == "datetime":
        origins = np.full(int(codes.max()) + 1, np.iinfo(np.int64).max)
        np.minimum.at(origins, codes, stamps)
        return (stamps - origins[codes]) / _HOUR_NS, origins, Clock("datetime", "hours")
    stamps = stamps.astype(np.float64)
    if not np.isfinite(stamps).all():
        at = int(np.argmin(np.isfinite(stamps)))
        raise InputError(
            f"{table.place(at, schema.time)}: the time is {stamps[at]}; expected a finite number."
            " Correct or remove the row."
        )
    return stamps, None, Clock(kind, None if kind == "number" else "hours")


def _check_kind(table: Table, schema: TableSchema, kind: str) -> None:
    if schema.time_kind not in ("auto", kind):
        cell = str(table.frame[schema.time].iloc[0])
        raise InputError(
            f"{table.place(0, schema.time)}: came {cell!r}, {_WORDS[kind]}; expected "
            f"{_WORDS[schema.time_kind]}, as in the table of the fit. Convert the column."
        )


def _from_text(table: Table, schema: TableSchema) -> tuple[TimeKind, np.ndarray, np.ndarray]:
    pandas = require("pandas", extra="train")
    codes, cells = pandas.factorize(table.frame[schema.time], use_na_sentinel=True)
    words = [str(cell).strip() for cell in cells]
    first = next((word for word in words if word), "")
    kind = schema.time_kind if schema.time_kind != "auto" else _kind_of(pandas, first)
    if kind is None:
        at = int(np.argmax(codes == words.index(first)))
        raise InputError(
            f"{table.place(at, schema.time)}: came {first[:40]!r}; expected {_WORDS['number']}, "
            f"{_WORDS['duration']}, or {_WORDS['datetime']}. Rewrite the column in one of these."
        )
    if kind == "number":
        plain = [word.replace(schema.decimal, ".", 1) for word in words]
        parsed = pandas.to_numeric(pandas.Series(plain, dtype=object), errors="coerce").to_numpy()
        parsed = np.append(parsed.astype(np.float64), np.nan)
        bad = np.isnan(parsed)
    elif kind == "duration":
        parsed = np.array([_hours(word) for word in words] + [np.nan])
        bad = np.isnan(parsed)
    else:
        stamps = _dates(pandas, words)
        bad = np.append(stamps.isna().to_numpy(), True)
        parsed = np.append(_to_utc_ns(pandas, stamps), 0)
    empty = np.array([not word for word in words] + [True])
    broken = (bad & ~empty)[codes]
    if broken.any():
        at = int(np.argmax(broken))
        raise InputError(
            f"{table.place(at, schema.time)}: came {words[codes[at]][:40]!r}, expected "
            f"{_WORDS[kind]}, like {first!r}. Correct the cell: one kind of time in the column."
        )
    return kind, parsed[codes], empty[codes]


def _kind_of(pandas: Any, word: str) -> TimeKind | None:
    try:
        float(word.replace(",", ".", 1))
    except ValueError:
        pass
    else:
        return "number"
    if _DURATION.fullmatch(word):
        return "duration"
    return None if _dates(pandas, [word]).isna().iloc[0] else "datetime"


def _dates(pandas: Any, words: list[str]) -> Any:
    series = pandas.Series(words, dtype=object)
    return pandas.to_datetime(series, format="ISO8601", errors="coerce", utc=True)


def _to_utc_ns(pandas: Any, series: Any) -> np.ndarray:
    if series.dt.tz is not None:
        series = series.dt.tz_convert("UTC").dt.tz_localize(None)
    return series.astype("datetime64[ns]").to_numpy().astype(np.int64)


def _hours(word: str) -> float:
    match = _DURATION.fullmatch(word)
    if match is None:
        return np.nan
    sign, days, hours, minutes, seconds = match.groups()
    total = int(days or 0) * 86400 + int(hours) * 3600 + int(minutes) * 60 + float(seconds or 0)
    return (-total if sign else total) / 3600


def _as_duration(hours: float) -> str:
    micros = round(abs(hours) * 3_600_000_000)
    minutes, rest = divmod(micros, 60_000_000)
    text = f"{'-' if hours < 0 and micros else ''}{minutes // 60:02d}:{minutes % 60:02d}"
    if rest == 0:
        return text
    seconds, part = divmod(rest, 1_000_000)
    return f"{text}:{seconds:02d}" + (f".{part:06d}".rstrip("0") if part else "")
