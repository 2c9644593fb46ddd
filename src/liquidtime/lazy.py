"""Public names of a package, imported from their modules when they are first used."""

import importlib
from collections.abc import Mapping
from typing import Any


def lazy_name(package: str, homes: Mapping[str, str], name: str) -> Any:
    """What a package's `__getattr__` returns.

    Args:
        package: The package's `__name__`.
        homes: Public name to the module of the package that defines it.
        name: The name asked for.

    Raises:
        AttributeError: If the package has no such name.
    """
    if name in homes:
        return getattr(importlib.import_module(f"{package}.{homes[name]}"), name)
    raise AttributeError(f"module {package!r} has no attribute {name!r}")
