"""Loose observations (series, time, feature, value) put together into rows."""

from typing import NamedTuple

import numpy as np


class Cells(NamedTuple):
    """Ragged rows as arrays; R rows, D features, N series.

    Attributes:
        values: [R, D] float32, 0 where not observed.
        times: [R] float64, rising strictly inside a series.
        mask: [R, D] bool.
        lengths: [N] int64.
        first: [R] int64, the first observation given of each row; empty where there were none.
    """

    values: np.ndarray
    times: np.ndarray
    mask: np.ndarray
    lengths: np.ndarray
    first: np.ndarray = np.zeros(0, dtype=np.int64)


def assemble(
    series: np.ndarray,
    times: np.ndarray,
    features: np.ndarray,
    values: np.ndarray,
    *,
    series_count: int,
    feature_count: int,
) -> Cells:
    """One row for each distinct time of each series; what repeats in one cell is averaged.

    Args:
        series: [M] int, the series of each observation, from 0.
        times: [M] float, finite.
        features: [M] int, the feature of each observation, from 0; -1 makes a row and fills
            nothing in it (a moment at which nothing was observed).
        values: [M] float; ignored where the feature is -1.
        series_count: N; series without observations get length 0.
        feature_count: D.

    Returns:
        The rows, by series and time. Means are taken in float64, in the order given.
    """
    order = np.lexsort((times, series))
    series, times = series[order], times[order].astype(np.float64)
    features, values = features[order], values[order]
    new_row = np.ones(len(order), dtype=bool)
    new_row[1:] = (series[1:] != series[:-1]) | (times[1:] != times[:-1])
    row = np.cumsum(new_row) - 1
    rows = int(new_row.sum())

    filled = features >= 0
    cell = row[filled] * feature_count + features[filled]
    size = rows * feature_count
    counts = np.bincount(cell, minlength=size).reshape(rows, feature_count)
    sums = np.bincount(cell, weights=values[filled], minlength=size).reshape(rows, feature_count)
    return Cells(
        values=(sums / np.maximum(counts, 1)).astype(np.float32),
        times=times[new_row],
        mask=counts > 0,
        lengths=np.bincount(series[new_row], minlength=series_count).astype(np.int64),
        first=order[new_row],
    )
