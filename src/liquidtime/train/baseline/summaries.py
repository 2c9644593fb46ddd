"""Irregular series as plain tables: each variable in a dozen numbers, whole or so far."""

from collections.abc import Sequence

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from liquidtime.data import ragged
from liquidtime.data.series import IrregularSeries
from liquidtime.deploy.categories import UNKNOWN, Categories, Columns, columns

Table = NDArray[np.float32]
Values = NDArray[np.float64]

# Mean, least, most, first, last, deviation, count, slope, mean change, means of the last half and
# of the last eighth of the span.
OF_A_SERIES = 11
# Last, time since, three before, mean of eight rows, mean, least and most so far.
SO_FAR = 9
_ROWS_AT_ONCE = 20_000
_LAGS = (1, 2, 3)
# Larger numbers are slips of the pen, and their squares no numbers any more.
_MOST = 1e15
_RECENT = 8
MOST_CATEGORIES = 1000
"""A variable of more would make a table that no tree gets through."""


def of_series(series: IrregularSeries) -> Table:
    """A row a series: what each variable was like, and how many steps there were.

    Args:
        series: N series. A variable of categories counts as one of noughts and ones a category; of
            more than `MOST_CATEGORIES` it is left out.

    Returns:
        [N, F], `OF_A_SERIES` columns a variable, the steps, the span, and the static variables;
        NaN where there is nothing.
    """
    values, times = values_of(series), series.times.cpu().numpy()
    member = ragged.series_of_rows(series.lengths).cpu().numpy()
    lengths = series.lengths.cpu().numpy()
    start, span = _spans(times, lengths)
    done = np.divide(
        times - start[member], span[member], out=np.ones(len(times)), where=span[member] > 0
    )
    blocks = []
    for column in values.T:
        there = ~np.isnan(column)
        blocks.append(
            _of_variable(column[there], times[there], done[there], member[there], len(lengths))
        )
    whole = np.stack([lengths.astype(np.float64), span], axis=1)
    return _table([*blocks, whole, static_of(series)])


def so_far(series: IrregularSeries) -> Table:
    """A row a step: what is known of each variable by then, that step included.

    Args:
        series: R rows in all.

    Returns:
        [R, F], `SO_FAR` columns a variable, the time since the start, the number of the step, and
        the static variables; NaN where there is nothing.
    """
    lengths = series.lengths.cpu().numpy()
    ends = np.cumsum(lengths)
    cuts = np.unique(ends // _ROWS_AT_ONCE, return_index=True)[1]
    found = [_so_far(series.select(part)) for part in np.split(np.arange(len(lengths)), cuts[1:])]
    return np.concatenate(found) if found else np.zeros((0, 0), np.float32)


def _so_far(series: IrregularSeries) -> Table:
    values, times = values_of(series), series.times.cpu().numpy()
    member = ragged.series_of_rows(series.lengths).cpu().numpy()
    start, _ = _spans(times, series.lengths.cpu().numpy())
    frame = pd.DataFrame(values)
    rows = frame.groupby(member, sort=False)
    seen_at = pd.DataFrame(np.where(np.isnan(values), np.nan, times[:, None]))
    last = rows.ffill()
    along = last.groupby(member, sort=False)
    recent = along.rolling(_RECENT, min_periods=1).mean().to_numpy()
    total = rows.cumsum().groupby(member, sort=False).ffill().to_numpy()
    count = (~frame.isna()).groupby(member, sort=False).cumsum().to_numpy()
    blocks = [
        last.to_numpy(),
        times[:, None] - seen_at.groupby(member, sort=False).ffill().to_numpy(),
        *(along.shift(lag).to_numpy() for lag in _LAGS),
        recent,
        np.divide(total, count, out=np.full(values.shape, np.nan), where=count > 0),
        rows.cummin().groupby(member, sort=False).ffill().to_numpy(),
        rows.cummax().groupby(member, sort=False).ffill().to_numpy(),
    ]
    whole = np.stack([times - start[member], ragged.positions(series.lengths).numpy()], axis=1)
    return _table([*blocks, whole, static_of(series)[member]])


def _table(blocks: list[Values]) -> Table:
    return np.clip(np.concatenate(blocks, axis=1), -_MOST, _MOST).astype(np.float32)


def _of_variable(
    values: Values, times: Values, done: Values, member: NDArray[np.int64], series: int
) -> Values:
    """What one variable was like in each series, [series, OF_A_SERIES], of its observed rows."""
    found = np.full((series, OF_A_SERIES), np.nan)
    found[:, 6] = 0.0
    if not len(values):
        return found
    starts = np.flatnonzero(np.r_[True, member[1:] != member[:-1]])
    ends = np.r_[starts[1:], len(member)]
    count = (ends - starts).astype(np.float64)

    def total(rows: Values) -> Values:
        return np.add.reduceat(rows, starts)

    mean = total(values) / count
    centred = values - np.repeat(mean, ends - starts)
    moment = times - np.repeat(total(times) / count, ends - starts)
    changes = np.abs(np.diff(values, prepend=values[:1]))
    changes[starts] = 0.0
    late, last = (done >= 0.5).astype(np.float64), (done >= 0.875).astype(np.float64)
    found[member[starts]] = np.stack(
        [
            mean,
            np.minimum.reduceat(values, starts),
            np.maximum.reduceat(values, starts),
            values[starts],
            values[ends - 1],
            np.sqrt(total(centred**2) / count),
            count,
            _ratio(total(moment * centred), total(moment**2)),
            _ratio(total(changes), count - 1),
            _ratio(total(values * late), total(late)),
            _ratio(total(values * last), total(last)),
        ],
        axis=1,
    )
    return found


def columns_of(variables: Sequence[str], categories: Categories) -> Columns:
    """The columns that variables make; those of very many categories make none."""

    def is_small(name: str) -> bool:
        return len(categories.get(name, ())) <= MOST_CATEGORIES

    few = [
        k for k, name in enumerate(variables) if len(categories.get(name, ())) <= MOST_CATEGORIES
    ]
    made = columns([variables[k] for k in few], categories)
    return made._replace(source=np.array(few, np.int64)[made.source])


def values_of(series: IrregularSeries) -> Values:
    """[R, V], NaN where not observed; a category is a column of noughts and ones."""
    made = columns_of(series.features, series.categories)
    raw = np.where(series.mask.cpu().numpy(), series.values.cpu().numpy(), np.nan)
    return _spread(raw, made.source, made.code)


def static_of(series: IrregularSeries) -> Values:
    """[N, S] of the static variables, likewise."""
    if series.static is None:
        return np.zeros((len(series), 0))
    made = columns_of(series.static_features or (), series.static_categories)
    return _spread(series.static.cpu().numpy(), made.source, made.code)


def _spread(raw: NDArray, source: NDArray[np.int64], code: NDArray[np.int64]) -> Values:
    found = raw[:, source].astype(np.float64)
    one_of = code != UNKNOWN
    found[:, one_of] = np.where(np.isnan(found), np.nan, found == code)[:, one_of]
    return found


def _spans(times: Values, lengths: NDArray[np.int64]) -> tuple[Values, Values]:
    """Start and span of each series, [N]; 0 for one without rows."""
    ends = np.cumsum(lengths)
    filled = lengths > 0
    start, span = np.zeros(len(lengths)), np.zeros(len(lengths))
    start[filled] = times[(ends - lengths)[filled]]
    span[filled] = times[ends[filled] - 1] - start[filled]
    return start, span


def _ratio(above: Values, below: Values) -> Values:
    return np.divide(above, below, out=np.full(len(above), np.nan), where=below > 0)
