"""Everybody on one problem after the other, and the table of it."""

from collections.abc import Callable, Iterable, Iterator, Sequence

import _gru
import numpy as np
from _ours import FIRST_TRY, RIDGE, accuracy, ours
from _problems import Problem
from _rivals import Answer, interpreter, rival

from liquidtime.bench.contract import Group
from liquidtime.bench.gate import Check
from liquidtime.bench.setting import Setting, Tell
from liquidtime.bench.table import NONE, BenchTable, plain_table

OURS = (FIRST_TRY, RIDGE)
RIVALS = ("minirocket", "forest", "boosting")
_NAMES = {
    "minirocket": "MiniRocket",
    "forest": "random forest",
    "boosting": "gradient boosting",
}
Score = Callable[[Problem, Answer], float]


def seeds(setting: Setting) -> range:
    """Three, or one for a look."""
    return range(1 if setting.quick else 3)


def measured(
    problems: Iterable[tuple[str, Problem, int]],
    rivals: Sequence[str],
    tell: Tell,
    score: Score = accuracy,
) -> Iterator[Group]:
    """A group for each problem, seed and contestant.

    Args:
        problems: Name of the protocol, problem, seed.
        rivals: Who is asked besides ours; nobody where their environment is missing.
        tell: Is told about it.
        score: Of an answer; larger is better.
    """
    for protocol, problem, seed in problems:
        tell(f"{problem.name}, {protocol}, seed {seed}")
        for who in (*OURS, *rivals):
            # The recurrent network takes a hundred times as long as the others: one seed.
            if who not in OURS and (seed if who == _gru.NAME else not interpreter()):
                continue
            answer = _answer(who, problem, seed)
            yield {
                "protocol": protocol,
                "problem": problem.name,
                "who": who,
                "seed": seed,
                "score": score(problem, answer),
                "seconds": answer.seconds,
                "what": answer.what,
            }


def _answer(who: str, problem: Problem, seed: int) -> Answer:
    if who in OURS:
        return ours(problem, who, seed)
    return _gru.gru(problem, seed) if who == _gru.NAME else rival(problem, who, seed)


def split_checks(problems: Iterable[Problem]) -> Iterator[Check]:
    """Nobody is taught what is asked: no series, and no group, on both sides."""
    for problem in problems:
        both = {"series": np.intersect1d(problem.train, problem.test).size}
        if problem.groups is not None:
            sides = problem.groups[problem.train], problem.groups[problem.test]
            both["groups"] = np.intersect1d(*sides).size
        yield Check(problem.name, "split", 1, 0.0, {k: float(v) for k, v in both.items()})


def table(title: str, groups: Sequence[Group]) -> list[BenchTable]:
    """A row a contestant: its mean over seeds on each problem, the mean of all, the seconds."""
    problems = list(dict.fromkeys(g["problem"] for g in groups))
    rows = []
    for protocol, who in dict.fromkeys((g["protocol"], g["who"]) for g in groups):
        mine = [g for g in groups if g["protocol"] == protocol and g["who"] == who]
        scores = {p: [g["score"] for g in mine if g["problem"] == p] for p in problems}
        means = {p: _mean(found) for p, found in scores.items() if found}
        cells = [f"{means[p]:.3f}" if p in means else NONE for p in problems]
        mean, seconds = _mean([*means.values()]), _mean([g["seconds"] for g in mine])
        name = f"{protocol}: {_NAMES.get(who, who)}"
        rows.append([name, *cells, f"{mean:.4f}", f"{seconds:.2f}"])
    return plain_table(title, ["", *problems, "mean", "s a fit and prediction"], rows)


def _mean(numbers: Sequence[float]) -> float:
    return float(np.mean(numbers))
