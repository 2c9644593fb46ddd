"""What a network is given at once: one padded batch of series."""

from collections.abc import Sequence
from typing import Literal, NamedTuple, Protocol

import numpy as np
import torch
from torch import Tensor

Raw = Literal["values", "mask", "times"]
"""What a network may read besides the encoded inputs."""


class Batch(NamedTuple):
    """One padded batch: B series, T the longest of them, F inputs.

    Attributes:
        inputs: [B, T, F] float32, 0 behind the end of a series.
        elapsed: [B, T] float32, 0 behind the end.
        lengths: [B] int64.
        target: [B] int64 or [B, K] float32; one a step: [B, T] int64 (-1 behind the end) or
            [B, T, K] float32 (NaN behind the end); None without targets.
        index: [B] int64, which series these are.
        global_size: Series in this batch over all processes; divide summed losses by it and the
            gradients summed over the processes are those of one process.
        values: [B, T, D] float32, standardised, 0 where not observed and behind the end; D counts
            static features too. None, as the next two, if the encoding was not asked for it.
        mask: [B, T, D] bool, True where observed.
        times: [B, T] float64, absolute, in units of the time scale; behind the end the last time is
            repeated (0 for a series without rows).
        weight: [B] float32, how much each series counts in the loss; None for ones.
        vectors: [B, T, E] float32, what stands for categories that are looked up, in place of what
            the network has learnt; None is that.
    """

    inputs: Tensor
    elapsed: Tensor
    lengths: Tensor
    target: Tensor | None
    index: Tensor
    global_size: int
    values: Tensor | None = None
    mask: Tensor | None = None
    times: Tensor | None = None
    weight: Tensor | None = None
    vectors: Tensor | None = None

    def raw(self, part: Raw) -> Tensor:
        """One of `values`, `mask` and `times`.

        Raises:
            ValueError: If the batch does not hold it.
        """
        found = getattr(self, part)
        if found is None:
            raise ValueError(
                f"the batch holds no {part}; expected them to be encoded. Name {part!r} in what "
                "the model reads, or in `Preprocessor.encode(series, reads=…)`."
            )
        return found

    def to(self, device: torch.device | str) -> "Batch":
        """The batch on a device."""
        parts = self._asdict().items()
        return self._replace(**{k: x.to(device) for k, x in parts if isinstance(x, Tensor)})

    def with_empty_step(self) -> "Batch":
        """The batch with a step of zeros, in which nothing is observed, before all others.

        The lengths stay as they are: it lets a layer run where no series has a step.
        """
        count = len(self.lengths)

        def widened(block: Tensor | None) -> Tensor | None:
            if block is None:
                return None
            return torch.cat([block.new_zeros(count, 1, *block.shape[2:]), block], dim=1)

        names = ("inputs", "elapsed", "values", "mask", "times", "vectors")
        return self._replace(**{name: widened(getattr(self, name)) for name in names})


class Batchable(Protocol):
    """All that a training asks of its data, be it `EncodedSeries` or frames read when needed."""

    @property
    def lengths(self) -> Tensor:
        """[N] int64, steps of each series."""
        ...

    def batch(
        self, index: np.ndarray | Sequence[int] | Tensor, global_size: int | None = None
    ) -> Batch:
        """Some of the series, padded."""
        ...
