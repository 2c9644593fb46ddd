"""The header of a table: the wanted columns found, or the nearest names told."""

import difflib
from collections.abc import Iterable, Sequence

from liquidtime.errors import InputError


def nearest(name: str, names: Iterable[str]) -> str | None:
    """The name most like `name`, whatever the case of its letters; None if none is like it."""
    folded: dict[str, str] = {}
    for candidate in names:
        folded.setdefault(_fold(candidate), candidate)
    close = difflib.get_close_matches(_fold(name), folded, n=1, cutoff=0.6)
    return folded[close[0]] if close else None


def _fold(name: str) -> str:
    return name.casefold().replace(" ", "_").replace("-", "_")


def check_columns(file: str, header: Sequence[str], wanted: Iterable[str]) -> None:
    """Check that each wanted column stands in the header once.

    Args:
        file: Name of the file, and of its header row if it has one, for the message.
        header: Column names, stripped of blanks around them.
        wanted: Names that must be there.

    Raises:
        InputError: If one is missing (the nearest name is suggested) or stands there twice.
    """
    for name in wanted:
        count = header.count(name)
        if count > 1:
            at = [str(i + 1) for i, other in enumerate(header) if other == name]
            raise InputError(
                f"{file}: {count} columns are named {name!r} (columns {' and '.join(at)}); "
                "expected one. Rename or remove the others."
            )
        if count == 0:
            raise InputError(f"{file}: no column {name!r}. {_found(name, header)}")


def _found(name: str, header: Sequence[str]) -> str:
    if all(_is_number(cell) for cell in header):
        return (
            f"The first line reads like data ({', '.join(header[:4])}); "
            "expected a header. Add a line with the column names."
        )
    shown = ", ".join(header[:30]) + (f", … ({len(header)} in all)" if len(header) > 30 else "")
    close = nearest(name, header)
    hint = f" Did you mean {close!r}?" if close else ""
    return f"Columns found: {shown}.{hint}"


def _is_number(cell: str) -> bool:
    try:
        float(cell)
    except ValueError:
        return ":" in cell and cell.replace(":", "").isdigit()
    return True
