"""Which verbs there are: the modules of the `cli` folder, found without importing them."""

import ast
import importlib
import pkgutil
from pathlib import Path
from types import ModuleType
from typing import NamedTuple

from liquidtime import cli

_FIRST = ("demo", "fit", "evaluate", "predict", "show")


class Verb(NamedTuple):
    """A verb: its name, its module, and the first line of the module's docstring."""

    name: str
    module: str
    summary: str

    def load(self) -> ModuleType:
        """The verb's module."""
        return importlib.import_module(self.module)


def verbs() -> dict[str, Verb]:
    """All verbs by name, the usual ones first, the others by alphabet."""
    found = [
        name
        for _, name, is_package in pkgutil.iter_modules(cli.__path__)
        if not is_package and not name.startswith("_")
    ]
    order = {name: at for at, name in enumerate(_FIRST)}
    found.sort(key=lambda name: (order.get(name, len(order)), name))
    return {
        name: Verb(name, f"{cli.__name__}.{name}", _summary(Path(cli.__path__[0]) / f"{name}.py"))
        for name in found
    }


def _summary(file: Path) -> str:
    docstring = ast.get_docstring(ast.parse(file.read_text(encoding="utf-8"))) or ""
    return docstring.partition("\n")[0]
