"""What `liquidtime bench` shows while it measures, and when it has."""

import contextlib
from collections.abc import Iterator, Sequence
from typing import Any

from rich import box
from rich.console import Console
from rich.markup import escape
from rich.progress import Progress, SpinnerColumn, TextColumn, TimeElapsedColumn
from rich.table import Table

from liquidtime.bench.contract import Case
from liquidtime.bench.setting import Tell
from liquidtime.bench.table import origin
from liquidtime.cli.common.console import messages, results

# Seldom, so that drawing takes next to nothing from what is timed.
_REFRESHES_A_SECOND = 2


@contextlib.contextmanager
def shown_progress() -> Iterator[Tell]:
    """What is being done, in one line of a terminal; in a pipe or a file one line a case."""
    console = messages()
    if not console.is_terminal:
        yield _Lines(console).say
        return
    columns = (
        SpinnerColumn(),
        TimeElapsedColumn(),
        TextColumn("{task.description}", markup=False),
    )
    with Progress(
        *columns, console=console, transient=True, refresh_per_second=_REFRESHES_A_SECOND
    ) as live:
        task = live.add_task("…", total=None)
        yield lambda text: live.update(task, description=text)


def print_record(record: dict[str, Any], cases: Sequence[Case]) -> None:
    """The tables, and what their columns mean."""
    console = results()
    for found in [t for case in cases for t in case.tables(record["cases"][case.name])]:
        console.print(f"[bold]{escape(found.title)}[/]")
        table = Table(box=box.SIMPLE_HEAD, pad_edge=False, padding=(0, 1, 0, 0))
        for number, name in enumerate(found.header):
            table.add_column(name, justify="right" if number else "left", overflow="fold")
        for section in found.sections:
            if section.title:
                table.add_row(f"[italic]{escape(section.title)}[/]")
            for row in section.rows:
                table.add_row(*map(escape, row))
            table.add_section()
        console.print(table)
        if found.caption:
            console.print(found.caption, markup=False)
        console.print()
    for legend in dict.fromkeys(case.legend for case in cases if case.legend):
        console.print(legend, markup=False)
    console.print(origin(record), markup=False)


class _Lines:
    def __init__(self, console: Console) -> None:
        self._console = console
        self._case = ""

    def say(self, text: str) -> None:
        case = text.partition(": ")[0]
        if case != self._case:
            self._case = case
            self._console.print(case, markup=False)
