"""Public names of a package, imported from their modules when they are first used.

A package says them once, in the stub beside its `__init__.py`: type checkers read the stub, and so
does `attach`, so that neither can know a name that the other does not.
"""

import importlib
import sys
from collections.abc import Callable
from typing import Any

from liquidtime.optional import missing


def attach(
    package: str, *, extra: str | None = None
) -> tuple[Callable[[str], Any], Callable[[], list[str]], list[str]]:
    """What a package calls `__getattr__`, `__dir__` and `__all__`.

    Args:
        package: The package's `__name__`. Its `__init__.pyi` holds nothing but lines such as
            `from package.module import name as name`.
        extra: The extra of liquidtime that installs what the package cannot be without: where that
            is missing, the error says so.
    """
    module = sys.modules[package]
    homes = _homes(f"{module.__file__}i")

    def get(name: str) -> Any:
        if name not in homes:
            raise AttributeError(
                f"module {package!r} has no attribute {name!r}{_elsewhere(package, homes, name)}",
                name=name,
                obj=module,
            )
        home, own = homes[name]
        if home == package:
            return importlib.import_module(f"{package}.{own}")
        try:
            found = getattr(importlib.import_module(home), own)
        except ModuleNotFoundError as error:
            if extra is None or not error.name or error.name.startswith("liquidtime"):
                raise
            raise missing(error.name, extra=extra) from error
        # Where a module is called like what it defines, importing it has put the module there.
        setattr(module, name, found)
        return found

    def names() -> list[str]:
        own = (
            name
            for name, value in vars(module).items()
            if value is not attach and (name.startswith("__") or not name.startswith("_"))
        )
        return sorted({*own, *homes})

    return get, names, sorted(homes)


def _elsewhere(package: str, homes: dict[str, tuple[str, str]], name: str) -> str:
    """Where a name is that was looked for a room too high; read from files, nothing is imported."""
    if name.startswith("_"):
        return ""
    folder, found = str(sys.modules[package].__file__).rpartition("/")[0], []
    for room in (room for room, (home, _) in homes.items() if home == package):
        for file in ("__init__.pyi", "__init__.py"):
            try:
                with open(f"{folder}/{room}/{file}", encoding="utf-8") as lines:  # noqa: PTH123
                    text = " ".join(line for line in lines if line.startswith("from "))
            except OSError:
                continue
            if name in text.replace(",", " ").split():
                found.append(f"{package}.{room}.{name}")
    return f"; it is {' or '.join(dict.fromkeys(found))}" if found else ""


def _homes(stub: str) -> dict[str, tuple[str, str]]:
    """Public name to the module that defines it, and its name there."""
    # Without ast, pathlib and re: to import them takes longer than all the rest of liquidtime.
    with open(stub, encoding="utf-8") as lines:  # noqa: PTH123
        words = [line.split() for line in lines if line.startswith("from ")]
    return {public: (home, own) for _, home, _, own, _, public in words}
