"""Hold a point at the origin while an unseen wind carries it away.

The point moves at the speed it is told plus that of the wind, which stays the same for an episode
and is not shown. Its position is seen with noise, at irregular times; until the next sight it goes
on as it was told. Who steers by the position alone stays off by what the wind makes of it; who
remembers where the point was, and how long ago, knows the wind.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from liquidtime.control.contract import Array, Entry, Seen

_GAPS = (0.1, 5.0)
"""The shortest and the longest, as shares of their mean before that cut."""
_GAIN = 2.0
"""1/s. The expert would swing with gaps above 1 s, the double of its inverse."""


@dataclass(frozen=True)
class Settings:
    """What can be chosen.

    Attributes:
        duration: Length of an episode, s.
        gap: Mean time between two sights, s; exponential, cut off at a tenth and five times it.
        wind: Largest speed of the wind along an axis, m/s.
        noise: Standard deviation of a sight, m.
        start: Largest distance from the origin along an axis at the beginning, m.
        strength: Largest speed that can be told, along an axis, m/s.
        reach: Distance from the origin where the point is lost, m.
    """

    duration: float = 10.0
    gap: float = 0.1
    wind: float = 0.5
    noise: float = 0.01
    start: float = 1.0
    strength: float = 1.0
    reach: float = 4.0

    def __post_init__(self) -> None:
        if not (self.duration > 0 and self.gap > 0):
            raise ValueError(
                f"duration is {self.duration}, gap is {self.gap}; expected seconds above 0."
            )


class Drift:
    """The world.

    Observation: position [x, y], m, and the command in force, likewise. Action: the next command, a
    speed as a share of the largest.

    The reward of a step is −∫ |position|² dt, so that −return / duration is the mean square of the
    distance. An episode is done where the point is lost.

    Args:
        settings: See `Settings`.
    """

    observation_size = 4
    action_size = 2

    def __init__(self, settings: Settings | None = None) -> None:
        self.settings = Settings() if settings is None else settings

    def reset(self, seeds: Sequence[int]) -> Seen:
        """See `World.reset`."""
        given = self.settings
        # No gap is shorter than that, so that these are enough.
        steps = math.ceil(given.duration / (_GAPS[0] * given.gap))
        gaps, noise = np.empty((len(seeds), 1 + steps)), np.empty((len(seeds), 1 + steps, 2))
        self._position, self._wind = np.empty((2, len(seeds), 2))
        for episode, seed in enumerate(seeds):
            rng = np.random.default_rng(seed)
            self._position[episode] = rng.uniform(-given.start, given.start, 2)
            self._wind[episode] = rng.uniform(-given.wind, given.wind, 2)
            gaps[episode] = given.gap * np.clip(rng.exponential(size=1 + steps), *_GAPS)
            noise[episode] = given.noise * rng.standard_normal((1 + steps, 2))
        first, ends = gaps[:, 0], np.minimum(gaps[:, 1:].cumsum(axis=1), given.duration)
        # One more than there can be steps: the gaps behind the end of an episode are 0.
        self._gaps = np.diff(ends, axis=1, prepend=0, append=ends[:, -1:])
        self._noise = noise
        self._lost = np.zeros(len(seeds), bool)
        self._told = np.zeros_like(self._position)
        self._sight = self._position + noise[:, 0]
        self._step = 0
        return self._seen(first, np.zeros(len(seeds)))

    def step(self, action: Array) -> Seen:
        """See `World.step`."""
        gap = np.where(self._ended(), 0.0, self._gaps[:, self._step])
        moved = gap[:, None] > 0
        self._told = np.where(moved, np.clip(np.asarray(action, np.float64), -1, 1), self._told)
        velocity = self._told * self.settings.strength + self._wind
        cost = gap * (
            (self._position**2).sum(axis=1)
            + gap * (self._position * velocity).sum(axis=1)
            + gap**2 * (velocity**2).sum(axis=1) / 3
        )
        self._position = self._position + velocity * gap[:, None]
        self._lost = self._lost | (self._distance() > self.settings.reach)
        self._step = min(self._step + 1, self._gaps.shape[1] - 1)
        self._sight = np.where(moved, self._position + self._noise[:, self._step], self._sight)
        return self._seen(gap, -cost)

    def expert(self) -> Array:
        """See `World.expert`: against the wind, and back."""
        speed = -self._wind - _GAIN * self._position
        return np.clip(speed / self.settings.strength, -1, 1).astype(np.float32)

    def _seen(self, elapsed: NDArray[np.float64], reward: NDArray[np.float64]) -> Seen:
        return Seen(
            np.concatenate([self._sight, self._told], axis=1).astype(np.float32),
            elapsed.astype(np.float32),
            reward,
            self._lost,
            self._ended() & ~self._lost,
            {"distance": self._distance()},
        )

    def _ended(self) -> NDArray[np.bool_]:
        return self._lost | (self._gaps[:, self._step] == 0)

    def _distance(self) -> NDArray[np.float64]:
        return np.hypot(*self._position.T)


WORLD = Entry(
    name="drift",
    title="hold a point at the origin against an unseen wind, seen at irregular times",
    make=Drift,
)
