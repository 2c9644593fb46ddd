"""The entries of a list that grows, found without naming them.

They are the modules of one folder, what other installed packages name under an entry point, and
what was handed to `register`.
"""

import importlib
import pkgutil
from collections.abc import Collection
from functools import cached_property
from importlib.metadata import entry_points
from typing import Generic, Protocol, TypeVar

from liquidtime.errors import InputError, nearest


class Named(Protocol):
    """Anything with a name that users call it by."""

    @property
    def name(self) -> str:
        """The name."""
        ...


Entry = TypeVar("Entry", bound=Named)


class Catalogue(Generic[Entry]):
    """Entries by name.

    Args:
        package: Dotted name of the folder; each of its modules or packages is one entry. It is the
            name of the entry point, too.
        label: What a module calls its entry, such as `"TARGET"`.
        what: What an entry is, for messages, such as `"target of export"`.
        beside: Modules and packages of the folder that are no entries.
    """

    def __init__(self, package: str, label: str, what: str, beside: Collection[str] = ()) -> None:
        self._package = package
        self._label = label
        self._what = what
        self._beside = beside
        self._registered: dict[str, Entry] = {}

    def entries(self) -> dict[str, Entry]:
        """All of them by name: those installed, of the folder, and registered."""
        return self._found | self._registered

    @cached_property
    def _found(self) -> dict[str, Entry]:
        # Once a process: entry points are read from the files of every installed package.
        folder = importlib.import_module(self._package).__path__
        found = (name for _, name, _ in pkgutil.iter_modules(folder))
        names = sorted(name for name in found if name not in self._beside)
        modules = [importlib.import_module(f"{self._package}.{name}") for name in names]
        own: list[Entry] = [getattr(module, self._label) for module in modules]
        installed: list[Entry] = [point.load() for point in entry_points(group=self._package)]
        # Nobody elsewhere takes the place of an entry of ours.
        return {entry.name: entry for entry in (*installed, *own)}

    def register(self, entry: Entry) -> None:
        """Add an entry from outside the package.

        Raises:
            ValueError: If there is one of that name.
        """
        if entry.name in self.entries():
            raise ValueError(f"there is a {self._what} named {entry.name!r} already.")
        self._registered[entry.name] = entry

    def find(self, name: str) -> Entry:
        """The entry of a name.

        Raises:
            InputError: If there is none.
        """
        entries = self.entries()
        if name not in entries:
            close = nearest(name, entries)
            hint = f" Did you mean {close}?" if close else ""
            raise InputError(
                f"{name!r} is no {self._what}; expected one of {', '.join(entries)}.{hint}"
            )
        return entries[name]
