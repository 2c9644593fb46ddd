"""How runs and tables of tasks and studies look on the terminal."""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from rich import box
from rich.markup import escape
from rich.table import Table

from liquidtime.cli.common.console import results
from liquidtime.cli.common.scores import with_interval
from liquidtime.train.report import naming

if TYPE_CHECKING:
    from liquidtime.tasks.contract import Task


def print_table(header: Sequence[str], rows: Sequence[Sequence[str]], *, fold: bool = True) -> None:
    """Print a table.

    Args:
        header: Its columns; the first is left-aligned.
        rows: Its cells.
        fold: Whether long cells may be broken.
    """
    table = Table(box=box.SIMPLE_HEAD, pad_edge=False, padding=(0, 1, 0, 0))
    for number, name in enumerate(header):
        table.add_column(name, justify="right" if number else "left", no_wrap=not fold)
    for row in rows:
        table.add_row(*map(escape, row))
    results().print(table)


def run_line(task: "Task", record: Mapping[str, Any]) -> str:
    """One line about a finished run of a task."""
    scores = ", ".join(
        f"{naming.metric_name(name)} {with_interval(record['metrics'].get(name))}"
        for name in task.measures
    )
    return (
        f"{record['label']}, seed {record['seed']}: test {scores}; "
        f"{naming.seconds(record['seconds_per_epoch'])} an epoch."
    )
