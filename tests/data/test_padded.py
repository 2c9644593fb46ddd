from dataclasses import replace

import numpy as np
import pytest
import torch

from liquidtime.data.convert import from_lists
from liquidtime.data.padded import PaddedBatches, quick_batches
from liquidtime.data.preprocess import Preprocessor

CPU = torch.device("cpu")


@pytest.mark.parametrize("per_step", [False, True])
@pytest.mark.parametrize("reads", [(), ("values", "mask", "times")])
def test_the_batches_are_those_of_the_series(per_step, reads):
    random = np.random.default_rng(0)
    lengths = [0, 5, 3, 1, 7]
    values = [random.normal(size=(n, 2)) for n in lengths]
    times = [np.sort(random.random(n)) for n in lengths]
    data = from_lists(values, times, target=[0, 1, 0, 1, 1])
    if per_step:
        data = replace(data, target=torch.arange(16) % 3 - 1, per_step=True)
    encoded = Preprocessor.fit(data).encode(data, reads=reads).weighted([1, 2, 3, 4, 5])
    padded = PaddedBatches(encoded, CPU)
    for index in ([4, 0], [2, 3, 1], [0], [1]):
        for one, two in zip(padded.batch(index, 9), encoded.batch(index, 9), strict=True):
            assert torch.equal(one, two) if isinstance(two, torch.Tensor) else one == two


def test_one_long_series_among_short_ones_is_not_padded():
    data = from_lists(
        [np.zeros((n, 1)) for n in [2] * 50 + [5000]],
        [np.arange(n) for n in [2] * 50 + [5000]],
        target=[0, 1] * 25 + [0],
    )
    encoded = Preprocessor.fit(data).encode(data)
    assert quick_batches(encoded, CPU) is encoded
