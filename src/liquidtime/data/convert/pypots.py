"""The dictionary of PyPOTS: "X" [N, T, D] with NaN where missing, and "y"."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from liquidtime.data import ragged
from liquidtime.data.assemble import assemble
from liquidtime.data.convert.arrays import numbers
from liquidtime.data.convert.padded import from_nan_padded, to_nan_padded
from liquidtime.data.series import IrregularSeries
from liquidtime.errors import InputError


def from_pypots(
    data: Mapping[str, Any],
    times: Any = None,
    *,
    ids: Any = None,
    features: Sequence[str] | None = None,
    classes: Sequence[str] | None = None,
) -> IrregularSeries:
    """Series from a PyPOTS dictionary.

    Every series keeps all T steps, the empty ones at its end too: in PyPOTS a step is a place on a
    grid that all samples share, not padding.

    Args:
        data: "X" [N, T, D], NaN where missing; "y" [N] where there are labels. Other entries
            ("X_ori", ...) are not read.
        times: [T] times of the grid, or [N, T]: numbers, dates or durations, as `from_lists` takes
            them; 0, 1, 2, ... where they are left out.
        ids: N names of the series.
        features: D names.
        classes: Names of the classes.

    Returns:
        The series.

    Raises:
        InputError: If there is no "X", or a shape does not fit.
    """
    if "X" not in data:
        raise InputError(f'the dictionary has the keys {sorted(data)}; expected "X" among them.')
    block = numbers('"X"', data["X"])
    if block.dim() != 3:
        raise InputError(f'"X" has shape {list(block.shape)}; expected [N, T, D].')
    target = data.get("y")
    if target is not None and np.asarray(target).ndim == 2 and np.shape(target)[1] == 1:
        target = np.asarray(target)[:, 0]
    return from_nan_padded(
        block,
        times,
        lengths=np.full(len(block), block.shape[1]),
        target=target,
        ids=ids,
        features=features,
        classes=classes,
    )


def to_pypots(series: IrregularSeries, *, step: float | None = None) -> dict[str, np.ndarray]:
    """A PyPOTS dictionary; PyPOTS has no clock, so the times must become places on a grid.

    Args:
        series: With one target a series, or none.
        step: Width of a place, in the unit of the times: a row falls into the place
            `floor((time - first time of its series) / step)`, and what meets there is averaged.
            None makes every row a step and forgets the times, which only suits series that were
            sampled at regular times.

    Returns:
        "X" [N, T, D] float32, NaN where missing; "y" [N] (or [N, K]) where there is a target.

    Raises:
        InputError: If the target is one a step, a feature holds categories, whose numbers are no
            amounts, or step is not above 0.
    """
    if series.categories:
        raise InputError(
            f"{', '.join(series.categories)} hold categories; a PyPOTS dictionary holds numbers. "
            "Leave them out, or make a feature of each category first."
        )
    if series.per_step and series.target is not None:
        raise InputError(
            "the target is one a step; a PyPOTS dictionary holds one a series. Take the target out "
            "first: dataclasses.replace(series, target=None, per_step=False)."
        )
    if step is None:
        block = to_nan_padded(series).values
    elif 0 < step < float("inf"):
        block = _on_grid(series, step)
    else:
        raise InputError(f"step is {step}; expected a time above 0, or None.")
    data = {"X": block}
    if series.target is not None:
        data["y"] = series.target.cpu().numpy()
    return data


def _on_grid(series: IrregularSeries, step: float) -> np.ndarray:
    owner = ragged.series_of_rows(series.lengths).cpu().numpy()
    times = series.times.cpu().numpy()
    starts = np.repeat(
        times[series.offsets[:-1][series.lengths > 0].cpu().numpy()],
        series.lengths[series.lengths > 0].cpu().numpy(),
    )
    # A time that is a whole number of steps after the first must not fall short of it by rounding.
    place = np.floor((times - starts) / step + 1e-9)
    row, feature = np.nonzero(series.mask.cpu().numpy())
    cells = assemble(
        owner[row],
        place[row],
        feature,
        series.values.cpu().numpy()[row, feature].astype(np.float64),
        series_count=len(series),
        feature_count=series.feature_count,
    )
    steps = int(place.max()) + 1 if len(place) else 0
    block = np.full((len(series), steps, series.feature_count), np.nan, dtype=np.float32)
    filled = np.where(cells.mask, cells.values, np.float32(np.nan))
    block[np.repeat(np.arange(len(series)), cells.lengths), cells.times.astype(np.int64)] = filled
    return block
