"""The header of a table: the wanted columns found, or the nearest names told."""

import difflib
import re
import shlex
from collections.abc import Iterable, Sequence
from functools import cached_property

from liquidtime.errors import InputError

_SHOWN = 40
_PARTED = re.compile(r"[,;\s]+")


def nearest(name: str, names: Iterable[str]) -> str | None:
    """The name most like `name`, whatever the case of its letters; None if none is like it."""
    folded: dict[str, str] = {}
    for candidate in names:
        folded.setdefault(_fold(candidate), candidate)
    close = difflib.get_close_matches(_fold(name), folded, n=1, cutoff=0.6)
    return folded[close[0]] if close else None


def _fold(name: str) -> str:
    return name[:200].casefold().replace(" ", "_").replace("-", "_")


class MissingColumn(InputError):
    """A table lacks a column.

    Args:
        name: The column.
        message: What is said.
    """

    def __init__(self, name: str, message: str) -> None:
        super().__init__(message)
        self.name = name


class Header:
    """The column names of a table, and where each stands.

    Blanks around a name do not count, and runs of blanks or line breaks inside one are as good as
    one blank, so that a heading of two lines can be named in one.

    Args:
        place: Name of the file, and of its header row if it has one, for messages.
        names: The names, as they stand there.
    """

    def __init__(self, place: str, names: Sequence[str]) -> None:
        self.place = place
        self.names = [name.strip().strip("\ufeff").strip() for name in names]

    def __contains__(self, name: str) -> bool:
        return bool(self._find(name))

    def positions(self, wanted: Iterable[str]) -> list[int]:
        """Where each wanted column stands, from 0.

        Raises:
            InputError: If one is missing (the nearest name is suggested) or stands there twice.
        """
        found = []
        for name in wanted:
            at = self._find(name)
            if len(at) > 1:
                columns = " and ".join(str(place + 1) for place in at[:20])
                raise InputError(
                    f"{self.place}: {len(at)} columns are named {one_line(name)!r} (columns "
                    f"{columns}); expected one. Rename or remove the others."
                )
            if not at:
                raise MissingColumn(name, f"{self.place}: no column {name!r}. {self._hint(name)}")
            found.append(at[0])
        return found

    def _find(self, name: str) -> list[int]:
        return self._exact.get(name.strip()) or self._folded.get(one_line(name), [])

    @cached_property
    def _exact(self) -> dict[str, list[int]]:
        return _index(self.names)

    @cached_property
    def _folded(self) -> dict[str, list[int]]:
        return _index([one_line(name) for name in self.names])

    def _hint(self, name: str) -> str:
        if all(_is_number(cell) for cell in self.names):
            return (
                f"The first line reads like data ({', '.join(map(_clip, self.names[:4]))}); "
                "expected a header. Add a line with the column names."
            )
        count = len(self.names)
        shown = ", ".join(map(_clip, self.names[:30])) + (
            f", … ({count} in all)" if count > 30 else ""
        )
        close = nearest(one_line(name), map(one_line, self.names))
        several = [part for part in _PARTED.split(name.strip()) if part]
        hint = ""
        if len(several) > 1 and all(part in self for part in several):
            parted = " ".join(map(shlex.quote, several))
            hint = f" Several columns are named one by one, with blanks between them: {parted}"
        elif close:
            hint = f" Did you mean {close!r}?"
        return f"Columns found: {shown}.{hint}"


def one_line(name: str) -> str:
    """The name with every run of blanks and line breaks as one blank."""
    return " ".join(name.split())


def _index(names: list[str]) -> dict[str, list[int]]:
    places: dict[str, list[int]] = {}
    for at, name in enumerate(names):
        places.setdefault(name, []).append(at)
    return places


def _clip(name: str) -> str:
    name = one_line(name)
    return name if len(name) <= _SHOWN else f"{name[:_SHOWN]}…"


def _is_number(cell: str) -> bool:
    try:
        float(cell)
    except ValueError:
        return ":" in cell and cell.replace(":", "").isdigit()
    return True
