"""Which tasks and studies there are.

A folder beside this file with `task.py` is a task, one with `study.py` a study; others are what
installed packages name under the entry point `liquidtime.tasks`, and what was handed to `register`.
Listing imports nothing of a folder, and a task or the options of a study import no torch, so that
`--help` answers at once.
"""

import ast
import importlib
from collections.abc import Iterator
from functools import cache
from importlib.metadata import entry_points
from pathlib import Path
from typing import Any, TypeVar

from liquidtime import tasks
from liquidtime.errors import InputError, nearest
from liquidtime.tasks.contract import Progress, Shown, Study, Task

GROUP = "liquidtime.tasks"
Entry = TypeVar("Entry", Task, Study)

_registered: list[Task | Study] = []


def task_names() -> list[str]:
    """Names of all tasks, by alphabet."""
    return sorted({*_folders("task"), *_outside(Task)})


def study_names() -> list[str]:
    """Names of all studies, by alphabet."""
    return sorted({*_folders("study"), *_outside(Study)})


def task(name: str) -> Task:
    """A task by name.

    Raises:
        InputError: If there is none; the message names those there are.
    """
    folder = _folders("task").get(name)
    if folder is not None:
        return importlib.import_module(f"{_package(folder)}.task").TASK
    return _named(name, "task", _outside(Task), task_names())


def study(name: str) -> Study:
    """A study by name; what it computes with is imported when it is run.

    Raises:
        InputError: If there is none; the message names those there are.
    """
    folder = _folders("study").get(name)
    if folder is None:
        return _named(name, "study", _outside(Study), study_names())
    package = _package(folder)

    def run(out: Path, options: Any, progress: Progress) -> Shown:
        return importlib.import_module(f"{package}.study").study(out, options, progress)

    text = ast.get_docstring(ast.parse((folder / "study.py").read_text(encoding="utf-8"))) or ""
    summary, _, details = text.partition("\n")
    return Study(
        name=name,
        summary=summary,
        details=details.strip(),
        options=importlib.import_module(f"{package}.options").Options,
        run=run,
    )


def entry(name: str) -> Task | Study:
    """A task or a study by name.

    Raises:
        InputError: If there is none; the message names those there are.
    """
    if name in task_names():
        return task(name)
    if name in study_names():
        return study(name)
    known = [*task_names(), *study_names()]
    raise InputError(_unknown(name, "task or study", known))


def anew(entry: Task) -> bool:
    """Whether another process finds a task by its name: it is in no registry of this one."""
    return not any(entry.name == one.name for one in _registered)


def register(entry: Task | Study) -> None:
    """Add a task or a study of one's own.

    Raises:
        ValueError: If there is one of that name.
    """
    if entry.name in (task_names() if isinstance(entry, Task) else study_names()):
        raise ValueError(f"there is a {entry.name!r} already; choose another name.")
    _registered.append(entry)


def _folders(kind: str) -> dict[str, Path]:
    files = Path(tasks.__path__[0]).glob(f"*/{kind}.py")
    return {file.parent.name.replace("_", "-"): file.parent for file in files}


def _package(folder: Path) -> str:
    return f"{tasks.__name__}.{folder.name}"


def _outside(kind: type[Entry]) -> dict[str, Entry]:
    return {entry.name: entry for entry in _entries() if isinstance(entry, kind)}


def _entries() -> Iterator[Task | Study]:
    yield from _installed()
    yield from _registered


@cache
def _installed() -> list[Task | Study]:
    return [point.load() for point in entry_points(group=GROUP)]


def _named(name: str, what: str, entries: dict[str, Entry], known: list[str]) -> Entry:
    if name not in entries:
        raise InputError(_unknown(name, what, known))
    return entries[name]


def _unknown(name: str, what: str, known: list[str]) -> str:
    close = nearest(name, known)
    hint = f" Did you mean {close}?" if close else ""
    return f"There is no {what} {name!r}; expected one of {', '.join(known)}.{hint}"
