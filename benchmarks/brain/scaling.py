"""A step against the number of synapses, over four decades and more."""

from collections.abc import Iterator, Sequence

from _networks import step_checks, stepping, weak

from liquidtime.bench.contract import Case, Group
from liquidtime.bench.setting import Setting, Tell
from liquidtime.bench.table import BenchTable, plain_table
from liquidtime.bench.timing import fastest
from liquidtime.brain.generate import random
from liquidtime.plot.scaling import Timed, time_against_size

_QUICK = ((100, 10), (300, 10))
_SIZES = (
    (1_000, 10),
    (3_000, 30),
    (10_000, 100),
    (100_000, 100),
    (100_000, 1_000),
    (300_000, 1_000),
)


def _measure(setting: Setting, tell: Tell) -> Iterator[Group]:
    for neurons, in_degree in _QUICK if setting.quick else _SIZES:
        connectome = random(neurons, in_degree, seed=1)
        for threads in setting.threads:
            tell(f"Timing a step: {len(connectome.synapses):,} synapses, {threads} threads")
            ours = stepping(connectome, weak(in_degree), threads)
            found = fastest({"ab2": lambda ours=ours: ours.run(1)}, setting)
            yield {
                "neurons": neurons,
                "edges": len(connectome.synapses),
                "threads": threads,
                "seconds": found["ab2"],
            }


def _tables(groups: Sequence[Group]) -> list[BenchTable]:
    return plain_table(
        "Scaling",
        ["neurons", "synapses", "threads", "ms a step", "ns a synapse"],
        [
            [
                f"{g['neurons']:,}",
                f"{g['edges']:,}",
                g["threads"],
                f"{g['seconds'] * 1e3:.4g}",
                f"{g['seconds'] / g['edges'] * 1e9:.3f}",
            ]
            for g in groups
        ],
    )


def _figures(groups: Sequence[Group]):
    lines: dict[str, tuple[list[float], list[float]]] = {}
    for group in groups:
        name = f"{group['threads']} thread{'s' if group['threads'] > 1 else ''}"
        found, seconds = lines.setdefault(name, ([], []))
        found.append(group["edges"] / 1e6)
        seconds.append(group["seconds"])
    panel = Timed("million synapses", lines)
    return {"brain-scaling": time_against_size({"one step": [panel]})}


CASE = Case(
    name="scaling",
    checks=lambda setting, tell: step_checks(setting, "scaling"),
    measure=_measure,
    tables=_tables,
    figures=_figures,
)
