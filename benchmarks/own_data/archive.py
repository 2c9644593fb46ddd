"""Small sets of the UCR and UEA archives: all samples, and half of them dropped by chance."""

from collections.abc import Iterator, Sequence

import _gru
from _compare import RIVALS, measured, seeds, split_checks, table
from _problems import ARCHIVE, Problem, archive, waves

from liquidtime.bench.contract import Case, Group
from liquidtime.bench.gate import Check
from liquidtime.bench.setting import Setting, Tell
from liquidtime.bench.table import BenchTable


def _sets(setting: Setting) -> list[Problem]:
    return [waves()] if setting.quick else [archive(name) for name in ARCHIVE]


def _checks(setting: Setting, tell: Tell) -> Iterator[Check]:
    return split_checks(_sets(setting))


def _problems(setting: Setting) -> Iterator[tuple[str, Problem, int]]:
    for problem in _sets(setting):
        for seed in seeds(setting):
            yield "all samples", problem, seed
            yield "half the samples", problem.thinned(0.5, seed), seed


def _tables(groups: Sequence[Group]) -> list[BenchTable]:
    return table("Accuracy on small sets of the archives", groups)


CASE = Case(
    name="archive",
    checks=_checks,
    measure=lambda setting, tell: measured(_problems(setting), (_gru.NAME, *RIVALS), tell),
    tables=_tables,
    legend="Rivals are given half-empty series on the full grid, by linear interpolation; "
    "nn.GRU is one seed of a plain loop of 100 epochs.",
)
