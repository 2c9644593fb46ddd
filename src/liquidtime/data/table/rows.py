"""What a long and a wide table have in common once read: steps, sorted by series and time."""

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
    """

    series: np.ndarray
    times: np.ndarray
    values: np.ndarray
    mask: np.ndarray
    step_of: np.ndarray
    features: tuple[str, ...]
    notes: tuple[str, ...] = ()
