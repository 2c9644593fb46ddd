"""Forward and backward through 50 steps against forward alone."""

from collections.abc import Iterator, Sequence

import torch
from _networks import Traced, gradient_errors, weak

from liquidtime.bench.contract import Case, Group
from liquidtime.bench.gate import FLOAT32_LIMIT, Check
from liquidtime.bench.setting import Setting, Tell
from liquidtime.bench.table import BenchTable, plain_table
from liquidtime.bench.timing import fastest
from liquidtime.brain.generate import random

_LEARNT = (("leak_conductance", "steepness"), ("leak_conductance", "synapses"))
_CHECKPOINT = 10


def _sizes(setting: Setting) -> tuple[int, int]:
    return (200, 10) if setting.quick else (10_000, 100)


def _checks(setting: Setting, tell: Tell) -> Iterator[Check]:
    neurons, in_degree = _sizes(setting)
    connectome = random(neurons, in_degree, seed=1)
    torch.set_num_threads(max(setting.threads))
    for learnt in _LEARNT:
        tell(f"Checking gradients: {', '.join(learnt)}")
        network = Traced(connectome, weak(in_degree), learnt)
        # What is computed again between checkpoints must be what would have been kept.
        errors = gradient_errors(network.gradients(_CHECKPOINT), network.gradients())
        name = f"gradients of {', '.join(learnt)}"
        yield Check(name, "checkpointed", max(setting.threads), FLOAT32_LIMIT, errors)


def _measure(setting: Setting, tell: Tell) -> Iterator[Group]:
    neurons, in_degree = _sizes(setting)
    connectome = random(neurons, in_degree, seed=1)
    torch.set_num_threads(max(setting.threads))
    for learnt in _LEARNT:
        tell(f"Timing gradients: {', '.join(learnt)}")
        network = Traced(connectome, weak(in_degree), learnt)
        calls = {
            "forward": network.forward,
            "both": network.gradients,
            "checkpointed": lambda network=network: network.gradients(_CHECKPOINT),
        }
        found = fastest(calls, setting)
        yield {
            "edges": len(connectome.synapses),
            "learnt": list(learnt),
            **{name: seconds / Traced.STEPS for name, seconds in found.items()},
        }


def _tables(groups: Sequence[Group]) -> list[BenchTable]:
    header = ["synapses", "learnt", "forward ms a step"]
    return plain_table(
        "Gradients",
        [*header, "with backward", "ratio", "checkpointed", "ratio"],
        [
            [
                f"{g['edges']:,}",
                ", ".join(g["learnt"]),
                f"{g['forward'] * 1e3:.2f}",
                f"{g['both'] * 1e3:.2f}",
                f"{g['both'] / g['forward']:.2f}",
                f"{g['checkpointed'] * 1e3:.2f}",
                f"{g['checkpointed'] / g['forward']:.2f}",
            ]
            for g in groups
        ],
    )


CASE = Case(name="gradient", checks=_checks, measure=_measure, tables=_tables)
