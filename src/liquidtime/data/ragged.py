"""Ragged rows: series of unequal length stored one after another, and the way to a padded block.

`lengths` [N] says how many rows each series has; row r of series n is row `offsets[n] + r`.
"""

import torch
from torch import Tensor


def offsets(lengths: Tensor) -> Tensor:
    """Where each series begins.

    Args:
        lengths: [N] int64, rows per series; zeros are allowed.

    Returns:
        [N + 1] int64; series n holds the rows `offsets[n]` up to `offsets[n + 1]`, exclusive.
    """
    return torch.cat([lengths.new_zeros(1), lengths.cumsum(0)])


def series_of_rows(lengths: Tensor) -> Tensor:
    """Which series each row belongs to: [R] int64, for `lengths` [N]."""
    return torch.repeat_interleave(torch.arange(len(lengths), device=lengths.device), lengths)


def positions(lengths: Tensor) -> Tensor:
    """The place of each row within its series, from 0: [R] int64, for `lengths` [N]."""
    rows = torch.arange(int(lengths.sum()), device=lengths.device)
    return rows - torch.repeat_interleave(offsets(lengths)[:-1], lengths)


def rows_of(lengths: Tensor, index: Tensor) -> Tensor:
    """The rows of some series, one series after another.

    Args:
        lengths: [N] int64, rows per series.
        index: [M] int64, the series wanted, in the order wanted; repeats are allowed.

    Returns:
        [sum of the wanted lengths] int64 row numbers.
    """
    wanted = lengths[index]
    starts = torch.repeat_interleave(offsets(lengths)[:-1][index], wanted)
    return starts + positions(wanted)


def pad(rows: Tensor, lengths: Tensor, fill: float | int | bool = 0) -> Tensor:
    """Rows as a padded block.

    Args:
        rows: [R, ...].
        lengths: [B] int64, sum R.
        fill: What stands behind the end of a series.

    Returns:
        [B, T, ...] with T the longest length (0 when there are no rows).
    """
    steps = int(lengths.max()) if len(lengths) else 0
    block = rows.new_full((len(lengths), steps, *rows.shape[1:]), fill)
    block[series_of_rows(lengths), positions(lengths)] = rows
    return block


def pad_times(times: Tensor, lengths: Tensor) -> Tensor:
    """Times [R] as a block [B, T] that repeats the last time behind the end, so that none falls."""
    block = pad(times, lengths)
    if not block.shape[1]:
        return block
    last = block.gather(1, (lengths - 1).clamp_min(0)[:, None])
    beyond = torch.arange(block.shape[1], device=block.device) >= lengths[:, None]
    return torch.where(beyond, last, block)


def unpad(block: Tensor, lengths: Tensor) -> Tensor:
    """The inverse of `pad`: [B, T, ...] and [B] lengths to [R, ...]."""
    return block[series_of_rows(lengths), positions(lengths)]
