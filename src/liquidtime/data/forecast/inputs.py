"""From plain series to those that a network learns forecasts from: targets ahead, inputs known."""

from dataclasses import replace
from typing import NamedTuple

import numpy as np
import torch

from liquidtime.data.categories import listed
from liquidtime.data.forecast.calendar import calendar_inputs, local_hours
from liquidtime.data.forecast.leads import ahead, back
from liquidtime.data.forecast.plan import ForecastPlan
from liquidtime.data.series import IrregularSeries
from liquidtime.errors import InputError, nearest


class Prepared(NamedTuple):
    """Series as the network of a forecast reads them.

    Attributes:
        series: With all inputs and the targets [R, K × L] of each row; NaN where not observed.
            Rows at the end of a series of which nothing is observed but what is known ahead are
            left out: they are what is forecast.
        rows: int64 [R], the row of the plain series that each is.
        meets: int64 [R, L], the row of the plain series that each lead meets; -1 for none.
        lead: float64 [R, L], how long after its row a lead stands.
    """

    series: IrregularSeries
    rows: np.ndarray
    meets: np.ndarray
    lead: np.ndarray

    @property
    def seen(self) -> np.ndarray:
        """How long after its row each target is seen, [R, K × L], for cuts in time."""
        assert self.series.target is not None
        return np.tile(self.lead, (1, self.series.target.shape[1] // self.lead.shape[1]))


def prepare(
    series: IrregularSeries, plan: ForecastPlan, *, local: np.ndarray | None = None
) -> Prepared:
    """Add to each row its targets, and all inputs that the plan names.

    Inputs are what the series show up to the row, on a grid with the last few values; what is
    known ahead, at all leads; the calendar of the first lead; what was observed whole seasons
    before each lead (the last value, where nothing was); and, where rows stand on no grid, how far
    ahead each target truly lies.

    Args:
        series: Plain: with the columns to be forecast among the features; targets are not read.
        plan: What is forecast.
        local: [R] local time of each row in hours since 1970, for the calendar; by default that
            of the stamps, where these are dates.

    Raises:
        InputError: If a column is missing or holds categories, or the calendar lacks dates.
    """
    places = _places(series, plan)
    local = local_hours(series) if local is None else local
    values = np.where(series.mask.numpy(), series.values.numpy(), np.nan)
    owner = np.repeat(np.arange(len(series)), series.lengths.numpy())
    meets, lead = ahead(series, plan)
    targets = _at_rows(values[:, places[: len(plan.target)]], meets)
    names, columns = [*series.features], [values]
    if plan.calendar:
        if local is None or len(local) != len(values):
            raise InputError(
                f"the calendar ({', '.join(plan.calendar)}) needs dates; the times are without. "
                "Give date-times, or leave the calendar out."
            )
        first = np.where(meets[:, 0] >= 0, local[meets[:, 0]], local + lead[:, 0])
        waves, wave_names = calendar_inputs(first, plan)
        columns.append(waves)
        names += wave_names
    for name, place in zip(plan.known, places[len(plan.target) :], strict=True):
        columns.append(_at_rows(values[:, [place]], meets))
        names += plan.known_names(name)
    for season in plan.seasons:
        columns.append(_season(series, plan, values[:, places[: len(plan.target)]], owner, season))
        names += plan.season_names(season)
    for ago in range(1, plan.lags + 1):
        moments = series.times.numpy()[:, None] - ago * plan.gap
        before = _at_rows(
            values[:, places[: len(plan.target)]], back(series, moments, plan.tolerance)
        )
        last = last_values(values[:, places[: len(plan.target)]], owner)
        columns.append(np.where(np.isfinite(before), before, last))
        names += plan.lag_names(ago)
    if not plan.exact:
        columns.append(lead)
        names += plan.horizon_names
    if len(set(names)) != len(names):
        twice = next(name for name in names if names.count(name) > 1)
        raise InputError(
            f"a column is named {twice!r}, as is an input that forecasts add. Rename it."
        )
    kept = _before_the_end(series, plan, owner)
    block = np.concatenate(columns, axis=1)[kept].astype(np.float32)
    there = np.isfinite(block)
    made = replace(
        series,
        values=torch.from_numpy(np.where(there, block, np.float32(0))),
        mask=torch.from_numpy(there),
        times=series.times[torch.from_numpy(kept)],
        lengths=torch.from_numpy(np.bincount(owner[kept], minlength=len(series))),
        target=torch.from_numpy(targets[kept].astype(np.float32)),
        target_names=plan.labels,
        classes=None,
        per_step=True,
        features=tuple(names),
        stamps=None if series.stamps is None else series.stamps.take(kept),
    )
    return Prepared(made, kept, meets[kept], lead[kept])


def season_moments(times: np.ndarray, plan: ForecastPlan, season: float) -> np.ndarray:
    """The latest moments [R, L] whole seasons before each lead that are not after the row."""
    leads = np.asarray(plan.leads)
    periods = np.ceil(leads / season - 1e-9)
    return times[:, None] + leads - periods * season


def last_values(values: np.ndarray, owner: np.ndarray) -> np.ndarray:
    """The last value of each column so far in its series, [R, K]; NaN before the first."""
    at = np.where(np.isfinite(values), np.arange(len(values))[:, None], -1)
    at = np.maximum.accumulate(at, axis=0) if len(at) else at
    first = np.searchsorted(owner, owner)[:, None]
    found = np.take_along_axis(values, np.maximum(at, 0), axis=0) if len(at) else values
    return np.where(at >= first, found, np.nan)


def _season(
    series: IrregularSeries,
    plan: ForecastPlan,
    values: np.ndarray,
    owner: np.ndarray,
    season: float,
) -> np.ndarray:
    moments = season_moments(series.times.numpy(), plan, season)
    found = _at_rows(values, back(series, moments, plan.tolerance))
    last = np.repeat(last_values(values, owner), len(plan.leads), axis=1)
    return np.where(np.isfinite(found), found, last)


def _at_rows(values: np.ndarray, rows: np.ndarray) -> np.ndarray:
    """Values [R, K] at other rows [R, L], as [R, K × L]; NaN where there is none."""
    found = np.where(
        (rows >= 0)[:, None, :], values.T[:, np.maximum(rows, 0)].swapaxes(0, 1), np.nan
    )
    return found.reshape(len(rows), -1)


def _before_the_end(series: IrregularSeries, plan: ForecastPlan, owner: np.ndarray) -> np.ndarray:
    """Rows up to the last one of their series that shows more than what is known ahead."""
    own = [name not in plan.known for name in series.features]
    shows = series.mask.numpy()[:, own].any(axis=1)
    last = np.full(len(series), -1, dtype=np.int64)
    np.maximum.at(last, owner[shows], np.flatnonzero(shows))
    return np.flatnonzero(np.arange(len(owner)) <= last[owner])


def _places(series: IrregularSeries, plan: ForecastPlan) -> list[int]:
    places = []
    for name in (*plan.target, *plan.known):
        role = "target" if name in plan.target else "column known ahead,"
        if name not in series.features:
            close = nearest(name, series.features)
            raise InputError(
                f"the {role} {name!r} is no variable; expected one of "
                f"{', '.join(series.features[:30])}."
                + (f" Did you mean {close!r}?" if close else "")
            )
        if name in series.categories:
            raise InputError(
                f"the {role} {name!r} holds categories ({listed(series.categories[name])}); "
                "expected numbers. Leave it out, or give it as columns of 0 and 1."
            )
        places.append(series.features.index(name))
    return places
