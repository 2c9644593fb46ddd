"""What a world is, and what a policy is."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple, Protocol

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float32]


class Seen(NamedTuple):
    """What B episodes of a world show after a step, and before the first.

    An episode that has ended stays as it is: it shows its last observation again, with no reward
    and no time.
    """

    observation: Array
    """[B, O]"""
    elapsed: Array
    """[B], seconds since each episode's previous observation. Before the first step too: a camera
    that is switched on has not just taken a picture."""
    reward: NDArray[np.float64]
    """[B], for what was done since then; 0 before the first step."""
    done: NDArray[np.bool_]
    """[B], whether the task has come to its end, well or badly."""
    truncated: NDArray[np.bool_]
    """[B], whether time ran out before."""
    info: Mapping[str, NDArray[Any]]
    """[B] each: what the world knows and does not show, for measures and figures."""

    @property
    def ended(self) -> NDArray[np.bool_]:
        """[B], done or truncated."""
        return self.done | self.truncated


class World(Protocol):
    """Several episodes side by side. Its settings are what it is made with.

    An episode depends on its seed and its actions alone: on no other episode of the batch, and on
    none before. Each ends by itself.
    """

    observation_size: int
    """O"""
    action_size: int
    """A"""

    def reset(self, seeds: Sequence[int]) -> Seen:
        """Begin one episode a seed; those before are forgotten."""
        ...

    def step(self, action: Array) -> Seen:
        """Act until the next observation, which comes when the world says.

        Args:
            action: [B, A], finite; what the world's actuators cannot do is cut off.
        """
        ...

    def expert(self) -> Array:
        """[B, A], what one would do now who knows what is hidden; to learn from and to beat."""
        ...


class Policy(Protocol):
    """Chooses actions for several episodes side by side, and may remember what it has seen."""

    def start(self, batch: int) -> None:
        """Forget everything; as many episodes begin."""
        ...

    def act(self, observation: Array, elapsed: Array) -> Array:
        """The actions, [B, A].

        Args:
            observation: [B, O].
            elapsed: [B], seconds since the previous one.
        """
        ...


@dataclass(frozen=True)
class Entry:
    """A world in the catalogue.

    Attributes:
        name: What the user calls it.
        title: What is to be done in it, one line.
        make: Makes one with its default settings.
    """

    name: str
    title: str
    make: Callable[[], World]
