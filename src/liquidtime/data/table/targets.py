"""What is to be predicted: one target a series or one a step, from either table."""

from dataclasses import replace
from typing import NamedTuple

import numpy as np

from liquidtime.data.table.classes import class_codes, guess_task
from liquidtime.data.table.labels import Labels
from liquidtime.data.table.numbers import number_column
from liquidtime.data.table.schema import TableSchema
from liquidtime.data.table.source import Table
from liquidtime.errors import InputError


class TableTarget(NamedTuple):
    """Targets before they meet the steps.

    Attributes:
        values: float64 [N, K], or [M, K] for M rows of the table when one a step; class numbers
            or numbers, NaN where missing.
        per_step: Whether rows or series are meant.
        schema: The schema with task, classes and target_per filled in.
    """

    values: np.ndarray
    per_step: bool
    schema: TableSchema


def target_values(
    table: Table, used: np.ndarray, schema: TableSchema
) -> tuple[np.ndarray, TableSchema]:
    """The target columns in the used rows, float64 [M, K]; the schema with task and classes."""
    if schema.task == "auto":
        several = len(schema.target) > 1
        task = "regress" if several else guess_task(table, schema.target[0], used, schema)
        schema = replace(schema, task=task)  # pyright: ignore[reportArgumentType]
    if schema.task == "classify":
        codes, schema = class_codes(table, schema.target[0], used, schema)
        return codes[:, None], schema
    hint = ""
    if schema.task == "multilabel":
        hint = "A label is a column of 0 and 1."
    elif len(schema.target) > 1:
        hint = (
            "Several targets are numbers, or labels of 0 and 1 (--task multilabel). Classes are "
            "one target: fit one column at a time."
        )
    columns = [
        number_column(table, name, schema, hint=lambda _: hint)[used] for name in schema.target
    ]
    return np.stack(columns, axis=1), schema


def from_own_table(table: Table, schema: TableSchema, ids: Labels) -> TableTarget:
    """Targets that stand in the table itself, in each row.

    A target that never changes inside an id (missing cells aside) is one a series, unless the
    schema says "step".

    Raises:
        InputError: If the schema says "series" and the target changes inside an id.
    """
    every_row = np.arange(len(table))
    values, schema = target_values(table, every_row, schema)
    if schema.target_per == "step":
        return TableTarget(values, True, schema)
    each = [first_of_group(column, ids.codes, len(ids.names)) for column in values.T]
    changed = [(at, name) for (_, at), name in zip(each, schema.target, strict=True) if at >= 0]
    if changed and schema.target_per == "series":
        at, name = changed[0]
        raise InputError(
            f"{table.place(at, name)}: the target changes inside id "
            f"{ids.names[ids.codes[at]]!r}; expected one a series. Correct the cell, or predict "
            "one a step (target_per step)."
        )
    if changed:
        return TableTarget(values, True, replace(schema, target_per="step"))
    series = np.stack([column for column, _ in each], axis=1)
    return TableTarget(series, False, replace(schema, target_per="series"))


def first_of_group(values: np.ndarray, group: np.ndarray, count: int) -> tuple[np.ndarray, int]:
    """The value of each group, NaN if it has none.

    Args:
        values: float64 [M], NaN where missing.
        group: int64 [M], 0 up to `count`; negative ones do not count.
        count: Number of groups.

    Returns:
        float64 [count]; and the position of the first row that differs from its group, or -1.
    """
    given = np.flatnonzero(~np.isnan(values) & (group >= 0))
    first = np.full(count, np.nan)
    first[group[given[::-1]]] = values[given[::-1]]
    differs = given[values[given] != first[group[given]]]
    return first, int(differs[0]) if len(differs) else -1


def spread_over_steps(
    target: TableTarget, table: Table, step_of: np.ndarray, count: int
) -> np.ndarray:
    """Targets of the table's rows as targets of the steps, float64 [R, K].

    Raises:
        InputError: If rows of one step differ, or no step has a target.
    """
    steps = []
    for column, name in zip(target.values.T, target.schema.target, strict=True):
        values, at = first_of_group(column, step_of, count)
        if at >= 0:
            raise InputError(
                f"{table.place(at, name)}: the target differs from an earlier row of the same id "
                "and time; expected one a step. Correct the cell."
            )
        if np.isnan(values).all():
            raise InputError(
                f"{table.path}, column {name!r}: no row has a target; expected some. "
                "Is this the right column?"
            )
        steps.append(values)
    return np.stack(steps, axis=1)


def check_given(
    target: TableTarget, ids: Labels, table: Table, source: str, *, skip: bool
) -> np.ndarray:
    """Which series have a target, bool [N].

    Args:
        target: One a series.
        ids: The series.
        table: The first table, for the row of a series.
        source: Name of the file that holds the targets.
        skip: Whether series without a target may be left out.

    Raises:
        InputError: If a series lacks its target and may not be left out, or all do.
    """
    lacking: np.ndarray = np.isnan(target.values).max(axis=1)
    if lacking.all():
        raise InputError(
            f"{source}, column {target.schema.target[0]!r}: no series has a target; expected one "
            "each. Is this the right column?"
        )
    if lacking.any() and not skip:
        series = int(np.argmax(lacking))
        at = int(np.argmax(ids.codes == series))
        raise InputError(
            f"{table.place(at)}: id {ids.names[series]!r} has no target "
            f"({', '.join(target.schema.target)}) in {source}; expected one for each id "
            f"({int(lacking.sum()):,} of {len(lacking):,} lack it). Add the targets, or leave "
            "these series out (--skip-without-target)."
        )
    return ~lacking
