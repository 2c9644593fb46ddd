"""A regressor of irregular series under scikit-learn's contract."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any, Self

import numpy as np
import torch
from sklearn.base import BaseEstimator, RegressorMixin

from liquidtime.estimators.aligned import ScoredById, aligned
from liquidtime.estimators.fitting import configuration, fit_in_memory, keep, outputs, series_tags
from liquidtime.estimators.series import as_series
from liquidtime.estimators.targets import numbers_of, one_a_series, own_target
from liquidtime.models.catalogue import DEFAULT


class LiquidRegressor(ScoredById, RegressorMixin, BaseEstimator):
    """Predict one or several numbers of each series of unequal length and irregular times.

    `X` is a list with one entry a series, either an array [T, D], `Series(values, times)` or a data
    frame whose index is its times; or an array [N, T, D]; or an `IrregularSeries`. NaN means not
    observed. Without times, steps are one unit of time apart, which is said once. Lists of
    `Series` and of frames can be cut by `GridSearchCV` and `cross_val_score`.

    The fit sets a share of the series aside, keeps the epoch that is best on it (mean squared
    error) and stops when `patience` epochs brought nothing better. Inputs and targets are
    standardised on the rest. Models beyond these parameters are fitted with `liquidtime.train`.

    Args:
        kind: The network, by the name of its module in `liquidtime.models`.
        options: Its options by name, as that module's `Config` says, such as `{"unfolds": 3}`. They
            go before `hidden_size`, `wiring` and `dropout`, which stand here because most networks
            have them.
        hidden_size: Hidden units, or neurons of the wiring.
        wiring: Sparse circuit over the hidden units: "none", "auto_ncp", "random" or "full". A
            wiring has 8 motor neurons, so "auto_ncp" needs a `hidden_size` of 10 or more.
        dropout: Dropout before the read-out; none by default, because it biases numbers.
        epochs: Passes over the training share, at most.
        batch_size: Series in a step of the optimiser.
        learning_rate: Step size of AdamW. The default is larger than that of `liquidtime.train`
            because estimators mostly meet fewer series, and so fewer steps an epoch.
        weight_decay: Decoupled weight decay of AdamW.
        patience: Stop after so many epochs without a lower validation error; None runs all.
        validation_fraction: Share of the series that chooses the epoch, above 0 and below 1.
        random_state: Seed of the split, the weights, the batches and the dropout. An int gives the
            same fit every time (on one machine, on the CPU, with as many threads).

    Attributes:
        n_features_in_: Number of features D.
        feature_names_in_: Their names, if they have any: the columns of data frames.
        n_outputs_: Number of targets K.
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
        dropout: float = 0.0,
        epochs: int = 100,
        batch_size: int = 32,
        learning_rate: float = 5e-3,
        weight_decay: float = 1e-2,
        patience: int | None = 15,
        validation_fraction: float = 0.15,
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
        self.random_state = random_state

    def fit(self, X: Any, y: Any = None) -> Self:
        """Fit anew.

        Args:
            X: N series, in any of the forms that the class describes.
            y: [N] or [N, K] finite numbers. May be left out if X is an `IrregularSeries` with
                such targets.

        Returns:
            The estimator.

        Raises:
            InputError: If X, y or a parameter does not fit.
        """
        series = as_series(X)
        wanted = own_target(series, "regress") if y is None else aligned(y, X, series)
        values = numbers_of(one_a_series(wanted, len(series)))
        columns = values.reshape(len(values), -1)
        # Large offsets, such as dates, would drown in float32: centre them before.
        offset = columns.mean(axis=0)
        series = replace(
            series,
            target=torch.as_tensor(columns - offset, dtype=torch.float32),
            classes=None,
            target_names=None,
            per_step=False,
        )
        fitted = fit_in_memory(
            series,
            configuration("regress", self),
            validation_fraction=self.validation_fraction,
            stratify=None,
        )
        self._offset = offset
        self._flat = values.ndim == 1
        self.n_outputs_ = columns.shape[1]
        keep(self, fitted, series)
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
        values = outputs(self, X) + self._offset
        return values[:, 0] if self._flat else values

    def __sklearn_tags__(self) -> Any:
        tags = series_tags(super().__sklearn_tags__())
        tags.target_tags.multi_output = True
        return tags
