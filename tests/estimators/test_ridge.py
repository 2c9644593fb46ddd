"""Random liquid features under scikit-learn's contract."""

import pickle

import numpy as np
import pytest
from sklearn.base import clone
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import GridSearchCV, cross_val_score
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from liquidtime.errors import InputError
from liquidtime.estimators import (
    LiquidFeatures,
    LiquidRidgeClassifier,
    LiquidRidgeRegressor,
    Series,
)


def waves(count=40, seed=0, channels=2):
    """Fast and slow waves at irregular times, some samples missing."""
    random = np.random.default_rng(seed)
    made, labels = [], []
    for n in range(count):
        times = np.sort(random.uniform(0, 10, size=random.integers(15, 40)))
        speed = (1.0, 2.5)[n % 2]
        values = np.sin(speed * times[:, None] + random.uniform(0, 6, size=channels))
        values[random.random(values.shape) < 0.2] = np.nan
        made.append(Series(values, times))
        labels.append(("slow", "fast")[n % 2])
    return made, np.array(labels)


SMALL = {"n_units": 64, "n_thresholds": 2, "random_state": 0}


def test_shapes_at_irregular_times_are_told_apart_by_all_three():
    X, y = waves()
    X_new, y_new = waves(seed=1)
    model = LiquidRidgeClassifier(**SMALL).fit(X, y)
    assert model.score(X_new, y_new) > 0.9
    assert model.classes_.tolist() == ["fast", "slow"]
    chances = model.predict_proba(X_new)
    np.testing.assert_allclose(chances.sum(1), 1.0)
    scores = model.decision_function(X_new)
    np.testing.assert_allclose(1 / (1 + np.exp(-scores)), chances[:, 1], atol=1e-6)
    piped = make_pipeline(LiquidFeatures(**SMALL), StandardScaler(), LogisticRegression(C=0.01))
    assert piped.fit(X, y).score(X_new, y_new) > 0.9
    speed = np.where(y == "fast", 2.5, 1.0)
    numbers = LiquidRidgeRegressor(**SMALL).fit(X, speed)
    assert numbers.score(X_new, np.where(y_new == "fast", 2.5, 1.0)) > 0.6


def test_several_numbers_are_predicted_as_each_alone():
    X, y = waves()
    both = np.stack([np.where(y == "fast", 2.5, 1.0), 1e9 + np.arange(len(y))], axis=1)
    model = LiquidRidgeRegressor(**SMALL).fit(X, both)
    assert model.predict(X).shape == both.shape
    assert model.n_outputs_ == 2
    assert np.abs(model.predict(X)[:, 1] - both[:, 1]).max() < 50


def test_features_have_names_and_are_the_same_for_every_company_of_series():
    X, _ = waves()
    features = LiquidFeatures(**SMALL).fit(X)
    table = features.transform(X)
    assert table.dtype == np.float32
    assert table.shape == (len(X), 64 * 13) == (len(X), len(features.get_feature_names_out()))
    assert features.get_feature_names_out()[:7].tolist() == [
        *("unit0_maximum", "unit0_minimum", "unit0_mean", "unit0_rms", "unit0_last"),
        *("unit0_share0", "unit0_share1"),
    ]
    np.testing.assert_array_equal(features.transform(X[3:4])[0], table[3])


@pytest.mark.parametrize("model", [LiquidRidgeClassifier(**SMALL), LiquidFeatures(**SMALL)])
def test_clones_copies_and_equal_seeds_fit_alike(model):
    X, y = waves(20)
    outputs = "predict_proba" if hasattr(model, "predict_proba") else "transform"
    first = getattr(model.fit(X, y), outputs)(X)
    again = getattr(clone(model).fit(X, y), outputs)(X)
    copied = getattr(pickle.loads(pickle.dumps(model)), outputs)(X)
    other = getattr(clone(model).set_params(random_state=1).fit(X, y), outputs)(X)
    np.testing.assert_array_equal(first, again)
    np.testing.assert_array_equal(first, copied)
    assert not np.array_equal(first, other)


def test_searches_and_folds_cut_series():
    X, y = waves(24)
    search = GridSearchCV(LiquidRidgeClassifier(**SMALL), {"n_thresholds": [1, 2]}, cv=2)
    assert search.fit(X, y).best_score_ > 0.8
    assert cross_val_score(LiquidRidgeClassifier(**SMALL), X, y, cv=2).min() > 0.6


def test_messy_series_are_taken():
    X, y = waves(20)
    holes = [Series(series.values.copy(), series.times) for series in X]
    holes.append(Series(np.empty((0, 2)), np.empty(0)))
    holes.append(Series(np.full((3, 2), np.nan), np.arange(3.0)))
    holes.append(Series(np.ones((1, 2)), np.zeros(1)))
    labels = [*y, "slow", "fast", "slow"]
    wide = [
        Series(
            np.column_stack([s.values, np.full(len(s.times), np.nan), np.ones(len(s.times))]),
            s.times,
        )
        for s in holes
    ]
    model = LiquidRidgeClassifier(**SMALL).fit(wide, labels)
    assert np.isfinite(model.predict_proba(wide)).all()
    assert np.isfinite(LiquidFeatures(**SMALL).fit_transform(wide)).all()


def test_what_weighs_nothing_has_no_say():
    X, _ = waves(16)
    weights = np.ones(16)
    weights[:4] = 0.0
    light = LiquidRidgeRegressor(**SMALL).fit(X, np.arange(16.0), sample_weight=weights)
    moved = np.arange(16.0)
    moved[:4] = 1e3
    # Beyond the scale of the targets.
    heavy = LiquidRidgeRegressor(**SMALL).fit(X, moved, sample_weight=weights)
    np.testing.assert_allclose(light.predict(X), heavy.predict(X), rtol=1e-2, atol=1e-2)


def test_class_weights_move_the_line():
    X, _ = waves(30)
    # Nothing of the series tells the class.
    y = np.where(np.random.default_rng(0).random(30) < 0.3, "rare", "usual")
    plain = LiquidRidgeClassifier(**SMALL).fit(X, y).predict_proba(X)[:, 0].mean()
    heavy = LiquidRidgeClassifier(**SMALL, class_weight={"rare": 20.0}).fit(X, y)
    assert heavy.predict_proba(X)[:, 0].mean() > plain + 0.2
    LiquidRidgeClassifier(**SMALL, class_weight="balanced").fit(X, y)


@pytest.mark.parametrize(
    ("parameters", "extra", "message"),
    [
        ({"n_units": 0}, {}, "units"),
        ({"n_thresholds": 9}, {}, "thresholds"),
        ({"class_weight": "even"}, {}, "class_weight is 'even'"),
        ({"class_weight": {"odd": 1}}, {}, "class_weight"),
        ({}, {"sample_weight": [1.0]}, "sample_weight has shape"),
        ({}, {"sample_weight": -np.ones(8)}, "negative"),
    ],
)
def test_what_does_not_fit_is_refused(parameters, extra, message):
    X, y = waves(8)
    with pytest.raises(InputError, match=message):
        LiquidRidgeClassifier(**(SMALL | parameters)).fit(X, y, **extra)


def test_other_features_are_refused():
    X, y = waves(8)
    model = LiquidRidgeClassifier(**SMALL).fit(X, y)
    with pytest.raises(InputError, match="expecting 2 features"):
        model.predict(waves(3, channels=3)[0])


@pytest.mark.parametrize("numbers", [False, True])
def test_it_is_explained_and_streamed_as_the_networks_are(numbers):
    X, y = waves(30)
    target = 1e6 + 5.0 * (y == "fast") if numbers else y
    kind = LiquidRidgeRegressor if numbers else LiquidRidgeClassifier
    model = pickle.loads(pickle.dumps(kind(**SMALL).fit(X, target)))
    said = model.predict([X[1]]) if numbers else model.predict_proba([X[1]])[0]
    stream = model.to_stream()
    for values, elapsed in zip(X[1].values, np.diff(X[1].times, prepend=0), strict=True):
        found = stream.observe(values, elapsed)
    np.testing.assert_allclose(found, said, rtol=1e-4, atol=1e-4)
    why = model.explain([X[1]])
    assert why.method == "occlusion" and np.abs(why.cells).max() > 0
    if numbers:
        assert why.value == pytest.approx(said[0], rel=1e-9)
    else:
        odds = np.log(said[1] / said[0]) * (1 if why.output.name == model.classes_[1] else -1)
        assert why.value == pytest.approx(odds, abs=1e-4)


def test_series_of_several_variables_are_read_by_more_units():
    for channels, units in ((1, 512), (2, 1024)):
        X, y = waves(count=4, channels=channels)
        assert len(LiquidFeatures().fit(X).features_.units) == units
        model = LiquidRidgeClassifier().fit(X, y)
        assert len(model.fitted_.model.network.features.units) == units
