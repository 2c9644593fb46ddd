"""What a network reads: ragged rows of inputs and the time that passed before each."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Self

import numpy as np
import torch
from torch import Tensor

from liquidtime.data import ragged


@dataclass(frozen=True, eq=False)
class EncodedSeries:
    """Encoded series, as `Preprocessor.encode` makes them: N series, R rows, F inputs.

    Attributes:
        inputs: [R, F] float32.
        elapsed: [R] float32, 0 at the first row of each series; in units of the time scale.
        lengths: [N] int64, sum R.
        target: As in `IrregularSeries`.
        ids: [N] numpy array.
        per_step: Whether the target is one a step.
    """

    inputs: Tensor
    elapsed: Tensor
    lengths: Tensor
    target: Tensor | None
    ids: np.ndarray
    per_step: bool

    def __len__(self) -> int:
        return len(self.lengths)

    @cached_property
    def offsets(self) -> Tensor:
        """[N + 1] int64: series n holds the rows `offsets[n]` up to `offsets[n + 1]`."""
        return ragged.offsets(self.lengths)

    def select(self, index: np.ndarray | Sequence[int] | Tensor) -> Self:
        """Some of the series, in the order asked for.

        Args:
            index: Series numbers from 0.

        Returns:
            A new container; the tensors are copies.
        """
        chosen = torch.as_tensor(index, dtype=torch.int64)
        rows = ragged.rows_of(self.lengths, chosen)
        target = self.target
        if target is not None:
            target = target[rows] if self.per_step else target[chosen]
        return replace(
            self,
            inputs=self.inputs[rows],
            elapsed=self.elapsed[rows],
            lengths=self.lengths[chosen],
            target=target,
            ids=self.ids[chosen.numpy()],
        )
