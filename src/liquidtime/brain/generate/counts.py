"""Distributions of the number of synapses of an edge."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import DTypeLike, NDArray

from liquidtime.errors import InputError

RARE = 1e-9
"""Counts that more than this share of edges exceed must fit into the dtype."""


class CountDistribution(Protocol):
    """Draws numbers of synapses: at least 1, at most what `dtype` holds."""

    @property
    def dtype(self) -> DTypeLike:
        """int8 or int16."""
        ...

    def fill(self, generator: np.random.Generator, out: NDArray) -> None:
        """Write one count for each element of `out` [E] of `dtype`."""
        ...


@dataclass(frozen=True)
class Constant:
    """The same number for every edge."""

    count: int

    @property
    def dtype(self) -> DTypeLike:
        """The smallest that holds the number."""
        return np.int8 if self.count <= np.iinfo(np.int8).max else np.int16

    def fill(self, generator: np.random.Generator, out: NDArray) -> None:
        """Write the number everywhere."""
        out[...] = self.count


@dataclass(frozen=True)
class Geometric:
    """P(n) = (1 - 1 / mean)^(n - 1) / mean, for n ≥ 1."""

    mean: float

    @property
    def scale(self) -> float:
        """Mean of the exponential distribution that becomes this one when it is rounded up."""
        return 0.0 if self.mean == 1 else -1 / math.log1p(-1 / self.mean)

    @property
    def dtype(self) -> DTypeLike:
        """int8 where at most `RARE` of the counts exceed it."""
        return _dtype(self.scale * -math.log(RARE))

    def fill(self, generator: np.random.Generator, out: NDArray) -> None:
        """Draw counts; those above the range of the dtype become its largest number."""
        drawn = generator.standard_exponential(len(out), dtype=np.float32)
        drawn *= np.float32(self.scale)
        _round_up(drawn, out)


@dataclass(frozen=True)
class LogNormal:
    """A log-normal number, rounded up."""

    mean: float
    sd: float

    @property
    def sigma(self) -> float:
        """Standard deviation of the logarithm."""
        return math.sqrt(math.log1p((self.sd / self.mean) ** 2))

    @property
    def dtype(self) -> DTypeLike:
        """int8 where at most `RARE` of the counts exceed it."""
        deviations = 6.0  # P(z > 6) = 1e-9
        return _dtype(self.mean * math.exp(self.sigma * deviations - self.sigma**2 / 2))

    def fill(self, generator: np.random.Generator, out: NDArray) -> None:
        """Draw counts; those above the range of the dtype become its largest number."""
        drawn = generator.standard_normal(len(out), dtype=np.float32)
        drawn *= np.float32(self.sigma)
        drawn += np.float32(math.log(self.mean) - self.sigma**2 / 2)
        np.exp(drawn, out=drawn)
        _round_up(drawn, out)


def constant(count: int) -> CountDistribution:
    """The same number of synapses for every edge.

    Args:
        count: 1 to 32767.

    Raises:
        InputError: If it lies outside.
    """
    if int(count) != count or not 1 <= count <= np.iinfo(np.int16).max:
        raise InputError(f"the count is {count}; expected a whole number from 1 to 32767.")
    return Constant(int(count))


def geometric(mean: float) -> CountDistribution:
    """Geometric numbers of synapses, from 1: the shape that is found in the fly.

    Kept as int8 where fewer than one in 10⁹ exceeds 127 (mean < 6.6), else as int16; what
    exceeds the range becomes its largest number.

    Args:
        mean: 1 to 1000.

    Raises:
        InputError: If it lies outside.
    """
    if not 1 <= mean <= 1000:
        raise InputError(f"the mean is {mean}; expected 1 to 1000 synapses an edge.")
    return Geometric(float(mean))


def lognormal(mean: float, sd: float) -> CountDistribution:
    """Log-normal numbers rounded up, so that every edge has a synapse: a heavier tail.

    Kept as int8 or int16, as `geometric`; what exceeds 32767 becomes 32767.

    Args:
        mean: Of the numbers before they are rounded up, which adds about a half; above 0.
        sd: Their standard deviation, not that of their logarithms; at least 0.

    Raises:
        InputError: If they lie outside.
    """
    if not (0 < mean < np.iinfo(np.int16).max and 0 <= sd < math.inf):
        raise InputError(
            f"the mean is {mean} and the standard deviation {sd}; expected a mean above 0 and "
            "below 32767 and a finite standard deviation of at least 0."
        )
    return LogNormal(float(mean), float(sd))


def distribution(counts: int | CountDistribution) -> CountDistribution:
    """A number as a distribution."""
    if isinstance(counts, int | np.integer):
        return constant(int(counts))
    if not hasattr(counts, "fill"):
        raise InputError(
            f"counts are {counts!r}; expected a whole number or a distribution, such as "
            "geometric(3.6)."
        )
    return counts


def _dtype(largest: float) -> DTypeLike:
    return np.int8 if largest <= np.iinfo(np.int8).max else np.int16


def _round_up(drawn: NDArray, out: NDArray) -> None:
    np.ceil(drawn, out=drawn)
    np.clip(drawn, 1, np.iinfo(out.dtype).max, out=drawn)
    out[...] = drawn
