"""What `liquidtime bench` shows while it measures, and when it has."""

import contextlib
from collections.abc import Iterator
from typing import Any

from rich import box
from rich.console import Console
from rich.markup import escape
from rich.progress import BarColumn, Progress, SpinnerColumn, TextColumn, TimeElapsedColumn
from rich.table import Table

from liquidtime.bench import run as bench
from liquidtime.bench.table import long_tables, origin
from liquidtime.cli.common.console import messages, results

# Seldom, so that drawing takes next to nothing from what is timed.
_REFRESHES_A_SECOND = 2


@contextlib.contextmanager
def shown_progress(total: int) -> Iterator[bench.Progress]:
    """A bar on a terminal, gone when done; in a pipe or a file one line a case."""
    console = messages()
    if not console.is_terminal:
        yield _Lines(console)
        return
    columns = (
        SpinnerColumn(),
        BarColumn(bar_width=20),
        TimeElapsedColumn(),
        TextColumn("{task.description}", markup=False),
    )
    with Progress(
        *columns, console=console, transient=True, refresh_per_second=_REFRESHES_A_SECOND
    ) as live:
        yield _Bar(live, total)


def print_record(record: dict[str, Any]) -> None:
    """The tables, and what their columns mean."""
    console = results()
    for found in long_tables(record):
        console.print(f"[bold]{escape(found.title)}[/]")
        table = Table(box=box.SIMPLE_HEAD, pad_edge=False, padding=(0, 1, 0, 0))
        for number, name in enumerate(found.header):
            table.add_column(name, justify="right" if number else "left", no_wrap=True)
        for section in found.sections:
            if section.title:
                table.add_row(f"[italic]{escape(section.title)}[/]")
            for row in section.rows:
                table.add_row(*map(escape, row))
            table.add_section()
        console.print(table)
        console.print(found.caption, markup=False)
        console.print()
    console.print(
        "ms, µs/step: the fastest call of all repeats, of a stream the median; × ours: how many "
        "times the first row; of peak: the share of the time that the row's own arithmetic takes "
        "at the peak read beside it, median over the repeats; kept B: bytes a sample and step that "
        "wait for the backward pass.",
        markup=False,
    )
    console.print(origin(record), markup=False)


class _Bar(bench.Progress):
    def __init__(self, live: Progress, total: int) -> None:
        self._live = live
        self._task = live.add_task("…", total=total)

    def say(self, text: str) -> None:
        self._live.update(self._task, description=text)

    def advance(self) -> None:
        self._live.advance(self._task)


class _Lines(bench.Progress):
    def __init__(self, console: Console) -> None:
        self._console = console
        self._case = ""

    def say(self, text: str) -> None:
        case = text.partition(": ")[0]
        if case != self._case:
            self._case = case
            self._console.print(case, markup=False)
