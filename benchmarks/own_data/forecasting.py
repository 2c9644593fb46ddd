"""Power of a household and cars on a motorway, 1 and 24 hours ahead: the last 15 % are scored.

All learn from the same hours: `liquidtime fit` from the first 70 %, with the next 15 % to choose
by; gradient boosting from these 85 % together. "As it recommends" is whichever of the network, its
best baseline and the mean of both is best on the validation part, as the run itself fitted it.
"""

import tempfile
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from _command import Tried, fit
from _compare import seeds
from _hours import TAUGHT, Hours, boosting, naive, power, traffic, truth, waves

from liquidtime.bench.contract import Case, Group
from liquidtime.bench.gate import Check
from liquidtime.bench.setting import Setting, Tell
from liquidtime.bench.table import BenchTable, plain_table

HORIZONS = (1, 24)
FIRST, ADVICE, RIVAL = "liquidtime, first try", "liquidtime, as it recommends", "boosting"


def _tables_read(setting: Setting) -> list[Hours]:
    return [waves()] if setting.quick else [power(), traffic()]


def _checks(setting: Setting, tell: Tell) -> Iterator[Check]:
    for hours in _tables_read(setting):
        wanted = truth(hours, 2)
        stamps = pd.to_datetime(hours.frame["time"])
        follows = (stamps.diff().shift(-1) == pd.Timedelta("1h")).to_numpy()
        came = hours.frame[hours.target].shift(-1).to_numpy(float)
        apart = np.abs(wanted[follows, 0] - came[follows]).max()
        early = float((stamps.diff().iloc[1:] <= pd.Timedelta(0)).sum())
        yield Check(hours.name, "targets", 1, 0.0, {"apart": float(apart), "not rising": early})


def _measure(setting: Setting, tell: Tell) -> Iterator[Group]:
    for hours in _tables_read(setting):
        for horizon in (2,) if setting.quick else HORIZONS:
            wanted = truth(hours, horizon)
            for seed in seeds(setting):
                tell(f"{hours.name}, {horizon} h ahead, seed {seed}")
                # Of many leads a forest takes longer than everything else together.
                which = "quick" if setting.quick else "all" if horizon == 1 else "auto"
                tried, scored = _ours(hours, horizon, seed, which, setting.quick)
                tests = tried.run.metrics["test"]
                if int(scored.sum()) != sum(e["targets"] for e in tests["forecast"]["outputs"]):
                    raise RuntimeError(f"{hours.name}: the run scored other rows than its file has")
                key = {"problem": hours.name, "horizon": horizon, "seed": seed}
                yield key | _own(FIRST, tests["metrics"], tried.seconds, "network")
                best, metrics = _recommended(tried.run.metrics)
                yield key | _own(ADVICE, metrics, tried.seconds, best)
                others = {RIVAL: boosting(hours, horizon, seed)}
                others |= {} if seed else naive(hours, horizon)
                for who, said in others.items():
                    there = scored & np.isfinite(said.values)
                    rmse = float(np.sqrt(np.square(said.values - wanted)[there].mean()))
                    yield key | {"who": who, "rmse": rmse, "seconds": said.seconds, "what": ""}


def _ours(
    hours: Hours, horizon: int, seed: int, which: str, quick: bool
) -> tuple[Tried, np.ndarray]:
    """The run by defaults, and which of [R, L] it was scored on."""
    with tempfile.TemporaryDirectory() as folder:
        table = Path(folder, "hours.csv")
        hours.frame.to_csv(table, index=False)
        arguments = [str(table), "--time", "time", "--features", *hours.others]
        arguments += ["--target", hours.target, "--horizon", f"{horizon}h", "--seed", str(seed)]
        arguments += ["--baselines", which, *(("--train.epochs", "1") if quick else ())]
        tried = fit(arguments, Path(folder, "run"))
        found = pd.read_csv(Path(folder, "run", "predictions.csv"))
        targets = found[[name for name in found if name.startswith("target_")]].to_numpy()
    scored = np.zeros((len(hours.frame), horizon), bool)
    place = pd.Series(np.arange(len(hours.frame)), index=hours.frame["time"])
    rows = place[found["time"]].to_numpy()
    if rows.min() < int(TAUGHT * len(hours.frame)):
        raise RuntimeError(f"{hours.name}: rows are scored from which rivals learn")
    scored[rows] = np.isfinite(targets)
    return tried, scored


def _recommended(metrics: dict[str, Any]) -> tuple[str, dict[str, Any]]:
    """Whatever is best on the validation part, and its scores of the test part."""
    advice = metrics.get("recommendation") or {"use": "network", "together": None}
    name = "together" if advice["together"] else advice["use"]
    if name == "network":
        return name, metrics["test"]["metrics"]
    return name, metrics["baselines"][name]["test"]["metrics"]


def _own(who: str, metrics: dict[str, Any], seconds: float, what: str) -> dict[str, Any]:
    rmse = float(np.sqrt(metrics["mse"]["value"]))
    return {"who": who, "rmse": rmse, "seconds": seconds, "what": what}


def _tables(groups: Sequence[Group]) -> list[BenchTable]:
    rows = []
    for problem, horizon in dict.fromkeys((g["problem"], g["horizon"]) for g in groups):
        here = [g for g in groups if (g["problem"], g["horizon"]) == (problem, horizon)]
        for who in dict.fromkeys(g["who"] for g in here):
            mine = [g for g in here if g["who"] == who]
            each = [g["rmse"] for g in mine]
            cells = [f"{np.mean(each):.2f}", ", ".join(f"{one:.2f}" for one in each)]
            what = ", ".join(dict.fromkeys(g["what"] for g in mine if g["what"]))
            seconds = f"{np.mean([g['seconds'] for g in mine]):.1f}"
            rows.append([f"{problem}, {horizon} h: {who}", *cells, what, seconds])
    header = ["", "RMSE", "by seed", "which", "s"]
    return plain_table("Forecasts of hours, the last 15 % in time", header, rows)


CASE = Case(
    name="forecasting",
    checks=_checks,
    measure=_measure,
    tables=_tables,
    legend="RMSE over all hours up to the horizon. Seconds of ours are those of the whole command, "
    "all its baselines included.",
)
