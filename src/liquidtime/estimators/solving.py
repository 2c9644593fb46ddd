"""Random liquid features of what estimators take as X, and the ridge on them, in memory."""

from dataclasses import replace
from typing import Any, NamedTuple

import numpy as np
import torch
from sklearn.utils.validation import check_is_fitted

from liquidtime.data.encoded import finite_weight
from liquidtime.data.preprocess import Preprocessor
from liquidtime.data.preprocess.unlike import note_unlike
from liquidtime.data.series import IrregularSeries
from liquidtime.errors import InputError
from liquidtime.estimators.names import remember_names
from liquidtime.estimators.parameters import plain, seed_of
from liquidtime.estimators.series import as_fitted
from liquidtime.models.contract import Model, Shape
from liquidtime.models.ridge import Config
from liquidtime.runs.options import from_dict
from liquidtime.train.config import FitConfig
from liquidtime.train.objectives.contract import Objective
from liquidtime.train.score.outputs import predict_logits
from liquidtime.train.seeds import own_randomness, seed_weights


class Solved(NamedTuple):
    """What an estimator keeps of a fit.

    Attributes:
        preprocessor: Fitted on all series.
        objective: What the logits mean.
        model: The network.
        loss: Mean loss over the series, each predicted by a fit without it.
        config: The options that it stands for.
    """

    preprocessor: Preprocessor
    objective: Objective
    model: Model
    loss: float
    config: FitConfig


def options(estimator: Any) -> Config:
    """The options that an estimator's parameters stand for.

    Raises:
        InputError: If one is out of range.
    """
    given = {"units": estimator.n_units, "thresholds": estimator.n_thresholds}
    return from_dict(Config, plain(given))


def preprocessed(series: IrregularSeries) -> Preprocessor:
    """A preprocessor fitted on series.

    Raises:
        InputError: If there are none.
    """
    if len(series) < 2:
        raise InputError(f"X holds {len(series)} series; expected 2 or more.")
    # The units read raw values, mask and times; the least of the other inputs is enough.
    return Preprocessor.fit(series, features=("values",))


def solve(
    estimator: Any, series: IrregularSeries, objective: Objective, weights: Any = None
) -> Solved:
    """Fit, and give the estimator what it remembers of the features of the series.

    Args:
        estimator: Its parameters are taken.
        series: With one target a series.
        objective: What is to be predicted.
        weights: [N], or None for ones.

    Raises:
        InputError: If a parameter, the series or the weights do not fit.
    """
    config, seed = options(estimator), seed_of(estimator)
    given = None if weights is None else torch.from_numpy(weights_of(weights, len(series)))
    preprocessor = preprocessed(series)
    model = config.build(
        Shape(
            inputs=preprocessor.input_size,
            variables=preprocessor.variable_count,
            outputs=objective.output_size,
        )
    )
    assert model.solve is not None
    with own_randomness():
        seed_weights(seed)
        loss = model.solve(preprocessor.encode(series, reads=model.reads), objective.goal, given)
    model.network.eval()
    remember_names(estimator, series)
    estimator.n_features_in_ = len(preprocessor.variables)
    task = "classify" if objective.bounded else "regress"
    return Solved(preprocessor, objective, model, loss, FitConfig(task=task, model=config))


def logits(estimator: Any, X: Any) -> np.ndarray:
    """Logits or standardised values [N, K] for new series.

    Raises:
        InputError: If X does not fit.
        sklearn.exceptions.NotFittedError: If `fit` was not called.
    """
    check_is_fitted(estimator)
    series = replace(as_fitted(estimator, X), target=None, per_step=False)
    fitted: Solved = estimator.fitted_
    note_unlike(series, fitted.preprocessor)
    encoded = fitted.preprocessor.encode(series, reads=fitted.model.reads)
    return predict_logits(fitted.model, encoded).numpy()


def weights_of(sample_weight: Any, count: int) -> np.ndarray:
    """Weights of series, [N] float64; a single number is that of all.

    Raises:
        InputError: If there are not as many, or they are negative, not finite or all 0.
    """
    if np.ndim(sample_weight) == 0:
        sample_weight = [sample_weight] * count
    return finite_weight(sample_weight, count)
