"""What a table may hold that its user did not mean: told when a run is fitted, never acted on."""

from collections.abc import Iterator

import numpy as np

from liquidtime.data.categories import listed
from liquidtime.data.table.doubts.alike import alike, as_number, as_truth
from liquidtime.data.table.labels import Labels
from liquidtime.data.table.rows import Rows
from liquidtime.data.table.schema import TableSchema
from liquidtime.data.table.source import Table
from liquidtime.data.table.targets import TableTarget

_SENTINELS = (9, 99, 999, 9999, 99999, 999999, 8888, 32767, 32768, 2147483648.0, 1e20)
"""Sizes of numbers that stand for "not measured" in many tables."""
_LOOKED_AT = 20_000
_WIDTH = 1000
"""A number of less than this has no thousands."""
_FEW = 3


def doubts_of_values(table: Table, schema: TableSchema, rows: Rows) -> Iterator[str]:
    """Sentences about variables that say nothing, or may say something else.

    Args:
        table: The table, for how its numbers are written.
        schema: For the signs inside numbers.
        rows: The steps read from it.
    """
    empty, still = [], []
    for at, name in enumerate(rows.features):
        mask = rows.mask[:, at]
        if not mask.any():
            empty.append(name)
            continue
        values = rows.values[mask, at]
        low, high = float(values.min()), float(values.max())
        if name in rows.categories:
            continue
        if low == high:
            still.append(f"{name} ({low:g})")
            continue
        for end in (low, high):
            yield from _stands_for_none(name, values, end)
        if table.format not in ("frame", "parquet") and schema.thousands is None:
            yield from _grouped(name, values[:_LOOKED_AT].astype(np.float64), schema.decimal)
    if empty:
        yield f"No row has a value of {listed(empty)}, so that nothing can be learnt from it."
    if still:
        yield f"One value throughout: {listed(still)}. All that it can tell is when it is observed."
    if not schema.long:
        yield from _copies(schema, rows)


def doubts_of_ids(table: Table, column: str, ids: Labels) -> Iterator[str]:
    """A sentence about ids that may be those of one series.

    Args:
        table: The table.
        column: Of ids.
        ids: The series of each row.
    """
    pairs = alike(ids.names, as_number)
    if not pairs:
        return
    first, other = pairs[0]
    at = [int(np.argmax(ids.codes == ids.names.index(each))) for each in (first, other)]
    more = f", and {len(pairs) - 1:,} more such pairs" if len(pairs) > 1 else ""
    yield (
        f"{column}: the ids {first!r} ({table.place(at[0])}) and {other!r} ({table.place(at[1])}) "
        f"differ in zeros or the case of letters only{more}; they count as different series. Write "
        "them alike if they are one."
    )


def doubts_of_target(
    table: Table, schema: TableSchema, ids: Labels, target: TableTarget, asked: TableSchema
) -> Iterator[str]:
    """Sentences about a target that may have been meant otherwise.

    Args:
        table: The table that holds it.
        schema: As it was read, with nothing left to "auto".
        ids: The series of each row, where it is one a step.
        target: The target.
        asked: The schema before that.
    """
    if target.per_step and asked.target_per == "auto":
        yield from _changes(table, schema, ids, target)
    if schema.task == "regress" and asked.task == "auto" and len(schema.target) > 1:
        given = target.values[~np.isnan(target.values)]
        if np.isin(given, (0.0, 1.0)).all():
            yield (
                f"{listed(schema.target)} hold 0 and 1 alone, and are taken as numbers. If they "
                "are labels, of which any may be 1: --task multilabel."
            )
    if schema.task == "classify" and schema.classes is not None:
        yield from _classes(schema, asked, target, schema.classes)


def _stands_for_none(name: str, values: np.ndarray, end: float) -> Iterator[str]:
    """Whether the least or largest value is far from all others, and of a size that means none."""
    if not any(np.isclose(abs(end), size, rtol=1e-6) for size in _SENTINELS):
        return
    same = values == np.float32(end)
    others, count = values[~same], int(same.sum())
    # 9 and 99 are usual numbers, unless they are far from all others.
    apart = min(abs(end - float(others.min())), abs(end - float(others.max())))
    if count >= _FEW and apart > float(others.max()) - float(others.min()) > 0:
        yield (
            f"{name}: {count:,} values are {end:g}, far from all others ({others.min():g} to "
            f"{others.max():g}). If that means “not measured”: --missing {end:g}"
        )


def _grouped(name: str, values: np.ndarray, decimal: str) -> Iterator[str]:
    """Whether the sign before decimals looks as if it parted thousands: 1.234 beside 567."""
    size = np.abs(values)
    whole = size == np.rint(size)
    broken = size[~whole]
    if not len(broken) or size.max() >= _WIDTH or broken.min() < 1 or whole.mean() < 0.02:
        return
    thousandths = broken * 1000
    # Of numbers with a point in them, few thousands end with a 0.
    rounded = np.abs(thousandths / 10 - np.rint(thousandths / 10)) < 0.01
    if (np.abs(thousandths - np.rint(thousandths)) < 0.1).all() and rounded.mean() < 0.3:
        sign = {".": "point", ",": "comma"}.get(decimal, decimal)
        shown = f"{broken[~rounded][0]:.3f}".replace(".", decimal)
        other = "" if decimal == "." else " --decimal ."
        yield (
            f"{name}: all numbers with a {sign} have three digits behind it, such as {shown}; the "
            f"{sign} is read as the one before decimals. If it parts thousands: --thousands "
            f"{decimal}{other}"
        )


def _copies(schema: TableSchema, rows: Rows) -> Iterator[str]:
    """Whether rows stand there twice."""
    twice = (np.diff(rows.series) == 0) & (np.diff(rows.times) == 0)
    later = np.flatnonzero(twice) + 1
    if not len(later):
        return
    same = (rows.values[later] == rows.values[later - 1]) & (
        rows.mask[later] == rows.mask[later - 1]
    )
    count = int(same.all(axis=1).sum())
    if count:
        yield (
            f"{count:,} rows repeat the one before of their series, time and values alike; they "
            "count as rows of their own. Remove them if they are copies."
        )


def _changes(table: Table, schema: TableSchema, ids: Labels, target: TableTarget) -> Iterator[str]:
    """In how few series the target changes, where that made it one a step."""
    for name, column in zip(schema.target, target.values.T, strict=True):
        there = np.flatnonzero(~np.isnan(column))
        count = len(ids.names)
        first = np.full(count, np.nan)
        first[ids.codes[there[::-1]]] = column[there[::-1]]
        other = there[column[there] != first[ids.codes[there]]]
        changing = len(np.unique(ids.codes[other]))
        if 0 < changing <= count // 5:
            yield (
                f"{name} changes inside {changing:,} of {count:,} series only (first "
                f"{table.place(int(other[0]), name)}), and so is taken as one target a row. If it "
                "is one a series, correct these cells: --target-per series names them."
            )


def _classes(
    schema: TableSchema, asked: TableSchema, target: TableTarget, classes: tuple[str, ...]
) -> Iterator[str]:
    name = schema.target[0]
    for first, label in alike(classes):
        yield (
            f"{name}: the classes {first!r} and {label!r} differ in the case of letters only. "
            "Correct the cells if they are one."
        )
    if len(classes) > 2 and (
        pairs := alike([*dict.fromkeys(map(str.casefold, classes))], as_truth)
    ):
        told = ", ".join(f"{first!r} and {label!r}" for first, label in pairs)
        yield (
            f"{name}: the classes {told} say the same, written otherwise, and count as different "
            "ones. Write them alike if they are one."
        )
    if asked.task == "auto" and len(classes) > 2 and all(map(_is_whole, classes)):
        yield (
            f"{name} holds the whole numbers {listed(classes)}: taken as classes, in no order. For "
            "numbers: --task regress."
        )
    if target.per_step:
        return
    counts = np.bincount(
        target.values[~np.isnan(target.values)].astype(int), minlength=len(classes)
    )
    rare = [
        f"{label!r} ({count})" for label, count in zip(classes, counts, strict=True) if count < _FEW
    ]
    if rare:
        yield (
            f"{name}: fewer than {_FEW} series are of {listed(rare)}, so that not every part has "
            "one. Leave such classes out, or join them with others."
        )


def _is_whole(label: str) -> bool:
    return label.lstrip("+-").isdecimal()
