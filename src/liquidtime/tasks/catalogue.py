"""Which tasks and studies there are: the folders beside this file, found without importing them.

A folder with `task.py` is a task, one with `study.py` a study. Importing its `options.py` or
`task.py` imports no torch, so that `--help` answers at once.
"""

import ast
import importlib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from liquidtime import tasks as package
from liquidtime.errors import InputError
from liquidtime.tasks.contract import Progress, Shown, Study, Task

_TASK, _STUDY = "task", "study"
_added: dict[str, dict[str, Any]] = {_TASK: {}, _STUDY: {}}


def task_names() -> list[str]:
    """Names of all tasks, by alphabet."""
    return _names(_TASK)


def study_names() -> list[str]:
    """Names of all studies, by alphabet."""
    return _names(_STUDY)


def task(name: str) -> Task:
    """A task by name.

    Raises:
        InputError: If there is none; the message names those there are.
    """
    if name in _added[_TASK]:
        return _added[_TASK][name]
    return importlib.import_module(f"{_folder(_TASK, name)}.task").TASK


def study(name: str) -> Study:
    """A study by name; what it needs is imported when it is run.

    Raises:
        InputError: If there is none; the message names those there are.
    """
    if name in _added[_STUDY]:
        return _added[_STUDY][name]
    folder = _folder(_STUDY, name)

    def run(out: Path, options: Any, progress: Progress) -> Shown:
        return importlib.import_module(f"{folder}.study").study(out, options, progress)

    summary, _, details = _docstring(_found(_STUDY)[name]).partition("\n")
    return Study(
        name=name,
        summary=summary,
        details=details.strip(),
        options=importlib.import_module(f"{folder}.options").Options,
        run=run,
    )


def register(entry: Task | Study) -> None:
    """Add a task or a study from outside the package, for this process.

    Raises:
        InputError: If there is one of that name.
    """
    kind = _TASK if isinstance(entry, Task) else _STUDY
    if entry.name in _names(kind):
        raise InputError(f"there is a {kind} {entry.name!r} already; expected another name.")
    _added[kind][entry.name] = entry


def _names(kind: str) -> list[str]:
    return sorted([*_found(kind), *_added[kind]])


def _found(kind: str) -> Mapping[str, Path]:
    files = Path(package.__path__[0]).glob(f"*/{kind}.py")
    return {file.parent.name.replace("_", "-"): file for file in files}


def _folder(kind: str, name: str) -> str:
    if name not in _found(kind):
        known = ", ".join(_names(kind))
        raise InputError(f"There is no {kind} {name!r}; expected one of {known}.")
    return f"{package.__name__}.{name.replace('-', '_')}"


def _docstring(file: Path) -> str:
    return ast.get_docstring(ast.parse(file.read_text(encoding="utf-8"))) or ""
