"""A classifier of irregular series that is fitted in about a second."""

from collections.abc import Mapping
from typing import Any, Literal, Self

import numpy as np
from sklearn.base import BaseEstimator, ClassifierMixin

from liquidtime.errors import InputError
from liquidtime.estimators.aligned import ScoredById, aligned
from liquidtime.estimators.deployed import Deployed
from liquidtime.estimators.series import as_series
from liquidtime.estimators.solving import logits, solve
from liquidtime.estimators.tags import series_tags
from liquidtime.estimators.targets import (
    check_labels,
    class_weights,
    classed,
    one_a_series,
    own_target,
)
from liquidtime.train.config import FitConfig, TrainConfig
from liquidtime.train.objectives import catalogue as objectives


class LiquidRidgeClassifier(Deployed, ScoredById, ClassifierMixin, BaseEstimator):
    """Classify series of unequal length, observed at irregular times, by random liquid features.

    `LiquidFeatures` with a ridge whose strength is chosen by leave-one-out, all in closed form: no
    epochs, no step size, no series set aside. For small data, the first thing to try.

    `X` is a list with one entry a series, either an array [T, D], `Series(values, times)` or a data
    frame whose index is its times; or an array [N, T, D]; or an `IrregularSeries`. NaN means not
    observed. Without times, steps are one unit of time apart, which is said once. Lists of
    `Series` and of frames can be cut by `GridSearchCV` and `cross_val_score`.

    Probabilities are a softmax of the ridge's scores, with a slope and offsets fitted on the scores
    that each series gets from a fit without it (after Platt 1999).

    Args:
        n_units: Random units; "auto": 512 for series of one variable, 1,024 for more, static ones
            counted.
        n_thresholds: Thresholds of a unit, from 1 to 8.
        class_weight: None; "balanced" to weigh all classes equally; or a weight for each label.
        random_state: Seed of the units and the thresholds. An int gives the same fit every time.

    Attributes:
        classes_: Labels of the classes, sorted.
        n_features_in_: Number of features D.
        feature_names_in_: Their names, if they have any: the columns of data frames.
        loss_: Mean cross-entropy over the series of the fit, each predicted by a fit without it.
        fitted_: Preprocessor, objective and model.
    """

    def __init__(
        self,
        *,
        n_units: int | Literal["auto"] = "auto",
        n_thresholds: int = 4,
        class_weight: Literal["balanced"] | Mapping[Any, float] | None = None,
        random_state: int | np.random.RandomState | None = None,
    ) -> None:
        self.n_units = n_units
        self.n_thresholds = n_thresholds
        self.class_weight = class_weight
        self.random_state = random_state

    def fit(self, X: Any, y: Any = None, sample_weight: Any = None) -> Self:
        """Fit anew.

        Args:
            X: N series, in any of the forms that the class describes.
            y: [N] labels of any kind that can be sorted. May be left out if X is an
                `IrregularSeries` with classes.
            sample_weight: [N] weights of the series, 0 or more; None for ones.

        Returns:
            The estimator.

        Raises:
            InputError: If X, y or a parameter does not fit; y must not be measured numbers.
        """
        series = as_series(X)
        given = one_a_series(
            own_target(series, "classify") if y is None else aligned(y, X, series), len(series)
        )
        if given.ndim == 2 and given.shape[1] > 1:
            raise InputError(
                f"y has shape {list(given.shape)}; expected [N], a label a series. For several "
                "labels a series use LiquidClassifier(kind='ridge')."
            )
        labels = check_labels(given)
        classes, codes = np.unique(labels, return_inverse=True)
        if len(classes) < 2:
            raise InputError(
                f"y holds one class only, {str(classes[0])!r}; expected two classes or more."
            )
        series = classed(series, codes, tuple(str(label) for label in classes))
        weights = TrainConfig(class_weights=class_weights(self.class_weight, classes))
        objective = objectives.of_training(series, FitConfig(task="classify", train=weights))
        self.fitted_ = solve(self, series, objective, sample_weight)
        self.classes_ = classes
        self.loss_ = self.fitted_.loss
        return self

    def predict_proba(self, X: Any) -> np.ndarray:
        """Probability of every class.

        Args:
            X: N series, with the features of the fit.

        Returns:
            [N, K], columns in the order of `classes_`.

        Raises:
            InputError: If X does not fit.
            sklearn.exceptions.NotFittedError: If `fit` was not called.
        """
        found = logits(self, X)
        return self.fitted_.objective.predictions(found)

    def decision_function(self, X: Any) -> np.ndarray:
        """Scores, of which the probabilities are the softmax.

        Args:
            X: N series, with the features of the fit.

        Returns:
            [N, K]; of two classes [N], above 0 for the second.

        Raises:
            InputError: If X does not fit.
            sklearn.exceptions.NotFittedError: If `fit` was not called.
        """
        found = logits(self, X)
        return found[:, 1] - found[:, 0] if found.shape[1] == 2 else found

    def predict(self, X: Any) -> np.ndarray:
        """The likeliest class.

        Args:
            X: N series, with the features of the fit.

        Returns:
            [N] labels, of the kind given to `fit`.

        Raises:
            InputError: If X does not fit.
            sklearn.exceptions.NotFittedError: If `fit` was not called.
        """
        likeliest = logits(self, X).argmax(axis=1)
        return self.classes_[likeliest]

    def __sklearn_tags__(self) -> Any:
        return series_tags(super().__sklearn_tags__())
