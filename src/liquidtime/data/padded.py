"""Series padded once, so that a batch is a selection: what a training of many passes wants."""

from collections.abc import Sequence

import numpy as np
import torch
from torch import Tensor

from liquidtime.data.batch import Batch, Batchable
from liquidtime.data.encoded import EncodedSeries

_MOST_BYTES = 64 * 2**20
_PARTS = ("inputs", "elapsed", "target", "values", "mask", "times")


class PaddedBatches:
    """Batches of series that lie padded on a device; the same batches as those of the series.

    Args:
        series: To pad.
        device: Where the blocks lie.
    """

    def __init__(self, series: EncodedSeries, device: torch.device) -> None:
        self.lengths = series.lengths
        self._per_step = series.per_step
        self._whole = series.batch(np.arange(len(series))).to(device)

    def batch(
        self, index: np.ndarray | Sequence[int] | Tensor, global_size: int | None = None
    ) -> Batch:
        """Some of the series, padded to the longest of them."""
        chosen = torch.as_tensor(index, dtype=torch.int64)
        steps = int(self.lengths[chosen].max()) if len(chosen) else 0
        whole = self._whole
        there = chosen.to(whole.lengths.device)
        parts = {}
        for name in _PARTS:
            block = getattr(whole, name)
            if block is not None:
                cut = block if name == "target" and not self._per_step else block[:, :steps]
                parts[name] = cut.index_select(0, there)
        return whole._replace(
            lengths=whole.lengths[there],
            index=there,
            global_size=len(chosen) if global_size is None else global_size,
            weight=None if whole.weight is None else whole.weight[there],
            **parts,
        )


def quick_batches(series: Batchable, device: torch.device) -> Batchable:
    """Something that makes the same batches with less work, where padding all series is cheap.

    Args:
        series: Whatever makes batches; only `EncodedSeries` of moderate size are padded.
        device: Where the batches are wanted.
    """
    if not isinstance(series, EncodedSeries) or not len(series):
        return series
    block = len(series) * int(series.lengths.max())
    each = series.inputs.shape[1] + (0 if series.values is None else 2 * series.values.shape[1])
    if block * (4 * each + 16) > _MOST_BYTES or block > 4 * max(1, len(series.inputs)):
        return series
    return PaddedBatches(series, device)
