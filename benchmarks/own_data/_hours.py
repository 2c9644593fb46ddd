"""Hourly tables to forecast, and what gradient boosting and naive forecasts say of them."""

import time
from typing import NamedTuple

import numpy as np
import pandas as pd
from _problems import data
from sklearn.ensemble import HistGradientBoostingRegressor

HOURS = 12_000
LAGS = (*range(13), 22, 23, 24, 25, 46, 47, 48, 71, 95, 119, 143, 166, 167, 168, 191)
SEASONS = {"a day before": 24, "a week before": 168}
TAUGHT = 0.85
"""Share of the rows that rivals learn from: our training and validation parts together."""


class Hours(NamedTuple):
    """A table with a row an hour, some of which may be missing.

    Attributes:
        name: What to call it.
        frame: `time`, the target, and columns whose past is known.
        target: What is forecast.
    """

    name: str
    frame: pd.DataFrame
    target: str

    @property
    def others(self) -> list[str]:
        """The columns besides time and target."""
        return [name for name in self.frame if name not in ("time", self.target)]


class Said(NamedTuple):
    """What somebody says at each row about each hour up to the horizon.

    Attributes:
        values: [R, L], NaN for nothing.
        seconds: Of fitting and predicting.
    """

    values: np.ndarray
    seconds: float


def power() -> Hours:
    """Electric power of a household, with seven columns of meters."""
    frame = pd.read_csv(data("power", "household_power_consumption_hours.csv.gz"))
    frame = frame.rename(columns={"datetime": "time"}).tail(HOURS).reset_index(drop=True)
    return Hours("power", frame, "Global_active_power")


def traffic() -> Hours:
    """Cars on a motorway, with weather and holidays."""
    file = data("traffic", "Metro_Interstate_Traffic_Volume.csv.gz")
    frame = pd.read_csv(file, keep_default_na=False).drop_duplicates("date_time")
    frame["holiday"] = (frame["holiday"] != "None").astype(int)
    wanted = ["date_time", "traffic_volume", "holiday", "temp", "rain_1h", "snow_1h", "clouds_all"]
    frame = frame[wanted].rename(columns={"date_time": "time"}).tail(HOURS).reset_index(drop=True)
    return Hours("traffic", frame, "traffic_volume")


def waves() -> Hours:
    """A small made-up table, to see that everything works."""
    step, random = np.arange(300), np.random.default_rng(0)
    load = 10 + np.sin(2 * np.pi * step / 24) + random.normal(0, 0.1, 300)
    when = pd.date_range("2024-01-01", periods=300, freq="h").astype(str)
    return Hours("waves", pd.DataFrame({"time": when, "load": load, "sun": step % 24}), "load")


def truth(hours: Hours, horizon: int) -> np.ndarray:
    """What came 1 to L hours after each row, [R, L]; NaN where no row stands."""
    clock, values = _clock(hours), hours.frame[hours.target].to_numpy(float)
    return np.stack([_at(clock, values, clock + k) for k in range(1, horizon + 1)], axis=1)


def boosting(hours: Hours, horizon: int, seed: int) -> Said:
    """One model a lead on lags, the other columns, the calendar and the seasons before."""
    began, clock, wanted = time.perf_counter(), _clock(hours), truth(hours, horizon)
    values = hours.frame[hours.target].to_numpy(float)
    stamps = pd.to_datetime(hours.frame["time"])
    lags = np.stack([_at(clock, values, clock - lag) for lag in LAGS], axis=1)
    cut = clock[round(TAUGHT * len(clock))]
    found = []
    for lead in range(1, horizon + 1):
        coming = stamps + pd.Timedelta(hours=lead)
        calendar = np.stack([coming.dt.hour, coming.dt.day_of_week, coming.dt.month], axis=1)
        before = [_before(clock, values, lead, season) for season in SEASONS.values()]
        inputs = np.column_stack([lags, hours.frame[hours.others], calendar, *before])
        learnt = (clock + lead < cut) & np.isfinite(wanted[:, lead - 1])
        model = HistGradientBoostingRegressor(random_state=seed)
        model.fit(inputs[learnt], wanted[learnt, lead - 1])
        found.append(model.predict(inputs))
    return Said(np.stack(found, axis=1), time.perf_counter() - began)


def naive(hours: Hours, horizon: int) -> dict[str, Said]:
    """The last value, and those of whole seasons before."""
    clock, values = _clock(hours), hours.frame[hours.target].to_numpy(float)
    leads = range(1, horizon + 1)
    found = {"last value": np.repeat(values[:, None], horizon, axis=1)}
    for name, season in SEASONS.items():
        found[name] = np.stack([_before(clock, values, k, season) for k in leads], axis=1)
    return {name: Said(each, 0.0) for name, each in found.items()}


def _clock(hours: Hours) -> np.ndarray:
    stamps = pd.to_datetime(hours.frame["time"])
    return ((stamps - stamps.iloc[0]) / pd.Timedelta("1h")).to_numpy()


def _before(clock: np.ndarray, values: np.ndarray, lead: int, season: int) -> np.ndarray:
    """The latest value whole seasons before the time that is forecast."""
    return _at(clock, values, clock + lead - season * -(-lead // season))


def _at(clock: np.ndarray, values: np.ndarray, moments: np.ndarray) -> np.ndarray:
    """Values at moments; NaN where no row stands."""
    at = np.minimum(np.searchsorted(clock, moments - 0.25), len(clock) - 1)
    return np.where(np.abs(clock[at] - moments) < 0.25, values[at], np.nan)
