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
    share,
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

    def average(self, begin: Values, end: Values) -> Values:
        """See `Waveform.average`."""
        return self.amplitude * share(begin, end, self.start, self.stop)

    def within(self, begin: Values, end: Values, part: float) -> Values:
        """See `Waveform.within`; it is the same all the way."""
        del part
        return self.average(begin, end)

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
