"""Lists of arrays of unequal length, one a series."""

from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np
import torch
from torch import Tensor

from liquidtime.data.convert.arrays import Clock, from_rows, numbers, with_gaps
from liquidtime.data.convert.clocks import read_clocks, step_numbers
from liquidtime.data.convert.indexed import read_values
from liquidtime.data.series import IrregularSeries
from liquidtime.errors import InputError


class SeriesLists(NamedTuple):
    """Series as lists; `from_lists(*lists)` goes back.

    Attributes:
        values: N arrays [T_n, D] float32, NaN where nothing was observed.
        times: N arrays [T_n] float64.
    """

    values: list[np.ndarray]
    times: list[np.ndarray]


def from_lists(
    values: Sequence[Any],
    times: Sequence[Any] | None = None,
    *,
    masks: Sequence[Any] | None = None,
    static: Any = None,
    target: Any = None,
    ids: Any = None,
    features: Sequence[str] | None = None,
    classes: Sequence[str] | None = None,
    per_step: bool = False,
) -> IrregularSeries:
    """Series from lists of arrays (or tensors, lists of numbers, data frames) of unequal length.

    Args:
        values: N arrays [T_n, D], or [T_n] where there is one feature; NaN is not observed. Of data
            frames the columns name the features, and an index of dates, durations or decimal
            numbers is the clock where `times` is left out.
        times: N arrays [T_n] that do not fall: numbers in the data's own unit; durations, which
            become hours; or dates, which become hours since the first of their series, whatever
            unit or time zone they have. 0, 1, 2, ... where they are left out.
        masks: N bool arrays like the values, False where nothing was observed; None leaves it to
            the NaN.
        static: [N, S], NaN where missing.
        target: One a series: [N] whole numbers for classes, [N] or [N, K] floats for values. One a
            step: a list of N such arrays [T_n] or [T_n, K].
        ids: N names of the series.
        features: D names.
        classes: Names of the classes.
        per_step: Whether the target is one a step.

    Returns:
        The series.

    Raises:
        InputError: If the lists do not fit together; the message names the series.
    """
    found = read_values(values, clocks=times is not None)
    times = found.times if times is None else times
    features = found.features if features is None else features
    blocks = [_columns(block, n) for n, block in enumerate(found.blocks)]
    width = _width(blocks, features)
    # A series without rows may come as `[]`, which does not say how wide it would have been.
    blocks = [b if len(b) or b.shape[1] > 1 else b.new_zeros(0, width) for b in blocks]
    lengths = torch.tensor([len(block) for block in blocks], dtype=torch.int64)
    for n, block in enumerate(blocks):
        if block.shape[1] != width:
            raise InputError(
                f"series {n} has {block.shape[1]} features; series before it have {width}. Every "
                "series needs the same features, NaN where one was not observed." + _turned(blocks)
            )
    clock = step_numbers(lengths) if times is None else _joined(times, lengths)
    mask = None
    if masks is not None:
        parts = [_columns(part, n, "the mask of series").bool() for n, part in enumerate(masks)]
        _same_lengths("masks", [len(part) for part in parts], lengths)
        parts = [part if part.numel() else part.new_zeros(len(part), width) for part in parts]
        mask = torch.cat(parts) if parts else torch.zeros(0, width, dtype=torch.bool)
    if target is not None and per_step:
        steps = [np.asarray(part) for part in target]
        _same_lengths("target", [len(part) for part in steps], lengths)
        full = [part for part in steps if len(part)]
        target = np.concatenate(full) if full else None
    return from_rows(
        torch.cat(blocks) if blocks else torch.zeros(0, width, dtype=torch.float64),
        clock,
        lengths,
        mask=mask,
        static=static,
        target=target,
        ids=ids,
        features=features,
        classes=classes,
        per_step=per_step,
    )


def to_lists(series: IrregularSeries) -> SeriesLists:
    """The values and times of each series as arrays; NaN where nothing was observed."""
    cuts = series.offsets[1:-1].cpu().numpy()
    if len(series) == 0:
        return SeriesLists([], [])
    return SeriesLists(
        np.split(with_gaps(series).cpu().numpy(), cuts), np.split(series.times.cpu().numpy(), cuts)
    )


def _columns(block: Any, n: int, what: str = "series") -> Tensor:
    found = numbers(f"{what} {n}", block)
    if found.dim() == 1:
        found = found[:, None]
    if found.dim() != 2:
        raise InputError(
            f"{what} {n} has shape {list(found.shape)}; expected [T, D], or [T] for one feature."
        )
    return found


def _width(blocks: list[Tensor], features: Sequence[str] | None) -> int:
    """That of the first block with rows, or else the widest: `[]` of a series has none to tell."""
    if features is not None:
        return len(features)
    filled = next((block.shape[1] for block in blocks if len(block)), None)
    return max((block.shape[1] for block in blocks), default=1) if filled is None else filled


def _turned(blocks: list[Tensor]) -> str:
    if len({len(block) for block in blocks}) > 1:
        return ""
    return (
        f" All have {len(blocks[0])} rows: if they are [D, T], turn them into [T, D], such as with "
        "array.T."
    )


def _joined(parts: Sequence[Any], lengths: Tensor) -> Clock:
    flat, unit, stamps = read_clocks(parts)
    for n, part in enumerate(flat):
        if part.dim() != 1:
            raise InputError(f"times of series {n} has shape {list(part.shape)}; expected [T].")
    _same_lengths("times", [len(part) for part in flat], lengths)
    joined = torch.cat(flat) if flat else torch.zeros(0, dtype=torch.float64)
    return Clock(joined, unit, stamps)


def _same_lengths(name: str, came: list[int], lengths: Tensor) -> None:
    expected = lengths.tolist()
    if len(came) != len(expected):
        raise InputError(f"{name} holds {len(came)} series; values holds {len(expected)}.")
    for n, (mine, theirs) in enumerate(zip(came, expected, strict=True)):
        if mine != theirs:
            raise InputError(f"{name} of series {n} has {mine} entries; its values have {theirs}.")
