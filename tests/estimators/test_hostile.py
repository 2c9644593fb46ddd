"""What estimators must refuse, or read in one way only, whichever of them is asked."""

import numpy as np
import pandas as pd
import pytest
import torch

from liquidtime.data import from_lists
from liquidtime.errors import InputError
from liquidtime.estimators import (
    LiquidClassifier,
    LiquidRegressor,
    LiquidRidgeClassifier,
    LiquidRidgeRegressor,
    Series,
)
from liquidtime.notes import Note, said

N = 8
Y = np.arange(N) % 2
X = [Series(np.random.default_rng(n).normal(size=(6, 2)) + Y[n], np.arange(6)) for n in range(N)]
HIDDEN = np.ma.masked_array(Y, mask=np.arange(N) == 3)
MAKERS = {
    "classifier": lambda **k: LiquidClassifier(kind="cfc", steps=2, random_state=0, **k),
    "regressor": lambda **k: LiquidRegressor(kind="cfc", steps=2, random_state=0, **k),
    "ridge classifier": lambda **k: LiquidRidgeClassifier(n_units=8, random_state=0, **k),
    "ridge regressor": lambda **k: LiquidRidgeRegressor(n_units=8, random_state=0, **k),
}
both = pytest.mark.parametrize("make", MAKERS.values(), ids=MAKERS)
networks = pytest.mark.parametrize("make", list(MAKERS.values())[:2], ids=list(MAKERS)[:2])
classifiers = pytest.mark.parametrize("make", list(MAKERS.values())[::2], ids=list(MAKERS)[::2])


@both
def test_what_is_masked_is_no_target_and_no_weight(make):
    with pytest.raises(InputError, match="y is masked"):
        make().fit(X, HIDDEN)
    with pytest.raises(InputError, match="sample_weight is masked"):
        make().fit(X, Y, sample_weight=np.ma.masked_array(np.ones(N), mask=Y == 1))


@both
def test_targets_of_half_precision_are_those_of_double(make):
    half = make().fit(X, torch.tensor(Y, dtype=torch.bfloat16))
    assert np.array_equal(half.predict(X), make().fit(X, Y.astype(float)).predict(X))


@both
@pytest.mark.parametrize("scale", [1e-300, 1e300])
def test_the_scale_of_weights_does_not_matter(make, scale):
    weights = 1.0 + np.arange(N)
    plain, scaled = (
        make().fit(X, Y, sample_weight=w).predict(X) for w in (weights, weights * scale)
    )
    assert np.allclose(plain, scaled, rtol=1e-4, atol=1e-5)


@classifiers
@pytest.mark.parametrize("weight", ["a", None, np.array([1.0]), 1e300])
def test_weights_of_classes_are_numbers(make, weight):
    with pytest.raises(InputError, match="class_weight is"):
        make(class_weight={0: weight}).fit(X, Y)


@networks
@pytest.mark.parametrize(
    "groups", [3, np.ones((N, 2)), [1, "1"] * 4, pd.Series([None] + [1] * 7, dtype="Int64")]
)
def test_groups_are_one_known_group_a_series(make, groups):
    with pytest.raises(InputError, match="group"):
        make().fit(X, Y, groups=groups)


@networks
def test_groups_beside_a_validation_set_are_refused(make):
    with pytest.raises(InputError, match="nothing is left to cut by groups"):
        make().fit(X, Y, groups=Y, validation=(X, Y))


@networks
@pytest.mark.parametrize("share", [0, 1, 2])
def test_a_share_is_no_number_of_folds(make, share):
    with pytest.raises(InputError, match="validation_fraction is"):
        make(validation_fraction=share).fit(X, Y)


@networks
def test_a_validation_set_has_the_same_kind_of_time(make):
    dated = [Series(one.values, pd.date_range("2020", periods=6)) for one in X]
    with pytest.raises(InputError, match="times of the validation set are dates"):
        make().fit(X, Y, validation=(dated, Y))


@pytest.mark.parametrize("kind", ["regressor", "ridge regressor"])
def test_targets_too_large_for_32_bits_are_refused_in_these_words(kind):
    with pytest.raises(InputError, match="too large for 32 bits"):
        MAKERS[kind]().fit(X, Y * 1e300)


def test_values_too_large_for_32_bits_are_refused_in_these_words():
    with pytest.raises(InputError, match="values of x1 hold 1e\\+300, which is too large"):
        from_lists([np.array([[0.0, 1e300], [0.0, 1.0]])], [[0, 1]])


@pytest.mark.parametrize("offset, scale", [(1e9, 1.0), (0.0, 1e-300)])
def test_differences_that_32_bits_lose_are_told(offset, scale):
    said.clear()
    values = offset + scale * np.array([[0.0], [1.0], [2.0]])
    with pytest.warns(Note, match="how they differ is lost"):
        from_lists([values], [[0, 1, 2]])
