"""A classifier of irregular series under scikit-learn's contract."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any, Literal, Self

import numpy as np
import torch
from sklearn.base import BaseEstimator, ClassifierMixin

from liquidtime.errors import InputError
from liquidtime.estimators.aligned import ScoredById, aligned
from liquidtime.estimators.fitting import configuration, fit_in_memory, keep, outputs, series_tags
from liquidtime.estimators.series import as_series
from liquidtime.estimators.targets import check_labels, one_a_series, own_target
from liquidtime.models.catalogue import DEFAULT


class LiquidClassifier(ScoredById, ClassifierMixin, BaseEstimator):
    """Classify series of unequal length, observed at irregular times, with a liquid network.

    `X` is a list with one entry a series, either an array [T, D], `Series(values, times)` or a data
    frame whose index is its times; or an array [N, T, D]; or an `IrregularSeries`. NaN means not
    observed. Without times, steps are one unit of time apart, which is said once. Lists of
    `Series` and of frames can be cut by `GridSearchCV` and `cross_val_score`.

    The fit sets a share of the series aside, stratified by class, keeps the epoch that is best on
    it and stops when `patience` epochs brought nothing better. Inputs are standardised on the rest.
    Models beyond these parameters are fitted with `liquidtime.train`.

    Args:
        kind: The network, by the name of its module in `liquidtime.models`.
        options: Its options by name, as that module's `Config` says, such as `{"unfolds": 3}`. They
            go before `hidden_size`, `wiring` and `dropout`, which stand here because most networks
            have them.
        hidden_size: Hidden units, or neurons of the wiring.
        wiring: Sparse circuit over the hidden units: "none", "auto_ncp", "random" or "full". A
            wiring has 8 motor neurons, so "auto_ncp" needs a `hidden_size` of 10 or more.
        dropout: Dropout before the read-out.
        epochs: Passes over the training share, at most.
        batch_size: Series in a step of the optimiser.
        learning_rate: Step size of AdamW. The default is larger than that of `liquidtime.train`
            because estimators mostly meet fewer series, and so fewer steps an epoch.
        weight_decay: Decoupled weight decay of AdamW.
        patience: Stop after so many epochs without a better validation metric (AUROC for two
            classes); None runs all epochs.
        validation_fraction: Share of the series that chooses the epoch, above 0 and below 1.
        class_weight: None, or "balanced" to weigh all classes equally in the loss.
        random_state: Seed of the split, the weights, the batches and the dropout. An int gives the
            same fit every time (on one machine, on the CPU, with as many threads).

    Attributes:
        classes_: Labels of the classes, sorted.
        n_features_in_: Number of features D.
        feature_names_in_: Their names, if they have any: the columns of data frames.
        n_iter_: Number of epochs run.
        history_: One record an epoch: losses, validation metric, step size, seconds.
        fitted_: Preprocessor, objective and model.
    """

    def __init__(
        self,
        *,
        kind: str = DEFAULT,
        options: Mapping[str, Any] | None = None,
        hidden_size: int = 32,
        wiring: str = "none",
        dropout: float = 0.1,
        epochs: int = 100,
        batch_size: int = 32,
        learning_rate: float = 5e-3,
        weight_decay: float = 1e-2,
        patience: int | None = 15,
        validation_fraction: float = 0.15,
        class_weight: Literal["balanced"] | None = None,
        random_state: int | np.random.RandomState | None = None,
    ) -> None:
        self.kind = kind
        self.options = options
        self.hidden_size = hidden_size
        self.wiring = wiring
        self.dropout = dropout
        self.epochs = epochs
        self.batch_size = batch_size
        self.learning_rate = learning_rate
        self.weight_decay = weight_decay
        self.patience = patience
        self.validation_fraction = validation_fraction
        self.class_weight = class_weight
        self.random_state = random_state

    def fit(self, X: Any, y: Any = None) -> Self:
        """Fit anew.

        Args:
            X: N series, in any of the forms that the class describes.
            y: [N] labels of any kind that can be sorted. May be left out if X is an
                `IrregularSeries` with classes.

        Returns:
            The estimator.

        Raises:
            InputError: If X, y or a parameter does not fit; y must not be measured numbers.
        """
        if self.class_weight not in (None, "balanced"):
            raise InputError(f"class_weight is {self.class_weight!r}; expected None or 'balanced'.")
        series = as_series(X)
        wanted = own_target(series, "classify") if y is None else aligned(y, X, series)
        given = one_a_series(wanted, len(series))
        labels = check_labels(given)
        classes, codes = np.unique(labels, return_inverse=True)
        if len(classes) < 2:
            raise InputError(
                f"y holds one class only, {classes[0]!r}; expected two classes or more."
            )
        series = replace(
            series,
            target=torch.as_tensor(codes, dtype=torch.int64),
            classes=tuple(str(label) for label in classes),
            target_names=None,
            per_step=False,
        )
        config = configuration("classify", self, class_weights=self.class_weight or "none")
        fitted = fit_in_memory(
            series, config, validation_fraction=self.validation_fraction, stratify=codes
        )
        self.classes_ = classes
        keep(self, fitted, series)
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
        return outputs(self, X)

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
        likeliest = self.predict_proba(X).argmax(axis=1)
        return self.classes_[likeliest]

    def __sklearn_tags__(self) -> Any:
        return series_tags(super().__sklearn_tags__())
