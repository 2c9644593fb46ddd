"""What neurons emitted, as far back as the longest delay, in PyTorch."""

from __future__ import annotations

from collections import deque

import torch
from torch import Tensor


class Past:
    """What N neurons emitted at the last steps, [N, B] each.

    Args:
        delays: int [N], in steps.
    """

    def __init__(self, delays: Tensor) -> None:
        self._delays = delays
        self._delayed = bool(delays.any())
        # The longest delay, the step that is made and the one before it.
        self.depth = int(delays.max()) + 2 if len(delays) else 2
        self._emitted: deque[Tensor] = deque(maxlen=self.depth)

    def fill(self, emitted: Tensor) -> None:
        """As if it had been so for ever."""
        self._emitted.extend([emitted] * self.depth)

    def put(self, emitted: Tensor) -> None:
        """What is emitted at the end of a step."""
        self._emitted.append(emitted)

    def replace(self, emitted: Tensor) -> None:
        """What was emitted at the end of the last step is another."""
        self._emitted[-1] = emitted

    def arriving(self, later: int = 0) -> Tensor:
        """[N, B], what arrives so many steps after the last one that is known."""
        if not self._delayed:
            return self._emitted[-1]
        last = self.depth - 1
        # Later than the last one nothing is known of what has no delay; the caller puts its own
        # there.
        index = (last + later - self._delays).clamp(max=last)
        return self.stacked()[index, torch.arange(len(index), device=index.device)]

    def arriving_in_middle(self, emitted: Tensor) -> Tensor:
        """[N, B], what arrives in the middle of the next step, given what is emitted there.

        What is on its way is known at both ends of the step.
        """
        if not self._delayed:
            return emitted
        between = 0.5 * (self.arriving() + self.arriving(1))
        return torch.where(self._delays[:, None] > 0, between, emitted)

    @property
    def any_delay(self) -> bool:
        """Whether anything arrives later than it is emitted."""
        return self._delayed

    def stacked(self) -> Tensor:
        """[depth, N, B]."""
        return torch.stack(list(self._emitted))

    def restore(self, stacked: Tensor) -> None:
        """The way back."""
        # As many as there is room for, so all that was there falls out.
        self._emitted.extend(stacked.unbind())
