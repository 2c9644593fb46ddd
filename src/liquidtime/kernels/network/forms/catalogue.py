"""Finds the forms of neurons: each file of this folder has a `FORM`; others may join."""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Mapping
from functools import cache

from liquidtime.kernels.network import forms
from liquidtime.kernels.network.forms.contract import Form


def form(name: str) -> Form:
    """The form of that name.

    Raises:
        ValueError: If there is none.
    """
    if name not in _forms():
        raise ValueError(f"the form is {name!r}; expected one of {', '.join(_forms())}.")
    return _forms()[name]


def names() -> tuple[str, ...]:
    """Of all forms."""
    return tuple(_forms())


def units() -> Mapping[str, str]:
    """All variables that neurons of some form can be recorded by, with units."""
    return {name: unit for each in _forms().values() for name, unit in each.recordable.items()}


def register(new: Form) -> None:
    """Add a form.

    Raises:
        ValueError: If there is one of that name.
    """
    if new.name in _forms():
        raise ValueError(f"a form named {new.name!r} is registered already.")
    _forms()[new.name] = new


def remove(name: str) -> None:
    """Take a form out again."""
    del _forms()[name]


@cache
def _forms() -> dict[str, Form]:
    entries = [info.name for info in pkgutil.iter_modules(forms.__path__)]
    modules = [
        importlib.import_module(f"{forms.__name__}.{entry}")
        for entry in entries
        if entry not in ("catalogue", "contract")
    ]
    return {module.FORM.name: module.FORM for module in modules}
