"""A thousand million synapses on this machine; it takes 15 GiB, so it comes only when named."""

import resource
import time
from collections.abc import Iterator, Sequence

from _memory import resident
from _networks import step_checks, stepping, weak

from liquidtime.bench.contract import Case, Group
from liquidtime.bench.setting import Setting, Tell
from liquidtime.bench.table import BenchTable, plain_table
from liquidtime.bench.timing import fastest
from liquidtime.brain.generate import random


def _measure(setting: Setting, tell: Tell) -> Iterator[Group]:
    neurons, in_degree = (1000, 10) if setting.quick else (1_000_000, 1000)
    tell(f"Making {neurons * in_degree:,} synapses: drawing")
    began = time.perf_counter()
    connectome = random(neurons, in_degree, seed=1)
    made = time.perf_counter() - began
    began = time.perf_counter()
    threads = max(setting.threads)
    ours = stepping(connectome, weak(in_degree), threads)
    laid_out = time.perf_counter() - began
    found = fastest({"ab2": lambda: ours.run(1)}, setting)
    yield {
        "edges": len(connectome.synapses),
        "threads": threads,
        "made": made,
        "laid_out": laid_out,
        "seconds": found["ab2"],
        "peak": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024,
        "resident": resident(),
    }


def _tables(groups: Sequence[Group]) -> list[BenchTable]:
    header = ["synapses", "made s", "laid out s", "s a step", "ns a synapse"]
    return plain_table(
        "A thousand million synapses",
        [*header, "resident GiB", "peak GiB"],
        [
            [
                f"{g['edges']:,}",
                f"{g['made']:.0f}",
                f"{g['laid_out']:.0f}",
                f"{g['seconds']:.3f}",
                f"{g['seconds'] / g['edges'] * 1e9:.3f}",
                f"{g['resident'] / 2**30:.1f}",
                f"{g['peak'] / 2**30:.1f}",
            ]
            for g in groups
        ],
    )


CASE = Case(
    name="billion",
    checks=lambda setting, tell: step_checks(setting, "billion"),
    measure=_measure,
    tables=_tables,
)
