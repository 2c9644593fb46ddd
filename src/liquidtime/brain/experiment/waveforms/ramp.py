"""A straight line."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from liquidtime.brain.experiment.waveforms.contract import WHEN, Values, Waveform, Words, when
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
        part = (times - self.start) / (self.stop - self.start)
        inside = (part >= 0) & (part < 1)
        return np.where(inside, self.first + (self.last - self.first) * part, 0.0)

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
