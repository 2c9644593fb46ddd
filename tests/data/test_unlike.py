"""Series of another unit, clock or order of columns than those of the fit are told of."""

from dataclasses import replace

import numpy as np
import pytest
import torch

from liquidtime.data import Preprocessor, from_lists
from liquidtime.data.preprocess.unlike import unlike


@pytest.fixture(scope="module")
def series():
    random = np.random.default_rng(0)
    times = [np.cumsum(random.exponential(1.0, 10)) for _ in range(6)]
    values = [random.normal((80.0, 37.0, 5.0), (8.0, 0.4, 0.0), (10, 3)) for _ in times]
    return from_lists(values, times, features=("HR", "Temp", "still"))


@pytest.fixture(scope="module")
def known(series):
    return Preprocessor.fit(series)


def told(series, known, **change):
    return " ".join(unlike(replace(series, **change), known))


def test_the_same_kind_is_not_told(series, known):
    assert told(series, known) == ""
    assert told(series.select([0]), known, times=series.select([0]).times + 1e6) == ""
    coarser = replace(series, times=3 * series.times, values=series.values * 1.01)
    assert told(coarser, known) == ""


@pytest.mark.parametrize("factor", [60.0, 1 / 24, 1e9])
def test_another_unit_of_time(series, known, factor):
    assert "in another unit?" in told(series, known, times=factor * series.times)


def test_columns_swapped_and_other_units(series, known):
    swapped = told(series, known, values=series.values[:, [1, 0, 2]])
    assert "HR: the values are far" in swapped and "Temp: the values are far" in swapped
    fahrenheit = series.values * torch.tensor([1.0, 1.8, 1.0]) + torch.tensor([0.0, 32.0, 0.0])
    assert told(series, known, values=fahrenheit).startswith("Temp: the values are far from")


def test_a_constant_input_that_was_left_out_is_not_looked_at(series, known):
    assert "still" in known.dropped["values"]
    changed = series.values + torch.tensor([0.0, 0.0, 99.0])
    assert told(series, known, values=changed) == ""


def test_a_variable_without_values_and_signs_for_none(series, known):
    gone = series.mask & torch.tensor([False, True, True])
    assert (
        told(series, known, mask=gone, values=series.values * gone)
        == "No value of HR is here, though training had some."
    )
    values = series.values.clone()
    values[::7, 0] = -999.0
    assert "HR: 9 of 60 values lie further than 10" in told(series, known, values=values)


def test_a_time_scale_of_ones_own_says_nothing_of_the_gaps(series):
    own = Preprocessor.fit(series, time_scale=500.0)
    assert own == Preprocessor.from_dict(own.to_dict())
    assert told(series, own) == ""
    assert "in another unit?" in told(series, own, times=60 * series.times)
