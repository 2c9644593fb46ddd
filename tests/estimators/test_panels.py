"""Frames with an (id, time) MultiIndex as X; targets brought to them by id."""

import numpy as np
import pandas as pd
import pytest

from liquidtime.data import from_frame
from liquidtime.errors import InputError
from liquidtime.estimators import LiquidClassifier, LiquidRegressor

QUICK = {"hidden_size": 4, "epochs": 2, "random_state": 0}


def panel(count: int = 12) -> pd.DataFrame:
    random = np.random.default_rng(0)
    parts = {}
    for n in range(count):
        times = pd.date_range("2024-03-30 20:00", periods=5 + n, freq="h", tz="Europe/Berlin")
        values = random.normal(size=(len(times), 2)) + 3 * (n % 2)
        parts[f"{n:03}"] = pd.DataFrame(values, times, ["a", "b"])
    return pd.concat(parts, names=["patient", "time"])


def outcomes(frame: pd.DataFrame) -> pd.Series:
    ids = frame.index.unique("patient")
    return pd.Series([int(name) % 2 for name in ids], ids)


def test_y_is_taken_by_id_whatever_its_order():
    X = panel()
    y = outcomes(X)
    straight = LiquidClassifier(**QUICK).fit(X, y)
    turned = LiquidClassifier(**QUICK).fit(X, y.iloc[::-1])
    assert np.array_equal(straight.predict_proba(X), turned.predict_proba(X))
    assert straight.score(X, y) == straight.score(X, y.sample(frac=1, random_state=1))
    series = from_frame(X)
    assert np.array_equal(straight.predict_proba(series), straight.predict_proba(X))
    again = LiquidClassifier(**QUICK).fit(series, y.iloc[::-1])
    assert np.array_equal(straight.predict_proba(X), again.predict_proba(X))


def test_a_regressor_takes_several_columns_by_id():
    X = panel()
    y = outcomes(X).to_frame("one").assign(two=np.arange(12.0))
    first = LiquidRegressor(**QUICK).fit(X, y).predict(X)
    assert first.shape == (12, 2)
    assert np.array_equal(first, LiquidRegressor(**QUICK).fit(X, y.iloc[::-1]).predict(X))


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (lambda y: y.iloc[1:], "no target for '000'"),
        (lambda y: pd.concat([y, pd.Series({"999": 1})]), "'999' that X does not have"),
        (lambda y: y.reset_index(drop=True), "the ids of y are not those of X"),
        (lambda y: pd.concat([y, y.iloc[:1]]), "'000' twice"),
    ],
)
def test_other_ids_are_refused(change, said):
    X = panel()
    with pytest.raises(InputError, match=said):
        LiquidClassifier(**QUICK).fit(X, change(outcomes(X)))


def test_numbers_without_ids_are_taken_in_order_and_it_is_said():
    X = panel()
    with pytest.warns(UserWarning, match="y has no ids"):
        by_place = LiquidClassifier(**QUICK).fit(X, outcomes(X).to_numpy())
    by_id = LiquidClassifier(**QUICK).fit(X, outcomes(X))
    assert np.array_equal(by_place.predict_proba(X), by_id.predict_proba(X))
