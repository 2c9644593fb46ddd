from dataclasses import replace
from types import SimpleNamespace

import numpy as np
import pytest

from liquidtime.errors import InputError
from liquidtime.models import gru
from liquidtime.train.config import FitConfig, TrainConfig
from liquidtime.train.folder.checkpoints import Progress
from liquidtime.train.objectives import catalogue as objectives
from liquidtime.train.schedule import Plan
from liquidtime.train.score.metrics import Scored, point
from liquidtime.train.validation import SideBySide, cross_validate, fit_part, refit

CONFIG = FitConfig(
    model=gru.Config(hidden_size=4),
    train=TrainConfig(steps=40, batch_size=16, learning_rate=0.02, accelerator="cpu"),
)
FOLDS = [np.arange(start, 40, 3) for start in range(3)]


@pytest.mark.parametrize("per_step", [False, True])
def test_each_series_is_predicted_by_the_fit_that_did_not_see_it(series, per_step):
    data = series(50, per_step=per_step)
    once = replace(CONFIG, train=replace(CONFIG.train, steps="auto", epochs=1))
    found = cross_validate(data, once, FOLDS)
    rows = np.repeat(np.arange(50), data.lengths) if per_step else np.arange(50)
    assert np.isfinite(found.predictions[rows < 40]).all()
    assert np.isnan(found.predictions[rows >= 40]).all()
    for fold, fit in zip(FOLDS, found.folds, strict=True):
        own = fit.predict(data.select(fold))
        assert found.predictions[np.isin(rows, fold)] == pytest.approx(own, rel=1e-5)
    assert found.steps == np.median([fit.steps for fit in found.folds])
    scored = found.scored(data)
    assert found.score(data) == point(
        scored, "log_loss" if found.metric == "loss" else found.metric
    )
    assert len(found.scores) == 3


def test_all_folds_have_the_same_round(series):
    data = series(48)
    folds = [np.arange(start, 48, 3) for start in range(3)]
    found = cross_validate(data, CONFIG, folds)
    assert len({fit.progress.best for fit in found.folds}) == 1
    assert len({len(fit.progress.history) for fit in found.folds}) == 1


def test_no_fold_chooses_what_it_is_scored_by(series):
    """Of rounds that are all chance, the best is good by chance; what is told of them is not."""
    data, random = series(60), np.random.default_rng(0)
    rows = [np.arange(start, 60, 3) for start in range(3)]
    objective = objectives.of_training(data, CONFIG)
    told, best = [], []
    for _ in range(8):
        found = SideBySide([SimpleNamespace(objective=objective, config=CONFIG)] * 3, rows, data)
        for number in range(30):
            chance = random.uniform(size=60)
            found.said.append(np.stack([1 - chance, chance], axis=1))
            found.losses.append([1.0] * 3)
            found.merits.append(found.merit(number, range(3)))
        assert found.metric == "auroc"
        best.append(found.merits[found.best][0])
        scored = Scored(data.target.numpy(), found.predictions(), np.arange(60), objective)
        told.append(point(scored, "auroc"))
    assert np.mean(best) > 0.6
    assert np.mean(told) == pytest.approx(0.5, abs=0.06)


def test_patience_begins_once_something_is_learnt():
    """On a plateau the best round is best by chance, and the rounds after it say nothing."""
    standing = {"train_loss": 0.69, "validation_loss": 0.68, "epoch": 0}
    progress = Progress([standing] * 20, best=2, plan=Plan(40, 5, 1000, 5, 40))
    assert not progress.finished(40, 12)
    progress.history.append(standing | {"train_loss": 0.5})
    assert progress.finished(40, 12)
    assert Progress([standing] * 40, best=2, plan=progress.plan).finished(40, 12)
    long_passes = Plan(40, 1, 4000, 100, 40)
    assert Progress([standing] * 20, best=2, plan=long_passes).finished(40, 12)


def test_a_refit_takes_those_steps_and_as_many_more_as_the_loss_needs(series):
    data = series(48)
    found = cross_validate(data, CONFIG, FOLDS)
    again = refit(data, CONFIG, found)
    whole = fit_part(data, CONFIG, np.arange(48))
    done = again.progress.history
    assert again.steps >= found.steps and "validation_loss" not in done[0]
    assert [r["train_loss"] for r in done] == [
        r["train_loss"] for r in whole.progress.history[: len(done)]
    ], "along the same step sizes"
    assert done[-1]["train_loss"] <= found.level or len(done) == len(whole.progress.history)
    # Without a validation part the last weights count.
    assert whole.progress.best == len(whole.progress.history) - 1
    early = refit(data, CONFIG, replace(found, steps=3, level=0.0))
    assert early.steps == whole.steps, "it never came down so far"
    early = refit(data, CONFIG, replace(found, steps=3, level=9.0))
    assert len(early.progress.history) == 1


def test_fits_end_halfway_that_cannot_catch_up(series):
    data = series(48)
    alone = replace(CONFIG, train=replace(CONFIG.train, patience=None))
    whole = cross_validate(data, alone, FOLDS)
    ended = cross_validate(data, alone, FOLDS, rival=("log_loss", 1e-6))
    went_on = cross_validate(data, alone, FOLDS, rival=("log_loss", 9.0))
    rounds = [len(each.folds[0].progress.history) for each in (whole, ended, went_on)]
    assert rounds[1] == (rounds[0] + 1) // 2 and rounds[2] == rounds[0]


def test_a_fit_without_a_weight_is_one_without_the_series(series):
    data = series(30)
    some = np.arange(0, 30, 2)
    weight = np.zeros(30)
    weight[some] = 1.0
    config = FitConfig(
        model=gru.Config(hidden_size=4, dropout=0.0),
        train=TrainConfig(steps=3, batch_size=30, gradient_clip=0),
    )
    from liquidtime.data.encoded import checked_weight
    from liquidtime.data.preprocess import Preprocessor

    known = Preprocessor.fit(data)
    options = {"preprocess": lambda _: known}
    one = fit_part(data, config, range(30), sample_weight=checked_weight(weight, 30), **options)
    two = fit_part(data, config, some, **options)
    assert one.predict(data) == pytest.approx(two.predict(data), abs=1e-5)


def test_folds_that_are_none_are_refused(series):
    data = series(12)
    for folds, words in (
        ([[0, 1]], "sizes 2; expected two or more"),
        ([[0], []], "sizes 1, 0"),
        ([[0, 1], [1, 2]], "in one fold at most"),
        ([[0], [12]], "name series 0 to 12"),
    ):
        with pytest.raises(InputError, match=words):
            cross_validate(data, CONFIG, folds)
