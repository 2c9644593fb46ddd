"""What a waveform is, and how its file says the way it is written in plain words."""

from __future__ import annotations

import math
from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Values = NDArray[np.float64]
ROUNDING = 1e-9
"""ms; 3 · 0.3 is less than 0.9 by a rounding, and yet that late."""
BEFORE = 2 * ROUNDING
"""ms; so much before a time that begins something, it has not begun."""

WHEN: Mapping[str, str] = {"from": "ms", "to": "ms"}
"""Words of a waveform that begins and ends."""


class Waveform(ABC):
    """A course that is a function of time alone.

    One that has an `average` reaches neurons with its whole charge, however long the steps are and
    wherever in them it begins, jumps and ends. One that has none is looked at once a step, in its
    middle (by "frozen" at its beginning), and what is shorter than a step may be missed.
    """

    @abstractmethod
    def values(self, times: Values) -> Values:
        """The course at times (ms): [T], the same for all neurons, or [T, n]."""

    @property
    @abstractmethod
    def span(self) -> tuple[float, float]:
        """From when to when it is on, ms; the end may be infinite."""

    @property
    @abstractmethod
    def endless(self) -> Waveform:
        """The same without begin and end, where it is 0: a clamp has both itself."""

    def average(self, begin: Values, end: Values) -> Values | None:
        """The mean of the course between times (ms) [T] and [T]; [T] or [T, n], or None."""
        del begin, end
        return None

    def within(self, begin: Values, end: Values, part: float) -> Values:
        """The course at a part of the way from `begin` to `end` (ms), for stages of one step.

        At the end it is what the course has come to, not what begins there. Where the course jumps
        or bends in between, it may be its mean.
        """
        times = begin + part * (end - begin)
        return self.values(times - BEFORE if part == 1 else times)

    def on(self, times: Values) -> NDArray[np.bool_]:
        """Whether it is on at times (ms) [T]; a clamp holds only where it is."""
        start, stop = self.span
        return (times >= start - ROUNDING) & (times < stop - ROUNDING)

    @property
    def marks(self) -> tuple[float, ...]:
        """Times and lengths (ms) that are all whole steps if it goes on and off with steps."""
        return tuple(time for time in self.span if math.isfinite(time))


class Noise(ABC):
    """A course with a state, drawn step by step; each neuron and each trial has its own."""

    seed: int

    @abstractmethod
    def first(self, shape: tuple[int, ...], generator: np.random.Generator) -> Values:
        """The state at time 0."""

    @abstractmethod
    def next(
        self, steps: int, dt: float, last: Values, generator: np.random.Generator
    ) -> tuple[Values, Values]:
        """[steps, n] from the present moment on, and the state after them.

        Args:
            steps: How many.
            dt: ms.
            last: The state, [n].
            generator: Where chance comes from.
        """


def share(begin: Values, end: Values, start: float, stop: float) -> Values:
    """[T], which part of each step lies between `start` and `stop`, all in ms.

    Exactly 0 or 1 where a rounding is missing, so that what keeps to the steps has no other value.
    """
    return snapped(np.minimum(end, stop) - np.maximum(begin, start), end - begin)


def snapped(inside: Values, length: Values) -> Values:
    """Inside / length, but 0 or 1 where that is only a rounding away."""
    part = np.where(inside >= length - ROUNDING, 1.0, inside / length)
    return np.where(inside <= ROUNDING, 0.0, part)


@dataclass(frozen=True)
class Words:
    """How a waveform is written: its name, numbers right behind it, then words with a number each.

    Attributes:
        name: Of the waveform.
        plain: How many numbers stand right behind the name, in the unit of the stimulus.
        keywords: Word to the unit of its number; "" for that of the stimulus, "1" for none.
        needed: Words that must be there.
        example: Of it.
        build: The waveform from the plain numbers, the words' numbers and a seed.
    """

    name: str
    plain: int
    keywords: Mapping[str, str]
    needed: tuple[str, ...]
    example: str
    build: Callable[[list[float], dict[str, float], int], Waveform | Noise]


def when(words: Mapping[str, float]) -> tuple[float, float]:
    """Begin and end as they were written."""
    return words.get("from", 0.0), words.get("to", math.inf)
