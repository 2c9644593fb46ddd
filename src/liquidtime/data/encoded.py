"""What a network reads: ragged rows of inputs and the time that passed before each."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Self

import numpy as np
import torch
from numpy.typing import ArrayLike
from torch import Tensor

from liquidtime.data import ragged
from liquidtime.data.batch import Batch
from liquidtime.errors import InputError


@dataclass(frozen=True, eq=False)
class EncodedSeries:
    """Encoded series, as `Preprocessor.encode` makes them: N series, R rows, F inputs.

    The raw parts are there only if the encoding was asked for them.

    Attributes:
        inputs: [R, F] float32.
        elapsed: [R] float32, 0 at the first row of each series; in units of the time scale.
        lengths: [N] int64, sum R.
        target: As in `IrregularSeries`.
        ids: [N] numpy array.
        per_step: Whether the target is one a step.
        values: [R, D] float32, standardised, 0 where not observed; static features are variables
            behind the others, observed in every row unless missing. Or None.
        mask: [R, D] bool, True where observed. Or None.
        times: [R] float64, absolute, in units of the time scale. Or None.
        weight: [N] float32, how much each series counts in the loss; None for ones.
    """

    inputs: Tensor
    elapsed: Tensor
    lengths: Tensor
    target: Tensor | None
    ids: np.ndarray
    per_step: bool
    values: Tensor | None = None
    mask: Tensor | None = None
    times: Tensor | None = None
    weight: Tensor | None = None

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
            values=None if self.values is None else self.values[rows],
            mask=None if self.mask is None else self.mask[rows],
            times=None if self.times is None else self.times[rows],
            weight=None if self.weight is None else self.weight[chosen],
        )

    def weighted(self, weight: ArrayLike | Tensor | None) -> Self:
        """The same, with a weight for each series in the loss.

        Args:
            weight: [N] numbers of 0 or more, not all 0; their scale does not matter. None takes
                weights away.

        Raises:
            InputError: If they are no such numbers.
        """
        return replace(self, weight=None if weight is None else checked_weight(weight, len(self)))

    def batch(
        self, index: np.ndarray | Sequence[int] | Tensor, global_size: int | None = None
    ) -> Batch:
        """Pad some of the series into a batch.

        Args:
            index: Which ones, in this order.
            global_size: Series in the batch over all processes; by default those of `index`.

        Returns:
            The batch, with the raw parts that were encoded.
        """
        chosen = torch.as_tensor(index, dtype=torch.int64)
        part = self.select(chosen)
        target, lengths = part.target, part.lengths
        if target is not None and part.per_step:
            target = ragged.pad(target, lengths, -1 if target.dim() == 1 else float("nan"))
        return Batch(
            inputs=ragged.pad(part.inputs, lengths),
            elapsed=ragged.pad(part.elapsed, lengths),
            lengths=lengths,
            target=target,
            index=chosen,
            global_size=len(chosen) if global_size is None else global_size,
            values=None if part.values is None else ragged.pad(part.values, lengths),
            mask=None if part.mask is None else ragged.pad(part.mask, lengths, False),
            times=None if part.times is None else ragged.pad_times(part.times, lengths),
            weight=part.weight,
        )


def checked_weight(weight: ArrayLike | Tensor, count: int) -> Tensor:
    """Weights of series, as float32 with a mean of 1.

    Args:
        weight: [N] numbers of 0 or more, not all 0.
        count: Number of series N.

    Raises:
        InputError: If they are no such numbers.
    """
    found = torch.from_numpy(finite_weight(weight, count))
    return (found / found.mean()).float()


def finite_weight(weight: ArrayLike | Tensor, count: int) -> np.ndarray:
    """Weights of series, [N] float64, the largest 1.

    Args:
        weight: [N] numbers of 0 or more, not all 0.
        count: Number of series N.

    Raises:
        InputError: If they are no such numbers.
    """
    if isinstance(weight, np.ma.MaskedArray) and np.ma.getmaskarray(weight).any():
        raise InputError("sample_weight is masked at some series; expected a weight for each.")
    try:
        found = np.asarray(weight, dtype=np.float64)
    except (TypeError, ValueError) as error:
        raise InputError(f"sample_weight does not hold numbers alone ({error}).") from error
    if found.shape != (count,):
        raise InputError(
            f"sample_weight has shape {list(found.shape)}; expected [{count}], one weight a series."
        )
    if not np.isfinite(found).all() or (found < 0).any() or not found.any():
        raise InputError(
            "sample_weight holds a negative number, NaN or infinity, or nothing but 0; expected "
            "weights of 0 or more."
        )
    # Their scale does not matter; the largest one could leave the range of what is made of them.
    return found / found.max()
