import numpy as np
import pytest

from liquidtime.errors import InputError
from liquidtime.models import gru
from liquidtime.train.config import FitConfig, TrainConfig
from liquidtime.train.score.metrics import point
from liquidtime.train.validation import cross_validate, fit_part, refit

CONFIG = FitConfig(
    model=gru.Config(hidden_size=4),
    train=TrainConfig(steps=40, batch_size=16, learning_rate=0.02, accelerator="cpu"),
)
FOLDS = [np.arange(start, 40, 3) for start in range(3)]


@pytest.mark.parametrize("per_step", [False, True])
def test_each_series_is_predicted_by_the_fit_that_did_not_see_it(series, per_step):
    data = series(50, per_step=per_step)
    found = cross_validate(data, CONFIG, FOLDS)
    rows = np.repeat(np.arange(50), data.lengths) if per_step else np.arange(50)
    assert np.isfinite(found.predictions[rows < 40]).all()
    assert np.isnan(found.predictions[rows >= 40]).all()
    own = found.folds[1].predict(data.select(FOLDS[1]))
    assert found.predictions[np.isin(rows, FOLDS[1])] == pytest.approx(own)
    assert found.steps == np.median([fit.steps for fit in found.folds])
    scored = found.scored(data)
    assert found.score(data) == point(
        scored, "log_loss" if found.metric == "loss" else found.metric
    )
    assert len(found.scores) == 3


def test_a_refit_takes_those_steps_along_the_same_step_sizes(series):
    data = series(48)
    found = cross_validate(data, CONFIG, FOLDS)
    again = refit(data, CONFIG, found)
    whole = fit_part(data, CONFIG, np.arange(48))
    done = again.progress.history
    assert again.steps == found.steps and "validation_loss" not in done[0]
    assert [r["train_loss"] for r in done[:-1]] == [
        r["train_loss"] for r in whole.progress.history[: len(done) - 1]
    ]
    # Without a validation part the last weights count.
    assert whole.progress.best == len(whole.progress.history) - 1


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
