"""Trials side by side: what one more costs."""

from collections.abc import Iterator, Sequence

from _networks import sizes, step_checks, stepping, weak

from liquidtime.bench.contract import Case, Group
from liquidtime.bench.setting import Setting, Tell
from liquidtime.bench.table import BenchTable, plain_table
from liquidtime.bench.timing import fastest
from liquidtime.brain.generate import random

_STEPS = 2
_TRIALS = (1, 2, 4, 8, 16, 32)


def _measure(setting: Setting, tell: Tell) -> Iterator[Group]:
    threads = max(setting.threads)
    for neurons, in_degree in sizes(setting):
        tell(f"Timing trials: {neurons:,} neurons")
        connectome, parameters = random(neurons, in_degree, seed=1), weak(in_degree)
        ready = {
            trials: stepping(connectome, parameters, threads, trials=trials) for trials in _TRIALS
        }
        found = fastest(
            {trials: lambda ours=ours: ours.run(_STEPS) for trials, ours in ready.items()}, setting
        )
        edges = len(connectome.synapses)
        for trials, seconds in found.items():
            yield {
                "edges": edges,
                "batch": trials,
                "ns": 1e9 * seconds / _STEPS / trials / edges,
                "cheaper": found[1] / (seconds / trials),
            }


def _tables(groups: Sequence[Group]) -> list[BenchTable]:
    return plain_table(
        "Trials side by side",
        ["synapses", "trials", "ns a synapse and trial", "× cheaper than alone"],
        [[f"{g['edges']:,}", g["batch"], f"{g['ns']:.3f}", f"{g['cheaper']:.1f}"] for g in groups],
    )


CASE = Case(
    name="trials",
    checks=lambda setting, tell: step_checks(setting, "trials"),
    measure=_measure,
    tables=_tables,
)
