"""A constant for a while."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from liquidtime.brain.experiment.waveforms.contract import (
    ROUNDING,
    WHEN,
    Values,
    Waveform,
    Words,
    when,
)


@dataclass(frozen=True)
class Step(Waveform):
    """`amplitude` from `start` up to, not including, `stop` (ms), 0 elsewhere."""

    amplitude: float
    start: float = 0.0
    stop: float = np.inf

    def values(self, times: Values) -> Values:
        """See `Waveform.values`."""
        inside = (times >= self.start - ROUNDING) & (times < self.stop - ROUNDING)
        return np.where(inside, self.amplitude, 0.0)

    @property
    def span(self) -> tuple[float, float]:
        """See `Waveform.span`."""
        return self.start, self.stop

    @property
    def endless(self) -> Waveform:
        """See `Waveform.endless`."""
        return replace(self, start=-np.inf, stop=np.inf)


WORDS = Words(
    "step", 1, WHEN, (), "step 20 from 50 to 150",
    lambda plain, words, _: Step(plain[0], *when(words)),
)  # fmt: skip
