import inspect
import pickle
from pathlib import Path

import numpy as np
import pytest
import torch
from sklearn.base import clone
from sklearn.exceptions import NotFittedError
from sklearn.model_selection import GridSearchCV, StratifiedKFold, cross_val_score
from sklearn.utils import estimator_checks

from liquidtime.data import from_lists
from liquidtime.errors import InputError
from liquidtime.estimators import LiquidClassifier, LiquidRegressor, Series

SMALL = {"kind": "cfc", "hidden_size": 12, "epochs": 3, "validation": 0.15, "random_state": 0}


def paced(count: int, seed: int) -> tuple[list[Series], np.ndarray]:
    """Noise, of unequal length; only the time between the observations tells the classes apart."""
    rng = np.random.default_rng(seed)
    X, y = [], []
    for _ in range(count):
        slow, length = rng.random() < 0.5, int(rng.integers(6, 15))
        gaps = rng.gamma(4.0, (3.0 if slow else 1.0) / 4.0, length)
        X.append(Series(rng.normal(size=(length, 2)), np.cumsum(gaps)))
        y.append("slow" if slow else "fast")
    return X, np.array(y)


def durations(X: list[Series]) -> np.ndarray:
    return np.array([series.times[-1] - series.times[0] for series in X])


@pytest.fixture(scope="module")
def classifier() -> LiquidClassifier:
    return LiquidClassifier(**SMALL | {"epochs": 30}).fit(*paced(240, 0))


@pytest.mark.parametrize("estimator", [LiquidClassifier(), LiquidRegressor()], ids=repr)
@pytest.mark.parametrize(
    "check",
    [
        estimator_checks.check_no_attributes_set_in_init,
        estimator_checks.check_parameters_default_constructible,
        estimator_checks.check_get_params_invariance,
        estimator_checks.check_set_params,
        estimator_checks.check_do_not_raise_errors_in_init_or_set_params,
        estimator_checks.check_estimator_cloneable,
        estimator_checks.check_estimator_repr,
        estimator_checks.check_estimator_tags_renamed,
        estimator_checks.check_valid_tag_types,
        estimator_checks.check_mixin_order,
    ],
    ids=lambda check: check.__name__,
)
def test_scikit_learns_own_checks(estimator, check):
    check(type(estimator).__name__, clone(estimator))


@pytest.mark.parametrize("kind", [LiquidClassifier, LiquidRegressor])
def test_constructors_are_short_and_all_by_name(kind):
    parameters = list(inspect.signature(kind).parameters.values())
    # What people tune; all else stands in dictionaries. See docs/dev/decisions.
    assert len(parameters) <= 20
    assert all(p.kind is p.KEYWORD_ONLY and p.default is not p.empty for p in parameters)


def test_elapsed_time_alone_tells_the_classes_apart(classifier):
    X, y = paced(240, 1)
    assert classifier.score(X, y) > 0.9
    # The same series on an even clock carry nothing: it was the time, and only the time.
    even = [Series(series.values, np.arange(len(series.values))) for series in X]
    assert len(set(classifier.predict(even))) == 1 or classifier.score(even, y) < 0.65


def test_string_classes_and_probabilities(classifier):
    X, _ = paced(40, 2)
    assert classifier.classes_.tolist() == ["fast", "slow"]
    proba = classifier.predict_proba(X)
    assert proba.shape == (40, 2)
    assert np.allclose(proba.sum(axis=1), 1.0)
    assert set(classifier.predict(X)) == {"fast", "slow"}
    assert (classifier.predict(X) == classifier.classes_[proba.argmax(axis=1)]).all()


def test_a_series_is_predicted_alike_alone_and_in_company(classifier):
    X, _ = paced(30, 3)
    together = classifier.predict_proba(X)
    alone = np.concatenate([classifier.predict_proba([series]) for series in X])
    assert np.allclose(together, alone, atol=1e-6)


def test_pickle_keeps_the_predictions(classifier):
    X, _ = paced(20, 4)
    twin = pickle.loads(pickle.dumps(classifier))
    assert np.array_equal(twin.predict_proba(X), classifier.predict_proba(X))


def test_clone_forgets_the_fit(classifier):
    twin = clone(classifier)
    assert twin.get_params() == classifier.get_params()
    with pytest.raises(NotFittedError):
        twin.predict(paced(3, 0)[0])


@pytest.mark.parametrize("kind", [LiquidClassifier, LiquidRegressor])
def test_predict_before_fit_is_refused(kind):
    with pytest.raises(NotFittedError):
        kind().predict(paced(3, 0)[0])


def test_another_number_of_features_is_refused(classifier):
    with pytest.raises(InputError, match="X has 3 features, but LiquidClassifier is expecting 2"):
        classifier.predict([np.zeros((4, 3))])


@pytest.mark.parametrize("kind", [LiquidClassifier, LiquidRegressor])
def test_fit_repeats_itself_and_leaves_no_trace(kind, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    X, y = paced(40, 5)
    y = y if kind is LiquidClassifier else durations(X)
    before = [(s.values.copy(), s.times.copy()) for s in X]
    estimator = kind(**SMALL)
    parameters = estimator.get_params()
    torch_state, numpy_state = torch.get_rng_state(), np.random.get_state()[1].copy()  # noqa: NPY002

    first = estimator.fit(X, y)
    assert first is estimator
    outputs = estimator.predict(X)
    weights = {k: v.clone() for k, v in estimator.fitted_.model.network.state_dict().items()}
    again = estimator.fit(X, y)

    assert np.array_equal(again.predict(X), outputs)
    for name, tensor in again.fitted_.model.network.state_dict().items():
        assert torch.equal(tensor, weights[name])
    assert estimator.get_params() == parameters
    assert torch.equal(torch.get_rng_state(), torch_state)
    assert np.array_equal(np.random.get_state()[1], numpy_state)  # noqa: NPY002
    assert all(
        np.array_equal(s.values, v) and np.array_equal(s.times, t)
        for s, (v, t) in zip(X, before, strict=True)
    )
    assert list(Path(tmp_path).iterdir()) == []


def test_another_seed_is_another_fit():
    X, y = paced(40, 5)
    one, two = (
        LiquidClassifier(**SMALL | {"random_state": seed}).fit(X, y).predict_proba(X)
        for seed in (0, 1)
    )
    assert not np.allclose(one, two)


def test_grid_search_over_series_of_unequal_length_with_times():
    X, y = paced(60, 6)
    search = GridSearchCV(
        LiquidClassifier(kind="cfc", epochs=8, random_state=0, hidden_size=8),
        {"hidden_size": np.array([6, 8]), "learning_rate": [1e-2, 1e-7]},
        cv=StratifiedKFold(2),
        error_score="raise",
    ).fit(X, y)
    assert search.best_params_["learning_rate"] == 1e-2
    assert search.predict(X).shape == (60,)
    assert search.best_score_ > 0.7


def test_cross_validation_over_a_container():
    X, y = paced(60, 7)
    series = from_lists([s.values for s in X], [s.times for s in X])
    scores = cross_val_score(LiquidRegressor(**SMALL), series, durations(X), cv=2)
    assert scores.shape == (2,)
    assert np.isfinite(scores).all()
    assert len(y) == len(series)


def test_a_container_brings_its_own_targets():
    X, y = paced(40, 8)
    classes, codes = np.unique(y, return_inverse=True)
    lists = [s.values for s in X], [s.times for s in X]
    series = from_lists(*lists, target=codes, classes=classes)
    with_y = LiquidClassifier(**SMALL).fit(X, y)
    without = LiquidClassifier(**SMALL).fit(series)
    assert without.classes_.tolist() == ["fast", "slow"]
    assert np.array_equal(with_y.predict_proba(X), without.predict_proba(series))
    values = from_lists(*lists, target=durations(X).astype(np.float32))
    assert LiquidRegressor(**SMALL).fit(values).predict(X).shape == (40, 1)


def test_regressor_learns_the_duration():
    X, _ = paced(240, 9)
    Xt, _ = paced(120, 10)
    regressor = LiquidRegressor(random_state=0)
    y = durations(X)
    assert regressor.fit(X, y).predict(Xt).shape == (120,)
    assert regressor.score(Xt, durations(Xt)) > 0.7


def test_units_and_offsets_of_targets_do_not_matter():
    X, _ = paced(60, 11)
    y = durations(X)
    y = np.stack([y, -y], axis=1)
    plain = LiquidRegressor(**SMALL).fit(X, y).predict(X)
    assert plain.shape == (60, 2)
    moved = LiquidRegressor(**SMALL).fit(X, 1e-3 * y + 2e6).predict(X)
    assert np.allclose((moved - 2e6) * 1e3, plain, atol=1e-3)


def test_missing_values_and_empty_series():
    X, y = paced(40, 12)
    holes = np.random.default_rng(0)
    X = [Series(np.where(holes.random(s.values.shape) < 0.3, np.nan, s.values), s.times) for s in X]
    X[0] = Series(np.zeros((0, 2)), np.zeros(0))
    proba = LiquidClassifier(**SMALL).fit(X, y).predict_proba(X)
    assert np.isfinite(proba).all()


@pytest.mark.parametrize(
    "parameters",
    [
        {"kind": "ltc", "options": {"unfolds": 2}},
        {"kind": "lstm"},
        {"wiring": "auto_ncp"},
        {"kind": "gru"},
    ],
)
def test_other_layers_fit_too(parameters):
    X, y = paced(24, 13)
    estimator = LiquidClassifier(**SMALL | {"epochs": 1} | parameters)
    assert estimator.fit(X, y).predict_proba(X).shape == (24, 2)


def test_balanced_classes_are_weighed():
    X, y = paced(60, 14)
    rare = np.concatenate([np.flatnonzero(y == "fast"), np.flatnonzero(y == "slow")[:6]])
    X, y = [X[i] for i in rare], y[rare]
    mean = [
        LiquidClassifier(class_weight=weight, **SMALL).fit(X, y).predict_proba(X)[:, 1].mean()
        for weight in (None, "balanced")
    ]
    assert mean[1] > mean[0]


def test_three_integer_classes_and_patience():
    X, _ = paced(60, 15)
    y = np.digitize(durations(X), np.quantile(durations(X), [1 / 3, 2 / 3])) * 10
    estimator = LiquidClassifier(
        kind="cfc", hidden_size=8, epochs=50, patience=1, validation=0.2, random_state=0
    ).fit(X, y)
    assert estimator.classes_.tolist() == [0, 10, 20]
    assert estimator.predict_proba(X).shape == (60, 3)
    assert len(estimator.history_) == estimator.n_iter_ < 50


@pytest.mark.parametrize(
    ("parameters", "y", "message"),
    [
        ({"class_weight": "heavy"}, None, "class_weight is 'heavy'"),
        ({"class_weight": {"fast": -1.0}}, None, "class_weight is .*weights from 0 to 1e30"),
        (
            {"class_weight": {"fast": float("nan")}},
            None,
            "class_weight is .*weights from 0 to 1e30",
        ),
        ({"validation": "auto", "validation_fraction": 0.0}, None, "validation_fraction is 0.0"),
        ({"hidden_size": 0}, None, "hidden_size is 0"),
        ({"kind": "hopfield"}, None, "'hopfield' is no model"),
        ({"kind": "gru", "wiring": "full"}, None, "no option 'wiring'"),
        ({"options": {"unfolds": 3}}, None, "options holds 'unfolds'"),
        ({}, ["a"] * 12, "one class only"),
        ({}, ["a", "b"], "y holds 2 targets, but X holds 12 series"),
        ({}, np.full((12, 2), 2), r"y has shape \[12, 2\]"),
        ({}, np.zeros((12, 2)), "The label 'label 0' has only 0"),
    ],
)
def test_what_a_classifier_cannot_fit_is_refused(parameters, y, message):
    X, labels = paced(12, 0)
    with pytest.raises(InputError, match=message):
        LiquidClassifier(**parameters).fit(X, labels if y is None else y)


@pytest.mark.parametrize(
    ("y", "message"),
    [
        (["a"] * 12, "numbers alone"),
        ([np.nan] * 12, "NaN or infinity"),
        (np.zeros((12, 2, 2)), r"expected \[N\] or \[N, K\]"),
        (None, "y is missing"),
    ],
)
def test_what_a_regressor_cannot_fit_is_refused(y, message):
    with pytest.raises(InputError, match=message):
        LiquidRegressor().fit(paced(12, 0)[0], y)


def test_targets_a_step_are_pointed_elsewhere():
    X, _ = paced(5, 0)
    series = from_lists(
        [s.values for s in X],
        [s.times for s in X],
        target=[np.zeros(len(s.times), dtype=int) for s in X],
        per_step=True,
    )
    with pytest.raises(InputError, match=r"liquidtime\.train\.fit"):
        LiquidClassifier().fit(series)


def test_a_failed_fit_leaves_the_earlier_one(classifier):
    X, _ = paced(10, 16)
    before = classifier.predict_proba(X)
    with pytest.raises(InputError):
        classifier.fit(X, ["a"] * 10)
    assert np.array_equal(classifier.predict_proba(X), before)
