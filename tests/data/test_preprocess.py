import json
from dataclasses import replace

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from liquidtime.data import Preprocessor, from_lists
from liquidtime.errors import InputError

NAN = float("nan")


def test_statistics_are_those_of_the_observed_entries(build):
    series = build([5, 0, 7, 1])
    fitted = Preprocessor.fit(series)
    for d in range(3):
        seen = series.values[:, d][series.mask[:, d]].double().numpy()
        assert fitted.mean[d] == pytest.approx(seen.mean(), rel=1e-9)
        assert fitted.std[d] == pytest.approx(seen.std(), rel=1e-9)
    for s in range(2):
        column = series.static[:, s].double().numpy()
        assert fitted.static_mean[s] == pytest.approx(np.nanmean(column), rel=1e-9)
    gaps = [np.diff(one.times.numpy()) for one in series]
    gaps = np.concatenate(gaps)
    assert fitted.time_scale in gaps
    assert fitted.time_scale == pytest.approx(np.median(gaps[gaps > 0]), rel=0.5)


def test_statistics_do_not_see_the_test_part(build):
    series = build([4] * 10)
    train = list(range(7))
    values = series.values.clone()
    values[28:] *= 1000
    times = series.times.clone()
    times[28:] *= 1e6
    other = replace(series, values=values, times=times, static=series.static * 1.0)
    assert Preprocessor.fit(series.select(train)) == Preprocessor.fit(other.select(train))
    assert Preprocessor.fit(series) != Preprocessor.fit(other)


def test_encoding_a_series_does_not_depend_on_its_company(build):
    series = build([4, 0, 6, 1, 3])
    fitted = Preprocessor.fit(series)
    whole = fitted.encode(series)
    for n in range(len(series)):
        alone = fitted.encode(series[n])
        start, end = int(whole.offsets[n]), int(whole.offsets[n + 1])
        assert torch.equal(alone.inputs, whole.inputs[start:end])
        assert torch.equal(alone.elapsed, whole.elapsed[start:end])


def test_layout_of_the_inputs():
    series = from_lists(
        [[[10.0, NAN], [NAN, 3.0], [14.0, NAN]]],
        [[0.0, 2.0, 6.0]],
        static=[[5.0]],
        features=["a", "b"],
    )
    fitted = Preprocessor.fit(series, time_scale=2.0, drop_constant=False)
    encoded = fitted.encode(series)
    names = ("a", "b", "a observed", "b observed", "a age", "b age", "static0")
    assert fitted.input_names == names
    assert fitted.input_size == encoded.inputs.shape[1] == 7
    log = np.log1p
    expected = [
        # a is 10 and 14: mean 12, deviation 2; b is constant: mean 3, deviation taken as 1.
        [-1, 0, 1, 0, 0, 0, 0],
        [-1, 0, 0, 1, log(1), 0, 0],
        [1, 0, 1, 0, 0, log(2), 0],
    ]
    assert torch.allclose(encoded.inputs, torch.tensor(expected, dtype=torch.float32))
    assert encoded.elapsed.tolist() == [0, 1, 2]
    assert encoded.inputs.dtype == encoded.elapsed.dtype == torch.float32


def test_raw_parts_are_there_when_asked_for():
    series = from_lists(
        [[[10.0, NAN], [NAN, 3.0], [14.0, NAN]], [[12.0, 3.0]]],
        [[8.0, 10.0, 14.0], [0.0]],
        static=[[5.0, NAN], [7.0, 1.0]],
        features=["a", "b"],
    )
    fitted = Preprocessor.fit(series, time_scale=2.0)
    assert fitted.variable_count == 4
    plain = fitted.encode(series)
    assert plain.values is plain.mask is plain.times is None
    batch = fitted.encode(series, reads=("values", "mask", "times")).batch([1, 0])
    spread = (8 / 3) ** 0.5  # of 10, 14 and 12
    expected = [[-2 / spread, 0, -1, 0], [0, 0, -1, 0], [2 / spread, 0, -1, 0]]
    assert torch.allclose(batch.raw("values")[1], torch.tensor(expected, dtype=torch.float32))
    # Static features count as observed in every row, unless they are missing.
    seen = [[True, False, True, False], [False, True, True, False], [True, False, True, False]]
    assert batch.raw("mask")[1].tolist() == seen
    assert batch.raw("mask")[0].tolist() == [[True] * 4, [False] * 4, [False] * 4]
    assert batch.raw("times").tolist() == [[0, 0, 0], [4, 5, 7]]
    assert batch.raw("times").dtype == torch.float64
    assert torch.equal(batch.inputs, plain.batch([1, 0]).inputs)
    with pytest.raises(ValueError, match="the batch holds no mask"):
        fitted.encode(series, reads=("values",)).batch([0]).raw("mask")


def test_blocks_can_be_chosen(build):
    series = build([4, 3], static=0)
    full = Preprocessor.fit(series).encode(series).inputs
    some = Preprocessor.fit(series, features=("since", "values"))
    assert torch.equal(some.encode(series).inputs, torch.cat([full[:, 6:], full[:, :3]], 1))
    assert some.input_size == 6
    with pytest.raises(InputError, match="features is"):
        Preprocessor.fit(series, features=("values", "delta"))


def test_odd_training_parts_give_finite_inputs():
    constant = [[7.0, NAN, 1e-12, 1e9]]
    series = from_lists([constant, np.zeros((0, 4)), constant])
    fitted = Preprocessor.fit(series, drop_constant=False)
    assert fitted.time_scale == 1.0
    assert fitted.std == (1.0,) * 4
    other = from_lists([[[8.0, 2.0, 1e-12, 1e9], [NAN, NAN, NAN, 2e9]], np.zeros((0, 4))])
    inputs = fitted.encode(other).inputs
    assert inputs.isfinite().all()
    assert inputs[:, 0].tolist() == [1, 1]
    assert inputs[:, 1].tolist() == [2, 2]
    assert inputs[:, 3].tolist() == [0, 10]
    assert fitted.encode(series.select([1])).inputs.shape == (0, 12)


def test_a_constant_that_float32_cannot_hold_counts_as_constant():
    rng = np.random.default_rng(0)
    rounded = np.float32(1e6) * (1 + 1e-7 * rng.standard_normal((50, 1)))
    series = from_lists([rounded])
    assert Preprocessor.fit(series).std == (1.0,)


def test_outliers_are_cut_off_at_ten_deviations(build):
    train = build([50], static=1, observed=1.0)
    fitted = Preprocessor.fit(train, drop_constant=False)
    values = train.values.clone()
    values[0, 0], values[1, 0] = 1e6, -1e6
    wild = replace(train, values=values, static=torch.tensor([[1e9]]))
    inputs = fitted.encode(wild).inputs
    assert inputs[0, 0] == 10
    assert inputs[1, 0] == -10
    assert inputs[:, -1].unique().item() == 10
    free = Preprocessor.fit(train, clip=float("inf"), drop_constant=False).encode(wild).inputs
    assert free[0, 0] > 1e5


@given(st.sampled_from([1e-9, 1 / 3600, 60.0, 1e9]), st.floats(-1e6, 1e6))
def test_the_unit_and_origin_of_time_do_not_matter(unit, origin):
    rng = np.random.default_rng(1)
    values = [rng.normal(size=(n, 2)) for n in (5, 1, 8)]
    times = [np.cumsum(rng.integers(1, 9, len(block))).astype(float) for block in values]
    plain = from_lists(values, times)
    moved = from_lists(values, [(clock + round(origin)) * unit for clock in times])
    one = Preprocessor.fit(plain).encode(plain)
    two = Preprocessor.fit(moved).encode(moved)
    assert torch.allclose(one.inputs, two.inputs, atol=1e-4)
    assert torch.allclose(one.elapsed, two.elapsed, rtol=1e-4)


def test_json_round_trip(build):
    fitted = Preprocessor.fit(build([4, 3]), features=("values", "mask"), time_scale=2, clip=5)
    again = Preprocessor.from_dict(json.loads(json.dumps(fitted.to_dict())))
    assert again == fitted
    assert isinstance(again.mean, tuple)


def test_other_features_are_refused(build):
    series = build([4, 3])
    fitted = Preprocessor.fit(series)
    with pytest.raises(InputError, match=r"missing \['x2'\], not expected \['z'\]"):
        fitted.encode(replace(series, features=("x0", "x1", "z")))
    with pytest.raises(InputError, match="reordered"):
        fitted.encode(replace(series, features=("x1", "x0", "x2")))
    with pytest.raises(InputError, match="static features"):
        fitted.encode(replace(series, static=None, static_features=None))


@pytest.mark.parametrize("scale", [0.0, -1.0, NAN, float("inf")])
def test_a_time_scale_must_be_positive(build, scale):
    with pytest.raises(InputError, match="time_scale"):
        Preprocessor.fit(build([4]), time_scale=scale)


def test_nothing_to_fit_on(build):
    with pytest.raises(InputError, match="no series"):
        Preprocessor.fit(build([]))
