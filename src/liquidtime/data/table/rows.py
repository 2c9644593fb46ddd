"""What a long and a wide table have in common once read: steps, sorted by series and time."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import NamedTuple

import numpy as np


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
