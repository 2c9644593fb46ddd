"""Random liquid units as arrays, and the one place from which they are run."""

from dataclasses import dataclass, fields
from typing import Protocol, Self

import numpy as np

from liquidtime.backends import Request, registry

KINDS = ("low", "band", "resonator", "liquid", "liquid band", "count")
"""Kinds of units, by their numbers: a leak, x' = (u − x)/τ; the difference of two; a damped
oscillation; a leak, or a difference of two, whose rate depends on u; a leaky count of own rows."""
PARTS = 16
"""Parts, at most, into which a long segment is cut."""
POOLS = ("maximum", "minimum", "mean", "rms", "last")
"""What is kept of a response over time."""
ABOVE = ("share", "excess", "position", "longest")
"""What is kept of the time that a response spends above a threshold: its share of the span, the
mean excess, the mean place from 0 (start) to 1 (end), and the longest stretch as a share."""


def width(thresholds: int) -> int:
    """Features of a unit with so many thresholds: `POOLS`, then each of `ABOVE` for every one."""
    return len(POOLS) + len(ABOVE) * thresholds


@dataclass(frozen=True, eq=False)
class Units:
    """K frozen units, each reading C channels at most.

    Attributes:
        kind: [K] int32, as `KINDS`.
        channels: [K, C] int32, the filled places first, -1 behind them.
        weights: [K, C] float32.
        rate: [K] float32, 1/τ.
        second: [K] float32, the rate of the slower leak of a difference.
        frequency: [K] float32, ω of a resonator.
        phase: [K] float32, of its read-out.
        gain: [K] float32, of a liquid unit: its rates go up to 1 + gain times.
        steepness: [K] float32, γ of the sigmoid that opens it.
        midpoint: [K] float32, μ, where it is half open.
    """

    kind: np.ndarray
    channels: np.ndarray
    weights: np.ndarray
    rate: np.ndarray
    second: np.ndarray
    frequency: np.ndarray
    phase: np.ndarray
    gain: np.ndarray
    steepness: np.ndarray
    midpoint: np.ndarray

    def __len__(self) -> int:
        return len(self.kind)

    def select(self, index: np.ndarray) -> Self:
        """Some of the units, in the order asked for."""
        return type(self)(*(getattr(self, entry.name)[index] for entry in fields(self)))


class Reservoir(Protocol):
    """Units, ready to run."""

    def pool(
        self,
        values: np.ndarray,
        mask: np.ndarray,
        times: np.ndarray,
        lengths: np.ndarray,
        thresholds: np.ndarray,
        between: float,
    ) -> np.ndarray:
        """What is kept of every unit's response to every series.

        Args:
            values: [B, T, D] float32.
            mask: [B, T, D] bool, where observed.
            times: [B, T] float64, never falling.
            lengths: [B] int64.
            thresholds: [K, P] float32.
            between: A longer segment is seen between its ends, too; infinity for never.

        Returns:
            [B, K, `width(P)`] float32.
        """
        ...

    def respond(
        self,
        values: np.ndarray,
        mask: np.ndarray,
        times: np.ndarray,
        lengths: np.ndarray,
        between: float,
        samples: int,
    ) -> np.ndarray:
        """Responses at points evenly spaced among those that a unit sees; 0 where it sees none.

        Args:
            values: As for `pool`, like the others.
            mask: Likewise.
            times: Likewise.
            lengths: Likewise.
            between: Likewise.
            samples: S, 2 or more.

        Returns:
            [B, S, K] float32.
        """
        ...


def reservoir(units: Units, backend: str = "auto") -> Reservoir:
    """Units, ready to run on the fastest backend that can, or on the one named.

    Raises:
        InputError: If the backend named cannot.
    """
    return registry.select(REQUEST, backend).run(units)


REQUEST = Request("reservoir", "cpu", "float32", "pooled")
