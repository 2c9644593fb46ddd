"""A straight line."""

from __future__ import annotations

from dataclasses import dataclass

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
from liquidtime.errors import InputError


@dataclass(frozen=True)
class Ramp(Waveform):
    """From `first` at `start` in a straight line to `last` at `stop` (ms), 0 elsewhere."""

    first: float
    last: float
    start: float
    stop: float

    def __post_init__(self) -> None:
        if not self.stop > self.start:
            raise InputError(
                f"a ramp stops at {self.stop} ms, not after its start {self.start} ms."
            )

    def values(self, times: Values) -> Values:
        """See `Waveform.values`."""
        inside = (times >= self.start - ROUNDING) & (times < self.stop - ROUNDING)
        return np.where(inside, self._line(times), 0.0)

    def average(self, begin: Values, end: Values) -> Values:
        """See `Waveform.average`; of a line that of its middle."""
        middle = 0.5 * (np.maximum(begin, self.start) + np.minimum(end, self.stop))
        return share(begin, end, self.start, self.stop) * self._line(middle)

    def within(self, begin: Values, end: Values, part: float) -> Values:
        """See `Waveform.within`; the mean where it begins or ends on the way."""
        whole = share(begin, end, self.start, self.stop) == 1
        return np.where(whole, self._line(begin + part * (end - begin)), self.average(begin, end))

    def _line(self, times: Values) -> Values:
        part = (times - self.start) / (self.stop - self.start)
        return self.first + (self.last - self.first) * part

    @property
    def span(self) -> tuple[float, float]:
        """See `Waveform.span`."""
        return self.start, self.stop

    @property
    def endless(self) -> Waveform:
        """See `Waveform.endless`."""
        span, rise = self.stop - self.start, self.last - self.first
        return Ramp(self.first - rise, self.last + rise, self.start - span, self.stop + span)


WORDS = Words(
    "ramp", 2, WHEN, ("from", "to"), "ramp 0 50 from 10 to 200",
    lambda plain, words, _: Ramp(plain[0], plain[1], *when(words)),
)  # fmt: skip
