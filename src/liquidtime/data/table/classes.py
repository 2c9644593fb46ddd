"""Class labels: which there are, in which order, and the number of each row's class."""

from dataclasses import replace

import numpy as np

from liquidtime.data.table.columns import nearest
from liquidtime.data.table.labels import label_column
from liquidtime.data.table.numbers import MISSING, looks_numeric, no_number, parse_numbers
from liquidtime.data.table.schema import TableSchema
from liquidtime.data.table.source import Table
from liquidtime.errors import InputError

_FEW = 10
# "None" is a usual name of a class ("no disease"), so it is not missing here.
_MISSING_LABELS = MISSING - {"None"}


def guess_task(table: Table, column: str, used: np.ndarray, schema: TableSchema) -> str:
    """Take classes when the target is text or few different whole numbers, else "regress"."""
    labels = label_column(table, column, missing=_MISSING_LABELS | set(schema.missing))
    codes = labels.codes[used]
    names = [labels.names[code] for code in np.unique(codes[codes >= 0])]
    numbers = parse_numbers(names, schema)
    strange = np.flatnonzero(np.isnan(numbers))
    if len(strange):
        word = names[strange[0]]
        if all(looks_numeric(names[at], schema) for at in strange[:_FEW]):
            at = int(used[np.argmax(codes == labels.names.index(word))])
            error = no_number(table, column, at, word, schema)
            raise InputError(f"{error} If it is a class: --task classify.")
        return "classify"
    whole = bool((numbers == np.rint(numbers)).all())
    return "classify" if whole and len(names) <= _FEW else "regress"


def class_codes(
    table: Table, column: str, used: np.ndarray, schema: TableSchema
) -> tuple[np.ndarray, TableSchema]:
    """Number the classes of the used rows.

    Args:
        table: The table that holds the column.
        column: The column of labels.
        used: int64 [M] positions of the rows that count.
        schema: For the classes, if they are given, and the missing cells.

    Returns:
        float64 [M], the class number of each used row, NaN where missing; and the schema with
        its classes filled in.

    Raises:
        InputError: If a label is not among the given classes, there is only one class, or there
            are so many that the column must be a number to regress.
    """
    labels = label_column(table, column, missing=_MISSING_LABELS | set(schema.missing))
    codes = labels.codes[used]
    present = np.unique(codes[codes >= 0])
    names = [labels.names[code] for code in present]
    where = f"{table.path}, column {column!r}"
    if schema.classes is None:
        _check_count(where, names, len(used))
        classes = tuple(_in_order(names))
        schema = replace(schema, classes=classes)
    else:
        classes = schema.classes
        strange = [name for name in names if name not in classes]
        if strange:
            at = int(used[np.argmax(codes == labels.names.index(strange[0]))])
            close = nearest(strange[0], classes)
            raise InputError(
                f"{table.place(at, column)}: came {strange[0]!r}, expected one of the classes "
                f"{', '.join(map(repr, classes))}."
                + (f" Did you mean {close!r}?" if close else " Correct the cell.")
            )
        if not schema.fitted:
            _check_count(where, names, len(used))
    number = {name: float(at) for at, name in enumerate(classes)}
    lookup = np.array([number.get(name, np.nan) for name in labels.names] + [np.nan])
    return lookup[codes], schema


def _check_count(where: str, names: list[str], rows: int) -> None:
    if len(names) == 1:
        raise InputError(
            f"{where}: one class only, {names[0]!r}, wherever it is given; expected at least two. "
            "Is this the right column, and were the other series lost on the way?"
        )
    if len(names) > max(20, rows // 2):
        raise InputError(
            f"{where}: {len(names):,} different values in {rows:,} rows, too many for classes. "
            "Is it a number to predict (task regress), or the wrong column?"
        )


def _in_order(names: list[str]) -> list[str]:
    numbers = {name: _number(name) for name in names}
    if any(number is None for number in numbers.values()):
        return sorted(names)
    return sorted(names, key=lambda name: numbers[name] or 0.0)


def _number(word: str) -> float | None:
    try:
        return float(word)
    except ValueError:
        return None
