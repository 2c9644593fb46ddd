"""Which row shows what is forecast at another one."""

import itertools
from typing import NamedTuple

import numpy as np

from liquidtime.data.forecast.plan import ForecastPlan
from liquidtime.data.series import IrregularSeries


class Ahead(NamedTuple):
    """For R rows and L leads.

    Attributes:
        rows: int64 [R, L], the row that a lead meets; -1 where there is none.
        lead: float64 [R, L], how long after its row it stands; the lead asked for where none is.
    """

    rows: np.ndarray
    lead: np.ndarray


def ahead(series: IrregularSeries, plan: ForecastPlan) -> Ahead:
    """Find for each row the later ones of its series that it forecasts."""
    times, offsets = series.times.cpu().numpy(), series.offsets.cpu().numpy()
    wanted = np.asarray(plan.leads)
    nominal = wanted if plan.by == "time" else wanted * plan.gap
    rows = np.full((len(times), len(wanted)), -1, dtype=np.int64)
    for first, end in itertools.pairwise(offsets):
        own = np.arange(first, end)
        if plan.by == "rows":
            found = own[:, None] + wanted.astype(np.int64)
            rows[first:end] = np.where(found < end, found, -1)
        elif end > first:
            clock = times[first:end]
            rows[first:end] = _nearest(clock, own, clock[:, None] + wanted, plan.tolerance)
    lead = np.where(rows >= 0, times[rows] - times[:, None], nominal)
    return Ahead(rows, lead)


def back(series: IrregularSeries, moments: np.ndarray, tolerance: float) -> np.ndarray:
    """Rows of the same series at moments [R, L] of the times, int64; -1 where there is none.

    Rows that are later than the row itself do not count.
    """
    times, offsets = series.times.cpu().numpy(), series.offsets.cpu().numpy()
    rows = np.full(moments.shape, -1, dtype=np.int64)
    for first, end in itertools.pairwise(offsets):
        if end > first:
            clock = times[first:end]
            at = _at(clock, moments[first:end], tolerance)
            late = at > np.arange(end - first)[:, None]
            rows[first:end] = np.where((at >= 0) & ~late, at + first, -1)
    return rows


def _nearest(
    clock: np.ndarray, own: np.ndarray, moments: np.ndarray, tolerance: float
) -> np.ndarray:
    at = _at(clock, moments, tolerance)
    later = clock[np.maximum(at, 0)] > clock[:, None]
    return np.where((at >= 0) & later, at + own[0], -1)


def _at(clock: np.ndarray, moments: np.ndarray, tolerance: float) -> np.ndarray:
    """Positions of the times nearest to moments, the later of two; -1 beyond the tolerance."""
    right = np.searchsorted(clock, moments, side="left")
    left = np.maximum(right - 1, 0)
    right = np.minimum(right, len(clock) - 1)
    before, after = np.abs(moments - clock[left]), np.abs(clock[right] - moments)
    at = np.where(before < after, left, right)
    return np.where(np.minimum(before, after) <= tolerance, at, -1)
