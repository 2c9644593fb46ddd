"""From the inputs of a network back to the user's terms: observations, static features, gaps.

An encoded row holds the last value of every variable, whether it was seen just now, and how long
ago it was. All this is due to one observation, and is given to the row where that was made.
"""

from collections.abc import Mapping
from typing import NamedTuple

import torch
from torch import Tensor

from liquidtime.data import ragged
from liquidtime.data.features import last_observed
from liquidtime.data.preprocess import Preprocessor
from liquidtime.data.series import IrregularSeries


class Placed(NamedTuple):
    """Amounts in the user's terms; N series, R rows, D variables, S static features.

    Attributes:
        cells: [R, D], of each observation; 0 where nothing was observed.
        static: [N, S], of each static feature.
        gaps: [R], of the time before each row.
        absent: [N, D], of a variable in rows before it was first observed, which belongs to none.
    """

    cells: Tensor
    static: Tensor
    gaps: Tensor
    absent: Tensor


def place(
    amounts: Mapping[str, Tensor], series: IrregularSeries, preprocessor: Preprocessor
) -> Placed:
    """Sum the amounts of inputs to those of observations.

    Args:
        amounts: Of "inputs" [R, F], and of "elapsed" [R], "values" [R, V] and "times" [R] where
            there are such; row after row.
        series: Whose they are.
        preprocessor: Which made the inputs.

    Returns:
        The same sums, float64.
    """
    member, count = ragged.series_of_rows(series.lengths), len(series)
    blocks = _blocks(amounts["inputs"], preprocessor.input_sources, preprocessor)
    if "values" in amounts:
        raw = _blocks(amounts["values"], preprocessor.raw_sources, preprocessor)
        # What the network reads raw stands in the row where it was observed.
        blocks["mask"] = blocks["mask"] + raw["values"]
        blocks["static"] = blocks["static"] + raw["static"]
    seen = last_observed(series.mask, series.lengths)
    kept = blocks["values"] + blocks["since"]
    zero = torch.zeros_like(kept)
    cells = zero.scatter_add(0, seen.clamp_min(0), torch.where(seen >= 0, kept, zero))
    cells = cells + torch.where(series.mask, blocks["mask"], zero)
    lost = torch.where(seen >= 0, zero, kept) + torch.where(series.mask, zero, blocks["mask"])
    gaps = sum((amounts[name].double() for name in ("elapsed", "times") if name in amounts), 0.0)
    return Placed(
        cells,
        _summed(blocks["static"], member, count),
        gaps + zero.new_zeros(len(member)),
        _summed(lost, member, count),
    )


def _blocks(
    amounts: Tensor, sources: tuple[tuple[str, int], ...], preprocessor: Preprocessor
) -> dict[str, Tensor]:
    """Amounts of columns [R, F] as those of variables, one block a kind: [R, D], or [R, S]."""
    rows, found = amounts.double(), {}
    for kind in ("values", "mask", "since", "static"):
        names = preprocessor.static_variables if kind == "static" else preprocessor.variables
        found[kind] = rows.new_zeros(len(rows), len(names))
    for kind, block in found.items():
        columns = [at for at, (of, _) in enumerate(sources) if of == kind]
        numbers = [number for of, number in sources if of == kind]
        if columns:
            block.index_add_(1, torch.tensor(numbers), rows[:, columns])
    return found


def _summed(rows: Tensor, member: Tensor, count: int) -> Tensor:
    return rows.new_zeros(count, rows.shape[1]).index_add(0, member, rows)
