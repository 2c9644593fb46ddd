"""What `liquidtime reproduce --list` shows: tasks and studies, and what a cell of a table costs."""

from collections.abc import Iterator
from typing import TYPE_CHECKING

from liquidtime.cli.common.console import messages, results
from liquidtime.cli.common.places import RUNS
from liquidtime.cli.common.tasks import print_table
from liquidtime.errors import InputError
from liquidtime.tasks import catalogue, cost
from liquidtime.tasks.contract import Task

if TYPE_CHECKING:
    from liquidtime.data import IrregularSeries, Split

    Parts = tuple[IrregularSeries, Split]

_HOW = {
    "measured": "measured here",
    "stated": "measured on two cores",
    "scaled": "a few steps here, scaled",
}


def list_all() -> int:
    """Print a paragraph a task and a line a study; nothing is timed, and no data are read."""
    console = results()
    for name in catalogue.task_names():
        task = catalogue.task(name)
        console.print(f"{name}  {task.about.title}", markup=False, soft_wrap=True)
        for head, text in _facts(task):
            console.print(f"  {head:<10} {text}", markup=False, soft_wrap=True)
    for name in catalogue.study_names():
        summary = catalogue.study(name).summary
        console.print(f"{name}  (study) {summary}", markup=False, soft_wrap=True)
    console.print(
        "Minutes are of one seed. `liquidtime reproduce TASK --list` times what has none.",
        markup=False,
        soft_wrap=True,
    )
    return 0


def list_one(name: str, protocol: str) -> int:
    """Print a row a recipe of a task, with the minutes of a seed; what was not run is timed."""
    found = catalogue.entry(name)
    if not isinstance(found, Task):
        results().print(f"{name}  (study) {found.summary}", markup=False, soft_wrap=True)
        results().print(found.details, markup=False, soft_wrap=True)
        return 0
    console = results()
    console.print(found.about.title, markup=False, soft_wrap=True)
    for head, text in _facts(found):
        if not head.startswith("models"):
            console.print(f"  {head:<10} {text}", markup=False, soft_wrap=True)
    with messages().status("Reading …") as status:
        parts = found.protocol(protocol).parts(0)
        rows = []
        for recipe, about in found.recipes.items():
            status.update(f"Timing {recipe} …")
            rows.append(
                [recipe, about.label, "yes" if about.usual else "", *_timed(found, recipe, parts)]
            )
    print_table(("model", "label", "usual", "minutes a seed", "how"), rows, fold=False)
    return 0


def _timed(task: Task, recipe: str, parts: "Parts") -> tuple[str, str]:
    try:
        known = cost.known(task, recipe, RUNS / task.name) or cost.scaled(task, recipe, parts)
    except (InputError, ImportError) as error:
        return "–", str(error)
    return _minutes(known.minutes), _HOW[known.how]


def _facts(task: Task) -> Iterator[tuple[str, str]]:
    yield "protocols", ", ".join(task.protocols)
    yield "data", _data(task)
    usual = [_priced(task, name) for name in task.chosen()]
    others = [_priced(task, name) for name in task.recipes if name not in task.chosen()]
    yield "models", ", ".join(usual)
    if others:
        yield "by name", ", ".join(others)


def _data(task: Task) -> str:
    if partial := task.partial():
        return f"partial: {partial}"
    missing = task.missing()
    return f"to be fetched: {', '.join(missing)}" if missing else "at hand"


def _priced(task: Task, name: str) -> str:
    found = cost.known(task, name, RUNS / task.name)
    return name if found is None else f"{name} ({_minutes(found.minutes)} min)"


def _minutes(minutes: float) -> str:
    return f"{minutes:,.0f}" if minutes >= 10 else f"{minutes:.2g}"
