"""What comes from outside over some steps, as tensors over all neurons."""

from __future__ import annotations

import numpy as np
import torch
from torch import Tensor

from liquidtime.kernels.network.membrane import External
from liquidtime.kernels.network.stepper import Given, Outside, Scheme, stages
from liquidtime.kernels.network.tensors import Tensors


class Externals:
    """`Outside` point by point.

    Args:
        outside: Over a number of steps.
        scheme: Tells at how many points of a step it is wanted.
        shape: (N, B).
        tensors: What to make of it.
    """

    def __init__(
        self, outside: Outside, scheme: Scheme, shape: tuple[int, int], tensors: Tensors
    ) -> None:
        # A scheme of one point wants clamps in the middle of the step, too.
        self._points = max(len(stages(scheme)), 1 if outside.clamp is None else 2)
        self._shape, self._tensors = shape, tensors
        given = (outside.current, outside.conductance, outside.drive, outside.clamp)
        self._given = [self._taken(one) for one in given]

    def at(self, step: int) -> list[External]:
        """At each point of a step, counted from the first one."""
        rests = (0.0, 0.0, 0.0, torch.nan)
        return [
            External(
                *(
                    self._spread(given, point, step, rest)
                    for given, rest in zip(self._given, rests, strict=True)
                )
            )
            for point in range(self._points)
        ]

    def _taken(self, given: Given | None) -> tuple[Tensor, Tensor] | None:
        if given is None:
            return None
        values = torch.from_numpy(np.ascontiguousarray(given.values))
        return self._tensors.indices(given.neurons), values.to(self._tensors.device)

    def _spread(
        self, given: tuple[Tensor, Tensor] | None, point: int, step: int, rest: float
    ) -> Tensor | None:
        if given is None:
            return None
        neurons, values = given
        spread = torch.full(
            self._shape, rest, dtype=self._tensors.dtype, device=self._tensors.device
        )
        # What is told at one point holds at all points of the step.
        spread[neurons] = values[min(point, len(values) - 1), step].expand(-1, self._shape[1])
        return spread
