"""Time the recurrences against ncps, nn.LSTM and nn.GRU, and against the machine itself.

First it checks that ours computes what the reference computes, at the sizes to be timed, and stops
with status 1 if not. Then everybody is timed in turns in this process, each beside a reading of
what the machine can do at that moment. The folder gets bench.json with every repeat, and with
--sweep figures of time against batch, hidden size and length. ncps is left out where it is not
installed. Nothing else should run on the machine meanwhile.

  liquidtime bench cfc
  liquidtime bench cfc ltc stream --sweep --out runs/kernels
  liquidtime bench stream --quick
  liquidtime bench benchmarks/brain/sweep.py
"""

from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

from tyro.conf import Positional, arg

from liquidtime.errors import InputError
from liquidtime.runs.options import Within

_REPEATS, _QUICK_REPEATS = 15, 3


@dataclass(frozen=True, kw_only=True)
class Options:
    """Options of `liquidtime bench`."""

    what: Annotated[
        Positional[tuple[str, ...]], arg(metavar="[CASE ...]", help_behavior_hint="")
    ] = ()
    """cfc or ltc in batches, stream for steps of a CfC, or Python files with cases of your own, and
    folders of them (default: cfc ltc stream)."""
    out: Annotated[Path | None, arg(metavar="FOLDER", help_behavior_hint="")] = None
    """Where to write (default: runs/bench/WHAT-DATE)."""
    threads: tuple[int, ...] = (1, 2)
    """Numbers of threads; figures are measured with the first, streams with 1."""
    repeats: Annotated[int | None, arg(metavar="N", help_behavior_hint="")] = None
    """Rounds of each case (default: 15, or 3 with --quick); a third for a figure's point."""
    seed: Annotated[int, Within(0)] = 0
    """Of the order in which turns are taken."""
    sweep: Annotated[bool, arg(help_behavior_hint="")] = False
    """Vary batch, hidden size and length too, and draw the figures of time against them."""
    quick: Annotated[bool, arg(help_behavior_hint="")] = False
    """Tiny sizes, in under a minute, to see that it works; the numbers mean nothing."""


def run(options: Options) -> int:
    """Check, time, print, write."""
    from liquidtime.bench import files, gate
    from liquidtime.bench import run as bench
    from liquidtime.bench.catalogue import find_cases
    from liquidtime.bench.setting import Setting
    from liquidtime.cli.common.bench import print_record, shown_progress
    from liquidtime.cli.common.console import results, say_error, say_notes
    from liquidtime.cli.common.places import RUNS
    from liquidtime.runs.folder import Folder
    from liquidtime.runs.names import dated

    threads, notes = _threads(options.threads, bench.cores())
    repeats = options.repeats
    if repeats is None:
        repeats = _QUICK_REPEATS if options.quick else _REPEATS
    if repeats < 1:
        raise InputError(f"--repeats is {repeats}; expected 1 or more.")
    cases = find_cases(options.what)
    setting = Setting(
        threads=threads,
        repeats=repeats,
        seed=options.seed,
        quick=options.quick,
        sweep=options.sweep,
    )
    out = options.out or dated(RUNS / "bench" / "-".join(case.name for case in cases))
    with Folder(out, files.BENCH).claim():
        try:
            with shown_progress() as tell:
                record = bench.run(cases, setting, tell)
        except gate.GateError as error:
            say_error(str(error))
            return 1
        record["notes"] += notes
        figures = files.write_files(out, record, cases)
    say_notes(record["notes"])
    print_record(record, cases)
    console = results()
    for figure in figures:
        console.print(f"Figure: {figure}", markup=False, soft_wrap=True)
    console.print(f"Record: {out / files.RECORD}", markup=False, soft_wrap=True)
    return 0


def _threads(wanted: tuple[int, ...], cores: int) -> tuple[tuple[int, ...], list[str]]:
    """The numbers of threads that can be timed here, and a note on those that cannot."""
    if not wanted or min(wanted) < 1:
        text = " ".join(map(str, wanted)) or "empty"
        raise InputError(f"--threads is {text}; expected numbers from 1 on, such as 1 2.")
    usable = tuple(dict.fromkeys(count for count in wanted if count <= cores))
    if not usable:
        raise InputError(
            f"--threads is {min(wanted)}; expected {cores} at most, as this process may use no "
            "more processors."
        )
    gone = ", ".join(str(count) for count in wanted if count > cores)
    return usable, [f"Not timed with {gone} threads: {cores} can be used."] if gone else []
