"""From float64 to the 32 bits of the container, with a word about what these cannot hold."""

from collections.abc import Sequence

import numpy as np
import torch
from torch import Tensor

from liquidtime.errors import InputError
from liquidtime.notes import note_once

_STEPS = 8
"""Steps of 32 bits between the least and the largest value, below which they are next to none."""
_ROUNDING = 1e-13
"""Spread beside the largest value that float64 itself leaves of a constant."""


def to_single(what: str, values: Tensor, names: Sequence[str] = ()) -> Tensor:
    """The same as float32; NaN stays NaN.

    Args:
        what: What they are, for messages: "values", "target".
        values: [R, D] float64.
        names: D names of the columns; numbers where there are fewer.

    Raises:
        InputError: If a finite number is too large for 32 bits.
    """
    if values.dtype != torch.float64:
        return values.to(torch.float32)
    single = values.to(torch.float32)
    if values.dim() != 2 or not values.numel():
        return single
    there = ~values.isnan()
    top = torch.where(there, values, -torch.inf).amax(0).numpy()
    low = torch.where(there, values, torch.inf).amin(0).numpy()
    limit = torch.finfo(torch.float32).max
    named = [names[d] if d < len(names) else f"column {d}" for d in range(len(top))]
    for d, extreme in enumerate(np.where(top > -low, top, low)):
        if np.isfinite(extreme) and abs(extreme) > limit:
            raise InputError(
                f"{what} of {named[d]} hold {extreme:.3g}, which is too large for 32 bits "
                f"({limit:.3g}). Choose a larger unit: divide all of them by the same number."
            )
    for text in _lost(what, low, top, named):
        note_once(text, stacklevel=4)
    return single


def _lost(what: str, low: np.ndarray, top: np.ndarray, names: list[str]) -> list[str]:
    """Of columns whose values differ by less than 32 bits tell apart."""
    found = []
    for d in np.flatnonzero(np.isfinite(low) & np.isfinite(top)):
        largest, spread = max(abs(low[d]), abs(top[d])), top[d] - low[d]
        step = float(np.spacing(np.float32(largest)))
        if _ROUNDING * largest < spread < _STEPS * step:
            found.append(
                f"{what} of {names[d]} lie between {low[d]:.10g} and {top[d]:.10g}, where 32 bits "
                f"tell no less than {step:.3g} apart: how they differ is lost. Subtract an offset "
                "first, or choose a smaller unit."
            )
    return found
