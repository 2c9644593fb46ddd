"""Forecasts of household power and of motorway traffic: ours at the first try, beside the rivals.

    LIQUIDTIME_MIRROR=… python benchmarks/own_data/_forecasting.py

The last 12,000 hours of each; the first 70 % teach, the next 15 % validate, the last 15 % are
scored, the same rows for all. Rivals: gradient boosting of scikit-learn on 28 lags, the calendar
and the other columns, one model a lead, fitted on training and validation part together; the last
value; the value a day and a week before. Ours is `liquidtime fit` as it comes: the validation part
stops it, and it is not fitted again.
"""

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import numpy as np
import pandas as pd
from sklearn.ensemble import HistGradientBoostingRegressor

HOURS = 12_000
LAGS = (*range(13), 22, 23, 24, 25, 46, 47, 48, 71, 95, 119, 143, 166, 167, 168, 191)


def data(name: str, file: str) -> Path:
    """A file of the data mirror."""
    return Path(os.environ["LIQUIDTIME_MIRROR"], name, file)


def power() -> tuple[pd.DataFrame, str]:
    """Hours of a household: time, the target and seven columns."""
    frame = pd.read_csv(data("power", "household_power_consumption_hours.csv.gz"))
    return frame.rename(columns={"datetime": "time"}), "Global_active_power"


def traffic() -> tuple[pd.DataFrame, str]:
    """Hours of a motorway: time, the target, weather and holidays; some hours are missing."""
    file = data("traffic", "Metro_Interstate_Traffic_Volume.csv.gz")
    frame = pd.read_csv(file, keep_default_na=False).drop_duplicates("date_time")
    frame["holiday"] = (frame["holiday"] != "None").astype(int)
    wanted = ["date_time", "traffic_volume", "holiday", "temp", "rain_1h", "snow_1h", "clouds_all"]
    return frame[wanted].rename(columns={"date_time": "time"}), "traffic_volume"


def ahead(hours: np.ndarray, values: np.ndarray, moments: np.ndarray) -> np.ndarray:
    """Values at moments; NaN where no row stands."""
    at = np.minimum(np.searchsorted(hours, moments), len(hours) - 1)
    return np.where(np.abs(hours[at] - moments) < 0.25, values[at], np.nan)


def ours(frame: pd.DataFrame, target: str, horizon: int, seed: int) -> tuple[np.ndarray, float]:
    """Squared errors [rows, leads] of `liquidtime fit`, by defaults; and its seconds."""
    with tempfile.TemporaryDirectory() as folder:
        table, run = Path(folder, "table.csv"), Path(folder, "run")
        frame.to_csv(table, index=False)
        command = [sys.executable, "-m", "liquidtime.cli", "fit", str(table), "--time", "time"]
        others = [name for name in frame.columns if name not in ("time", target)]
        command += ["--features", *others, "--target", target, "--horizon", f"{horizon}h"]
        command += ["--seed", str(seed), "--out", str(run), "--baselines", "none"]
        began = time.perf_counter()
        subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
        seconds = time.perf_counter() - began
        found = pd.read_csv(run / "predictions.csv")
        names = [c.removeprefix("target_") for c in found.columns if c.startswith("target_")]
        wanted = found[[f"target_{name}" for name in names]].to_numpy()
        said = found[[f"predicted_{name}" for name in names]].to_numpy()
        record = json.loads((run / "metrics.json").read_text())
        print(
            f"    validation MSE {record['validation']['metrics']['mse']['value']:.1f}", flush=True
        )
        place = pd.Series(np.arange(len(frame)), index=frame["time"])
        errors = np.full((len(frame), horizon), np.nan)
        errors[place[found["time"]].to_numpy()] = np.square(said - wanted)
        return errors, seconds


def rivals(frame: pd.DataFrame, target: str, horizon: int) -> dict[str, np.ndarray]:
    """Squared errors [rows, leads] of the naive forecasts and of gradient boosting."""
    stamps = pd.to_datetime(frame["time"])
    hours = ((stamps - stamps.iloc[0]) / pd.Timedelta("1h")).to_numpy()
    values = frame[target].to_numpy(float)
    others = frame.drop(columns=["time", target]).to_numpy(float)
    lags = np.stack([ahead(hours, values, hours - lag) for lag in LAGS], axis=1)
    cut = round(0.85 * len(frame))
    found = {name: np.full((len(frame), horizon), np.nan) for name in ("last", "day", "week")}
    found["boosting"] = np.full((len(frame), horizon), np.nan)
    for lead in range(1, horizon + 1):
        wanted = ahead(hours, values, hours + lead)
        coming = stamps + pd.Timedelta(hours=lead)
        calendar = np.stack([coming.dt.hour, coming.dt.day_of_week, coming.dt.month], axis=1)
        seasonal = [ahead(hours, values, hours + lead - s * -(-lead // s)) for s in (24, 168)]
        inputs = np.column_stack([lags, others, calendar, *seasonal])
        learnt = (hours + lead < hours[cut]) & np.isfinite(wanted)
        model = HistGradientBoostingRegressor(random_state=0)
        model.fit(inputs[learnt], wanted[learnt])
        said = {"last": values, "day": seasonal[0], "week": seasonal[1]}
        said["boosting"] = model.predict(inputs)
        for name, each in said.items():
            found[name][:, lead - 1] = np.square(each - wanted)
    return found


def main() -> None:
    """Print a table: RMSE over all leads, on the rows that everybody says something about."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--seeds", type=int, default=3)
    parser.add_argument("--horizons", type=int, nargs="+", default=[1, 24])
    parser.add_argument("--sets", nargs="+", default=["power", "traffic"])
    chosen = parser.parse_args()
    for name in chosen.sets:
        frame, target = {"power": power, "traffic": traffic}[name]()
        frame = frame.tail(HOURS).reset_index(drop=True)
        for horizon in chosen.horizons:
            errors = rivals(frame, target, horizon)
            seconds = []
            for seed in range(chosen.seeds):
                errors[f"liquidtime {seed}"], spent = ours(frame, target, horizon, seed)
                seconds.append(spent)
            there = np.all([np.isfinite(each) for each in errors.values()], axis=0)
            print(f"{name}, {horizon} h ahead, {there.any(1).sum():,} test rows")
            for rival, each in errors.items():
                print(f"  {rival:14} RMSE {np.sqrt(each[there].mean()):8.2f}")
            print(f"  seconds a fit  {np.median(seconds):8.1f}", flush=True)


if __name__ == "__main__":
    main()
