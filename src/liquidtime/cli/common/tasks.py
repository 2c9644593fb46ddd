"""How runs and tables of tasks and studies look on the terminal."""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, Self

from rich import box
from rich.markup import escape
from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn, TimeRemainingColumn
from rich.table import Table

from liquidtime.cli.common.console import messages, results
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


class Overall:
    """A line a run, over one live bar of all runs where several go on at a time.

    Args:
        runs: How many.
        live: Whether there is a bar; one run at a time has its own.
    """

    def __init__(self, runs: int, *, live: bool) -> None:
        self.runs, self.done = runs, 0
        console = messages()
        self._bar = Progress(
            TextColumn("{task.description}"),
            BarColumn(bar_width=24),
            TextColumn("{task.percentage:>3.0f} %"),
            TimeElapsedColumn(),
            TextColumn("left"),
            TimeRemainingColumn(),
            console=console,
            disable=not (live and console.is_terminal),
            transient=True,
        )
        self._task = self._bar.add_task(self._said(), total=1.0)

    def __enter__(self) -> Self:
        self._bar.start()
        return self

    def __exit__(self, *raised: object) -> None:
        self._bar.stop()

    def at(self, share: float) -> None:
        """Move the bar to a share of what was missing at first."""
        self._bar.update(self._task, completed=share)

    def line(self, text: str) -> None:
        """Print the line of a run that has ended."""
        self.done += 1
        self._bar.console.print(text, markup=False)
        self._bar.update(self._task, description=self._said())

    def _said(self) -> str:
        return f"{self.done} of {self.runs} runs"
