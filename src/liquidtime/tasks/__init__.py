"""The experiments of the papers: one file each, with its data, recipes and published figures."""

import importlib
from types import ModuleType

_TASKS = ("closed_form", "mortality", "worm_atlas")


def __getattr__(name: str) -> ModuleType:
    """Import a task when it is first used."""
    if name in _TASKS:
        return importlib.import_module(f"liquidtime.tasks.{name}")
    raise AttributeError(f"module 'liquidtime.tasks' has no attribute {name!r}")


def __dir__() -> list[str]:
    return [*globals(), *_TASKS]
