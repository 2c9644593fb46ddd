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

WHEN: Mapping[str, str] = {"from": "ms", "to": "ms"}
"""Words of a waveform that begins and ends."""


class Waveform(ABC):
    """A course that is a function of time alone."""

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
