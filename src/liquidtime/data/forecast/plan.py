"""What is forecast, how far ahead and from what; kept in a run. Imports no torch."""

import dataclasses
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal, Self

from liquidtime.data.spans import MONTH, Span
from liquidtime.errors import InputError

CALENDAR = ("minute", "hour", "weekday", "monthday", "yearday")
"""What of a date-time can be an input; each goes round."""
HORIZON = "horizon"
"""The input that says how far ahead a target lies, off a grid."""


@dataclass(frozen=True, kw_only=True)
class ForecastPlan:
    """A forecast with everything resolved; L leads, K columns.

    Attributes:
        target: K columns whose coming values are predicted.
        leads: How far ahead, rising: times, or numbers of rows.
        by: Whether leads are "time" (what is observed at that time) or "rows" (what so many rows
            later shows, whatever time lies between).
        tolerance: By time: the row nearest to the time asked for counts, if it is at most this
            far from it.
        exact: Whether rows stand on a grid, so that leads are exact. Where they are not, how far
            ahead a target truly lies is an input of its own.
        gap: Typical time between rows; of calendar months, so many of mean length.
        known: Columns that are known ahead (a calendar, a weather forecast, a price): at each row
            their values at all leads are inputs.
        calendar: Of `CALENDAR`, what the date of the first lead gives as inputs.
        seasons: Periods, rising; what was observed whole periods before each lead is an input.
        lags: On a grid, how many values before the last one are inputs, too.
        segment: Rows or time of a piece that the network reads at once, as `Span` writes it.
        context: Rows or time before it that warm the network up.
        scale: Of each column, the mean absolute error of a naive forecast in training: of the value
            a season before (the strongest one), or of the last value; what MASE divides by.
        time_unit: "hours" where times were dates or durations, else None.
    """

    target: tuple[str, ...]
    leads: tuple[float, ...]
    by: Literal["time", "rows"] = "time"
    tolerance: float = 0.0
    exact: bool = True
    gap: float = 1.0
    known: tuple[str, ...] = ()
    calendar: tuple[str, ...] = ()
    seasons: tuple[float, ...] = ()
    lags: int = 0
    segment: str = "128 rows"
    context: str = "64 rows"
    scale: tuple[float, ...] = ()
    time_unit: str | None = None

    def __post_init__(self) -> None:
        if not self.target or len(set(self.target)) != len(self.target):
            raise InputError(f"target is {self.target}; expected columns, each once.")
        if not self.leads or min(self.leads) <= 0 or list(self.leads) != sorted(set(self.leads)):
            raise InputError(f"leads are {self.leads}; expected rising numbers above 0.")
        twice = sorted({*self.known} & {*self.target})
        if twice:
            raise InputError(
                f"{twice[0]!r} is a target and known ahead; expected one of them. What is known "
                "need not be forecast."
            )
        unknown = [name for name in self.calendar if name not in CALENDAR]
        if unknown:
            raise InputError(
                f"calendar has {unknown[0]!r}; expected some of {', '.join(CALENDAR)}."
            )

    @property
    def lead_names(self) -> tuple[str, ...]:
        """Of each lead, such as "+24h", "+3" (rows) or "+2.5"."""
        return tuple(f"+{self.span(lead)}" for lead in self.leads)

    @property
    def labels(self) -> tuple[str, ...]:
        """Of the K × L outputs, all leads of a column together, such as "load +24h".

        Of one lead, the columns alone.
        """
        if len(self.leads) == 1:
            return self.target
        return tuple(f"{name} {lead}" for name in self.target for lead in self.lead_names)

    def known_names(self, name: str) -> tuple[str, ...]:
        """Of the L inputs that a column known ahead makes."""
        return tuple(f"{name} {lead}" for lead in self.lead_names)

    def season_names(self, season: float) -> tuple[str, ...]:
        """Of the K × L inputs that hold what was so long before each lead, by columns."""
        before = self.span(season)
        return tuple(f"{name} {lead} -{before}" for name in self.target for lead in self.lead_names)

    def lag_names(self, ago: int) -> tuple[str, ...]:
        """Of the K inputs that hold the values so many gaps before the last ones."""
        return tuple(f"{name} -{self.span(ago * self.gap)}" for name in self.target)

    @property
    def horizon_names(self) -> tuple[str, ...]:
        """Of the L inputs that say how far ahead each target truly lies; none on a grid."""
        if self.exact:
            return ()
        several = len(self.leads) > 1
        return self.known_names(HORIZON) if several else (HORIZON,)

    @property
    def monthly(self) -> bool:
        """Whether rows stand one or several calendar months apart, which are not equally long."""
        months = self.gap / MONTH
        return self.time_unit == "hours" and months > 0.5 and abs(months - round(months)) < 1e-9

    @property
    def daily(self) -> bool:
        """Whether rows stand whole days apart, which are not equally long where clocks change."""
        return self.exact and self.time_unit == "hours" and self.gap > 0 and self.gap % 24 == 0

    def span(self, length: float) -> str:
        """A lead or a period in words."""
        if self.by == "time" and self.monthly:
            return f"{length / MONTH:g}mo"
        if self.by == "time" and self.time_unit == "hours":
            return str(Span(length, "hours")) if length != 24 else "24h"
        return f"{length:g}"

    def to_dict(self) -> dict[str, Any]:
        """The fields as a JSON-able dictionary."""
        fields = dataclasses.asdict(self)
        return {key: list(v) if isinstance(v, tuple) else v for key, v in fields.items()}

    @classmethod
    def from_dict(cls, mapping: Mapping[str, Any]) -> Self:
        """The plan that `to_dict` wrote."""
        known = {entry.name for entry in dataclasses.fields(cls)}
        if unknown := sorted(set(mapping) - known):
            raise InputError(
                f"A forecast has no {', '.join(map(repr, unknown))}; expected some of "
                f"{', '.join(sorted(known))}. Was it written by a newer version?"
            )
        fields: dict[str, Any] = dict(mapping)
        for key, value in fields.items():
            fields[key] = tuple(value) if isinstance(value, list) else value
        return cls(**fields)
