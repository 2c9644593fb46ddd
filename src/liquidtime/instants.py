"""Dates and durations of every kind and unit, brought to whole nanoseconds and to hours."""

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from typing import Any, Literal, NamedTuple

import numpy as np
from numpy.typing import NDArray

from liquidtime.errors import InputError

HOUR = 3_600_000_000_000
"""Nanoseconds of an hour, the unit in which the time of dates and durations is counted."""
RANGE = "1677-09-21 to 2262-04-11"
"""The dates that 64 bits of nanoseconds hold."""


class Instants(NamedTuple):
    """Dates, or durations, of any shape.

    Attributes:
        kind: "dates" or "durations".
        nanoseconds: Since 1970 in UTC, or as long as the duration is; int64.
        missing: True where there is none (NaT).
    """

    kind: Literal["dates", "durations"]
    nanoseconds: NDArray[np.int64]
    missing: NDArray[np.bool_]

    def hours(self) -> NDArray[np.float64]:
        """Durations as they are, dates since the earliest along the last axis; NaN for NaT."""
        passed: NDArray[Any] = self.nanoseconds
        if self.kind == "dates" and passed.size:
            late = np.where(self.missing, np.iinfo(np.int64).max, passed)
            # Unsigned, since more than 292 years may lie between two dates.
            passed = (passed - late.min(axis=-1, keepdims=True)).astype(np.uint64)
        return np.where(self.missing, np.nan, passed / HOUR)


def read_instants(name: str, given: Any) -> Instants | None:
    """Read dates or durations: of NumPy in any unit, of pandas, pyarrow or Python, with time zones.

    Dates without a time zone count as UTC, as they do in tables.

    Args:
        name: What it is, for the message.
        given: An array, or nested lists.

    Returns:
        What was read; None if it holds something else, such as numbers.

    Raises:
        InputError: If dates are mixed with anything else or lie outside of `RANGE`, some have a
            time zone and others none, or a duration has no fixed length.
    """
    found = _array(given)
    if found is None:
        return None
    if found.dtype.kind == "O":
        return _from_objects(name, found)
    if found.dtype.kind not in "mM":
        return None
    return Instants(
        "dates" if found.dtype.kind == "M" else "durations",
        _nanoseconds(name, found),
        np.isnat(found),
    )


def _array(given: Any) -> np.ndarray | None:
    if getattr(getattr(given, "dtype", None), "tz", None) is not None:
        # A column of pandas has it behind `dt`, an index at hand.
        given = getattr(given, "dt", given).tz_convert(None)
    try:
        return np.asarray(given)
    except (TypeError, ValueError, RuntimeError):
        # Ragged lists, tensors on another device or with a gradient: none holds dates.
        return None


def _from_objects(name: str, array: np.ndarray) -> Instants | None:
    entries = array.ravel().tolist() if array.dtype != object else list(array.ravel())
    if not any(issubclass(kind, _DATES + _DURATIONS) for kind in set(map(type, entries))):
        return None
    missing = np.array([_is_missing(entry) for entry in entries], dtype=bool)
    there = [entry for entry, none in zip(entries, missing, strict=True) if not none]
    kinds = {"dates" if isinstance(entry, _DATES) else "durations" for entry in there}
    other = [entry for entry in there if not isinstance(entry, _DATES + _DURATIONS)]
    if other or len(kinds) > 1:
        odd = other[0] if other else next(e for e in there if isinstance(e, _DURATIONS))
        raise InputError(
            f"{name} mixes dates or durations with {type(odd).__name__} ({odd!r}); expected one "
            "kind of time."
        )
    zoned = {_has_zone(entry) for entry in there if isinstance(entry, _DATES)}
    if len(zoned) > 1:
        raise InputError(
            f"{name} mixes dates with a time zone and dates without, whose zone is not known. Give "
            "all of them one, such as with .replace(tzinfo=…), or none."
        )
    nanoseconds = np.zeros(len(entries), dtype=np.int64)
    nanoseconds[~missing] = list(_each(name, there))
    return Instants(
        "durations" if kinds == {"durations"} else "dates",
        nanoseconds.reshape(array.shape),
        missing.reshape(array.shape),
    )


def _each(name: str, entries: list[Any]) -> Iterator[int]:
    for entry in entries:
        # Those of pandas know their own unit; Python's have microseconds.
        exact = getattr(entry, "to_datetime64", None) or getattr(entry, "to_timedelta64", None)
        if exact is not None:
            entry = exact()
        elif isinstance(entry, datetime) and entry.tzinfo is not None:
            try:
                entry = entry.astimezone(UTC).replace(tzinfo=None)
            except OverflowError:
                raise _outside(name, entry) from None
        if isinstance(entry, date):
            entry = np.datetime64(entry)
        elif not isinstance(entry, np.generic):
            entry = np.timedelta64(entry)
        yield int(_nanoseconds(name, np.asarray(entry)))


def _nanoseconds(name: str, array: np.ndarray) -> NDArray[np.int64]:
    kind, missing = array.dtype.kind, np.isnat(array)
    unit = np.datetime_data(array.dtype)[0]
    if unit == "generic" and not missing.all():
        raise InputError(
            f"{name} holds durations without a unit; expected timedelta64 with one, such as [s]."
        )
    if kind == "m" and unit in ("Y", "M"):
        raise InputError(
            f"{name} holds durations in {'years' if unit == 'Y' else 'months'}, which are not all "
            "of one length; expected weeks, days, hours or finer."
        )
    try:
        fine = array.astype(f"{kind}8[ns]")
        wrong = ~missing & (fine.astype(array.dtype) != array)
    except OverflowError:
        raise _outside(name, array.ravel()[0]) from None
    if wrong.any():
        raise _outside(name, array[wrong].ravel()[0])
    return fine.astype(np.int64)


def _outside(name: str, entry: Any) -> InputError:
    return InputError(
        f"{name} holds {entry}; expected dates from {RANGE}, and durations below 292 years. Where "
        "such a date stands for an open end or for none, leave the row out."
    )


def _is_missing(entry: Any) -> bool:
    if entry is None or type(entry).__name__ in ("NAType", "NaTType"):
        return True
    return bool(isinstance(entry, float | np.floating | np.datetime64 | np.timedelta64)) and bool(
        entry != entry
    )


def _has_zone(entry: Any) -> bool:
    return getattr(entry, "tzinfo", None) is not None


_DATES = (date, np.datetime64)
_DURATIONS = (timedelta, np.timedelta64)
