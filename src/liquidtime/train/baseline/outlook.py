"""Forecasts as plain tables: what is known at a row of a time so far ahead of it."""

from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from liquidtime.data import ragged
from liquidtime.data.forecast.calendar import calendar_inputs
from liquidtime.data.forecast.inputs import last_values
from liquidtime.data.forecast.leads import back
from liquidtime.data.forecast.plan import ForecastPlan
from liquidtime.data.series import IrregularSeries
from liquidtime.data.spans import Span
from liquidtime.train.baseline.summaries import columns_of, static_of, values_of

Values = NDArray[np.float64]

_LAGS, _MOST_LAGS = 12, 72
# Lags around the value a season before, and around the one two seasons before.
_AROUND, _AROUND_SECOND = (-2, -1, 0, 1, 2), (-1, 0, 1)
# Hours of a turn of what is taken from the date.
_TURNS = {"minute": 1.0, "hour": 24.0, "weekday": 168.0, "monthday": 730.485, "yearday": 8765.82}


class Outlook:
    """What is known at each of the R rows of a part, of L times ahead and K columns.

    Args:
        series: Prepared for the forecast, or pieces of such series; targets are not read.
        plan: What is forecast.
    """

    def __init__(self, series: IrregularSeries, plan: ForecastPlan) -> None:
        self._series, self._plan = series, plan
        made = columns_of(series.features, series.categories)
        self._at = {name: place for place, name in enumerate(made.names)}
        self._values = values_of(series)
        self._member = ragged.series_of_rows(series.lengths).cpu().numpy()

    def table(self, column: int, lead: int, rows: NDArray[np.int64]) -> NDArray[np.float32]:
        """What a tree may ask of one column at one lead.

        The lead; the calendar then; what is known ahead; what was a season before it, and around
        that; the last values of all variables, and how old they are; lags and means of lags.

        Args:
            column: Number of the column, below K.
            lead: Number of the lead, below L.
            rows: [N], rows to ask at.

        Returns:
            [N, F], with the same F at all leads; NaN where nothing is known.
        """
        plan = self._plan
        known = [plan.known_names(name)[lead] for name in plan.known]
        own = self._lags(column, rows)
        blocks = [
            self._how_far(lead)[rows, None],
            self._calendar(lead)[rows],
            self._named(known, rows),
            self._seasons(column, lead, rows),
            self._now[rows],
            own[:, : self._count + 1],
            own[:, self._before(lead)],
            np.stack([_mean(own[:, :width]) for width in self._widths], axis=1),
        ]
        return np.concatenate(blocks, axis=1).astype(np.float32)

    def line(self, column: int, lead: int, rows: NDArray[np.int64]) -> Values:
        """What a straight line is drawn from, [N, 1 + seasons]: the last value and seasons'."""
        before = [self._season_names(season, column)[lead] for season in self._plan.seasons]
        return np.concatenate([self._last[rows, column, None], self._named(before, rows)], axis=1)

    @cached_property
    def _on_grid(self) -> bool:
        return self._plan.exact and self._plan.by == "time"

    @cached_property
    def _reach(self) -> int:
        """Lags that every piece shows of all its own rows, since its context does."""
        context = Span.parse(self._plan.context, "the context of a segment", zero=True)
        rows = context.rows
        if rows is None:
            rows = context.time(self._plan.time_unit, "the context of a segment") / self._plan.gap
        return min(_MOST_LAGS, int(rows))

    @cached_property
    def _count(self) -> int:
        """Lags that are columns one by one."""
        return max(min(_LAGS, self._reach), self._plan.lags)

    @cached_property
    def _season(self) -> int:
        """Lags of the shortest season; 0 where there is none that lags reach."""
        if not self._on_grid:
            return 0
        lags = [round(season / self._plan.gap) for season in self._plan.seasons]
        return min((lag for lag in lags if lag > 1 and 2 * lag + 2 <= self._reach), default=0)

    @cached_property
    def _widths(self) -> tuple[int, ...]:
        """Lags that means are taken of."""
        if self._season:
            return 6, self._season, 2 * self._season
        return max(1, self._count // 2), max(1, self._count)

    @cached_property
    def _ago(self) -> NDArray[np.int32]:
        """[R, lags], the row so many gaps ago, off a grid so many rows ago; -1 for none."""
        plan, series = self._plan, self._series
        ago = np.arange(max(self._count, 2 * self._season + 2) + 1)
        if self._on_grid:
            moments = series.times.cpu().numpy()[:, None] - ago * plan.gap
            return back(series, moments, plan.tolerance).astype(np.int32)
        position = ragged.positions(series.lengths).cpu().numpy()[:, None]
        here = np.arange(len(self._values))[:, None]
        return np.where(position >= ago, here - ago, -1).astype(np.int32)

    @cached_property
    def _last(self) -> Values:
        """[R, K], the last value of each column."""
        places = [self._at[name] for name in self._plan.target]
        return last_values(self._values[:, places], self._member)

    def _lags(self, column: int, rows: NDArray[np.int64]) -> Values:
        """[N, lags + 1], from the last value on; the last one is empty."""
        plan, at = self._plan, self._ago[rows]
        values = self._values[:, self._at[plan.target[column]]]
        found = np.full((len(rows), at.shape[1] + 1), np.nan)
        found[:, :-1] = np.where(at >= 0, values[np.maximum(at, 0)], np.nan)
        found[:, 0] = self._last[rows, column]
        for lag in range(1, plan.lags + 1):
            found[:, lag] = self._values[rows, self._at[plan.lag_names(lag)[column]]]
        return found

    @cached_property
    def _now(self) -> Values:
        """[R, ..], the last value of each variable, how long ago the targets' were, the statics."""
        plan = self._plan
        inputs = {*calendar_inputs(np.zeros(0), plan)[1], *plan.horizon_names}
        inputs |= {name for each in plan.known for name in plan.known_names(each)}
        inputs |= {name for season in plan.seasons for name in plan.season_names(season)}
        inputs |= {name for ago in range(1, plan.lags + 1) for name in plan.lag_names(ago)}
        own = [place for name, place in self._at.items() if name not in inputs]
        times = self._series.times.cpu().numpy()
        targets = self._values[:, [self._at[name] for name in plan.target]]
        seen = np.where(np.isnan(targets), np.nan, times[:, None])
        last = last_values(np.concatenate([self._values[:, own], seen], axis=1), self._member)
        since = times[:, None] - last[:, len(own) :]
        static = static_of(self._series)[self._member]
        return np.concatenate([last[:, : len(own)], since, static], axis=1)

    @cached_property
    def _clock(self) -> dict[str, Values]:
        """[R], hours into each turn of the calendar at the first lead."""
        found = {}
        for name in self._plan.calendar:
            sine, cosine = (self._values[:, self._at[f"{name} {f} 1"]] for f in ("sin", "cos"))
            turn = np.arctan2(sine, cosine) / (2 * np.pi) % 1
            if name == "weekday":
                turn = np.round(turn * 7) % 7 / 7
            found[name] = np.round(turn * _TURNS[name], 3) % _TURNS[name]
        if "hour" in found and "weekday" in found:
            # Of a weekday the waves tell the day alone.
            found["weekday"] = found["weekday"] + found["hour"]
        return found

    def _calendar(self, lead: int) -> Values:
        """[R, C], hour of the day, day of the week and so on, of what is forecast."""
        leads = self._plan.leads
        on = (leads[lead] - leads[0]) * (1.0 if self._plan.by == "time" else self._plan.gap)
        then = [(hours + on) % _TURNS[name] for name, hours in self._clock.items()]
        days = [
            np.floor(at / 24) if name == "weekday" else at
            for name, at in zip(self._clock, then, strict=True)
        ]
        return np.stack(days, axis=1) if days else np.zeros((len(self._values), 0))

    def _how_far(self, lead: int) -> Values:
        names = self._plan.horizon_names
        if names:
            return self._values[:, self._at[names[lead]]]
        return np.full(len(self._values), self._plan.leads[lead])

    def _season_names(self, season: float, column: int) -> tuple[str, ...]:
        count = len(self._plan.leads)
        return self._plan.season_names(season)[column * count : (column + 1) * count]

    def _seasons(self, column: int, lead: int, rows: NDArray[np.int64]) -> Values:
        """What was whole seasons before the lead, and before its neighbours."""
        found, nothing = [], np.full(len(rows), np.nan)
        for season in self._plan.seasons:
            names = self._season_names(season, column)
            for at in (lead - 1, lead, lead + 1):
                there = 0 <= at < len(names)
                found.append(self._values[rows, self._at[names[at]]] if there else nothing)
        return np.stack(found, axis=1) if found else np.zeros((len(rows), 0))

    def _before(self, lead: int) -> list[int]:
        """Lags around those a season and two before the lead; -1, an empty one, for none."""
        season, empty = self._season, -1
        if not season:
            return []
        far = round(self._plan.leads[lead] / self._plan.gap)
        first = -far % season
        places = [first + off for off in _AROUND] + [first + season + off for off in _AROUND_SECOND]
        return [place if place >= 0 else empty for place in places]

    def _named(self, names: list[str], rows: NDArray[np.int64]) -> Values:
        places = np.array([self._at[name] for name in names], np.int64)
        return self._values[rows[:, None], places]


def _mean(values: Values) -> Values:
    """Of each row; NaN where nothing is known."""
    there = np.isfinite(values)
    count = there.sum(axis=1)
    total = np.where(there, values, 0.0).sum(axis=1)
    return np.divide(total, count, out=np.full(len(values), np.nan), where=count > 0)
