"""Noise with a memory."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from liquidtime.brain.experiment.waveforms.contract import Noise, Values, Words
from liquidtime.errors import InputError


@dataclass(frozen=True)
class OrnsteinUhlenbeck(Noise):
    """Noise around `mean` with standard deviation `deviation` and memory `time_constant` (ms).

    Each neuron and each trial has its own. It is drawn once a time step, exactly for any step:
    x ← mean + (x − mean) e^(−δ/τ) + deviation √(1 − e^(−2δ/τ)) ξ, and held over the step; it
    begins in its stationary distribution.

    References:
        Gillespie: Exact numerical simulation of the Ornstein-Uhlenbeck process. Phys. Rev. E 54
        (1996).
    """

    mean: float
    deviation: float
    time_constant: float
    seed: int = 0

    def __post_init__(self) -> None:
        if not (self.deviation >= 0 and self.time_constant > 0):
            raise InputError(
                f"deviation is {self.deviation} and time_constant {self.time_constant} ms; "
                "expected a deviation of at least 0 and a time constant above 0."
            )

    def first(self, shape: tuple[int, ...], generator: np.random.Generator) -> Values:
        """The noise at time 0."""
        return self.mean + self.deviation * generator.standard_normal(shape)

    def next(
        self, steps: int, dt: float, last: Values, generator: np.random.Generator
    ) -> tuple[Values, Values]:
        """[steps, n] of noise from the present one on, and the one after them."""
        decay = np.exp(-dt / self.time_constant)
        kick = self.deviation * np.sqrt(1 - decay * decay)
        draws = generator.standard_normal((steps, *last.shape))
        found = np.empty((steps, *last.shape))
        for step in range(steps):
            found[step] = last
            last = self.mean + (last - self.mean) * decay + kick * draws[step]
        return found, last


WORDS = Words(
    "noise", 1, {"sd": "", "tau": "ms"}, ("sd", "tau"), "noise 10 sd 5 tau 20",
    lambda plain, words, seed: OrnsteinUhlenbeck(plain[0], words["sd"], words["tau"], seed),
)  # fmt: skip
