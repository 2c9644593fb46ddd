"""What the files of one table say of a variable unlike the others; told when a run is fitted."""

from collections.abc import Iterator

import numpy as np

from liquidtime.data.categories import listed
from liquidtime.data.table.labels import Labels
from liquidtime.data.table.rows import Rows
from liquidtime.data.table.source import Table

_LEAST = 20
_APART = 3.0
_MOST = 200
"""Files of more than so many are recordings of their own, which may differ."""


def doubts_between_files(table: Table, ids: Labels, rows: Rows) -> Iterator[str]:
    """Sentences about variables that are empty in a whole file, or of another size there.

    Files that hold one series each may well differ so, and are not compared.

    Args:
        table: The table; nothing is said where it is one file.
        ids: The series of each row.
        rows: The steps read from it.
    """
    home = table.homes()
    count = len(table.parts)
    if home is None or count > _MOST or _one_each(home, ids, count):
        return
    used = np.flatnonzero(rows.step_of >= 0)
    steps, home = rows.step_of[used], home[used]
    names = [part.path.name for part in table.parts]
    empty: dict[tuple[str, ...], list[str]] = {}
    for at, name in enumerate(rows.features):
        there = rows.mask[steps, at]
        held = np.bincount(home[there], minlength=count)
        lacking = tuple(names[n] for n in np.flatnonzero(held == 0))
        if 0 < len(lacking) < count:
            empty.setdefault(lacking, []).append(name)
        if name not in rows.categories:
            yield from _of_another_size(name, rows.values[steps, at][there], home[there], names)
    for lacking, variables in empty.items():
        yield (
            f"{listed(variables)}: no value in {len(lacking)} of {count} files "
            f"({listed(lacking, 4)}). If it is called otherwise there, rename it."
        )


def _one_each(home: np.ndarray, ids: Labels, count: int) -> bool:
    """Whether each file holds a series of its own, and nothing else."""
    pairs = np.unique(home * len(ids.names) + ids.codes)
    return len(pairs) == count == len(ids.names)


def _of_another_size(
    name: str, values: np.ndarray, home: np.ndarray, names: list[str]
) -> Iterator[str]:
    """Whether the values of a file lie wholly apart from all others, and far from them."""
    for part, file in enumerate(names):
        own, others = values[home == part], values[home != part]
        if min(len(own), len(others)) < _LEAST:
            continue
        apart = own.min() > others.max() or own.max() < others.min()
        if not apart:
            continue
        spread = max(_iqr(own), _iqr(others))
        if 0 < _APART * spread < abs(float(np.median(own)) - float(np.median(others))):
            yield (
                f"{name}: all values of {file} ({own.min():g} to {own.max():g}) are far from those "
                f"of the other files ({others.min():g} to {others.max():g}). Is it in another unit "
                "there?"
            )


def _iqr(values: np.ndarray) -> float:
    low, high = np.quantile(values, (0.25, 0.75))
    return float(high - low)
