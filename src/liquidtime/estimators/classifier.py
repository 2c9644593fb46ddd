"""A classifier of irregular series under scikit-learn's contract."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any, Literal, Self

import numpy as np
import torch
from sklearn.base import ClassifierMixin

from liquidtime.data.series import IrregularSeries
from liquidtime.errors import InputError
from liquidtime.estimators.aligned import ScoredById, aligned
from liquidtime.estimators.fitting import fit_in_memory, outputs
from liquidtime.estimators.parameters import LiquidEstimator
from liquidtime.estimators.series import as_series, like_fit
from liquidtime.estimators.targets import (
    check_labels,
    class_numbers,
    class_weights,
    classed,
    indicators,
    one_a_series,
    own_target,
)


class LiquidClassifier(ScoredById, ClassifierMixin, LiquidEstimator):
    """Classify series of unequal length, observed at irregular times, with a liquid network.

    `X` is a list with one entry a series, either an array [T, D], `Series(values, times)` or a data
    frame whose index is its times; or an array [N, T, D]; or an `IrregularSeries`. NaN means not
    observed. Without times, steps are one unit of time apart, which is said once. Lists of
    `Series` and of frames can be cut by `GridSearchCV` and `cross_val_score`.

    Entries of `options`, `training` and `preprocessing` can stand in grids by name:
    `{"training__optimizer": ["adamw", "rmsprop"], "options__num_layers": [1, 2]}`.

    With joblib's processes (`n_jobs` of `GridSearchCV`) each has its share of the processor's
    threads; `n_threads=1` is as fast for few series, and does not disturb others.

    Args:
        kind: The network, by the name of its module in `liquidtime.models`; or "auto", which
            validates random liquid features ("ridge") and the CfC on the training data and fits
            the former, which takes a moment, unless the CfC is better by a standard error. Several
            labels a series are the CfC's.
        options: Options of the network by name, as that module's `Config` says, such as
            `{"num_layers": 2, "mixed_memory": True}`. They go before `hidden_size`, `wiring` and
            `dropout`, which stand here because most networks have them. With "auto" these three
            and the training are the CfC's.
        hidden_size: Hidden units, or neurons of the wiring.
        wiring: Sparse circuit over the hidden units: "none", "auto_ncp", "random" or "full". A
            wiring has 8 motor neurons, so "auto_ncp" needs a `hidden_size` of 10 or more.
        dropout: Dropout before the read-out; "auto" by the task and the number of series.
        steps: Steps of the optimiser, at most; "auto" by the number of series.
        epochs: Passes over the series, at most, instead of steps.
        batch_size: Series in a step of the optimiser, or "auto".
        learning_rate: Step size of the optimiser, or "auto".
        weight_decay: Decoupled weight decay, or "auto".
        patience: Stop after so many validations without a better score; None runs all steps.
        ensemble: Networks of different seeds that are averaged.
        training: Further fields of `liquidtime.train.TrainConfig`, such as
            `{"optimizer": "rmsprop", "schedule": "constant", "gradient_clip": 0.0}`.
        preprocessing: Arguments of `liquidtime.data.Preprocessor.fit`, such as
            `{"scale": "robust", "features": ("values",), "clip": 4.0}`.
        validation: What chooses how long to train, and with "auto" the network. "auto" is
            cross-validation in 3 folds, with one number of steps for all of them, and then a fit on
            everything that learns as much as the folds did, up to 1,000 series; beyond, a share of
            0.15 that is set aside. A number from 2 is that many folds, a number below 1 such a
            share. None runs all steps on everything, and "auto" is the CfC then.
        validation_fraction: The share to set aside, where `validation` is "auto".
        class_weight: How much classes count in the loss: None as they come, "balanced" all alike,
            or a dictionary from labels to numbers (1 for those that it leaves out).
        n_threads: Threads of a fit and a prediction; None leaves them as they are.
        random_state: Seed of the cut, the weights, the batches and the dropout. An int gives the
            same fit every time (on one machine, on the CPU, with as many threads).

    Attributes:
        classes_: Labels of the classes, sorted; of several labels a series their numbers.
        n_features_in_: Number of features D.
        feature_names_in_: Their names, if they have any: the columns of data frames.
        chosen_: The network that was fitted, as `kind` names it.
        validation_scores_: Score of each network that was validated, by name. Of folds, each is
            scored after the steps that are best for the others; one that halfway could not catch
            up was ended there.
        validation_metric_: Which score that is.
        validation_predictions_: Of series that were validated on: their numbers, and what was
            predicted of each by a fit that had not seen it.
        n_iter_: Number of rounds run, each of a pass or some.
        history_: One record a round: losses, validation metric, step size, seconds.
        fitted_: Preprocessor, objective and model.
    """

    def __init__(
        self,
        *,
        kind: str = "auto",
        options: Mapping[str, Any] | None = None,
        hidden_size: int = 32,
        wiring: str = "none",
        dropout: float | Literal["auto"] = "auto",
        steps: int | Literal["auto"] = "auto",
        epochs: int | None = None,
        batch_size: int | Literal["auto"] = "auto",
        learning_rate: float | Literal["auto"] = "auto",
        weight_decay: float | Literal["auto"] = "auto",
        patience: int | Literal["auto"] | None = "auto",
        ensemble: int = 1,
        training: Mapping[str, Any] | None = None,
        preprocessing: Mapping[str, Any] | None = None,
        validation: Literal["auto"] | int | float | None = "auto",
        validation_fraction: float | None = None,
        class_weight: Literal["balanced"] | Mapping[Any, float] | None = None,
        n_threads: int | None = None,
        random_state: int | np.random.RandomState | None = None,
    ) -> None:
        self.kind = kind
        self.options = options
        self.hidden_size = hidden_size
        self.wiring = wiring
        self.dropout = dropout
        self.steps = steps
        self.epochs = epochs
        self.batch_size = batch_size
        self.learning_rate = learning_rate
        self.weight_decay = weight_decay
        self.patience = patience
        self.ensemble = ensemble
        self.training = training
        self.preprocessing = preprocessing
        self.validation = validation
        self.validation_fraction = validation_fraction
        self.class_weight = class_weight
        self.n_threads = n_threads
        self.random_state = random_state

    def fit(
        self,
        X: Any,
        y: Any = None,
        *,
        sample_weight: Any = None,
        groups: Any = None,
        validation: tuple[Any, Any] | None = None,
    ) -> Self:
        """Fit anew.

        Args:
            X: N series, in any of the forms that the class describes.
            y: [N] labels of any kind that can be sorted; or [N, K] of 0 and 1, any number of K
                labels for each series. May be left out if X is an `IrregularSeries` with classes.
            sample_weight: [N] numbers of 0 or more, how much each series counts in the loss.
            groups: [N], such as the patient of each series: no group is both learnt from and
                validated on.
            validation: (X, y) to validate on, which are not learnt from.

        Returns:
            The estimator.

        Raises:
            InputError: If X, y or a parameter does not fit; y must not be measured numbers.
        """
        series = as_series(X)
        wanted = own_target(series, "classify") if y is None else aligned(y, X, series)
        y = one_a_series(wanted, len(series))
        given = None if validation is None else like_fit(series, validation, "classify")
        self._several = y.ndim == 2
        if self._several:
            return self._fit_several(series, y, given, sample_weight, groups)
        labels = check_labels(y)
        classes, codes = np.unique(labels, return_inverse=True)
        if len(classes) < 2:
            raise InputError(
                f"y holds one class only, {str(classes[0])!r}; expected two classes or more."
            )
        if len(classes) == 2 and np.bincount(codes).min() < 2 and given is None:
            rare = classes[np.bincount(codes).argmin()]
            raise InputError(
                f"of class {str(rare)!r} there is one series; expected two or more of each of two "
                "classes, to learn from one and validate on another. Give more, or a validation "
                "set: fit(X, y, validation=(X_val, y_val))."
            )
        names = tuple(str(label) for label in classes)
        if given is not None:
            others = class_numbers(given[1], classes)
            codes = np.concatenate([codes, others])
        self.classes_ = classes
        fit_in_memory(
            self,
            "classify",
            classed(series, codes[: len(series)], names),
            class_weights=class_weights(self.class_weight, classes),
            classes=codes,
            labels=classes,
            sample_weight=sample_weight,
            groups=groups,
            given=None if given is None else classed(given[0], codes[len(series) :], names),
        )
        return self

    def _fit_several(
        self, series: IrregularSeries, y: np.ndarray, given: Any, sample_weight: Any, groups: Any
    ) -> Self:
        if self.class_weight not in (None, "balanced"):
            raise InputError(
                f"class_weight is {self.class_weight!r}; of several labels a series expected None "
                "or 'balanced'."
            )
        values = indicators(y)
        if given is not None and np.shape(given[1])[1:] != y.shape[1:]:
            raise InputError(
                f"y of the validation set has shape {list(np.shape(given[1]))}; expected "
                f"{[len(given[0]), *y.shape[1:]]}, as y of the fit."
            )
        self.classes_ = np.arange(values.shape[1])
        self._kind_of_y = y.dtype
        fit_in_memory(
            self,
            "multilabel",
            _labelled(series, values),
            class_weights=self.class_weight or "none",
            sample_weight=sample_weight,
            groups=groups,
            given=None if given is None else _labelled(given[0], indicators(given[1])),
        )
        return self

    def predict_proba(self, X: Any) -> np.ndarray:
        """Probability of every class.

        Args:
            X: N series, with the features of the fit.

        Returns:
            [N, K], columns in the order of `classes_`, rows that add up to 1; of several labels a
            series the probability of each by itself, as of scikit-learn's `OneVsRestClassifier`.

        Raises:
            InputError: If X does not fit.
            sklearn.exceptions.NotFittedError: If `fit` was not called.
        """
        return outputs(self, X)

    def predict(self, X: Any) -> np.ndarray:
        """The likeliest class; of several labels those that are likelier than not.

        Args:
            X: N series, with the features of the fit.

        Returns:
            [N] labels, of the kind given to `fit`; or [N, K] of 0 and 1.

        Raises:
            InputError: If X does not fit.
            sklearn.exceptions.NotFittedError: If `fit` was not called.
        """
        probabilities = self.predict_proba(X)
        if self._several:
            return (probabilities > 0.5).astype(self._kind_of_y)
        return self.classes_[probabilities.argmax(axis=1)]

    def __sklearn_tags__(self) -> Any:
        tags = super().__sklearn_tags__()
        tags.classifier_tags.multi_label = True
        return tags


def _labelled(series: IrregularSeries, values: np.ndarray) -> IrregularSeries:
    return replace(
        series,
        target=torch.as_tensor(values, dtype=torch.float32),
        classes=None,
        target_names=tuple(f"label {k}" for k in range(values.shape[1])),
        per_step=False,
    )
