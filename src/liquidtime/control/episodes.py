"""What happened: the record of a closed loop."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from liquidtime.control.contract import Array


@dataclass(frozen=True, eq=False)
class Episodes:
    """B episodes of up to T steps; zeros after an episode's end.

    Attributes:
        observations: [B, T, O], what was seen before each step.
        elapsed: [B, T], seconds since the observation before that.
        actions: [B, T, A], what was done upon it.
        rewards: [B, T], what came of it until the next observation.
        lengths: [B], steps of each episode.
        done: [B], whether the task came to its end; if not, time ran out.
    """

    observations: Array
    elapsed: Array
    actions: Array
    rewards: NDArray[np.float64]
    lengths: NDArray[np.int64]
    done: NDArray[np.bool_]

    @property
    def returns(self) -> NDArray[np.float64]:
        """[B], the sum of each episode's rewards."""
        return self.rewards.sum(axis=1)
