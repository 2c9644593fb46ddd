"""Ectopic heartbeats: windows of the signal, the first 60 % of each record against the rest."""

from collections.abc import Iterator
from functools import cache

from _compare import measured, seeds, split_checks, table
from _problems import Problem, beats, waves
from _rivals import Answer
from sklearn.metrics import roc_auc_score

from liquidtime.bench.contract import Case
from liquidtime.bench.gate import Check
from liquidtime.bench.setting import Setting, Tell


@cache
def _windows(quick: bool) -> Problem:
    return waves() if quick else beats()[0]


def _checks(setting: Setting, tell: Tell) -> Iterator[Check]:
    return split_checks([_windows(setting.quick)])


def _problems(setting: Setting) -> Iterator[tuple[str, Problem, int]]:
    for seed in seeds(setting):
        yield "a window a beat", _windows(setting.quick), seed


def _auroc(problem: Problem, answer: Answer) -> float:
    return float(roc_auc_score(problem.target[problem.test], answer.score[:, 1]))


CASE = Case(
    name="heartbeats",
    checks=_checks,
    measure=lambda setting, tell: measured(
        _problems(setting), ("minirocket", "forest"), tell, _auroc
    ),
    tables=lambda groups: table("AUROC of ectopic beats", groups),
)
