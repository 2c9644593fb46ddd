"""Bytes a synapse of connectome and layout, and what the process grew by."""

from collections.abc import Iterator, Sequence

from _memory import resident
from _networks import step_checks, stepping, weak

from liquidtime.bench.contract import Case, Group
from liquidtime.bench.setting import Setting, Tell
from liquidtime.bench.table import BenchTable, plain_table
from liquidtime.brain.generate import random


def _measure(setting: Setting, tell: Tell) -> Iterator[Group]:
    neurons, in_degree = (1000, 10) if setting.quick else (200_000, 100)
    tell(f"Measuring memory: {neurons:,} neurons")
    before = resident()
    connectome = random(neurons, in_degree, seed=1)
    ours = stepping(connectome, weak(in_degree), max(setting.threads))
    grown = resident() - before
    edges = len(connectome.synapses)
    yield {
        "edges": edges,
        "connectome": connectome.nbytes / edges,
        "layout": ours.layout_bytes / edges,
        "process": grown / edges,
    }


def _tables(groups: Sequence[Group]) -> list[BenchTable]:
    return plain_table(
        "Memory",
        ["synapses", "connectome B", "layout B", "process B a synapse"],
        [
            [f"{g['edges']:,}", *(f"{g[k]:.2f}" for k in ("connectome", "layout", "process"))]
            for g in groups
        ],
    )


CASE = Case(
    name="memory",
    checks=lambda setting, tell: step_checks(setting, "memory"),
    measure=_measure,
    tables=_tables,
)
