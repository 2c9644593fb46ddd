"""A regressor of irregular series that is fitted in about a second."""

from typing import Any, Literal, Self

import numpy as np
from sklearn.base import BaseEstimator, RegressorMixin

from liquidtime.estimators.aligned import ScoredById, aligned
from liquidtime.estimators.deployed import Deployed
from liquidtime.estimators.series import as_series
from liquidtime.estimators.solving import logits, solve
from liquidtime.estimators.tags import series_tags
from liquidtime.estimators.targets import numbers_of, one_a_series, own_target, valued
from liquidtime.train.config import FitConfig
from liquidtime.train.objectives import catalogue as objectives


class LiquidRidgeRegressor(Deployed, ScoredById, RegressorMixin, BaseEstimator):
    """Predict one or several numbers of each irregular series by random liquid features.

    `LiquidFeatures` with a ridge whose strength is chosen by leave-one-out, all in closed form: no
    epochs, no step size, no series set aside. `X` is what `LiquidRidgeClassifier` takes.

    Args:
        n_units: Random units; "auto": 512 for series of one variable, 1,024 for more, static ones
            counted.
        n_thresholds: Thresholds of a unit, from 1 to 8.
        random_state: Seed of the units and the thresholds. An int gives the same fit every time.

    Attributes:
        n_features_in_: Number of features D.
        feature_names_in_: Their names, if they have any: the columns of data frames.
        n_outputs_: Number of targets K.
        loss_: Mean squared error of the standardised targets over the series of the fit, each
            predicted by a fit without it; 1 is no better than the mean.
        fitted_: Preprocessor, objective and model.
    """

    def __init__(
        self,
        *,
        n_units: int | Literal["auto"] = "auto",
        n_thresholds: int = 4,
        random_state: int | np.random.RandomState | None = None,
    ) -> None:
        self.n_units = n_units
        self.n_thresholds = n_thresholds
        self.random_state = random_state

    def fit(self, X: Any, y: Any = None, sample_weight: Any = None) -> Self:
        """Fit anew.

        Args:
            X: N series.
            y: [N] or [N, K] finite numbers. May be left out if X is an `IrregularSeries` with
                such targets.
            sample_weight: [N] weights of the series, 0 or more; None for ones.

        Returns:
            The estimator.

        Raises:
            InputError: If X, y or a parameter does not fit.
        """
        series = as_series(X)
        values = numbers_of(
            one_a_series(
                own_target(series, "regress") if y is None else aligned(y, X, series), len(series)
            )
        )
        columns = values.reshape(len(values), -1)
        # Large offsets, such as dates, would drown in float32: centre them before.
        offset = columns.mean(axis=0)
        series = valued(series, columns - offset)
        objective = objectives.of_training(series, FitConfig(task="regress"))
        self.fitted_ = solve(self, series, objective, sample_weight)
        self._offset = offset
        self._flat = values.ndim == 1
        self.n_outputs_ = columns.shape[1]
        self.loss_ = self.fitted_.loss
        return self

    def predict(self, X: Any) -> np.ndarray:
        """Predict the targets.

        Args:
            X: N series, with the features of the fit.

        Returns:
            [N] if `fit` was given [N], else [N, K], in the targets' own unit.

        Raises:
            InputError: If X does not fit.
            sklearn.exceptions.NotFittedError: If `fit` was not called.
        """
        found = logits(self, X)
        values = self.fitted_.objective.predictions(found) + self._offset
        return values[:, 0] if self._flat else values

    def __sklearn_tags__(self) -> Any:
        tags = series_tags(super().__sklearn_tags__())
        tags.target_tags.multi_output = True
        return tags
