"""Numbers that were measured, or made elsewhere."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from liquidtime.brain.experiment.waveforms.contract import ROUNDING, Values, Waveform
from liquidtime.errors import InputError


@dataclass(frozen=True, eq=False)
class Samples(Waveform):
    """Given numbers, each held for `interval` ms from `start` on; 0 before and after.

    Args:
        samples: [T] for all neurons alike, or [T, n].
        interval: ms between samples.
        start: ms.
    """

    samples: ArrayLike
    interval: float
    start: float = 0.0

    def __post_init__(self) -> None:
        found = np.asarray(self.samples, dtype=np.float64)
        if found.ndim not in (1, 2) or not len(found) or not np.isfinite(found).all():
            raise InputError(
                f"samples have shape {list(found.shape)}; expected finite numbers [T] or [T, n]."
            )
        if not self.interval > 0:
            raise InputError(f"the interval is {self.interval} ms; expected more than 0.")

    def values(self, times: Values) -> Values:
        """See `Waveform.values`."""
        samples = np.asarray(self.samples, dtype=np.float64)
        index = np.floor(self._places(times)).astype(np.int64)
        inside = (index >= 0) & (index < len(samples))
        found = samples[np.clip(index, 0, len(samples) - 1)]
        return np.where(inside.reshape(-1, *[1] * (found.ndim - 1)), found, 0.0)

    def average(self, begin: Values, end: Values) -> Values:
        """See `Waveform.average`."""
        samples = np.asarray(self.samples, dtype=np.float64)
        count, wide = len(samples), (-1, *[1] * (samples.ndim - 1))
        first, last = self._places(begin), self._places(end)
        # Before and after there is a sample of 0.
        padded = np.concatenate([0 * samples[:1], samples, 0 * samples[:1]])
        one = np.clip(np.floor(first), -1, count).astype(np.int64)
        other = np.clip(np.ceil(last) - 1, -1, count).astype(np.int64)
        total = np.concatenate([0 * samples[:1], np.cumsum(samples, axis=0)])

        def until(places: Values) -> Values:
            inside = np.clip(places, 0, count)
            whole = np.floor(inside).astype(np.int64)
            return total[whole] + (inside - whole).reshape(wide) * padded[whole + 1]

        several = (until(last) - until(first)) / (last - first).reshape(wide)
        return np.where((one == other).reshape(wide), padded[one + 1], several)

    def within(self, begin: Values, end: Values, part: float) -> Values:
        """See `Waveform.within`; it is the same all the way."""
        del part
        return self.average(begin, end)

    @property
    def span(self) -> tuple[float, float]:
        """See `Waveform.span`."""
        return self.start, self.start + self.interval * len(np.asarray(self.samples))

    @property
    def endless(self) -> Waveform:
        """See `Waveform.endless`; there are no more samples."""
        return self

    def _places(self, times: Values) -> Values:
        """Times counted in samples; whole numbers where that is a rounding away."""
        places = (times - self.start) / self.interval
        whole = np.rint(places)
        return np.where(np.abs(places - whole) * self.interval <= ROUNDING, whole, places)
