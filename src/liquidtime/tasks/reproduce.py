"""The one driver of all tasks: which runs a table needs, and running those that are not there."""

import os
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from pathlib import Path

from liquidtime.errors import InputError
from liquidtime.tasks import catalogue
from liquidtime.tasks.contract import Task
from liquidtime.tasks.fitting import fit_once
from liquidtime.tasks.record import Planned, Record, read_record, write_record
from liquidtime.tasks.side_by_side import Job, Watch, side_by_side
from liquidtime.train.baseline.standing import Which
from liquidtime.train.run import Run

_GIB = 2**30


def plan(
    task: Task,
    out: Path,
    *,
    recipes: Sequence[str] = (),
    protocol: str = "paper",
    seeds: int = 5,
    epochs: int | None = None,
    jobs: int = 1,
) -> list[Planned]:
    """The runs of a table, seed by seed, so that a table of few seeds is there early.

    Args:
        task: The task.
        out: Folder of the task; a run lies in `<protocol>/<recipe>-<seed>`, its JSON beside it.
        recipes: Which; none: the task's usual ones; "all": every one.
        protocol: Which.
        seeds: How many, from 0.
        epochs: Another number of epochs than the recipes'.
        jobs: How many will run at once; so many seeds of a model stand together.

    Raises:
        InputError: If a recipe or the protocol is unknown, or no seed is asked for.
    """
    task.protocol(protocol)
    if seeds < 1:
        raise InputError(f"--seeds is {seeds}; expected 1 or more.")
    wanted = task.chosen(recipes)
    return [
        Planned(
            recipe=name,
            protocol=protocol,
            seed=seed,
            config=task.configured(name, seed=seed, epochs=epochs),
            folder=out / protocol / f"{name}-{seed}",
            record=out / protocol / f"{name}-{seed}.json",
        )
        for first in range(0, seeds, jobs)
        for name in wanted
        for seed in range(first, min(first + jobs, seeds))
    ]


def jobs_here(task: Task) -> int:
    """How many runs of a task this machine does best at once: one a core, if memory suffices."""
    import torch

    if torch.cuda.is_available() or not catalogue.anew(task):
        return 1
    room = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / _GIB
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count()
    return max(1, min(cores or 1, int(room / task.memory)))


def reproduce(
    task: Task,
    runs: Iterable[Planned],
    *,
    progress: bool = True,
    jobs: int = 1,
    watch: Watch | None = None,
) -> Iterator[Record]:
    """Run what is not there yet.

    A run whose JSON is there is not run again; a killed one goes on from its last epoch. The
    validation part chooses the epoch; the test part is looked at once, at the end of a run. A run
    that fails keeps none of the others from being done, unless a second one fails in the same
    words, such as for want of the data.

    Args:
        task: The task.
        runs: As `plan` returns them.
        progress: Show the progress of each training, where one runs at a time.
        jobs: How many at a time. More than one are processes of one thread each, which find the
            task by its name: one that was only registered in this process runs here, with 1.
        watch: Is told the share that is done, where several run at a time.

    Yields:
        The record of each run: those that are there first, if several run at a time, then each
        as it ends; otherwise in their order.

    Raises:
        InputError: If data are not at hand, or a folder holds something else.
    """
    runs = list(runs)
    # All of them before any is run: what will not do in the end is told at once.
    there = {planned.record: record for planned in runs if (record := read_record(task, planned))}
    # Plain models are much the same beside every network of one task: the first run has them.
    which: dict[Path, Which] = {run.record: "none" if k else "auto" for k, run in enumerate(runs)}
    missing: list[Job] = [(run, which[run.record]) for run in runs if run.record not in there]
    failed: dict[str, str] = {}
    if jobs > 1 and missing:
        if not catalogue.anew(task):
            raise InputError(
                f"task {task.name!r} was registered in this process, so that others do not find "
                f"it; jobs is {jobs}, expected 1."
            )
        yield from there.values()
        done = side_by_side(task.name, missing, perform, processes=jobs, watch=watch)
    else:
        done = _one_by_one(task, runs, which, progress)
    for planned, found in done:
        if not isinstance(found, InputError):
            yield found
            continue
        again = str(found) in failed.values()
        failed[planned.folder.name] = str(found)
        if again or len(runs) == 1:
            break
    if len(failed) == 1 and len(runs) == 1:
        raise InputError(*failed.values())
    if failed:
        told = "; ".join(f"{name}: {text}" for name, text in failed.items())
        raise InputError(f"{len(failed)} of {len(runs)} runs failed. {told}")


def perform(name: str, planned: Planned, baselines: Which) -> Record:
    """Do one run of a task, by its name, in a process of its own."""
    task = catalogue.task(name)
    return write_record(task, planned, _run(task, planned, False, baselines))


def _one_by_one(
    task: Task, runs: Iterable[Planned], which: dict[Path, Which], progress: bool
) -> Iterator[tuple[Planned, Record | InputError]]:
    for planned in runs:
        try:
            record = read_record(task, planned) or write_record(
                task, planned, _run(task, planned, progress, which[planned.record])
            )
        except InputError as error:
            yield planned, error
        else:
            yield planned, record


def _run(task: Task, planned: Planned, progress: bool, baselines: Which) -> Run:
    protocol = task.protocol(planned.protocol)
    series, split = protocol.parts(planned.seed)
    if not len(split.test):
        raise InputError(
            f"protocol {planned.protocol!r} of task {task.name!r} leaves no test part for seed "
            f"{planned.seed}; expected one series or more."
        )
    series = task.framed(planned.recipe, series)
    return fit_once(
        series,
        split,
        planned.config,
        planned.folder,
        preprocessor=task.fitted(
            planned.recipe, series if protocol.statistics == "all" else series.select(split.train)
        ),
        about=replace(task.about, split=" ".join((protocol.about, *protocol.traps))),
        progress=progress,
        baselines=baselines,
    )
