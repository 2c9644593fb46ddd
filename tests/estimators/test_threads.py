"""Fits in threads are those of one thread, and leave no trace in the global random states."""

import random
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest
import torch
from joblib import cpu_count, parallel_backend
from sklearn.model_selection import GridSearchCV, cross_val_predict

from liquidtime.data import Preprocessor, from_nan_padded
from liquidtime.estimators import LiquidClassifier, LiquidRegressor
from liquidtime.models.cfc import Config
from liquidtime.train import FitConfig, TrainConfig
from liquidtime.train.loop import train
from liquidtime.train.objectives import catalogue as objectives
from liquidtime.train.run import new_model

X = from_nan_padded(np.random.default_rng(0).normal(size=(24, 5, 2)))
SMALL = {"kind": "cfc", "hidden_size": 4, "epochs": 3, "validation": 0.15, "random_state": 0}


def states():
    return torch.get_rng_state().tolist(), str(np.random.get_state()), random.getstate()  # noqa: NPY002


@pytest.mark.parametrize("kind", [LiquidClassifier, LiquidRegressor])
def test_cross_validation_in_threads_repeats_that_of_one(kind):
    model, y = kind(dropout=0.3, **SMALL), [0, 1] * 12
    method = "predict_proba" if kind is LiquidClassifier else "predict"
    alone = cross_val_predict(model, X, y, cv=4, method=method)
    torch.manual_seed(1)
    before = states()
    with parallel_backend("threading", n_jobs=2):
        together = cross_val_predict(model, X, y, cv=4, method=method)
    assert np.array_equal(alone, together)
    assert states() == before


def test_trainings_at_once_are_those_one_by_one(capfd):
    series = from_nan_padded(
        np.random.default_rng(0).normal(size=(12, 4, 2)), target=np.array([0, 1] * 6)
    )

    def weights(seed: int) -> list[list[float]]:
        config = FitConfig(
            model=Config(hidden_size=4, dropout=0.3), train=TrainConfig(epochs=4, seed=seed)
        )
        preprocessor, objective = Preprocessor.fit(series), objectives.of_training(series, config)
        model = new_model(preprocessor, objective, config)
        encoded = preprocessor.encode(series, reads=model.reads)
        train(model, objective, encoded, encoded, config.train)
        return [tensor.tolist() for tensor in model.network.state_dict().values()]

    torch.manual_seed(1)
    before = states()
    alone = [weights(seed) for seed in range(4)]
    with ThreadPoolExecutor(2) as pool:
        together = list(pool.map(weights, range(4)))
    assert together == alone
    assert states() == before
    out, err = capfd.readouterr()
    assert "stopped" not in out + err


def test_workers_share_the_processor():
    """Two workers of a grid have half of it each, rather than all of it twice."""

    def threads(model, X, y):
        return float(torch.get_num_threads())

    grid = {"hidden_size": [4, 5]}
    search = GridSearchCV(
        LiquidClassifier(**SMALL), grid, cv=2, n_jobs=2, refit=False, scoring=threads
    )
    search.fit(list(X), [0, 1] * 12)
    assert 1 <= search.cv_results_["mean_test_score"].max() <= max(1, cpu_count() // 2)
