import numpy as np
import pytest
import torch

from liquidtime.data import IrregularSeries
from liquidtime.errors import InputError
from liquidtime.estimators import Series
from liquidtime.estimators.series import as_series

VALUES = [np.array([[1.0, 2.0], [np.nan, 3.0]]), np.array([[4.0, 5.0]]), np.zeros((3, 2))]
TIMES = [np.array([0.5, 2.0]), np.array([1.0]), np.array([0.0, 0.0, 7.0])]


def test_arrays_are_one_unit_of_time_apart():
    series = as_series(VALUES)
    assert series.lengths.tolist() == [2, 1, 3]
    assert series.times.tolist() == [0, 1, 0, 0, 1, 2]
    assert series.mask[1].tolist() == [False, True]


@pytest.mark.parametrize("pair", [Series, lambda values, times: (values, times)])
def test_series_bring_their_times(pair):
    series = as_series([pair(v, t) for v, t in zip(VALUES, TIMES, strict=True)])
    assert series.times.tolist() == [0.5, 2.0, 1.0, 0.0, 0.0, 7.0]
    assert series.values[2].tolist() == [4.0, 5.0]


def test_an_object_array_is_a_list():
    entries = np.empty(3, dtype=object)
    entries[:] = [Series(v, t) for v, t in zip(VALUES, TIMES, strict=True)]
    assert as_series(entries).equals(as_series(list(entries)))


@pytest.mark.parametrize("make", [np.asarray, torch.as_tensor])
def test_a_padded_array_ends_each_series_at_its_last_number(make):
    block = np.full((3, 3, 2), np.nan)
    for n, values in enumerate(VALUES):
        block[n, : len(values)] = values
    assert as_series(make(block)).equals(as_series(VALUES))


def test_containers_pass_and_are_joined():
    series = as_series(VALUES)
    assert as_series(series) is series
    joined = as_series([series[2], series[0]])
    assert isinstance(joined, IrregularSeries)
    assert joined.lengths.tolist() == [3, 2]


@pytest.mark.parametrize(
    ("X", "message"),
    [
        (np.zeros((4, 3)), r"shape \[4, 3\].*X\[:, :, None\]"),
        ([], "no series"),
        (Series(VALUES[0], TIMES[0]), r"single Series.*\[series\]"),
        ({"a": 1}, "type dict"),
        ([VALUES[0], Series(VALUES[1], TIMES[1])], "mixes bare arrays and pairs"),
        ([Series(TIMES[0], VALUES[0])], r"looks like \(times, values\)"),
        ([(np.array([0.0, 1.0, 2.0]), np.array([5.0, 1.0, 9.0]))], r"looks like \(times, values\)"),
        ([(VALUES[0], TIMES[0], VALUES[0])], r"no \(values, times\) pair"),
        ([(1.0, 2.0)], r"no \(values, times\) pair"),
        ([VALUES[0], np.zeros((2, 3))], "series 1 has 3 features"),
        ([Series(VALUES[0], TIMES[1])], "times of series 0 has 1 entries; its values have 2"),
        ([np.array([["a", "b"]])], "numbers alone"),
    ],
)
def test_other_forms_are_refused(X, message):
    with pytest.raises(InputError, match=message):
        as_series(X)
