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
        index = np.floor((times - self.start) / self.interval + ROUNDING).astype(np.int64)
        inside = (index >= 0) & (index < len(samples))
        found = samples[np.clip(index, 0, len(samples) - 1)]
        return np.where(inside.reshape(-1, *[1] * (found.ndim - 1)), found, 0.0)

    @property
    def span(self) -> tuple[float, float]:
        """See `Waveform.span`."""
        return self.start, self.start + self.interval * len(np.asarray(self.samples))

    @property
    def endless(self) -> Waveform:
        """See `Waveform.endless`; there are no more samples."""
        return self
