"""Any function of time."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from liquidtime.brain.experiment.waveforms.contract import Values, Waveform
from liquidtime.errors import InputError


@dataclass(frozen=True)
class Function(Waveform):
    """Any function of times (ms) [T] that gives [T] or [T, n].

    Nobody knows its integral, so each step looks at it once, in its middle (by "frozen" at its
    beginning, by "rk4" at both ends, too): what is shorter than a step may be missed, and where it
    jumps within a step the charge is off. Let jumps fall on steps, or give `Step`, `Pulses` or
    `Samples`, whose charge is exact at any dt.
    """

    function: Callable[[Values], ArrayLike]

    def values(self, times: Values) -> Values:
        """See `Waveform.values`."""
        found = np.asarray(self.function(times), dtype=np.float64)
        if found.ndim not in (1, 2) or len(found) != len(times):
            raise InputError(
                f"the function gave shape {list(found.shape)} for {len(times)} times; expected "
                f"[{len(times)}] or [{len(times)}, n]."
            )
        return found

    @property
    def span(self) -> tuple[float, float]:
        """See `Waveform.span`."""
        return 0.0, np.inf

    @property
    def endless(self) -> Waveform:
        """See `Waveform.endless`."""
        return self
