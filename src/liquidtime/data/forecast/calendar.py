"""What the date says: inputs that go round."""

import numpy as np

from liquidtime.data.forecast.plan import ForecastPlan
from liquidtime.data.series import IrregularSeries
from liquidtime.optional import require

# Period in hours, and how many waves: three hold every pattern of a week by days, and the usual
# ones of a day by hours.
_WAVES = {"minute": (1.0, 2), "hour": (24.0, 3), "weekday": (168.0, 3)}
_REGULAR = 0.9
_YEAR, _MONTH = (365.2425, 2), (1.0, 2)
# 1970 began with a Thursday.
_THURSDAY = 72.0


def calendar_inputs(hours: np.ndarray, plan: ForecastPlan) -> tuple[np.ndarray, tuple[str, ...]]:
    """Waves of hour, weekday and so on.

    Args:
        hours: [R] local time, hours since 1970.
        plan: Says which.

    Returns:
        float32 [R, C], and C names.
    """
    columns, names = [], []
    for name in plan.calendar:
        turn, waves = _turns(hours, name)
        for k in range(1, waves + 1):
            columns += [np.sin(2 * np.pi * k * turn), np.cos(2 * np.pi * k * turn)]
            names += [f"{name} sin {k}", f"{name} cos {k}"]
    if not columns:
        return np.zeros((len(hours), 0), np.float32), ()
    return np.stack(columns, axis=1).astype(np.float32), tuple(names)


def _turns(hours: np.ndarray, name: str) -> tuple[np.ndarray, int]:
    if name in _WAVES:
        period, waves = _WAVES[name]
        shift = _THURSDAY if name == "weekday" else 0.0
        turn = (hours + shift) / period
        # Of a weekday the day alone: the hour has its own waves.
        return (np.floor(turn * 7) / 7 if name == "weekday" else turn), waves
    days = np.floor(hours / 24).astype(np.int64).astype("datetime64[D]")
    if name == "yearday":
        return (days - days.astype("datetime64[Y]")).astype(float) / _YEAR[0], _YEAR[1]
    months = days.astype("datetime64[M]")
    length = ((months + 1).astype("datetime64[D]") - months.astype("datetime64[D]")).astype(float)
    return (days - months.astype("datetime64[D]")).astype(float) / length, _MONTH[1]


def usual_calendar(hours: np.ndarray, gap: float) -> tuple[str, ...]:
    """What of the date a forecaster would take, given local times of training rows, in hours.

    Hours where rows are closer than a day and there are two days; weekdays where rows are at most
    a day apart and there are three weeks; days of the year where there are two years.
    """
    span = float(hours.max() - hours.min()) if len(hours) else 0.0
    found = []
    if gap < 20 and span >= 48:
        found.append("hour")
    if gap <= 25 and span >= 3 * 168:
        found.append("weekday")
    if span >= 2 * 8766:
        found.append("yearday")
    return tuple(found)


def local_hours(series: IrregularSeries) -> np.ndarray | None:
    """Local time of each row in hours since 1970, [R], as its stamps say; None without dates."""
    if series.stamps is None:
        return None
    pandas = require("pandas", extra="train")
    cells = pandas.Series(series.stamps.cells)
    if not pandas.api.types.is_datetime64_any_dtype(cells):
        return None
    wall = cells if cells.dt.tz is None else cells.dt.tz_localize(None)
    return ((wall - pandas.Timestamp(0)) / pandas.Timedelta("1h")).to_numpy(np.float64)


def months_apart(hours: np.ndarray, owner: np.ndarray) -> int:
    """How many calendar months rows usually stand apart; 0 if they stand on no such grid.

    They do where nearly all of them are of the same day of the month, or the last one of theirs.

    Args:
        hours: [R] local time, hours since 1970.
        owner: [R], the series of each row.
    """
    days = np.floor(hours / 24).astype(np.int64).astype("datetime64[D]")
    months = days.astype("datetime64[M]")
    apart = np.diff(months).astype(np.int64)[np.diff(owner) == 0]
    if not len(apart) or np.median(apart) < 1:
        return 0
    usual = int(np.median(apart))
    day = (days - months.astype("datetime64[D]")).astype(np.int64)
    ends = (days + 1).astype("datetime64[M]") > months
    same = max(np.mean(day == np.bincount(day).argmax()), np.mean(ends))
    return usual if np.mean(apart == usual) >= _REGULAR and same >= _REGULAR else 0
