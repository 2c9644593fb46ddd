"""What estimators learn from and validate on: folds, shares, groups, sets that are given."""

from dataclasses import replace

import numpy as np
import pytest
import torch
from sklearn.model_selection import GridSearchCV

from liquidtime.data import from_nan_padded
from liquidtime.deploy.stream import Stream
from liquidtime.errors import InputError
from liquidtime.estimators import LiquidClassifier, LiquidRegressor
from liquidtime.estimators.choice import ahead
from liquidtime.estimators.validation import validation_of
from liquidtime.notes import Note, said
from liquidtime.train import FitConfig
from liquidtime.train.objectives import catalogue as objectives
from liquidtime.train.score.metrics import Scored

QUICK = {"kind": "cfc", "hidden_size": 4, "epochs": 2, "random_state": 0}
RANDOM = np.random.default_rng(0)
X = from_nan_padded(RANDOM.normal(size=(24, 5, 2)))
Y = np.array([0, 1] * 12)
ARGUMENTS = {"share": None, "given": None, "seed": 0, "classes": Y, "groups": None}


def test_few_series_are_cross_validated_and_all_learnt_from():
    model = LiquidClassifier(**QUICK).fit(X, Y)
    assert model.chosen_ == "cfc"
    assert [*model.validation_scores_] == ["cfc"]
    numbers, predicted = model.validation_predictions_
    assert numbers.tolist() == list(range(24))
    assert predicted.shape == (24, 2)
    assert predicted.sum(axis=1) == pytest.approx(np.ones(24))
    found = model.fitted_.preprocessor
    values = X.values.double().numpy()
    assert found.mean == pytest.approx(values.mean(axis=0)), "of all series, none set aside"


def test_no_group_is_learnt_from_and_validated_on():
    groups = np.arange(24) % 8
    for how in ("auto", 4, 0.25):
        cut = validation_of(X, how, **ARGUMENTS | {"groups": groups})
        for held in cut.folds or (cut.held,):
            learn = np.setdiff1d(np.arange(24), held)
            assert not set(groups[held]) & set(groups[learn])
            assert cut.folds is not None or learn.tolist() == cut.learn.tolist()
    two = validation_of(X, "auto", **ARGUMENTS | {"groups": np.arange(24) // 12})
    assert two.folds is not None and len(two.folds) == 2
    with pytest.raises(InputError, match="groups holds 23 entries; expected 24"):
        LiquidClassifier(**QUICK).fit(X, Y, groups=groups[1:])
    with pytest.raises(InputError, match="one group only"):
        LiquidClassifier(**QUICK).fit(X, Y, groups=[1] * 24)


def test_a_share_a_given_set_or_nothing():
    assert validation_of(X, "auto", **ARGUMENTS | {"share": 0.25}).held.size == 6
    model = LiquidClassifier(**QUICK).fit(X.select(range(20)), Y[:20], validation=(X, Y))
    assert model.validation_predictions_[0].tolist() == list(range(20, 44))
    model = LiquidClassifier(validation=None, **QUICK).fit(X, Y)
    assert model.validation_scores_ == {}
    assert model.n_iter_ == 2
    with pytest.raises(InputError, match="holds 2, which y of the fit does not"):
        LiquidClassifier(**QUICK).fit(X, Y, validation=(X, Y + 2))
    with pytest.raises(InputError, match="validation is no pair"):
        LiquidClassifier(**QUICK).fit(X, Y, validation=X)


def test_weights_of_series_count_and_are_checked():
    one = LiquidClassifier(**QUICK).fit(X, Y).predict_proba(X)
    assert np.allclose(
        LiquidClassifier(**QUICK).fit(X, Y, sample_weight=[3] * 24).predict_proba(X), one
    )
    heavy = LiquidClassifier(**QUICK).fit(X, Y, sample_weight=1 + 50 * Y).predict_proba(X)
    assert heavy[:, 1].mean() > one[:, 1].mean()
    by_class = LiquidClassifier(class_weight={1: 50}, **QUICK).fit(X, Y).predict_proba(X)
    assert by_class[:, 1].mean() > one[:, 1].mean()
    with pytest.raises(InputError, match="sample_weight has shape"):
        LiquidClassifier(**QUICK).fit(X, Y, sample_weight=[1] * 3)


def test_a_class_of_one_is_said_or_refused():
    said.clear()
    with pytest.warns(Note, match="the class 7 has one series only"):
        LiquidClassifier(**QUICK).fit(X, [7, *Y[1:]])
    with pytest.raises(InputError, match="of class '1' there is one series"):
        LiquidClassifier(**QUICK).fit(X, [1] + [0] * 23)
    with pytest.warns(Note, match="no series of class 7 is validated on"):
        LiquidClassifier(validation=0.2, **QUICK).fit(X, [7, *Y[1:]])


def test_several_labels_and_several_values():
    labels = np.stack([Y, 1 - Y, np.arange(24) % 3 == 0], axis=1)
    model = LiquidClassifier(**QUICK).fit(X, labels)
    assert model.predict_proba(X).shape == (24, 3)
    assert set(np.unique(model.predict(X))) <= {0, 1}
    assert model.predict(X).dtype == labels.dtype
    assert model.classes_.tolist() == [0, 1, 2]
    assert 0 <= model.score(X, labels) <= 1
    values = LiquidRegressor(**QUICK).fit(X, RANDOM.normal(size=(24, 3)) + 100)
    assert values.predict(X).shape == (24, 3)
    assert values.predict(X).mean() == pytest.approx(100, abs=2)
    with pytest.raises(InputError, match="other numbers than 0 and 1"):
        LiquidClassifier(**QUICK).fit(X, 2 * labels)


def test_targets_a_step_are_refused_with_the_way_out():
    steps = RANDOM.normal(size=(24, 5))
    for y in (steps, steps.tolist(), [[1.0] * k for k in range(1, 25)], steps[:, :, None]):
        with pytest.raises(InputError, match="per_step=True"):
            LiquidRegressor(**QUICK).fit(X, y)


@pytest.mark.parametrize(
    ("parameters", "message"),
    [
        ({"validation": 1.5}, "validation is 1.5; expected a share"),
        ({"validation": 1}, "1 folds asked for"),
        ({"validation": "loo"}, "validation is 'loo'"),
        ({"training": {"epochs": 3}}, "pass epochs=… to the estimator"),
        ({"training": {"seed": 3}}, "pass random_state=… to the estimator"),
        ({"training": {"optimiser": "adam"}}, "training holds 'optimiser'; expected some of"),
        ({"preprocessing": {"scaling": "robust"}}, "preprocessing holds 'scaling'"),
        ({"preprocessing": "robust"}, "expected a dictionary of arguments"),
        ({"n_threads": 0}, "n_threads is 0"),
    ],
)
def test_parameters_that_do_not_fit(parameters, message):
    with pytest.raises(InputError, match=message):
        LiquidClassifier(**QUICK | parameters).fit(X, Y)


def test_grids_name_entries_of_dictionaries():
    grid = {"training__optimizer": ["adamw", "rmsprop"], "options__backbone_units": [6]}
    model = LiquidClassifier(
        validation=None, n_threads=1, preprocessing={"features": ("values",)}, **QUICK
    )
    search = GridSearchCV(model, grid, cv=2).fit(list(X), Y)
    assert search.best_estimator_.options == {"backbone_units": 6}
    assert search.best_estimator_.fitted_.config.train.optimizer in ("adamw", "rmsprop")
    assert search.best_estimator_.get_params()["preprocessing__features"] == ("values",)
    assert model.training is None, "a grid leaves the estimator as it was"


@pytest.mark.parametrize("kind", [LiquidClassifier, LiquidRegressor])
def test_a_stream_predicts_row_by_row_what_the_estimator_predicts(kind, tmp_path):
    y = Y if kind is LiquidClassifier else 1e5 + Y
    model = kind(options={"readout": "last"}, validation=None, **QUICK).fit(X, y)
    predict = model.predict_proba if kind is LiquidClassifier else model.predict
    stream = model.to_stream()
    stream.save(tmp_path / "model.safetensors")
    again = Stream.load(tmp_path / "model.safetensors")
    for row in range(5):
        said_now = stream.observe(X[0].values[row].numpy(), 1.0)
        assert np.array_equal(again.observe(X[0].values[row].numpy(), 1.0), said_now)
    assert said_now.ravel() == pytest.approx(predict(X[0:1]).ravel(), rel=1e-4)


def test_a_stream_of_an_estimator_is_its_to_stream():
    model = LiquidClassifier(validation=None, **QUICK).fit(X, Y)
    with pytest.raises(InputError, match=r"a LiquidClassifier came; .* call its to_stream\(\)"):
        Stream.from_module(model)


def bumps(count, seed):
    """Like GunPoint: the hand comes down smoothly, or dips first, after a gun is put back."""
    rng = np.random.default_rng(seed)
    clock, y = np.linspace(0, 1, 60), np.arange(count) % 2
    rise = np.exp(-(((clock - 0.5 + 0.03 * rng.normal(size=(count, 1))) / 0.15) ** 2))
    dip = 0.25 * np.exp(-(((clock - 0.75) / 0.03) ** 2)) * y[:, None]
    return (rise - dip + 0.02 * rng.normal(size=(count, 60)))[:, :, None], y


def test_the_dearer_network_has_to_be_clearly_better():
    """One case more of thirty is luck where five others differ, eight are not."""
    target = np.arange(30) % 2
    series = replace(X.select(np.arange(30) % 24), target=torch.from_numpy(target))
    objective = objectives.of_training(replace(series, classes=("a", "b")), FitConfig())

    def right(number, first=0):
        said = np.where((np.arange(30) - first) % 30 < number, target, 1 - target)
        return Scored(target, np.eye(2)[said], np.arange(30), objective)

    assert not ahead("accuracy", right(21, first=5), right(20))
    assert not ahead("accuracy", right(20), right(20))
    assert ahead("accuracy", right(28), right(20))
    assert not ahead("log_loss", right(20), right(28))


def test_the_network_is_chosen_by_validation_at_the_first_try():
    model = LiquidClassifier(random_state=0, n_threads=1).fit(*bumps(40, 0))
    assert model.chosen_ == "ridge"
    assert model.validation_scores_ == {"ridge": 1.0}, "nothing can better it"
    assert model.validation_metric_ == "auroc"
    assert model.score(*bumps(60, 1)) >= 0.97


def test_both_are_compared_where_the_first_is_not_perfect():
    model = LiquidClassifier(epochs=1, hidden_size=4, random_state=0).fit(X, Y)
    assert [*model.validation_scores_] == ["ridge", "cfc"]
    ridge, cfc = model.validation_scores_.values()
    assert model.chosen_ == "ridge" or cfc > ridge
