"""The course of a stimulus over time: steps, ramps, sines, pulses, noise, samples, functions."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import ArrayLike, NDArray

Values = NDArray[np.float64]
_ROUNDING = 1e-9
"""ms; 3 · 0.3 is less than 0.9 by a rounding, and yet that late."""


class Waveform(Protocol):
    """A course that is a function of time alone."""

    def values(self, times: Values) -> Values:
        """The course at times (ms): [T], the same for all neurons, or [T, n]."""
        ...


@dataclass(frozen=True)
class Step:
    """`amplitude` from `start` up to, not including, `stop` (ms), 0 elsewhere."""

    amplitude: float
    start: float = 0.0
    stop: float = np.inf

    def values(self, times: Values) -> Values:
        """See `Waveform`."""
        inside = (times >= self.start - _ROUNDING) & (times < self.stop - _ROUNDING)
        return np.where(inside, self.amplitude, 0.0)


@dataclass(frozen=True)
class Ramp:
    """From `first` at `start` in a straight line to `last` at `stop` (ms), 0 elsewhere."""

    first: float
    last: float
    start: float
    stop: float

    def __post_init__(self) -> None:
        if not self.stop > self.start:
            raise ValueError(
                f"a ramp stops at {self.stop} ms, not after its start {self.start} ms."
            )

    def values(self, times: Values) -> Values:
        """See `Waveform`."""
        part = (times - self.start) / (self.stop - self.start)
        inside = (part >= 0) & (part < 1)
        return np.where(inside, self.first + (self.last - self.first) * part, 0.0)


@dataclass(frozen=True)
class Sine:
    """`mean + amplitude · sin(2π (t − start) / period + phase)` between `start` and `stop` (ms)."""

    amplitude: float
    period: float
    mean: float = 0.0
    phase: float = 0.0
    start: float = 0.0
    stop: float = np.inf

    def __post_init__(self) -> None:
        if not self.period > 0:
            raise ValueError(f"the period of a sine is {self.period} ms; expected more than 0.")

    def values(self, times: Values) -> Values:
        """See `Waveform`."""
        angle = 2 * np.pi * (times - self.start) / self.period + self.phase
        inside = (times >= self.start) & (times < self.stop)
        return np.where(inside, self.mean + self.amplitude * np.sin(angle), 0.0)


@dataclass(frozen=True)
class Pulses:
    """`count` pulses of `amplitude`, `width` long, one every `period`, from `start` on (ms)."""

    amplitude: float
    width: float
    period: float
    start: float = 0.0
    count: int | None = None

    def __post_init__(self) -> None:
        if not 0 < self.width <= self.period:
            raise ValueError(
                f"pulses are {self.width} ms wide with a period of {self.period} ms; expected a "
                "width above 0 and not above the period."
            )

    def values(self, times: Values) -> Values:
        """See `Waveform`."""
        since = times - self.start + _ROUNDING
        number = np.floor(since / self.period)
        inside = (since >= 0) & (since - number * self.period < self.width)
        if self.count is not None:
            inside &= number < self.count
        return np.where(inside, self.amplitude, 0.0)


@dataclass(frozen=True, eq=False)
class Samples:
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
            raise ValueError(
                f"samples have shape {list(found.shape)}; expected finite numbers [T] or [T, n]."
            )
        if not self.interval > 0:
            raise ValueError(f"the interval is {self.interval} ms; expected more than 0.")

    def values(self, times: Values) -> Values:
        """See `Waveform`."""
        samples = np.asarray(self.samples, dtype=np.float64)
        index = np.floor((times - self.start) / self.interval + _ROUNDING).astype(np.int64)
        inside = (index >= 0) & (index < len(samples))
        found = samples[np.clip(index, 0, len(samples) - 1)]
        return np.where(inside.reshape(-1, *[1] * (found.ndim - 1)), found, 0.0)


@dataclass(frozen=True)
class Function:
    """Any function of times (ms) [T] that gives [T] or [T, n]."""

    function: Callable[[Values], ArrayLike]

    def values(self, times: Values) -> Values:
        """See `Waveform`."""
        found = np.asarray(self.function(times), dtype=np.float64)
        if found.ndim not in (1, 2) or len(found) != len(times):
            raise ValueError(
                f"the function gave shape {list(found.shape)} for {len(times)} times; expected "
                f"[{len(times)}] or [{len(times)}, n]."
            )
        return found


@dataclass(frozen=True)
class OrnsteinUhlenbeck:
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
            raise ValueError(
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


@dataclass(frozen=True)
class Poisson:
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
            raise ValueError(
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


Noise = OrnsteinUhlenbeck | Poisson
"""Courses with a state, drawn step by step."""
