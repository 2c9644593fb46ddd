"""Blocks [N, T, D] padded to one length, NaN where nothing was observed."""

from collections.abc import Sequence
from typing import Any, Literal, NamedTuple

import numpy as np
import torch
from torch import Tensor

from liquidtime.data import ragged
from liquidtime.data.convert.arrays import Clock, from_rows, numbers, with_gaps
from liquidtime.data.convert.clocks import read_clock, step_numbers
from liquidtime.data.series import IrregularSeries
from liquidtime.errors import InputError


class NanPadded(NamedTuple):
    """Series as NaN-padded arrays; `from_nan_padded(*arrays)` goes back.

    Attributes:
        values: [N, T, D] float32, NaN where nothing was observed and behind the end.
        times: [N, T] float64, NaN behind the end.
    """

    values: np.ndarray
    times: np.ndarray


def from_nan_padded(
    values: Any,
    times: Any = None,
    *,
    lengths: Any = None,
    static: Any = None,
    target: Any = None,
    ids: Any = None,
    features: Sequence[str] | None = None,
    classes: Sequence[str] | None = None,
    per_step: bool = False,
    layout: Literal["NTD", "NDT"] = "NTD",
) -> IrregularSeries:
    """Series from a padded block.

    A series ends where `lengths` says; without lengths, where its times turn NaN; without times of
    its own, behind its last row that holds any number.

    Args:
        values: [N, T, D], NaN where nothing was observed.
        times: [N, T], one clock a series, NaN (NaT) behind the end; or [T], one clock for all;
            numbers, dates or durations as `from_lists` takes them; 0, 1, 2, ... where they are left
            out.
        lengths: [N] whole numbers, 0 to T.
        static: [N, S], NaN where missing.
        target: One a series: [N] whole numbers for classes, [N] or [N, K] floats for values. One a
            step: [N, T] or [N, T, K].
        ids: N names of the series.
        features: D names.
        classes: Names of the classes.
        per_step: Whether the target is one a step.
        layout: "NTD" for values [N, T, D]; "NDT" for [N, D, T], which arrays of aeon and sktime
            have.

    Returns:
        The series.

    Raises:
        InputError: If the shapes do not fit, or a time is NaN before the end of its series.
    """
    block = numbers("values", values)
    if block.dim() != 3:
        raise InputError(f"values has shape {list(block.shape)}; expected [N, T, D].")
    if layout == "NDT":
        block = block.transpose(1, 2)
    elif layout != "NTD":
        raise InputError(f'layout is {layout!r}; expected "NTD" or "NDT".')
    count, steps, _ = block.shape
    given = None if times is None else read_clock("times", times)
    clock = None if given is None else given.times
    if clock is not None:
        if clock.shape == (steps,):
            clock = clock.expand(count, steps)
        elif clock.shape != (count, steps):
            raise InputError(
                f"times has shape {list(clock.shape)}; expected [N, T] = [{count}, {steps}], or "
                f"[T] = [{steps}] where all series share one clock."
            )
    rows = _lengths(block, clock, lengths)
    if target is not None and per_step:
        found = torch.as_tensor(np.asarray(target))
        if found.shape[:2] != (count, steps):
            raise InputError(
                f"target has shape {list(found.shape)}; expected [{count}, {steps}] or "
                f"[{count}, {steps}, K], one a step."
            )
        target = ragged.unpad(found, rows)
    return from_rows(
        ragged.unpad(block, rows),
        step_numbers(rows) if clock is None or given is None else _unpadded(given, clock, rows),
        rows,
        static=static,
        target=target,
        ids=ids,
        features=features,
        classes=classes,
        per_step=per_step,
    )


def to_nan_padded(series: IrregularSeries) -> NanPadded:
    """One block for all series, as long as the longest."""
    nan = float("nan")
    return NanPadded(
        values=ragged.pad(with_gaps(series), series.lengths, nan).cpu().numpy(),
        times=ragged.pad(series.times, series.lengths, nan).cpu().numpy(),
    )


def _unpadded(given: Clock, clock: Tensor, rows: Tensor) -> Clock:
    """The clock, [N, T] as it is spread over the series, without what stands behind their ends."""
    place = torch.arange(given.times.numel()).reshape(given.times.shape).expand(clock.shape)
    stamps = given.stamps
    if stamps is not None:
        stamps = stamps.take(ragged.unpad(place, rows).numpy())
    return Clock(ragged.unpad(clock, rows), given.unit, stamps)


def _lengths(block: Tensor, clock: Tensor | None, lengths: Any) -> Tensor:
    count, steps, _ = block.shape
    if lengths is not None:
        given = numbers("lengths", lengths)
        # NaN compares false, so it is among what is no whole number.
        fine = (given >= 0) & (given <= steps) & (given == given.round())
        if given.shape != (count,) or not bool(fine.all()):
            raise InputError(
                f"lengths is {given.tolist()}; expected {count} whole numbers from 0 to {steps}."
            )
        return given.to(torch.int64)
    held = ~block.isnan().all(dim=2)
    if clock is not None and bool(clock.isnan().any()):
        held = ~clock.isnan()
    behind = torch.arange(1, steps + 1).expand(count, steps)
    return torch.where(held, behind, 0).amax(1) if steps else torch.zeros(count, dtype=torch.int64)
