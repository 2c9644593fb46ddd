"""A long table: one row an observation (id, time, variable, value)."""

import numpy as np

from liquidtime.data.single import check_single
from liquidtime.data.table.categories import read_values
from liquidtime.data.table.columns import nearest
from liquidtime.data.table.labels import Labels, label_column
from liquidtime.data.table.rows import Rows
from liquidtime.data.table.schema import TableSchema
from liquidtime.data.table.source import Table
from liquidtime.errors import InputError

_MOST_CELLS = 4_000_000_000
# Steps × variables that may be almost empty, and how many of them must then be filled.
_SPARSE_CELLS, _LEAST_FILLED = 100_000_000, 0.001
_MOST_SINGLE = 1000
_SHOWN = 8


def read_long(
    table: Table, schema: TableSchema, ids: Labels, times: np.ndarray, *, keep_steps: bool = False
) -> Rows:
    """Gather the observations of one id and time into one step.

    Rows may come in any order. A variable given several times at one time is averaged; of
    categories the last one in the table counts. A series
    none of whose rows holds a wanted variable keeps one step, at its first time, with nothing
    observed, so that no id is lost.

    Args:
        table: The table.
        schema: For the variable and value columns, the variables to keep and the missing cells.
        ids: The series of each row.
        times: float64 [rows].
        keep_steps: Keep also steps that hold none of the wanted variables, as they have a target.

    Raises:
        InputError: If a variable is empty or unknown, a value is no finite number, or there are so
            many variables that the column must be another one.
    """
    assert schema.variable is not None and schema.value is not None
    found = label_column(table, schema.variable)
    values, categories, copies = read_values(table, schema, found, ids)
    is_category = np.array([name in categories for name in found.names] + [False])[found.codes]
    numbers = np.where(is_category, np.nan, values)
    nameless = (found.codes < 0) & ~np.isnan(values)
    if nameless.any():
        at = int(np.argmax(nameless))
        raise InputError(
            f"{table.place(at, schema.variable)}: the variable is empty beside the value "
            f"{values[at]:g}; expected its name. Fill it in, or remove the row."
        )
    if not schema.features:
        _check_variables(table, schema.variable, found)
    notes: list[str] = []
    features = _features(table, schema, found, ids, numbers, copies, notes)
    column = {name: at for at, name in enumerate(features)}
    renumber = np.array([column.get(name, -1) for name in found.names] + [-1], dtype=np.int64)
    variable = renumber[found.codes]
    keep = (variable >= 0) | keep_steps
    keep |= _first_of_lost(ids, times, keep)
    step_of, series, step_times = _steps(ids.codes, times, keep)
    size = len(series) * len(features)
    if size > _MOST_CELLS or (size > _SPARSE_CELLS and len(table) < _LEAST_FILLED * size):
        raise InputError(
            f"{table.path}, column {schema.variable!r}: {len(series):,} steps × "
            f"{len(features):,} variables do not fit in memory, and {len(table):,} rows fill few "
            "of them. Name the variables to keep (--features); or is it the wrong column?"
        )
    unmeasured = int((np.isnan(values) & (variable >= 0)).sum())
    if unmeasured:
        notes.append(f"{unmeasured:,} rows without a value are taken as not observed.")
    observed = (variable >= 0) & ~np.isnan(values)
    cells = step_of * len(features) + variable
    of_numbers, of_categories = observed & ~is_category, np.flatnonzero(observed & is_category)
    check_single("values", values[of_numbers], variable[of_numbers], features)
    grid, mask, repeats = _average(cells[of_numbers], values[of_numbers], size)
    _put_last(cells[of_categories], values[of_categories], grid, mask, notes)
    if repeats:
        notes.append(
            f"{repeats:,} rows repeat a variable at the same time of the same id; averaged."
        )
    shape = (len(series), len(features))
    return Rows(
        series,
        step_times,
        grid.reshape(shape),
        mask.reshape(shape),
        step_of,
        features,
        tuple(notes),
        {name: labels for name, labels in categories.items() if name in features},
    )


def _put_last(
    cells: np.ndarray, codes: np.ndarray, grid: np.ndarray, mask: np.ndarray, notes: list[str]
) -> None:
    """Put categories into their cells; of several in one cell the last one counts."""
    # The last of equal indices is the one that NumPy leaves.
    grid[cells], mask[cells] = codes, True
    overruled = int((grid[cells] != codes).sum())
    if overruled:
        notes.append(
            f"{overruled:,} rows give another category than a later row of the same variable, time "
            "and id; the last one counts."
        )


def _check_variables(table: Table, column: str, found: Labels) -> None:
    """Refuse a column most of whose names occur once: it holds values, ids or times."""
    counts = np.bincount(found.codes[found.codes >= 0], minlength=len(found.names))
    single = np.flatnonzero(counts == 1)
    if len(single) > max(_MOST_SINGLE, len(counts) // 2):
        at = int(np.argmax(found.codes == single[0]))
        raise InputError(
            f"{table.place(at, column)}: {found.names[single[0]][:40]!r} is one of "
            f"{len(single):,} variables that occur once; expected the names of a few variables, "
            "again and again. Is this the right column (--variable)? If it is, name those to keep "
            "(--features)."
        )


def _first_of_lost(ids: Labels, times: np.ndarray, keep: np.ndarray) -> np.ndarray:
    """The earliest row of each series that would lose all its rows."""
    kept = np.bincount(ids.codes[keep], minlength=len(ids.names))
    first = np.zeros(len(keep), dtype=bool)
    lost = np.flatnonzero(kept[ids.codes] == 0)
    order = lost[np.lexsort((times[lost], ids.codes[lost]))]
    _, start = np.unique(ids.codes[order], return_index=True)
    first[order[start]] = True
    return first


def _steps(
    codes: np.ndarray, times: np.ndarray, keep: np.ndarray
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Number the distinct (series, time) pairs of the kept rows in order."""
    rows = np.flatnonzero(keep)
    order = rows[np.lexsort((times[rows], codes[rows]))]
    series, sorted_times = codes[order], times[order]
    new = np.ones(len(order), dtype=bool)
    new[1:] = (np.diff(series) != 0) | (np.diff(sorted_times) != 0)
    step_of = np.full(len(codes), -1, dtype=np.int64)
    step_of[order] = np.cumsum(new) - 1
    return step_of, series[new], sorted_times[new]


def _average(
    cells: np.ndarray, values: np.ndarray, size: int
) -> tuple[np.ndarray, np.ndarray, int]:
    """Mean of the values that fall in the same cell; [size] float32, [size] bool, repeats."""
    order = np.argsort(cells, kind="stable")
    cells, values = cells[order], values[order]
    start = np.flatnonzero(np.diff(cells, prepend=-1) != 0)
    grid, mask = np.zeros(size, dtype=np.float32), np.zeros(size, dtype=bool)
    if len(start):
        counts = np.diff(start, append=len(cells))
        grid[cells[start]] = np.add.reduceat(values, start) / counts
        mask[cells[start]] = True
    return grid, mask, len(cells) - len(start)


def _features(
    table: Table,
    schema: TableSchema,
    found: Labels,
    ids: Labels,
    values: np.ndarray,
    text_copies: frozenset[str],
    notes: list[str],
) -> tuple[str, ...]:
    known = set(found.names)
    if not schema.features:
        copies = sorted({*_copies_of_id(found, ids, values), *text_copies})
        if copies:
            notes.append(f"Left out, as it only repeats the id: variable {', '.join(copies)}.")
        _note_minus_one(found, values, set(copies), notes)
        return tuple(sorted(known - set(copies)))
    absent = [name for name in schema.features if name not in known]
    place = f"{table.path}, column {schema.variable!r}"
    if absent and not schema.fitted:
        close = nearest(absent[0], known)
        raise InputError(
            f"{place}: no variable {absent[0]!r}. Found: {_some(sorted(known), 30)}."
            + (f" Did you mean {close!r}?" if close else "")
        )
    if len(absent) == len(schema.features):
        raise InputError(
            f"{place}: came {_some(sorted(known))}; expected variables of the fit, such as "
            f"{_some(schema.features)}. Is this the right table, or the right column?"
        )
    if absent:
        notes.append(f"Variables of the fit that this table lacks: {_some(absent)}.")
    unknown = sorted(known - set(schema.features))
    if unknown:
        notes.append(f"Variables left out: {_some(unknown)}.")
    return schema.features


def _copies_of_id(found: Labels, ids: Labels, values: np.ndarray) -> list[str]:
    """Variables whose value is the id itself in every row, of more than one series."""
    try:
        numbers = np.array([float(name) for name in ids.names])
    except ValueError:
        return []
    if len(numbers) < 2:
        return []
    named = found.codes >= 0
    codes, same = found.codes[named], (values == numbers[ids.codes])[named]
    count = np.bincount(codes, minlength=len(found.names))
    equal = np.bincount(codes, weights=same, minlength=len(found.names))
    return [name for at, name in enumerate(found.names) if equal[at] == count[at] > 1]


def _note_minus_one(
    found: Labels, values: np.ndarray, left_out: set[str], notes: list[str]
) -> None:
    """Say so when -1 is the only negative value of a variable: it may stand for "missing"."""
    negative = (values < 0) & (found.codes >= 0)
    codes = found.codes[negative]
    ones = np.bincount(codes[values[negative] == -1.0], minlength=len(found.names))
    every = np.bincount(codes, minlength=len(found.names))
    suspects = [
        name
        for at, name in enumerate(found.names)
        if every[at] == ones[at] > 0 and name not in left_out
    ]
    if suspects:
        notes.append(
            f"-1 is the only negative value of {_some(suspects)} and was read as a measurement. "
            "If it stands for 'missing', add: --missing -1"
        )


def _some(names: list[str] | tuple[str, ...], most: int = _SHOWN) -> str:
    more = f", … ({len(names)} in all)" if len(names) > most else ""
    return ", ".join(name[:40] for name in names[:most]) + more
