"""When steps end: k · dt in decimal numbers, the one axis of all that has times."""

from __future__ import annotations

import math
from typing import overload

import numpy as np
from numpy.typing import NDArray

_DIGITS = 9
"""Of milliseconds, at least: 3 · 0.1 is 0.3, and so it is found and meets 0.3 of other steps."""


@overload
def at(steps: int, dt: float) -> float: ...


@overload
def at(steps: NDArray[np.integer], dt: float) -> NDArray[np.float64]: ...


def at(steps: int | NDArray[np.integer], dt: float) -> float | NDArray[np.float64]:
    """The times (ms) after so many steps, rounded to 1e-9 ms, or to dt / 1000 where that is less.

    Args:
        steps: Numbers of steps.
        dt: ms.
    """
    digits = max(_DIGITS, 3 - math.floor(math.log10(dt)))
    found = np.round(np.asarray(steps) * dt, digits)
    return float(found) if found.ndim == 0 else found
