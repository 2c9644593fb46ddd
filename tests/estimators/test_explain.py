"""Fitted estimators explain themselves, in their own labels and units."""

import numpy as np
import pytest
from sklearn.exceptions import NotFittedError

from liquidtime import explain
from liquidtime.estimators import LiquidClassifier, LiquidRegressor

X = np.random.default_rng(0).normal(size=(24, 6, 2)) + np.repeat([0.0, 1.0], 12)[:, None, None]
SMALL = {"kind": "cfc", "hidden_size": 4, "epochs": 2, "random_state": 0}


def test_a_classifier_in_its_own_labels():
    y = np.repeat(["well", "ill"], 12)
    model = LiquidClassifier(**SMALL).fit(X, y)
    found = model.explain(X[:1])
    assert found.output.words == f"log-odds of {model.classes_[1]}"
    probability = model.predict_proba(X[:1])[0, 1]
    assert found.value == pytest.approx(np.log(probability / (1 - probability)), abs=1e-4)
    assert found.cells.shape == (6, 2) and found.cells.all()


def test_a_regressor_in_its_own_unit():
    y = 1e6 + X.mean((1, 2))
    model = LiquidRegressor(**SMALL).fit(X, y)
    found = model.explain(X[3:4], method="occlusion")
    assert found.value == pytest.approx(model.predict(X[3:4])[0])
    assert explain.neurons(model, series_of(model)).score == pytest.approx(found.value)


def series_of(model):
    from liquidtime.estimators.series import as_fitted

    return as_fitted(model, X[3:4])


def test_an_unfitted_one_says_so():
    with pytest.raises(NotFittedError):
        LiquidClassifier().explain(X[:1])
