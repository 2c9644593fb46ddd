"""Power of a household and cars on a motorway, 1 and 24 hours ahead: the last 15 % are scored.

All learn from the same hours: `liquidtime fit` from the first 70 %, with the next 15 % to choose
by; gradient boosting from these 85 % together. "As it recommends" is what the same run says with
`predict --by recommended`: the network, the boosting that it keeps, or the mean of both, whichever
its validation part speaks for.
"""

import tempfile
from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np
import pandas as pd
from _command import Tried, command, fit
from _compare import seeds
from _hours import TAUGHT, Hours, Said, boosting, naive, power, traffic, truth, waves

from liquidtime.bench.contract import Case, Group
from liquidtime.bench.gate import Check
from liquidtime.bench.setting import Setting, Tell
from liquidtime.bench.table import BenchTable, plain_table
from liquidtime.train.baseline.together import answering

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
                tried, scored, advised = _ours(hours, horizon, seed, setting.quick)
                tests = tried.run.metrics["test"]
                if int(scored.sum()) != sum(e["targets"] for e in tests["forecast"]["outputs"]):
                    raise RuntimeError(f"{hours.name}: the run scored other rows than its file has")
                key = {"problem": hours.name, "horizon": horizon, "seed": seed}
                first = float(np.sqrt(tests["metrics"]["mse"]["value"]))
                own = {"seconds": tried.seconds, "what": "network"}
                yield key | {"who": FIRST, "rmse": first, **own}
                others = {ADVICE: advised, RIVAL: boosting(hours, horizon, seed)}
                others |= {} if seed else naive(hours, horizon)
                for who, said in others.items():
                    there = scored & np.isfinite(said.values)
                    rmse = float(np.sqrt(np.square(said.values - wanted)[there].mean()))
                    what = answering("recommended", tried.run.metrics) if who == ADVICE else ""
                    yield key | {"who": who, "rmse": rmse, "seconds": said.seconds, "what": what}


def _ours(hours: Hours, horizon: int, seed: int, quick: bool) -> tuple[Tried, np.ndarray, Said]:
    """The run by defaults, which of [R, L] it was scored on, and what it says as it recommends."""
    with tempfile.TemporaryDirectory() as folder:
        table = Path(folder, "hours.csv")
        hours.frame.to_csv(table, index=False)
        arguments = [str(table), "--time", "time", "--features", *hours.others]
        arguments += ["--target", hours.target, "--horizon", f"{horizon}h", "--seed", str(seed)]
        arguments += ["--train.epochs", "1"] if quick else []
        tried = fit(arguments, Path(folder, "run"))
        found = pd.read_csv(Path(folder, "run", "predictions.csv"))
        targets = found[[name for name in found if name.startswith("target_")]].to_numpy()
        file = Path(folder, "said.csv")
        by = answering("recommended", tried.run.metrics)
        command(["predict", str(tried.run.path), str(table), "--by", by], file)
        said = pd.read_csv(file)[f"predicted_{hours.target}"].to_numpy().reshape(-1, horizon)
    if len(said) != len(hours.frame):
        raise RuntimeError(f"{hours.name}: {len(said)} forecasts of {len(hours.frame)} rows")
    scored = np.zeros((len(hours.frame), horizon), bool)
    place = pd.Series(np.arange(len(hours.frame)), index=hours.frame["time"])
    rows = place.loc[found["time"]].to_numpy()
    if rows.min() < int(TAUGHT * len(hours.frame)):
        raise RuntimeError(f"{hours.name}: rows are scored from which rivals learn")
    scored[rows] = np.isfinite(targets)
    return tried, scored, Said(said, tried.seconds)


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
