"""A sine."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from liquidtime.brain.experiment.waveforms.contract import WHEN, Values, Waveform, Words, when
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
        angle = 2 * np.pi * (times - self.start) / self.period + self.phase
        inside = (times >= self.start) & (times < self.stop)
        return np.where(inside, self.mean + self.amplitude * np.sin(angle), 0.0)

    @property
    def span(self) -> tuple[float, float]:
        """See `Waveform.span`."""
        return self.start, self.stop

    @property
    def endless(self) -> Waveform:
        """See `Waveform.endless`."""
        phase = self.phase - 2 * np.pi * self.start / self.period
        return replace(self, phase=phase, start=0.0, stop=np.inf)


WORDS = Words(
    "sine", 1, {"period": "ms", "mean": "", **WHEN}, ("period",), "sine 10 period 100 mean 5",
    lambda plain, words, _: Sine(
        plain[0], words["period"], words.get("mean", 0.0), 0.0, *when(words)
    ),
)  # fmt: skip
