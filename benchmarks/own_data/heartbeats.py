"""Ectopic heartbeats, the first 60 % of each record against the rest.

Once from windows of the signal, a beat each; once from the train of beats as an irregular series,
of which no more is known than when they came: the interval before each beat, and what that is of
the mean of the eight before it.
"""

import tempfile
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import numpy as np
import pandas as pd
from _command import first_and_recommended
from _compare import measured, seeds, split_checks, table
from _problems import Problem, beats, waves
from _rivals import Answer
from sklearn.metrics import roc_auc_score

from liquidtime.bench.contract import Case, Group
from liquidtime.bench.gate import Check
from liquidtime.bench.setting import Setting, Tell

_PIECE, _USUAL = 64, 8


@cache
def _windows(quick: bool) -> Problem:
    return waves() if quick else beats()[0]


def _checks(setting: Setting, tell: Tell) -> Iterator[Check]:
    return split_checks([_windows(setting.quick)])


def _problems(setting: Setting) -> Iterator[tuple[str, Problem, int]]:
    for seed in seeds(setting):
        yield "a window a beat", _windows(setting.quick), seed


def _measure(setting: Setting, tell: Tell) -> Iterator[Group]:
    yield from measured(_problems(setting), ("minirocket", "forest"), tell, _auroc)
    if not setting.quick:
        yield from _trains(setting, tell)


def _trains(setting: Setting, tell: Tell) -> Iterator[Group]:
    table = _intervals()
    asked = table[(table["part"] == "test") & table["ratio"].notna()]
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        table.drop(columns="part").to_csv(folder / "beats.csv", index=False)
        parts = table.drop_duplicates("piece")[["piece", "part"]]
        parts.to_csv(folder / "split.csv", index=False)
        base = [str(folder / "beats.csv"), "--id", "piece", "--time", "second"]
        base += ["--target", "ectopic", "--target-per", "step", "--features", "interval", "ratio"]
        base += ["--split", str(folder / "split.csv")]
        for seed in seeds(setting):
            tell(f"beats, train of beats, seed {seed}")
            tried = first_and_recommended([*base, "--train.seed", str(seed)], folder / str(seed))
            for who, each in zip(
                ("liquidtime, first try", "as it recommends"), tried, strict=False
            ):
                yield _group(who, seed, each.test["auroc"]["value"], each.seconds, each.how)
            own = roc_auc_score(asked["ectopic"], -asked["ratio"])
            yield _group("the ratio itself", seed, float(own), 0.0, "")


def _group(who: str, seed: int, score: float, seconds: float, what: str) -> Group:
    about = {"protocol": "the train of beats", "problem": "beats", "who": who, "seed": seed}
    return about | {"score": score, "seconds": seconds, "what": what}


def _intervals() -> pd.DataFrame:
    """A row a beat, in pieces of 64 that lie in one part; every fifth that teaches chooses."""
    problem, records, moments = beats()
    teaches = np.isin(np.arange(len(records)), problem.train)
    frame = pd.DataFrame(
        {"record": records, "second": moments, "ectopic": problem.target, "teaches": teaches}
    )
    frame["interval"] = frame.groupby("record")["second"].diff()
    usual = frame.groupby("record")["interval"].transform(
        lambda column: column.shift().rolling(_USUAL, min_periods=1).mean()
    )
    frame["ratio"] = frame["interval"] / usual
    number = frame.groupby(["record", "teaches"]).cumcount() // _PIECE
    side = pd.Series(np.where(teaches, "-a", "-b"))
    frame["piece"] = frame["record"] + side + number.astype(str)
    chooses = number % 5 == 4
    frame["part"] = np.where(~teaches, "test", np.where(chooses, "validation", "train"))
    return frame.drop(columns=["record", "teaches"])


def _auroc(problem: Problem, answer: Answer) -> float:
    return float(roc_auc_score(problem.target[problem.test], answer.score[:, 1]))


CASE = Case(
    name="heartbeats",
    checks=_checks,
    measure=_measure,
    tables=lambda groups: table("AUROC of ectopic beats", groups),
)
