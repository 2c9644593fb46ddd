"""A whole benchmark: the gate, then the timings, then the record."""

import os
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Literal, get_args

import torch

from liquidtime.bench import gate
from liquidtime.bench.cases import Case, Recurrence, stream_case, sweep_cases, table_cases
from liquidtime.bench.contenders import contenders
from liquidtime.bench.measure import measure
from liquidtime.bench.streams import check_streams, measure_streams
from liquidtime.native import native
from liquidtime.runs.provenance import provenance

Bench = Literal["cfc", "ltc", "stream"]
BENCHES: tuple[Bench, ...] = get_args(Bench)
FORMAT = 1


@dataclass(frozen=True, kw_only=True)
class Plan:
    """How a benchmark is run."""

    benches: tuple[Bench, ...] = BENCHES
    threads: tuple[int, ...] = (1, 2)
    repeats: int = 15
    seed: int = 0
    quick: bool = False
    sweep: bool = False

    @property
    def burst_seconds(self) -> float:
        """About how long a turn takes."""
        return 0.005 if self.quick else 0.05

    @property
    def sweep_repeats(self) -> int:
        """Rounds of each point of a figure."""
        return max(1, self.repeats // 3)

    @property
    def stream_rounds(self) -> int:
        """Rounds of the streams; together with the next 20,000 calls, if not quick."""
        return 2 if self.quick else 20

    @property
    def stream_calls(self) -> int:
        """Calls a round of the streams."""
        return 50 if self.quick else 1000

    def timed(self) -> list[tuple[Case, int, str | None]]:
        """(case, threads, what varies) of all that is timed in batches, in order.

        The figure is measured on the first number of threads alone.
        """
        found: list[tuple[Case, int, str | None]] = []
        for bench in self._recurrences():
            for case in table_cases(bench, quick=self.quick):
                found += [(case, threads, None) for threads in self.threads]
            if self.sweep or self.quick:
                for axis, cases in sweep_cases(bench, quick=self.quick).items():
                    found += [(case, self.threads[0], axis) for case in cases]
        return found

    def checked(self) -> dict[Case, list[int]]:
        """Each case once, with the numbers of threads that it is timed with."""
        found: dict[Case, list[int]] = {}
        for case, threads, _ in self.timed():
            if threads not in found.setdefault(case, []):
                found[case].append(threads)
        return found

    def _recurrences(self) -> list[Recurrence]:
        return [bench for bench in self.benches if bench != "stream"]


class Progress:
    """Is told how a benchmark goes on; this one keeps it to itself."""

    def say(self, text: str) -> None:
        """Something begins."""

    def advance(self) -> None:
        """One of `Progress.total` parts is done."""


def parts(plan: Plan) -> int:
    """How often `Progress.advance` will be called."""
    return len(plan.checked()) + len(plan.timed()) + 2 * ("stream" in plan.benches)


def cores() -> int:
    """Processors that this process may use."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def run(plan: Plan, progress: Progress | None = None) -> dict[str, Any]:
    """Check, time, and tell where it was done.

    Args:
        plan: What to do.
        progress: Is told about it.

    Returns:
        The record, as JSON can hold it.

    Raises:
        GateError: If something computes another thing than the reference; nothing is timed then.
    """
    told = progress or Progress()
    before = torch.get_num_threads()
    try:
        checks = _check(plan, told)
        groups = []
        measured: dict[tuple[Case, int], dict[str, Any]] = {}
        for case, threads, axis in plan.timed():
            # A size that several panels share is timed once.
            if (case, threads) not in measured:
                measured[case, threads] = measure(
                    case,
                    threads,
                    repeats=plan.repeats if axis is None else plan.sweep_repeats,
                    burst_seconds=plan.burst_seconds,
                    seed=plan.seed,
                    tell=told.say,
                )
            groups.append({"axis": axis, **measured[case, threads]})
            told.advance()
        streams = []
        if "stream" in plan.benches:
            streams.append(
                measure_streams(
                    stream_case(quick=plan.quick),
                    rounds=plan.stream_rounds,
                    calls=plan.stream_calls,
                    burst_seconds=plan.burst_seconds,
                    seed=plan.seed,
                    tell=told.say,
                )
            )
            told.advance()
    finally:
        torch.set_num_threads(before)
    return _record(plan, checks, groups, streams)


def _check(plan: Plan, told: Progress) -> list[gate.Check]:
    checks: list[gate.Check] = []
    for case, threads in plan.checked().items():
        checks += gate.checks(case, threads, told.say)
        gate.require(checks)
        told.advance()
    if "stream" in plan.benches:
        case = stream_case(quick=plan.quick)
        told.say(f"Checking a stream, {case.title}: all")
        checks += check_streams(case)
        gate.require(checks)
        told.advance()
    return checks


def _record(
    plan: Plan,
    checks: Sequence[gate.Check],
    groups: list[dict[str, Any]],
    streams: list[dict[str, Any]],
) -> dict[str, Any]:
    extension = native()
    return {
        "format": FORMAT,
        "benches": list(plan.benches),
        "settings": {
            "threads": list(plan.threads),
            "repeats": plan.repeats,
            "burst_seconds": plan.burst_seconds,
            "seed": plan.seed,
            "quick": plan.quick,
            "sweep": plan.sweep,
        },
        "instruction_set": None if extension is None else extension.isa(),
        "notes": _notes(plan),
        "gate": [check.to_dict() for check in checks],
        "groups": groups,
        "streams": streams,
        **provenance("ncps"),
    }


def _notes(plan: Plan) -> list[str]:
    """What could not be had, each once."""
    found = [note for case in plan.checked() for note in contenders(case)[1]]
    if native() is None:
        found.append(
            "The compiled kernels are not installed, so the machine's peak is not known and "
            "streams run in NumPy."
        )
    return list(dict.fromkeys(found))
