"""Series in which one variable is another series': its values, when it was seen, and when not."""

from dataclasses import replace

import numpy as np
import torch
from numpy.typing import NDArray

from liquidtime.data import ragged
from liquidtime.data.series import IrregularSeries

# Times apart by less than this share of a span are one time, as shifted clocks have rounding.
_SAME = 1e-9


def with_variable_of(
    series: IrregularSeries, variable: int, donors: NDArray[np.int64]
) -> IrregularSeries:
    """The series with one variable's observations taken from others.

    A donor's observations come at the donor's times since its start, as far as the receiver's span
    reaches. What falls on a step of the receiver joins it; the rest are steps of their own, without
    a target. Steps at which nothing is left go, unless steps have targets.

    Args:
        series: N series.
        variable: Number of the variable.
        donors: Whose observations each series gets, [N].
    """
    lengths = series.lengths
    member = ragged.series_of_rows(lengths).numpy()
    times, mask, values = series.times.numpy(), series.mask.numpy(), series.values.numpy()
    ends = ragged.offsets(lengths).numpy()
    filled = lengths.numpy() > 0
    start, stop = np.zeros(len(filled)), np.full(len(filled), -np.inf)
    start[filled], stop[filled] = times[ends[:-1][filled]], times[ends[1:][filled] - 1]

    given = ragged.rows_of(lengths, torch.from_numpy(donors)).numpy()
    receiver = np.repeat(np.arange(len(donors)), lengths.numpy()[donors])
    seen = mask[given, variable]
    given, receiver = given[seen], receiver[seen]
    at = times[given] - start[member[given]] + start[receiver]
    fits = at - stop[receiver] <= _SAME * np.maximum(1.0, np.abs(at))
    given, receiver, at = given[fits], receiver[fits], np.minimum(at, stop[receiver])[fits]

    own = np.arange(len(times))
    who = np.concatenate([member, receiver])
    when = np.concatenate([times, at])
    new = np.concatenate([np.zeros(len(own), bool), np.ones(len(given), bool)])
    order = np.lexsort((new, when, who))
    who, when, new = who[order], when[order], new[order]
    source = np.concatenate([own, given])[order]
    # The step of the receiver that each observation joins: the one just before or just after.
    joined = np.full(len(order), -1)
    for step in (1, -1):
        near = np.roll(np.arange(len(order)), step)
        same = (who[near] == who) & ~new[near] & new & (joined < 0)
        same &= np.abs(when[near] - when) <= _SAME * np.maximum(1.0, np.abs(when))
        joined[same] = near[same]
    joins = joined >= 0

    taken_values, taken_mask = values[source].copy(), mask[source].copy()
    taken_mask[new] = False
    taken_values[new] = 0.0
    taken_mask[:, variable], taken_values[:, variable] = False, 0.0
    target_rows = np.where(new & ~joins, np.arange(len(order)), np.where(joins, joined, -1))
    there = target_rows >= 0
    taken_mask[target_rows[there], variable] = True
    taken_values[target_rows[there], variable] = values[source[there], variable]
    kept = ~joins
    if not series.per_step:
        kept &= taken_mask.any(axis=1) | ~(mask[source].any(axis=1) | new)
    return replace(
        series,
        values=torch.from_numpy(taken_values[kept]),
        times=torch.from_numpy(when[kept]),
        mask=torch.from_numpy(taken_mask[kept]),
        lengths=torch.from_numpy(np.bincount(who[kept], minlength=len(donors))),
        target=_target(series, source[kept], new[kept]),
    )


def with_static_of(
    series: IrregularSeries, variable: int, donors: NDArray[np.int64]
) -> IrregularSeries:
    """The series with one static variable taken from others."""
    assert series.static is not None
    static = series.static.clone()
    static[:, variable] = static[torch.from_numpy(donors), variable]
    return replace(series, static=static)


def _target(
    series: IrregularSeries, source: NDArray[np.int64], new: NDArray[np.bool_]
) -> torch.Tensor | None:
    """Targets of the steps that are left; none at steps that came from elsewhere."""
    if series.target is None or not series.per_step:
        return series.target
    target = series.target[torch.from_numpy(source)].clone()
    target[torch.from_numpy(new)] = float("nan") if target.is_floating_point() else -1
    return target
