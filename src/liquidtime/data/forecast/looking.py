"""The plan that suits the data: grid or not, leads, calendar, seasons."""

from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np

from liquidtime.data.forecast.calendar import local_hours, months_apart, usual_calendar
from liquidtime.data.forecast.leads import back
from liquidtime.data.forecast.plan import CALENDAR, ForecastPlan
from liquidtime.data.forecast.season import seasons as find_seasons
from liquidtime.data.segments import usual_spans
from liquidtime.data.series import IrregularSeries
from liquidtime.data.spans import MONTH, Span
from liquidtime.errors import InputError

_ON_GRID = 0.9
_MOST_LEADS = 1000
_MOST_INPUTS = 400
_MOST_SERIES = 50
_LAGS = 5
_MUCH = 8


class Found(NamedTuple):
    """A plan, and what the user should know of how it came about."""

    plan: ForecastPlan
    notes: tuple[str, ...]


def look(
    series: IrregularSeries,
    target: Sequence[str],
    horizon: Any = 1,
    *,
    every: Any = None,
    known: Sequence[str] = (),
    calendar: Sequence[str] | None = None,
    season: Sequence[Any] | None = None,
    local: np.ndarray | None = None,
    training: np.ndarray | None = None,
    segment: Any = None,
    context: Any = None,
) -> Found:
    """Make a plan for these series.

    Args:
        series: Plain, as for `prepare`.
        target: Columns to forecast.
        horizon: How far: a number of rows (24, "24"), or a time ("24h", "30min", a `timedelta`;
            "2.5units" where times are plain numbers). On a grid every row up to it is forecast.
            Elsewhere a time is one lead, that of the row nearest to it, and a number of rows
            means rows, whatever time lies between.
        every: Distance of the leads, as a time; by default that of the rows on a grid.
        known: Columns that are known ahead.
        calendar: Of minute, hour, weekday, monthday, yearday; None takes what suits the span of
            dates, () none.
        season: Periods; None finds them in the training rows, () takes none.
        local: [R] local time of each row, hours since 1970; by default that of the stamps, where
            these are dates.
        training: bool [R], the rows to look at for seasons; by default all.
        segment: Length of a piece; by default about 64 pieces of the training rows.
        context: Length of what is read before each piece; by default half a piece.

    Raises:
        InputError: If something does not fit the data.
    """
    times, lengths = series.times.numpy(), series.lengths.numpy()
    local = local_hours(series) if local is None else local
    owner = np.repeat(np.arange(len(series)), lengths)
    gaps = np.diff(times)[np.diff(owner) == 0]
    gaps = gaps[gaps > 0]
    gap = float(np.median(gaps)) if len(gaps) else 1.0
    exact = bool(len(gaps)) and float(np.mean(np.abs(gaps - gap) <= 0.01 * gap)) >= _ON_GRID
    notes: list[str] = []
    if not exact and local is not None and (months := months_apart(local, owner)):
        gap, exact = months * MONTH, True
        notes.append(f"Rows stand {_months(months)} apart.")
    teaching = np.ones(len(times), bool) if training is None else training
    asked = Span.parse(horizon, "the horizon")
    step = None if every is None else Span.parse(every, "every")
    by, leads, tolerance = _leads(asked, step, gap, exact, series.time_unit, notes)
    periods = _seasons(series, target, season, gap, exact and by == "time", teaching)
    if periods and len(target) * len(leads) * len(periods) > _MOST_INPUTS:
        periods = periods[-1:]
    if calendar is None:
        dated = local is not None and by == "time"
        calendar = usual_calendar(local[teaching], gap) if dated else ()  # pyright: ignore
    if unknown := [name for name in calendar if name not in CALENDAR]:
        raise InputError(
            f"calendar has {unknown[0]!r}; expected some of {', '.join(CALENDAR)}, or none."
        )
    piece, before = usual_spans(segment, context, int(teaching.sum()))
    plan = ForecastPlan(
        target=tuple(target),
        leads=leads,
        by=by,
        tolerance=tolerance,
        exact=exact,
        gap=gap,
        known=tuple(known),
        calendar=tuple(calendar),
        seasons=periods,
        lags=_LAGS if exact and by == "time" else 0,
        segment=str(piece),
        context=str(before),
        scale=_scale(series, target, periods[-1] if periods else gap, exact, teaching),
        time_unit=series.time_unit,
    )
    if piece.unit == before.unit and before.amount > _MUCH * piece.amount:
        notes.append(
            f"Pieces of {piece} are each led by {before} of context, so each row is read about "
            f"{before.amount / piece.amount:.0f} times. Longer pieces (--segment) are faster."
        )
    return Found(plan, (*notes, *_said(plan)))


def _leads(
    asked: Span, step: Span | None, gap: float, exact: bool, unit: str | None, notes: list[str]
) -> tuple[Any, tuple[float, ...], float]:
    """How leads are counted, the leads, and the tolerance."""
    if asked.rows is not None and not exact:
        if step is not None:
            raise InputError(
                f"horizon {asked} is a number of rows, and every {step} a time; rows do not stand "
                "on a grid here. Give the horizon as a time, too."
            )
        leads = tuple(float(k) for k in range(1, _count(asked.amount, asked) + 1))
        if len(leads) > 1:
            notes.append(
                f"Rows stand at uneven times, so a horizon of {asked} is read as so many rows, "
                "whatever time lies between. For a time, give its unit (--horizon 24h)."
            )
        return "rows", leads, 0.0
    far = asked.amount * gap if asked.rows is not None else asked.time(unit, "the horizon")
    spacing = gap if exact else far
    if step is not None:
        spacing = step.amount * gap if step.rows is not None else step.time(unit, "every")
    count = far / spacing
    whole = round(count)
    if whole < 1 or abs(count - whole) > 1e-6 * max(count, 1.0):
        shown: Any = Span(spacing, "hours" if unit == "hours" else "units")
        if exact and unit == "hours" and abs(spacing / MONTH - round(spacing / MONTH)) < 1e-9:
            shown = f"{_months(round(spacing / MONTH))} (as 12mo)"
        raise InputError(
            f"a horizon of {asked} is no whole number of steps of {shown}; expected one. "
            + ("Rows are so far apart here; " if step is None else "")
            + "give another horizon, or --every."
        )
    leads = tuple(spacing * (k + 1) for k in range(_count(whole, asked)))
    if exact:
        apart = spacing / gap
        if abs(apart - round(apart)) > 1e-6 * apart:
            raise InputError(
                f"every {step} is no whole number of gaps between rows ({gap:g}); expected one."
            )
        return "time", leads, 0.25 * gap
    tolerance = far / 4 if len(leads) == 1 else spacing / 2
    shown = [Span(each, "hours" if unit == "hours" else "units") for each in (far, tolerance)]
    notes.append(
        f"Rows stand at uneven times: what is {shown[0]} ahead is the row nearest to it, at most "
        f"{shown[1]} from it; how far ahead it truly lies is an input (horizon)."
    )
    return "time", leads, tolerance


def _months(number: int) -> str:
    return "a calendar month" if number == 1 else f"{number} calendar months"


def _count(number: float, asked: Span) -> int:
    if number > _MOST_LEADS:
        raise InputError(
            f"a horizon of {asked} has {number:,.0f} leads; expected at most {_MOST_LEADS:,}. Give "
            "a shorter one, or leads further apart (--every)."
        )
    return int(number)


def _seasons(
    series: IrregularSeries,
    target: Sequence[str],
    season: Sequence[Any] | None,
    gap: float,
    exact: bool,
    training: np.ndarray,
) -> tuple[float, ...]:
    if season is not None:
        spans = [Span.parse(each, "a season") for each in season]
        found = [
            s.amount * gap if s.rows is not None else s.time(series.time_unit, "a season")
            for s in spans
        ]
        return tuple(sorted(set(found)))
    if not exact:
        return ()
    offsets: list[int] = series.offsets.tolist()
    longest = np.argsort(-series.lengths.numpy(), kind="stable")[:_MOST_SERIES]
    signals = []
    for name in target:
        if name not in series.features:
            continue
        place = series.features.index(name)
        for n in longest:
            rows = np.arange(offsets[n], offsets[n + 1])
            rows = rows[training[rows] & series.mask[rows, place].numpy()]
            if len(rows) < 8:
                continue
            steps = np.rint((series.times[rows] - series.times[rows[0]]).numpy() / gap)
            signal = np.full(int(steps[-1]) + 1, np.nan)
            signal[steps.astype(np.int64)] = series.values[rows, place].numpy()
            signals.append(signal)
    return tuple(gap * lag for lag in find_seasons(signals))


def _scale(
    series: IrregularSeries, target: Sequence[str], period: float, exact: bool, rows: np.ndarray
) -> tuple[float, ...]:
    """Mean absolute error of what stood a period (off the grid: a row) before; 0 for none."""
    times = series.times.numpy()
    if exact:
        before = back(series, times[:, None] - period, 0.25 * period)[:, 0]
    else:
        owner = np.repeat(np.arange(len(series)), series.lengths.numpy())
        before = np.where(np.diff(owner, prepend=-1) == 0, np.arange(len(times)) - 1, -1)
    found = []
    for name in target:
        if name not in series.features:
            continue
        place = series.features.index(name)
        values = np.where(series.mask[:, place].numpy(), series.values[:, place].numpy(), np.nan)
        apart = np.abs(values - values[np.maximum(before, 0)])[rows & (before >= 0)]
        apart = apart[np.isfinite(apart)]
        found.append(float(apart.mean()) if apart.size else 0.0)
    return tuple(found)


def _said(plan: ForecastPlan) -> list[str]:
    """What the plan took from the data."""
    leads = plan.lead_names
    shown = leads[0] if len(leads) == 1 else f"{leads[0]} to {leads[-1]} ({len(leads)} leads)"
    unit = " rows" if plan.by == "rows" else ""
    said = [f"Forecast: {', '.join(plan.target)}, {shown}{unit}."]
    if plan.calendar:
        said.append(f"Inputs from the calendar: {', '.join(plan.calendar)}, in local time.")
    if plan.seasons:
        words = " and ".join(plan.span(season) for season in plan.seasons)
        said.append(f"Seasons: {words}; what was so long before is an input.")
    return said
