"""The one driver of all tasks: which runs a table needs, and running those that are not there."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from pathlib import Path

from liquidtime.errors import InputError
from liquidtime.tasks.contract import Task
from liquidtime.tasks.fitting import fit_once
from liquidtime.tasks.record import Planned, Record, read_record, write_record
from liquidtime.train.baseline.standing import Which
from liquidtime.train.run import Run


def plan(
    task: Task,
    out: Path,
    *,
    recipes: Sequence[str] = (),
    protocol: str = "paper",
    seeds: int = 5,
    epochs: int | None = None,
) -> list[Planned]:
    """The runs of a table, seed by seed, so that a table of few seeds is there early.

    Args:
        task: The task.
        out: Folder of the task; a run lies in `<protocol>/<recipe>-<seed>`, its JSON beside it.
        recipes: Which; none: all.
        protocol: Which.
        seeds: How many, from 0.
        epochs: Another number of epochs than the recipes'.

    Raises:
        InputError: If a recipe or the protocol is unknown, or no seed is asked for.
    """
    task.protocol(protocol)
    if seeds < 1:
        raise InputError(f"--seeds is {seeds}; expected 1 or more.")
    wanted = list(dict.fromkeys(recipes or task.recipes))
    configs = {
        (name, seed): task.configured(name, seed=seed, epochs=epochs)
        for seed in range(seeds)
        for name in wanted
    }
    return [
        Planned(
            recipe=name,
            protocol=protocol,
            seed=seed,
            config=config,
            folder=out / protocol / f"{name}-{seed}",
            record=out / protocol / f"{name}-{seed}.json",
        )
        for (name, seed), config in configs.items()
    ]


def reproduce(task: Task, runs: Iterable[Planned], *, progress: bool = True) -> Iterator[Record]:
    """Run what is not there yet.

    A run whose JSON is there is not run again; a killed one goes on from its last epoch. The
    validation part chooses the epoch; the test part is looked at once, at the end of a run.

    Args:
        task: The task.
        runs: As `plan` returns them.
        progress: Show the progress of each training.

    Yields:
        The record of each run, in their order.

    Raises:
        InputError: If data are not at hand, or a folder holds something else.
    """
    # Of one task they are much the same beside every network: the first run has them.
    baselines: Which = "auto"
    for planned in runs:
        record = read_record(task, planned)
        yield record or write_record(task, planned, _run(task, planned, progress, baselines))
        baselines = "none"


def _run(task: Task, planned: Planned, progress: bool, baselines: Which) -> Run:
    protocol = task.protocol(planned.protocol)
    series, split = protocol.parts(planned.seed)
    if not len(split.test):
        raise InputError(
            f"protocol {planned.protocol!r} of task {task.name!r} leaves no test part for seed "
            f"{planned.seed}; expected one series or more."
        )
    recipe = task.recipe(planned.recipe)
    preprocess = recipe.preprocess or task.preprocess
    if recipe.reframe is not None:
        series = recipe.reframe(series)
    return fit_once(
        series,
        split,
        planned.config,
        planned.folder,
        preprocessor=preprocess(
            series if protocol.statistics == "all" else series.select(split.train)
        ),
        about=replace(task.about, split=" ".join((protocol.about, *protocol.traps))),
        progress=progress,
        baselines=baselines,
    )
