"""Data frames keep their clock and their names; labels are labels; layouts are told apart."""

import warnings

import numpy as np
import pandas as pd
import pytest
import torch

from liquidtime import notes
from liquidtime.data import from_lists, from_nan_padded
from liquidtime.errors import InputError
from liquidtime.estimators import LiquidClassifier, LiquidRegressor, Series

QUICK = {"kind": "cfc", "hidden_size": 6, "epochs": 2, "validation": 0.25, "random_state": 0}
Y = [0, 1] * 6


def frames(count: int = 12, unit: str = "ns") -> list[pd.DataFrame]:
    rng = np.random.default_rng(0)
    dates = pd.DatetimeIndex(pd.date_range("2024", periods=5, freq="7h"), dtype=f"M8[{unit}]")
    return [
        pd.DataFrame(rng.normal(size=(5, 2)), columns=["a", "b"], index=dates) for _ in range(count)
    ]


@pytest.fixture(scope="module")
def fitted() -> LiquidClassifier:
    return LiquidClassifier(**QUICK).fit(frames(), Y)


@pytest.fixture(autouse=True)
def unsaid(monkeypatch):
    monkeypatch.setattr(notes, "said", set())


def test_the_index_is_the_clock(fitted):
    probabilities = fitted.predict_proba(frames())
    by_hand = [Series(frame, 7.0 * np.arange(5) * np.timedelta64(3600, "s")) for frame in frames()]
    assert np.array_equal(fitted.predict_proba(by_hand), probabilities)
    slower = [f.set_axis(f.index[0] + (f.index - f.index[0]) * 99) for f in frames()]
    assert not np.allclose(fitted.predict_proba(slower), probabilities, atol=1e-4)


def test_units_and_zones_of_the_index_do_not_matter(fitted):
    probabilities = fitted.predict_proba(frames())
    for unit in ("s", "ms", "us"):
        assert np.array_equal(fitted.predict_proba(frames(unit=unit)), probabilities)
    zoned = [frame.tz_localize("Asia/Tokyo") for frame in frames()]
    assert np.array_equal(fitted.predict_proba(zoned), probabilities)


def test_a_fit_on_dates_refuses_plain_numbers(fitted):
    plain = [Series(frame, 7.0 * np.arange(5)) for frame in frames()]
    with pytest.raises(InputError, match="times of these series are plain numbers"):
        fitted.predict(plain)
    numbers = LiquidClassifier(**QUICK).fit(plain, Y)
    with pytest.raises(InputError, match="times of these series are dates or durations"):
        numbers.predict(frames())


def test_names_of_columns_are_those_of_the_fit(fitted):
    assert fitted.feature_names_in_.tolist() == ["a", "b"]
    with pytest.raises(InputError, match="must be in the same order as they were in fit"):
        fitted.predict([frame[["b", "a"]] for frame in frames()])
    unseen = r"unseen at fit time:\n- c\nFeature names seen at fit time, yet now missing:\n- b"
    with pytest.raises(InputError, match=unseen):
        fitted.predict([frame.assign(c=1.0)[["a", "c"]] for frame in frames()])
    with pytest.raises(InputError, match="yet now missing:\n- b"):
        fitted.predict([frame[["a"]] for frame in frames()])
    bare = [Series(frame.to_numpy(), frame.index) for frame in frames()]
    with pytest.warns(UserWarning, match="X does not have valid feature names, but LiquidClassif"):
        assert np.array_equal(fitted.predict_proba(bare), fitted.predict_proba(frames()))


def test_a_fit_without_names_says_that_names_came():
    bare = [Series(frame.to_numpy(), frame.index) for frame in frames()]
    estimator = LiquidClassifier(**QUICK).fit(frames(), Y).fit(bare, Y)
    assert not hasattr(estimator, "feature_names_in_")
    with pytest.warns(UserWarning, match="X has feature names, but LiquidClassifier was fitted w"):
        estimator.predict(frames())


def test_frames_of_one_fit_have_the_same_columns():
    turned = frames()
    turned[3] = turned[3][["b", "a"]]
    with pytest.raises(InputError, match="series 3 stand in another order"):
        LiquidClassifier().fit(turned, Y)
    turned[3] = frames()[3].rename(columns={"b": "c"})
    with pytest.raises(InputError, match=r"series 3 .* missing \['b'\], not expected \['c'\]"):
        LiquidClassifier().fit(turned, Y)
    with pytest.raises(InputError, match="two columns 'a'"):
        from_lists([pd.DataFrame(np.zeros((2, 2)), columns=["a", "a"])], [[0, 1]])


@pytest.mark.parametrize(
    ("index", "message"),
    [
        ([3, 4, 5], "whole numbers, 3 to 5, which may be times or numbers of rows"),
        ([0, 5, 20], "may be times or numbers of rows"),
        (["x", "y", "z"], r"\('x' first\), which tells no time"),
        (pd.MultiIndex.from_tuples([(1, 0.0), (1, 1.0), (1, 2.0)]), "MultiIndex"),
        (pd.period_range("2024", periods=3, freq="M"), "to_timestamp"),
        (pd.DatetimeIndex(["2024-01-01", None, "2024-01-03"]), "not finite"),
        ([2.0, 1.0, 3.0], "times fall"),
    ],
)
def test_an_index_that_tells_no_time_is_refused(index, message):
    frame = pd.DataFrame({"a": [1.0, 2.0, 3.0]}, index=index)
    with pytest.raises(InputError, match=message):
        from_lists([frame])
    assert from_lists([frame], [[0.0, 1.0, 5.0]]).times.tolist() == [0.0, 1.0, 5.0]


def test_an_index_that_does_or_only_counts_is_read():
    values = {"a": [1.0, 2.0, 3.0]}
    assert from_lists([pd.DataFrame(values, index=[0.5, 1.5, 9.0])]).times.tolist() == [0.5, 1.5, 9]
    assert from_lists([pd.DataFrame(values)]).times.tolist() == [0.0, 1.0, 2.0]
    series = from_lists([pd.DataFrame(values, index=pd.to_timedelta([0, 30, 90], unit="min"))])
    assert (series.times.tolist(), series.time_unit) == ([0.0, 0.5, 1.5], "hours")
    column = pd.Series([1.0, 2.0], name="HR", index=pd.date_range("2024", periods=2, freq="h"))
    assert from_lists([column]).features == ("HR",)
    mixed = [pd.DataFrame(values), pd.DataFrame(values, index=[0.5, 1.5, 9.0])]
    with pytest.raises(InputError, match="index of series 1 tells the time, that of series 0 does"):
        from_lists(mixed)


@pytest.mark.parametrize(
    ("column", "message"),
    [
        (["low", "high"], r"column 'a' of series 0 holds .*to_numeric"),
        (pd.to_datetime(["2024", "2025"]), "column 'a' of series 0 holds dates or durations"),
        (pd.Categorical(["x", "y"]), "column 'a' of series 0 holds category"),
    ],
)
def test_columns_hold_numbers(column, message):
    with pytest.raises(InputError, match=message):
        from_lists([pd.DataFrame({"a": column})], [[0, 1]])
    nullable = pd.DataFrame({"a": pd.array([1, None], dtype="Int64")})
    assert from_lists([nullable], [[0, 1]]).mask.flatten().tolist() == [True, False]


def test_one_frame_is_no_list_of_series():
    with pytest.raises(InputError, match=r"single DataFrame.*set_index"):
        LiquidClassifier().fit(frames()[0], Y)


def test_a_block_of_many_channels_says_how_it_is_read():
    block = np.random.default_rng(0).normal(size=(12, 3, 40))
    with pytest.warns(notes.Note, match=r"\[N, T, D\]: 3 steps of 40 features.*layout=\"NDT\""):
        estimator = LiquidClassifier(**QUICK).fit(block, Y)
    assert estimator.n_features_in_ == 40
    turned = from_nan_padded(block, layout="NDT")
    assert (turned.feature_count, turned.lengths[0]) == (3, 40)
    with warnings.catch_warnings():
        warnings.simplefilter("error", UserWarning)
        estimator.predict(block)
        estimator = LiquidClassifier(**QUICK).fit(turned, Y)
    with pytest.raises(InputError, match=r"X has 40 features, but .* Every series has 3 steps: if"):
        estimator.predict(block)


def test_lists_of_turned_arrays_name_the_way():
    with pytest.raises(InputError, match=r"All have 3 rows: if they are \[D, T\]"):
        from_lists([np.zeros((3, 40)), np.zeros((3, 41))])


def test_steps_without_times_are_noted_once():
    values = [np.random.default_rng(0).normal(size=(5, 2)) for _ in Y]
    with pytest.warns(notes.Note, match="no times given: every gap"):
        estimator = LiquidRegressor(**QUICK).fit(values, np.arange(12.0))
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        estimator.predict(values)


def test_an_empty_series_alone_is_predicted(fitted):
    X = [Series(np.random.default_rng(0).normal(size=(4, 2)), np.arange(4.0)) for _ in Y]
    estimator = LiquidClassifier(**QUICK).fit(X, Y)
    assert estimator.predict_proba([Series(np.zeros((0, 2)), np.zeros(0))]).shape == (1, 2)


X = [Series(np.zeros((3, 1)), np.arange(3.0)) for _ in range(6)]


@pytest.mark.parametrize(
    ("y", "message"),
    [
        ([0.1, 0.5, 1.5, 2.5, 3.1, 4.7], "Unknown label type: continuous.*LiquidRegressor"),
        (torch.tensor([0.1, 0.5, 1.5, 2.5, 3.1, 4.7]), "Unknown label type: continuous"),
        (["a", "b", None, "a", "b", "a"], "y is None in series 2; expected a label"),
        (pd.Series(["a", "b", pd.NA, "a", "b", "a"], dtype="string"), "y is .* in series 2"),
        (["a", "b", float("nan"), "a", "b", "a"], "y is nan in series 2"),
        ([1, "a"] * 3, r"y mixes text \('a'\) with int \(1\)"),
        (np.array([1, "a"] * 3, dtype=object), "y mixes text"),
        ([0.0, 1.0, np.nan, 0.0, 1.0, 0.0], "y holds NaN or infinity"),
        (np.arange(6).astype("M8[D]"), "y holds datetime64"),
        ([0, 1, 0], "y holds 3 targets, but X holds 6 series"),
        ([[0], [1]] * 3, "expected \\[N\\], a label a series"),
        (["a"] * 6, "one class only"),
    ],
)
def test_labels_that_are_none_are_refused(y, message):
    with pytest.raises(InputError, match=message):
        LiquidClassifier().fit(X, y)


@pytest.mark.parametrize(
    ("y", "classes"),
    [
        (["b", "a"] * 3, ["a", "b"]),
        (np.array(["b", "a"] * 3, dtype=object), ["a", "b"]),
        (pd.Series(["b", "a"] * 3, dtype="category"), ["a", "b"]),
        ([True, False] * 3, [False, True]),
        ([2.0, 1.0] * 3, [1.0, 2.0]),
    ],
)
def test_labels_of_every_kind_come_back(y, classes):
    estimator = LiquidClassifier(**QUICK).fit(X, y)
    assert estimator.classes_.tolist() == classes
    assert set(estimator.predict(X)) <= set(classes)


@pytest.mark.parametrize(
    ("y", "message"),
    [
        (np.arange(6).astype("M8[D]"), "does not hold numbers alone"),
        (["x"] * 6, "does not hold numbers alone"),
        ([1.0, np.nan, 1, 1, 1, 1], "y holds NaN or infinity"),
        ([1.0, 2.0], "y holds 2 targets, but X holds 6 series"),
        (1j * np.arange(6), "does not hold numbers alone"),
    ],
)
def test_targets_of_a_regression_are_numbers(y, message):
    with pytest.raises(InputError, match=message):
        LiquidRegressor().fit(X, y)
