"""What a long and a wide table have in common once read: steps, sorted by series and time."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import NamedTuple

import numpy as np

from liquidtime.data.table.source import Table
from liquidtime.errors import InputError

_MOST_APART = 1e30


class Rows(NamedTuple):
    """Steps of all series, one after another; R steps, D variables, M rows of the table.

    Attributes:
        series: int64 [R], the series of each step, never falling.
        times: float64 [R], never falling inside a series.
        values: float32 [R, D], 0 where not observed.
        mask: bool [R, D], True where observed.
        step_of: int64 [M], the step that each row of the table went to; -1 if it was left out.
        features: Names of the D variables.
        notes: What the user should know.
        categories: Of variables that hold categories, the names that their numbers stand for.
    """

    series: np.ndarray
    times: np.ndarray
    values: np.ndarray
    mask: np.ndarray
    step_of: np.ndarray
    features: tuple[str, ...]
    notes: tuple[str, ...] = ()
    categories: Mapping[str, tuple[str, ...]] = MappingProxyType({})

    def first_rows(self) -> np.ndarray:
        """int64 [R], the first row of the table, in its order, that each step is made of."""
        first = np.full(len(self.times), len(self.step_of), dtype=np.int64)
        used = np.flatnonzero(self.step_of >= 0)
        np.minimum.at(first, self.step_of[used], used)
        return first


def check_gaps(table: Table, column: str, rows: Rows, time_scale: float | None) -> None:
    """Check that the gaps between steps can be counted in one unit.

    Args:
        table: The table the steps come from.
        column: Its column of times.
        rows: The steps.
        time_scale: Time that counts as 1 in a run; None where it is still to be found.

    Raises:
        InputError: If a gap is larger than another one, or than the scale, beyond all measure, so
            that numbers of 32 bits do not hold it; the message names the row behind it.
    """
    inside = np.flatnonzero(np.diff(rows.series) == 0)
    gaps = np.diff(rows.times)[inside]
    inside, gaps = inside[gaps > 0], gaps[gaps > 0]
    if not len(gaps):
        return
    usual = float(np.median(gaps)) if time_scale is None else time_scale
    with np.errstate(over="ignore"):
        apart = gaps.max() / (gaps.min() if time_scale is None else time_scale)
    if apart <= _MOST_APART:
        return
    worst = int(np.argmax(np.abs(np.log(gaps) - np.log(usual))))
    at = int(np.argmax(rows.step_of == inside[worst] + 1))
    raise InputError(
        f"{table.place(at, column)}: the time {rows.times[inside[worst] + 1]:g} comes "
        f"{gaps[worst]:g} after the one before it in its series, where {usual:g} is usual; "
        f"expected gaps within a factor of {_MOST_APART:g}. Correct or remove the row."
    )
