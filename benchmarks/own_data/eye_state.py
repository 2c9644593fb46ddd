"""Open or closed eyes from the EEG of one recording: the first 70 % teach, the rest is asked."""

import tempfile
from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np
import pandas as pd
from _command import first_and_recommended
from _compare import seeds
from _problems import data
from sklearn.ensemble import HistGradientBoostingClassifier
from sklearn.metrics import roc_auc_score

from liquidtime.bench.contract import Case, Group
from liquidtime.bench.gate import Check
from liquidtime.bench.setting import Setting, Tell
from liquidtime.bench.table import BenchTable, plain_table

_TEST = 0.3


def _table(setting: Setting) -> pd.DataFrame:
    if setting.quick:
        random = np.random.default_rng(0)
        closed = (np.arange(1600) // 50) % 2
        frame = pd.DataFrame(random.normal(closed[:, None], 1.0, (1600, 3)), columns=[*"abc"])
    else:
        frame = pd.read_csv(data("eeg_eye_state", "EEG_Eye_State.csv"), header=None)
        closed = frame.pop(frame.columns[-1]).to_numpy()
        frame.columns = [f"e{k}" for k in range(frame.shape[1])]
    frame.insert(0, "second", np.arange(len(frame)) / 128.0)
    return frame.assign(closed=closed)


def _checks(setting: Setting, tell: Tell) -> Iterator[Check]:
    frame = _table(setting)
    late = frame["closed"][round((1 - _TEST) * len(frame)) :]
    yield Check("both states in the test part", "split", 1, 0.0, {"lacking": 2.0 - late.nunique()})


def _measure(setting: Setting, tell: Tell) -> Iterator[Group]:
    frame = _table(setting)
    channels = [name for name in frame if name not in ("second", "closed")]
    cut = round((1 - _TEST) * len(frame))
    with tempfile.TemporaryDirectory() as folder:
        table = Path(folder, "eeg.csv")
        frame.to_csv(table, index=False)
        for seed in seeds(setting):
            tell(f"Eye state, seed {seed}")
            rows, truth = frame[channels].to_numpy(), frame["closed"].to_numpy()
            rival = HistGradientBoostingClassifier(random_state=seed).fit(rows[:cut], truth[:cut])
            found = roc_auc_score(truth[cut:], rival.predict_proba(rows[cut:])[:, 1])
            yield {"who": "boosting, row by row", "seed": seed, "auroc": float(found), "how": ""}
            arguments = [str(table), "--time", "second", "--target", "closed"]
            arguments += ["--target-per", "step", "--features", *channels, "--chronological"]
            arguments += ["--segment", "128", "--seed", str(seed)]
            arguments += ["--fractions", "0.55", "0.15", str(_TEST)]
            for number, tried in enumerate(
                first_and_recommended(arguments, Path(folder, str(seed)))
            ):
                who = "liquidtime, as it recommends" if number else "liquidtime, first try"
                value = tried.test["auroc"]["value"]
                yield {"who": who, "seed": seed, "auroc": value, "how": tried.how}


def _tables(groups: Sequence[Group]) -> list[BenchTable]:
    rows = []
    for who in dict.fromkeys(g["who"] for g in groups):
        mine = [g for g in groups if g["who"] == who]
        mean = np.mean([g["auroc"] for g in mine])
        rows.append([who, f"{mean:.3f}", ", ".join(f"{g['auroc']:.3f} {g['how']}" for g in mine)])
    return plain_table("Eye state from EEG, last 30 % in time", ["", "AUROC", "by seed"], rows)


CASE = Case(name="eye_state", checks=_checks, measure=_measure, tables=_tables)
