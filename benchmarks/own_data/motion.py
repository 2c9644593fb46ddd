"""Smartwatch exercises of people whom nobody was taught, 30 % of the samples dropped."""

from collections.abc import Iterator

from _compare import RIVALS, measured, seeds, split_checks, table
from _problems import Problem, motion, waves

from liquidtime.bench.contract import Case
from liquidtime.bench.gate import Check
from liquidtime.bench.setting import Setting, Tell


def _checks(setting: Setting, tell: Tell) -> Iterator[Check]:
    return split_checks([waves()] if setting.quick else motion(0))


def _problems(setting: Setting) -> Iterator[tuple[str, Problem, int]]:
    for seed in seeds(setting):
        for problem in [waves()] if setting.quick else motion(seed):
            yield "three folds by subject", problem, seed


CASE = Case(
    name="motion",
    checks=_checks,
    measure=lambda setting, tell: measured(_problems(setting), RIVALS, tell),
    tables=lambda groups: table("Accuracy on smartwatch exercises", groups),
)
