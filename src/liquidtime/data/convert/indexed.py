"""Data frames as values: their columns name the features, their index may be the clock."""

from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np

from liquidtime.errors import InputError
from liquidtime.instants import read_instants


class Values(NamedTuple):
    """The values of some series, and what frames say of them besides.

    Attributes:
        blocks: One array a series.
        features: Names of the columns, if they have any.
        times: The index of each frame, if it tells the time.
    """

    blocks: list[Any]
    features: tuple[str, ...] | None
    times: list[Any] | None


def read_values(values: Sequence[Any], *, clocks: bool) -> Values:
    """Take frames (and columns, which have a name) apart; arrays pass as they are.

    Args:
        values: One a series.
        clocks: Whether times are given elsewhere, so that an index does not count.

    Raises:
        InputError: If the columns of one frame are not those of the first, hold anything but
            numbers, or an index can be read in two ways.
    """
    named = [_names(block, n) for n, block in enumerate(values)]
    first = next((names for names in named if names is not None), None)
    for n, names in enumerate(named):
        if names != first:
            raise InputError(_other_columns(n, names, first))
    blocks = [_numbers(block, n) for n, block in enumerate(values)]
    if clocks:
        return Values(blocks, first, None)
    indices = [_clock(block, n) for n, block in enumerate(values)]
    there = [n for n, index in enumerate(indices) if index is not None]
    lacking = [n for n, index in enumerate(indices) if index is None and len(blocks[n])]
    if there and lacking:
        raise InputError(
            f"the index of series {there[0]} tells the time, that of series {lacking[0]} does not; "
            "expected the same of all. Give times: Series(values=…, times=…)."
        )
    if not there:
        return Values(blocks, first, None)
    return Values(blocks, first, [[] if index is None else index for index in indices])


def _is_frame(block: Any) -> bool:
    return hasattr(block, "columns") and hasattr(block, "shape")


def _is_column(block: Any) -> bool:
    return hasattr(block, "iloc") and not _is_frame(block)


def _names(block: Any, n: int) -> tuple[str, ...] | None:
    if _is_column(block):
        return (block.name,) if isinstance(block.name, str) else None
    if not _is_frame(block):
        return None
    names = list(block.columns)
    text = [isinstance(name, str) for name in names]
    if all(text):
        twice = [name for place, name in enumerate(names) if name in names[:place]]
        if twice:
            raise InputError(
                f"series {n} has two columns {twice[0]!r}; expected names that differ."
            )
        return tuple(names)
    if any(text):
        odd = names[text.index(False)]
        raise InputError(
            f"the columns of series {n} are named by text and by {type(odd).__name__} ({odd!r}); "
            "expected text alone: frame.columns = frame.columns.astype(str)."
        )
    return None


def _other_columns(n: int, names: Any, first: Any) -> str:
    if names is None or first is None:
        return (
            f"series {n} has {'no names' if names is None else 'names'} of its features, others "
            f"have {'none' if first is None else 'some'}; expected the same of all."
        )
    if set(names) == set(first):
        return (
            f"the columns of series {n} stand in another order than those of the first: "
            f"{list(names)}, not {list(first)}. Reorder them: frame[{list(first)}]."
        )
    lost = [name for name in first if name not in names]
    new = [name for name in names if name not in first]
    return (
        f"the columns of series {n} are not those of the first: missing {lost}, not expected "
        f"{new}. Every series needs the same, NaN where one was not observed."
    )


def _numbers(block: Any, n: int) -> Any:
    if not (_is_frame(block) or _is_column(block)):
        return block
    columns = [block] if _is_column(block) else [block[name] for name in block.columns]
    if not hasattr(block, "iloc"):
        return np.asarray(block)
    for column in columns:
        _check_numbers(column, n)
    if not columns:
        return np.zeros((len(block), 0))
    return block.to_numpy(dtype=np.float64, na_value=np.nan)


def _check_numbers(column: Any, n: int) -> None:
    kind = getattr(column.dtype, "kind", "O")
    if kind in "biuf":
        return
    if read_instants(f"column {column.name!r} of series {n}", column) is not None:
        raise InputError(
            f"column {column.name!r} of series {n} holds dates or durations; expected numbers. "
            "Times belong into Series(values=…, times=…), or into the index."
        )
    try:
        column.to_numpy(dtype=np.float64, na_value=np.nan)
    except (TypeError, ValueError) as error:
        raise InputError(
            f"column {column.name!r} of series {n} holds {column.dtype} ({error}); expected "
            f"numbers. Convert it: pandas.to_numeric(frame[{column.name!r}])."
        ) from None


def _clock(block: Any, n: int) -> Any:
    """The index as times; None where it only counts the rows."""
    if not hasattr(block, "iloc") or not len(block):
        return None
    index = block.index
    if getattr(index, "nlevels", 1) == 1:
        if read_instants(f"the index of series {n}", index) is not None:
            return index
        kind = getattr(index.dtype, "kind", "O")
        if kind == "f":
            return index
        if kind in "iu" and np.array_equal(index, np.arange(len(index))):
            return None
        if kind in "iu":
            raise InputError(
                f"the index of series {n} holds whole numbers, {index[0]} to {index[-1]}, "
                "which may be times or numbers of rows. Say which: times=frame.index (of Series or "
                "from_lists), or frame.reset_index(drop=True)."
            )
    raise InputError(
        f"the index of series {n} is a {type(index).__name__} ({index[0]!r} first), which tells no "
        "time. Give times: Series(values=frame, times=…), or frame.reset_index(drop=True) where "
        "the steps are even. A PeriodIndex becomes dates by .to_timestamp()."
    )
