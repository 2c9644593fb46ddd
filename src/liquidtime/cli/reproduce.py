"""Repeat a published result and set it beside the paper's.

Fits several models and seeds, then makes the table. Each run is a folder with a report and, beside
it, a JSON file. What is finished is not run again, and a run that was stopped goes on from its last
epoch: repeat the same command. The folder of the protocol gets table.md and table.json. Protocol
`paper` tests as the paper did, with its traps named; `clean` keeps every test series unseen.

  liquidtime reproduce physionet2012
  liquidtime reproduce physionet2012 cfc --seeds 1 --protocol clean
"""

from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

from tyro.conf import Positional, arg

from liquidtime.runs.options import Within


@dataclass(frozen=True, kw_only=True)
class Options:
    """Options of `liquidtime reproduce`."""

    task: Annotated[Positional[str], arg(metavar="TASK")]
    """Which result."""
    models: Positional[
        Annotated[tuple[str, ...], arg(metavar="[MODEL ...]", help_behavior_hint="")]
    ] = ()
    """Which models (default: all of the task)."""
    seeds: Annotated[int, Within(1)] = 5
    """How many seeds of each model."""
    protocol: str = "paper"
    """How parts are made: paper, clean, or another of the task."""
    out: Annotated[Path | None, arg(metavar="FOLDER", help_behavior_hint="")] = None
    """Where runs and tables go (default: runs/TASK)."""
    epochs: Annotated[int | None, Within(1), arg(metavar="N", help_behavior_hint="")] = None
    """Epochs (default: each model's recipe)."""


def run(options: Options) -> int:
    """Run what is missing, print a line a run, then the table."""
    from liquidtime.cli.common.console import messages, results
    from liquidtime.cli.common.places import RUNS
    from liquidtime.cli.common.tasks import print_table, run_line
    from liquidtime.tasks import catalogue
    from liquidtime.tasks.reproduce import plan, reproduce
    from liquidtime.tasks.rows import compare
    from liquidtime.tasks.table import MARKDOWN, narrow, notes, write_table

    task = catalogue.task(options.task)
    out = options.out or RUNS / task.name
    runs = plan(
        task,
        out,
        recipes=options.models,
        protocol=options.protocol,
        seeds=options.seeds,
        epochs=options.epochs,
    )
    messages().print(
        f"{task.about.title}: {len(runs)} runs of at most {task.memory:g} GiB, writing to {out}.",
        markup=False,
    )
    if partial := task.partial():
        messages().print(f"Partial data: {partial}.", markup=False)
    records = []
    try:
        for record in reproduce(task, runs):
            records.append(record)
            messages().print(run_line(task, record), markup=False)
    except KeyboardInterrupt:
        raise KeyboardInterrupt(
            f"Stopped with {len(records)} of {len(runs)} runs done. Repeat the command to go on."
        ) from None
    rows = compare(task, records, runs)
    write_table(out / options.protocol, task, rows, records)
    print_table(*narrow(task, rows), fold=False)
    for line in notes(task, rows):
        results().print(line, markup=False, soft_wrap=True)
    results().print(f"Table: {out / options.protocol / MARKDOWN}", markup=False, soft_wrap=True)
    return 0
