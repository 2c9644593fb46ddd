"""Random pulses that decay."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from liquidtime.brain.experiment.waveforms.contract import Noise, Values, Words
from liquidtime.errors import InputError


@dataclass(frozen=True)
class Poisson(Noise):
    """Random pulses at `rate` (Hz), each jumping up by `amplitude` and decaying with τ (ms).

    Each neuron and each trial has its own. All pulses of a time step come at its beginning; the
    course is held over the step at its mean.
    """

    rate: float
    amplitude: float
    time_constant: float
    seed: int = 0

    def __post_init__(self) -> None:
        if not (self.rate >= 0 and self.time_constant > 0):
            raise InputError(
                f"rate is {self.rate} Hz and time_constant {self.time_constant} ms; expected a "
                "rate of at least 0 and a time constant above 0."
            )

    def first(self, shape: tuple[int, ...], generator: np.random.Generator) -> Values:
        """Nothing is left of earlier pulses at time 0."""
        del generator
        return np.zeros(shape)

    def next(
        self, steps: int, dt: float, last: Values, generator: np.random.Generator
    ) -> tuple[Values, Values]:
        """[steps, n] of pulses from the present moment on, and what is left after them."""
        decay = np.exp(-dt / self.time_constant)
        mean = self.time_constant / dt * (1 - decay)
        pulses = generator.poisson(self.rate * dt / 1000, (steps, *last.shape))
        found = np.empty((steps, *last.shape))
        for step in range(steps):
            last = last + self.amplitude * pulses[step]
            found[step] = last * mean
            last = last * decay
        return found, last


WORDS = Words(
    "poisson", 1, {"rate": "Hz", "tau": "ms"}, ("rate", "tau"), "poisson 20 rate 10 tau 5",
    lambda plain, words, seed: Poisson(words["rate"], plain[0], words["tau"], seed),
)  # fmt: skip
