"""The time column once more: on the clock that all share, on the wall, and written onwards."""

import re
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any, NamedTuple

import numpy as np

from liquidtime.data.spans import MONTH
from liquidtime.data.table.numbers import parse_numbers
from liquidtime.data.table.schema import TableSchema
from liquidtime.data.table.time_text import duration_reader, parse_dates, to_utc, zoned
from liquidtime.optional import require

_ZONE = re.compile(r"(?<=.{10})\s*(?:[zZ]|[+-]\d\d(?::?\d\d)?)$")
_HOUR = np.timedelta64(1, "h")


class Timeline(NamedTuple):
    """Of R rows whose times are date-times, in hours since 1970.

    Attributes:
        moments: float64 [R], on the clock that all series share: UTC, or that of the table where
            it tells no zone.
        local: float64 [R], as the clock on the wall says.
        zoned: Whether they tell a time zone.
    """

    moments: np.ndarray
    local: np.ndarray
    zoned: bool = False

    @property
    def told(self) -> dict[str, Any]:
        """What a run keeps of it: `zoned`, and `ahead`, hours that the wall is ahead of UTC."""
        ahead = np.unique(np.round(self.local - self.moments, 2))
        return {"zoned": self.zoned, "ahead": ahead.tolist()}


def otherwise(clock: Timeline, told: Mapping[str, Any]) -> str:
    """A sentence, if hours of the day are of another clock than those of the fit; else "".

    Args:
        clock: Of another table.
        told: What a run keeps of the clock of its own.
    """
    if clock.zoned != told["zoned"]:
        with_zone, without = "tell a time zone", "tell none"
        now, then = (with_zone, without) if clock.zoned else (without, with_zone)
        return (
            f"The times {now}, those of the fit {then}. Hours and days are taken as they are "
            "written: check that both are of the same clock."
        )
    gaps = np.abs(np.subtract.outer(clock.told["ahead"], told["ahead"])).min(axis=1)
    # Clocks that are put forwards in summer are the same clocks.
    if gaps.size and gaps.max() > 1:
        return (
            f"The clock of these times is {clock.told['ahead'][int(gaps.argmax())]:+g} h from UTC, "
            f"that of the fit {', '.join(f'{each:+g} h' for each in told['ahead'][:4])}. Hours and "
            "days are taken as they are written: convert them if they are of another place."
        )
    return ""


def timeline(cells: Any, schema: TableSchema) -> Timeline | None:
    """Read the cells of a column of times.

    Args:
        cells: pandas series [R].
        schema: Of a table that was read; says what kind of times these are.

    Returns:
        None if they are no date-times.
    """
    if schema.time_kind != "datetime":
        return None
    pandas = require("pandas", extra="train")
    if pandas.api.types.is_datetime64_any_dtype(cells):
        moments, wall = to_utc(cells), to_utc(_on_the_wall(cells))
        return Timeline(_hours(moments), _hours(wall), cells.dt.tz is not None)
    codes, words = pandas.factorize(cells)
    texts = [str(word).strip() for word in words]
    form = schema.time_format
    moments = parse_dates(texts, form).stamps
    if form is None:
        local = parse_dates([_ZONE.sub("", text) for text in texts]).stamps
    elif "%z" in form:
        local = np.array(
            [np.datetime64(datetime.strptime(text, form).replace(tzinfo=None)) for text in texts]
        )
    else:
        local = moments
    told = bool(texts) and zoned(texts[0], form)
    return Timeline(_hours(moments)[codes], _hours(local)[codes], told)


def onwards(dates: Any, hours: np.ndarray, calendar: np.ndarray | None = None) -> Any:
    """Dates that lie so much later.

    Args:
        dates: pandas series [M] of date-times, with a time zone or without.
        hours: float64 [M].
        calendar: bool [M], where whole days and months are those of the calendar: the same time
            on the wall, and the same day of the month (the last one, where all are the last ones).
    """
    pandas = require("pandas", extra="train")
    plain = dates + pandas.to_timedelta(np.rint(hours * 3.6e9), unit="us")
    if calendar is None or not calendar.any():
        return plain
    zone, wall = dates.dt.tz, _on_the_wall(dates)
    months = hours / MONTH
    if (np.abs(months - np.rint(months)) < 1e-9).all():
        whole = np.rint(months).astype(int)
        moved = pandas.Series(
            [each + pandas.DateOffset(months=k) for each, k in zip(wall, whole, strict=True)],
            index=dates.index,
        )
        if wall.dt.is_month_end.all():
            moved = moved + pandas.offsets.MonthEnd(0)
    elif (np.rint(hours) % 24 == 0).all():
        moved = wall + pandas.to_timedelta(np.rint(hours * 3.6e9), unit="us")
    else:
        return plain
    if zone is not None:
        first = np.ones(len(moved), bool)
        moved = moved.dt.tz_localize(zone, ambiguous=first, nonexistent="shift_forward")
    return plain.where(~calendar, moved)


def later(
    cells: Any, hours: np.ndarray, schema: TableSchema, calendar: np.ndarray | None = None
) -> Any:
    """Times that lie so much later, written as the cells are.

    Args:
        cells: pandas series [M] of times.
        hours: float64 [M], hours; of plain numbers, the amount in their own unit.
        schema: Of a table that was read.
        calendar: As for `onwards`.

    Returns:
        pandas series [M], of the cells' type.
    """
    pandas = require("pandas", extra="train")
    dates = pandas.api.types.is_datetime64_any_dtype(cells)
    if dates:
        return onwards(cells, hours, calendar)
    if pandas.api.types.is_timedelta64_dtype(cells):
        return cells + pandas.to_timedelta(np.rint(hours * 3.6e9), unit="us")
    if pandas.api.types.is_numeric_dtype(cells) and schema.time_kind == "number":
        return cells + hours
    words = [str(cell).strip() for cell in cells]
    if schema.time_kind == "number":
        numbers = parse_numbers(words, schema) + hours
        texts = [_number(each, schema) for each in numbers]
    elif schema.time_kind == "duration":
        read = duration_reader(schema.time_format)
        texts = [_duration(word, read(word) + h) for word, h in zip(words, hours, strict=True)]
    else:
        steps = hours
        if calendar is not None:
            wall = pandas.Series(timeline(cells, schema).local * 3.6e12)  # pyright: ignore
            wall = pandas.to_datetime(wall)
            steps = (onwards(wall, hours, calendar) - wall) / pandas.Timedelta("1h")
        texts = [_date(word, h, schema) for word, h in zip(words, steps, strict=True)]
    return pandas.Series(texts, index=cells.index, dtype=object)


def _on_the_wall(cells: Any) -> Any:
    return cells if cells.dt.tz is None else cells.dt.tz_localize(None)


def _hours(stamps: np.ndarray) -> np.ndarray:
    return (stamps - np.datetime64("1970-01-01").astype(stamps.dtype)) / _HOUR


def _number(value: float, schema: TableSchema) -> str:
    text = f"{value:.12g}"
    return text if schema.decimal == "." else text.replace(".", schema.decimal)


def _duration(like: str, hours: float) -> str:
    seconds = round(abs(hours) * 3600, 6)
    whole, rest = divmod(seconds, 60)
    hour, minute = divmod(int(whole), 60)
    text = f"{'-' if hours < 0 else ''}{hour:02d}:{minute:02d}"
    return text + (f":{rest:02.0f}" if like.count(":") > 1 or rest else "")


def _date(word: str, hours: float, schema: TableSchema) -> str:
    step = timedelta(microseconds=round(hours * 3.6e9))
    if schema.time_format is not None:
        stamp = datetime.strptime(word, schema.time_format) + step
        return stamp.strftime(schema.time_format)
    zone = _ZONE.search(word)
    bare = word if zone is None else word[: zone.start()]
    micros = parse_dates([bare]).stamps.astype("datetime64[us]")[0]
    stamp: datetime = (micros + np.timedelta64(step)).item()
    if len(bare) == 10 and not (stamp.hour or stamp.minute or stamp.second or stamp.microsecond):
        text = stamp.date().isoformat()
    else:
        between = bare[10] if len(bare) > 10 else " "
        detail = "microseconds" if stamp.microsecond else "seconds"
        if bare.count(":") < 2 and not stamp.second and not stamp.microsecond:
            detail = "minutes"
        text = stamp.isoformat(sep=between, timespec=detail)
    return text + (zone[0] if zone else "")
