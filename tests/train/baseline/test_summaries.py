"""A series in a dozen numbers, against the numbers worked out by hand."""

import numpy as np
import pytest
import torch

from liquidtime.data import from_lists
from liquidtime.data.series import IrregularSeries
from liquidtime.train.baseline.summaries import OF_A_SERIES, SO_FAR, of_series, so_far

NAN = float("nan")


def series(**more):
    values = [[[2.0, 1.0], [NAN, 3.0], [6.0, NAN], [4.0, 3.0]], [[5.0, NAN]]]
    return from_lists(values, [[0.0, 2.0, 4.0, 8.0], [3.0]], **more)


def test_a_series_by_hand():
    found = of_series(series())
    assert found.shape == (2, 2 * OF_A_SERIES + 2)
    # Of 2, 6 and 4 at 0, 4 and 8: in the last half 6 and 4, in the last eighth 4.
    deviation, slope, changes = np.sqrt(8 / 3), 8 / 32, (4 + 2) / 2
    first = [4, 2, 6, 2, 4, deviation, 3, slope, changes, 5, 4]
    assert found[0, :OF_A_SERIES] == pytest.approx(first)
    assert found[0, -2:] == pytest.approx([4, 8])
    # One observation has no slope and no changes.
    one = [5, 5, 5, 5, 5, 0, 1, NAN, NAN, 5, 5]
    assert found[1, :OF_A_SERIES] == pytest.approx(one, nan_ok=True)
    never = [NAN] * 6 + [0] + [NAN] * 4
    assert found[1, OF_A_SERIES : 2 * OF_A_SERIES] == pytest.approx(never, nan_ok=True)


def test_steps_know_what_came_so_far_and_nothing_later():
    found = so_far(series())
    assert found.shape == (5, 2 * SO_FAR + 2)
    of_first = found[:, 0 : 2 * SO_FAR : 2]
    # Last, since, one to three rows before, mean of eight rows, mean, least, most.
    assert of_first[0] == pytest.approx([2, 0, NAN, NAN, NAN, 2, 2, 2, 2], nan_ok=True)
    assert of_first[1] == pytest.approx([2, 2, 2, NAN, NAN, 2, 2, 2, 2], nan_ok=True)
    assert of_first[3] == pytest.approx([4, 0, 6, 2, 2, 3.5, 4, 2, 6])
    # The next series begins anew.
    assert of_first[4] == pytest.approx([5, 0, NAN, NAN, NAN, 5, 5, 5, 5], nan_ok=True)
    assert found[:, -2].tolist() == [0, 2, 4, 8, 0] and found[:, -1].tolist() == [0, 1, 2, 3, 0]
    later = series()
    later.values[3] = 99.0
    assert so_far(later)[:3] == pytest.approx(found[:3], nan_ok=True)


def test_categories_and_slips_of_the_pen():
    odd = IrregularSeries(
        values=torch.tensor([[0.0], [2.0], [1e30]]),
        times=torch.arange(3.0, dtype=torch.float64),
        mask=torch.ones(3, 1, dtype=torch.bool),
        lengths=torch.tensor([3]),
    )
    assert np.isfinite(of_series(odd)).all()
    coded = IrregularSeries(
        values=torch.tensor([[0.0], [2.0]]),
        times=torch.arange(2.0, dtype=torch.float64),
        mask=torch.ones(2, 1, dtype=torch.bool),
        lengths=torch.tensor([2, 0]),
        features=("rhythm",),
        categories={"rhythm": ("SR", "AF", "VT")},
    )
    means = of_series(coded)[:, [0, OF_A_SERIES, 2 * OF_A_SERIES]]
    assert means[0].tolist() == [0.5, 0.0, 0.5] and np.isnan(means[1]).all()
