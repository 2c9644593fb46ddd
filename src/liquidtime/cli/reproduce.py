"""Repeat a published result and set it beside the paper's.

Fits several models and seeds, then makes the table. Without names of models it takes the task's
usual ones: ours, and its strongest rivals; `all` takes every one. Each run is a folder with a
report and, beside it, a JSON file. What is finished is not run again, and a run that was stopped
goes on from its last epoch: repeat the same command. The folder of the protocol gets table.md,
table.csv, table.json and a figure. Protocol `paper` tests as the paper did, with its traps named;
`clean` keeps every test series unseen. A study has no models: it runs with its default options, and
`liquidtime study` takes others.

  liquidtime reproduce --list
  liquidtime reproduce physionet2012
  liquidtime reproduce physionet2012 cfc gru_d --seeds 1 --protocol clean
  liquidtime reproduce physionet2012 --models all
"""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

from tyro.conf import Positional, arg

from liquidtime.errors import InputError
from liquidtime.runs.options import Within

if TYPE_CHECKING:
    from liquidtime.tasks.contract import Study, Task
    from liquidtime.tasks.record import Planned, Record


@dataclass(frozen=True, kw_only=True)
class Options:
    """Options of `liquidtime reproduce`."""

    task: Annotated[Positional[str], arg(metavar="[TASK]", help_behavior_hint="")] = ""
    """Which result."""
    names: Positional[
        Annotated[tuple[str, ...], arg(metavar="[MODEL ...]", help_behavior_hint="")]
    ] = ()
    """Which models, or all (default: the task's usual ones)."""
    models: Annotated[tuple[str, ...], arg(metavar="[MODEL ...]", help_behavior_hint="")] = ()
    """The same as an option."""
    seeds: Annotated[int, Within(1)] = 5
    """How many seeds of each model."""
    protocol: str = "paper"
    """How parts are made: paper, clean, or another of the task."""
    jobs: Annotated[int | None, Within(1), arg(metavar="N", help_behavior_hint="")] = None
    """Runs at a time, each a process of one thread (default: as many as cores and memory hold)."""
    out: Annotated[Path | None, arg(metavar="FOLDER", help_behavior_hint="")] = None
    """Where runs and tables go (default: runs/TASK)."""
    epochs: Annotated[int | None, Within(1), arg(metavar="N", help_behavior_hint="")] = None
    """Epochs (default: each model's recipe)."""
    list: bool = False
    """Show what there is and what it costs here; of a TASK, each model is timed for a moment."""


def run(options: Options) -> int:
    """Run what is missing, print a line a run, then the table."""
    from liquidtime.tasks import catalogue
    from liquidtime.tasks.contract import Study

    if options.list:
        from liquidtime.cli.common.listing import list_all, list_one

        return list_one(options.task, options.protocol) if options.task else list_all()
    if not options.task:
        raise InputError(
            "No task is named; expected one of "
            f"{', '.join([*catalogue.task_names(), *catalogue.study_names()])}. "
            "`liquidtime reproduce --list` tells what they are and what they cost."
        )
    found = catalogue.entry(options.task)
    return _study(found, options) if isinstance(found, Study) else _task(found, options)


def _study(study: "Study", options: Options) -> int:
    from liquidtime.cli.study import StudyOptions
    from liquidtime.cli.study import run as run_study

    usual = Options(task=options.task, out=options.out)
    if options != usual:
        raise InputError(
            f"{study.name} is a study, which has options of its own and no models; expected "
            f"--out at most. See `liquidtime study {study.name} --help`."
        )
    return run_study(StudyOptions(name=study.name, out=options.out, own=study.options()))


def _task(task: "Task", options: Options) -> int:
    from liquidtime.cli.common.console import messages, results
    from liquidtime.cli.common.places import RUNS
    from liquidtime.cli.common.tasks import print_table
    from liquidtime.tasks.figure import write_figure
    from liquidtime.tasks.reproduce import jobs_here, plan
    from liquidtime.tasks.rows import compare
    from liquidtime.tasks.table import MARKDOWN, narrow, notes, write_table

    out = options.out or RUNS / task.name
    jobs = options.jobs or jobs_here(task)
    runs = plan(
        task,
        out,
        recipes=(*options.names, *options.models),
        protocol=options.protocol,
        seeds=options.seeds,
        epochs=options.epochs,
        jobs=jobs,
    )
    messages().print(
        f"{task.about.title}: {len(runs)} runs of at most {task.memory:g} GiB, "
        f"{jobs} at a time, writing to {out}.",
        markup=False,
    )
    if partial := task.partial():
        messages().print(f"Partial data: {partial}.", markup=False)
    records = _records(task, runs, jobs)
    rows = compare(task, records, runs)
    folder = out / options.protocol
    write_table(folder, task, rows, records)
    write_figure(folder, task, rows)
    print_table(*narrow(task, rows), fold=False)
    for line in notes(task, rows):
        results().print(line, markup=False, soft_wrap=True)
    results().print(f"Table: {folder / MARKDOWN}", markup=False, soft_wrap=True)
    return 0


def _records(task: "Task", runs: Sequence["Planned"], jobs: int) -> list["Record"]:
    """All records in the order of the plan; a line is printed as each run ends."""
    from liquidtime.cli.common.tasks import Overall, run_line
    from liquidtime.tasks.reproduce import reproduce

    records = {}
    try:
        with Overall(len(runs), live=jobs > 1) as bar:
            for record in reproduce(task, runs, jobs=jobs, watch=bar.at):
                records[record["recipe"], record["seed"]] = record
                bar.line(run_line(task, record))
    except KeyboardInterrupt:
        raise KeyboardInterrupt(
            f"Stopped with {len(records)} of {len(runs)} runs done. Repeat the command to go on."
        ) from None
    return [records[planned.recipe, planned.seed] for planned in runs]
