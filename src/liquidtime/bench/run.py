"""A whole benchmark: the gate of every case, then the timings, then the record."""

import os
from collections.abc import Sequence
from dataclasses import asdict
from typing import Any

import torch

from liquidtime.bench import gate
from liquidtime.bench.contract import Case
from liquidtime.bench.setting import Setting, Tell
from liquidtime.native import native
from liquidtime.runs.provenance import provenance

FORMAT = 2


def cores() -> int:
    """Processors that this process may use."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def run(
    cases: Sequence[Case], setting: Setting | None = None, tell: Tell | None = None
) -> dict[str, Any]:
    """Check, time, and tell where it was done.

    Args:
        cases: What to do.
        setting: How.
        tell: Is told about it.

    Returns:
        The record, as JSON can hold it.

    Raises:
        GateError: If something computes another thing than it should; nothing is timed then.
    """
    setting = setting or Setting()
    say = tell or (lambda text: None)
    before = torch.get_num_threads()
    try:
        checks: list[gate.Check] = []
        for case in cases:
            checks += case.checks(setting, say)
            gate.require(checks)
        groups = {case.name: [*case.measure(setting, say)] for case in cases}
    finally:
        torch.set_num_threads(before)
    extension = native()
    notes = [note for case in cases for note in case.notes(setting)]
    return {
        "format": FORMAT,
        "settings": {**asdict(setting), "burst_seconds": setting.burst_seconds},
        "instruction_set": None if extension is None else extension.isa(),
        "notes": list(dict.fromkeys(notes)),
        "gate": [check.to_dict() for check in checks],
        "cases": groups,
        **provenance("ncps", "scipy"),
    }
