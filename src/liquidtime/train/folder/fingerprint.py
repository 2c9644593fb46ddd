"""What tells one fit's data and split from another's."""

import hashlib

import numpy as np
from torch import Tensor

from liquidtime.data.series import IrregularSeries
from liquidtime.data.splits import Split


def fingerprint(series: IrregularSeries, split: Split, weight: Tensor | None = None) -> str:
    """A digest of the data and the split, by which a resumed run knows that they are the same.

    Args:
        series: The data.
        split: The split.
        weight: [N], weights of the series, if they have any.
    """
    digest = hashlib.blake2b(digest_size=16)
    for tensor in (
        series.values,
        series.times,
        series.mask,
        series.lengths,
        series.static,
        series.target,
    ):
        if tensor is not None:
            digest.update(np.ascontiguousarray(tensor.cpu().numpy()).data)
        digest.update(b"|")
    for part in (split.train, split.validation, split.test):
        digest.update(np.ascontiguousarray(part, dtype=np.int64).data)
        digest.update(b"|")
    digest.update("|".join(series.features or ()).encode())
    if weight is not None:
        digest.update(weight.numpy().data)
    # The numbers of categories are in the tensors, their names are not.
    for found in (series.categories, series.static_categories):
        for name, labels in found.items():
            digest.update("|".join((name, *labels, "")).encode())
    return digest.hexdigest()
