"""A sine."""

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
from liquidtime.errors import InputError


@dataclass(frozen=True)
class Sine(Waveform):
    """`mean + amplitude · sin(2π (t − start) / period + phase)` between `start` and `stop` (ms)."""

    amplitude: float
    period: float
    mean: float = 0.0
    phase: float = 0.0
    start: float = 0.0
    stop: float = np.inf

    def __post_init__(self) -> None:
        if not self.period > 0:
            raise InputError(f"the period of a sine is {self.period} ms; expected more than 0.")

    def values(self, times: Values) -> Values:
        """See `Waveform.values`."""
        inside = (times >= self.start - ROUNDING) & (times < self.stop - ROUNDING)
        return np.where(inside, self._curve(times), 0.0)

    def average(self, begin: Values, end: Values) -> Values:
        """See `Waveform.average`."""
        first, last = np.maximum(begin, self.start), np.minimum(end, self.stop)
        angle = 2 * np.pi * (0.5 * (first + last) - self.start) / self.period + self.phase
        # The mean of a sine over a stretch is that of its middle, flattened.
        flat = np.sinc(np.maximum(last - first, 0.0) / self.period)
        part = share(begin, end, self.start, self.stop)
        return part * (self.mean + self.amplitude * flat * np.sin(angle))

    def within(self, begin: Values, end: Values, part: float) -> Values:
        """See `Waveform.within`; the mean where it begins or ends on the way."""
        whole = share(begin, end, self.start, self.stop) == 1
        return np.where(whole, self._curve(begin + part * (end - begin)), self.average(begin, end))

    @property
    def span(self) -> tuple[float, float]:
        """See `Waveform.span`."""
        return self.start, self.stop

    @property
    def endless(self) -> Waveform:
        """See `Waveform.endless`."""
        phase = self.phase - 2 * np.pi * self.start / self.period
        return replace(self, phase=phase, start=0.0, stop=np.inf)

    def _curve(self, times: Values) -> Values:
        angle = 2 * np.pi * (times - self.start) / self.period + self.phase
        return self.mean + self.amplitude * np.sin(angle)


WORDS = Words(
    "sine", 1, {"period": "ms", "mean": "", **WHEN}, ("period",), "sine 10 period 100 mean 5",
    lambda plain, words, _: Sine(
        plain[0], words["period"], words.get("mean", 0.0), 0.0, *when(words)
    ),
)  # fmt: skip
