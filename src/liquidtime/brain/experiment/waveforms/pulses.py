"""Pulses at even intervals."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from liquidtime.brain.experiment.waveforms.contract import (
    ROUNDING,
    Values,
    Waveform,
    Words,
    snapped,
)
from liquidtime.errors import InputError


@dataclass(frozen=True)
class Pulses(Waveform):
    """`count` pulses of `amplitude`, `width` long, one every `period`, from `start` on (ms)."""

    amplitude: float
    width: float
    period: float
    start: float = 0.0
    count: int | None = None

    def __post_init__(self) -> None:
        if not 0 < self.width <= self.period:
            raise InputError(
                f"pulses are {self.width} ms wide with a period of {self.period} ms; expected a "
                "width above 0 and not above the period."
            )

    def values(self, times: Values) -> Values:
        """See `Waveform.values`."""
        return np.where(self.on(times), self.amplitude, 0.0)

    def average(self, begin: Values, end: Values) -> Values:
        """See `Waveform.average`."""
        return self.amplitude * snapped(self._time_on(end) - self._time_on(begin), end - begin)

    def within(self, begin: Values, end: Values, part: float) -> Values:
        """See `Waveform.within`; it is the same all the way."""
        del part
        return self.average(begin, end)

    def on(self, times: Values) -> NDArray[np.bool_]:
        """See `Waveform.on`; between pulses it is off."""
        since = times - self.start + ROUNDING
        number = np.floor(since / self.period)
        inside = (since >= 0) & (since - number * self.period < self.width)
        return inside if self.count is None else inside & (number < self.count)

    @property
    def marks(self) -> tuple[float, ...]:
        """See `Waveform.marks`."""
        return self.start, self.width, self.period

    def _time_on(self, times: Values) -> Values:
        """Ms for which it has been on."""
        last = math.inf if self.count is None else self.count * self.period
        since = np.clip(times - self.start, 0.0, last)
        number = np.floor(since / self.period)
        return number * self.width + np.minimum(since - number * self.period, self.width)

    @property
    def span(self) -> tuple[float, float]:
        """See `Waveform.span`."""
        if self.count is None:
            return self.start, math.inf
        return self.start, self.start + self.period * (self.count - 1) + self.width

    @property
    def endless(self) -> Waveform:
        """See `Waveform.endless`; between pulses it is 0 anyway."""
        return self


def _count(words: Mapping[str, float]) -> int | None:
    if "count" not in words:
        return None
    if words["count"] != round(words["count"]) or words["count"] < 1:
        raise InputError(f"the count is {words['count']:g}; expected a whole number from 1 on.")
    return int(words["count"])


WORDS = Words(
    "pulses", 1, {"width": "ms", "period": "ms", "from": "ms", "count": "1"}, ("width", "period"),
    "pulses 20 width 5 period 50 from 100 count 10",
    lambda plain, words, _: Pulses(
        plain[0], words["width"], words["period"], words.get("from", 0.0), _count(words)
    ),
)  # fmt: skip
