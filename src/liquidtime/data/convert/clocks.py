"""The times of series: numbers as they are, dates and durations in hours, as tables have them."""

from collections.abc import Sequence
from typing import Any

import numpy as np
import torch
from torch import Tensor

from liquidtime.data import ragged
from liquidtime.data.convert.arrays import Clock, numbers
from liquidtime.data.stamps import Stamps
from liquidtime.errors import InputError
from liquidtime.instants import read_instants
from liquidtime.notes import note_once

_HUNDREDTH = 0.01
_PLAIN = "numbers"


def read_clock(name: str, given: Any) -> Clock:
    """Times of any kind, of one series [T] or of several that are as long [N, T].

    Numbers stay as they are. Durations become hours, dates hours since the earliest one of their
    series, whatever unit they are stored in; NaT becomes NaN.

    Args:
        name: What it is, for the message.
        given: An array, tensor, list, or column of a data frame.

    Raises:
        InputError: If it holds something else, or numbers too coarse for the gaps between them.
    """
    kind, times = _read(name, given)
    return Clock(times, *_more(kind, [given]))


def read_clocks(parts: Sequence[Any]) -> tuple[list[Tensor], str | None, Stamps | None]:
    """The times of N series, one array each, their unit, and the dates themselves; as `read_clock`.

    Raises:
        InputError: Likewise, or if some series have dates and others numbers.
    """
    times, kinds = [], {}
    for n, part in enumerate(parts):
        kind, found = _read(f"times of series {n}", part)
        times.append(found)
        if found.numel():
            kinds.setdefault(kind, n)
    if len(kinds) > 1:
        (one, n), (other, m) = list(kinds.items())[:2]
        raise InputError(
            f"times of series {n} are {one}, those of series {m} {other}; expected one kind of "
            "time in all series."
        )
    return times, *_more(next(iter(kinds), _PLAIN), parts)


def _more(kind: str, parts: Sequence[Any]) -> tuple[str | None, Stamps | None]:
    """The unit, and what came, of any shape, as stamps."""
    if kind == _PLAIN:
        return None, None
    cells = [Stamps.of(np.ravel(part) if np.ndim(part) > 1 else part) for part in parts]
    return "hours", Stamps.concatenate([part for part in cells if len(part)])


def step_numbers(lengths: Tensor) -> Clock:
    """Times for data that has none: 0, 1, 2, ... in each series, [R] float64; said once."""
    note_once(
        "no times given: every gap between two steps is 1. Where they are further apart here than "
        "there, pass times (estimators: Series(values, times)); where not, this is right.",
        stacklevel=3,
    )
    return Clock(ragged.positions(lengths).to(torch.float64))


def _read(name: str, given: Any) -> tuple[str, Tensor]:
    instants = None if isinstance(given, Tensor) else read_instants(name, given)
    if instants is not None:
        return instants.kind, torch.from_numpy(np.atleast_1d(instants.hours()))
    times = numbers(name, given)
    check_spacing(name, given, times)
    return _PLAIN, times


def check_spacing(name: str, given: Any, times: Tensor) -> None:
    """Refuse numbers that stand further apart than a hundredth of the gaps they should tell.

    Args:
        name: What it is, for the message.
        given: An array or tensor, for its dtype.
        times: The same in float64, one series [T], several [N, T], or one after another.

    Raises:
        InputError: If so.
    """
    if isinstance(given, Tensor):
        dtype, floating = str(given.dtype).removeprefix("torch."), given.is_floating_point()
        epsilon = torch.finfo(given.dtype).eps if floating else None
    else:
        found = np.asarray(given)
        dtype, floating = str(found.dtype), found.dtype.kind == "f"
        epsilon = float(np.finfo(found.dtype).eps) if floating else None
    # Whole numbers become float64, which holds them up to 2⁵³.
    epsilon = torch.finfo(torch.float64).eps if epsilon is None else epsilon
    if (floating and epsilon <= torch.finfo(torch.float64).eps) or not times.numel():
        return
    largest = float(times[times.isfinite()].abs().max()) if bool(times.isfinite().any()) else 0.0
    if not floating and largest < 2.0**53:
        return
    gaps = times.diff(dim=-1)
    gaps = gaps[gaps > 0]
    usual = float(gaps.median()) if gaps.numel() else None
    spacing = epsilon * largest
    if usual is None:
        # Gaps of less than the spacing are gone; of small numbers none can be.
        if times.shape[-1] < 2 or spacing < 1:
            return
    elif spacing <= _HUNDREDTH * usual:
        return
    held = "float64, to which they are brought," if not floating else dtype
    raise InputError(
        f"{name} are {dtype} of up to {largest:.10g}, where {held} tells no less than "
        f"{spacing:.3g} apart: the gaps between them are lost. Subtract the start of each series, "
        "before they are stored in so few digits" + (", or pass float64." if floating else ".")
    )
