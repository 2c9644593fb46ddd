"""A stretch of a series: so many rows, or so much time. Imports no torch."""

import re
from dataclasses import dataclass
from typing import Any, Literal, Self

import numpy as np

from liquidtime.errors import InputError

MONTH = 365.2425 * 24 / 12
"""Mean length of a calendar month, in hours."""
_HOURS = {
    "h": 1.0,
    "hour": 1.0,
    "min": 1 / 60,
    "minute": 1 / 60,
    "s": 1 / 3600,
    "second": 1 / 3600,
    "ms": 1 / 3_600_000,
    "d": 24.0,
    "day": 24.0,
    "w": 168.0,
    "week": 168.0,
    "mo": MONTH,
    "month": MONTH,
}
_FORM = re.compile(r"(\d+(?:\.\d*)?|\.\d+)\s*([A-Za-z]*)")
_SHORT = (("d", 24.0), ("h", 1.0), ("min", 1 / 60), ("s", 1 / 3600))


@dataclass(frozen=True)
class Span:
    """A length along a series.

    Attributes:
        amount: How much, above 0 (0 where nothing is allowed, such as a context of none).
        unit: "rows"; "hours" where times are dates or durations; "units" of times that are plain
            numbers.
    """

    amount: float
    unit: Literal["rows", "hours", "units"]

    @classmethod
    def parse(cls, given: Any, what: str = "the span", *, zero: bool = False) -> Self:
        """Read "128", "128 rows", "24h", "30min", "7 days", "2.5 units", or a duration.

        Args:
            given: A whole number is rows; a `timedelta` (Python's, NumPy's or pandas') a time.
            what: What it is, for the message.
            zero: Whether 0 is allowed.

        Raises:
            InputError: If it is none of these, or not above 0.
        """
        if isinstance(given, Span):
            found = given.amount, given.unit
        elif isinstance(given, np.timedelta64) or hasattr(given, "total_seconds"):
            seconds = np.timedelta64(given) / np.timedelta64(1, "s")
            found = float(seconds) / 3600, "hours"
        elif isinstance(given, int | np.integer) and not isinstance(given, bool):
            found = float(given), "rows"
        else:
            found = _read(given)
        if found is None:
            raise InputError(
                f"{what} is {given!r}; expected a number of rows such as 128, or a time such as "
                "24h, 30min, 90s or 7d (2.5units where times are plain numbers)."
            )
        amount, unit = found
        if not (amount > 0 or (zero and amount == 0)) or amount > 1e15:
            raise InputError(f"{what} is {given!r}; expected more than 0.")
        if unit == "rows" and amount != int(amount):
            raise InputError(f"{what} is {given!r}; expected a whole number of rows.")
        return cls(amount, unit)  # pyright: ignore[reportArgumentType]

    @property
    def rows(self) -> int | None:
        """Number of rows; None for a time."""
        return int(self.amount) if self.unit == "rows" else None

    def time(self, time_unit: str | None, what: str = "the span") -> float:
        """As a time in the unit of a series.

        Args:
            time_unit: "hours" where its times were dates or durations, else None.
            what: What it is, for the message.

        Raises:
            InputError: If it is rows, or of another kind than the times.
        """
        if self.unit == "rows":
            raise InputError(f"{what} is {self}; expected a time.")
        if (self.unit == "hours") != (time_unit == "hours"):
            raise InputError(
                f"{what} is {self}, but the times are "
                + (
                    "dates or durations; expected a time such as 24h or 30min."
                    if time_unit == "hours"
                    else "plain numbers, in a unit of their own; expected such as "
                    f"{self.amount:g}units, or rows."
                )
            )
        return self.amount

    def __str__(self) -> str:
        if self.unit != "hours":
            return f"{self.amount:g} {self.unit}"
        for sign, hours in _SHORT:
            number = self.amount / hours
            if abs(number - round(number)) < 1e-9 * max(1.0, number) and number >= 1:
                return f"{round(number)}{sign}"
        return f"{self.amount:g}h"


def _read(given: Any) -> tuple[float, str] | None:
    match = _FORM.fullmatch(given.strip()) if isinstance(given, str) else None
    if match is None:
        return None
    amount, word = float(match[1]), match[2].lower()
    if word in ("", "row", "rows"):
        return amount, "rows"
    if word in ("unit", "units"):
        return amount, "units"
    hours = _HOURS.get(word, _HOURS.get(word.removesuffix("s")))
    return None if hours is None else (amount * hours, "hours")
