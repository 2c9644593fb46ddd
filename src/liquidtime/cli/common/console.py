"""Where the command line writes: results to standard output, everything else to standard error."""

import os
import warnings
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.markup import escape

from liquidtime.notes import UnknownCategoryWarning

_HOME = str(Path(__file__).parents[2])


def leads() -> bool:
    """Whether this process is the one that speaks, among those that train together."""
    return os.environ.get("LOCAL_RANK", "0") == "0" and os.environ.get("RANK", "0") == "0"


def results() -> Console:
    """Standard output, for what the user asked for."""
    return Console(highlight=False, quiet=not leads())


def messages() -> Console:
    """Standard error, for notes, progress and errors; lines are left to the terminal to wrap."""
    return Console(stderr=True, highlight=False, soft_wrap=True, quiet=not leads())


def say_notes(notes: Iterable[str]) -> None:
    """Print what the user should know about the table, one line each."""
    console = messages()
    for note in notes:
        console.print(f"[dim]·[/] {escape(printable(note))}")


@contextmanager
def warnings_as_notes() -> Iterator[None]:
    """Inside, print what the library warns the user of like a note about the table."""
    with warnings.catch_warnings():
        warnings.simplefilter("always", UnknownCategoryWarning)
        others = warnings.showwarning

        def show(message: Warning | str, category: type[Warning], file: str, *place: Any) -> None:
            if file.startswith(_HOME):
                say_notes([str(message)])
            else:
                others(message, category, file, *place)

        warnings.showwarning = show
        yield


def say_error(message: str) -> None:
    """Print why the command stopped."""
    messages().print(f"[bold red]error:[/] {escape(printable(message))}")


def printable(text: str) -> str:
    """Text in which what a terminal would act upon, and what cannot be shown, is written out."""
    return "".join(
        sign if sign.isprintable() or sign == "\n" else ascii(sign)[1:-1] for sign in text
    )
