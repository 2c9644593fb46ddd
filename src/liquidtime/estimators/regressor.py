"""A regressor of irregular series under scikit-learn's contract."""

from collections.abc import Mapping
from typing import Any, Literal, Self

import numpy as np
from sklearn.base import RegressorMixin

from liquidtime.errors import InputError
from liquidtime.estimators.aligned import ScoredById, aligned
from liquidtime.estimators.fitting import fit_in_memory, outputs
from liquidtime.estimators.parameters import LiquidEstimator
from liquidtime.estimators.series import as_series, like_fit
from liquidtime.estimators.targets import no_steps, numbers_of, one_a_series, own_target, valued


class LiquidRegressor(ScoredById, RegressorMixin, LiquidEstimator):
    """Predict numbers from series of unequal length, observed at irregular times.

    `X` is a list with one entry a series, either an array [T, D], `Series(values, times)` or a data
    frame whose index is its times; or an array [N, T, D]; or an `IrregularSeries`. NaN means not
    observed. Without times, steps are one unit of time apart, which is said once. Lists of
    `Series` and of frames can be cut by `GridSearchCV` and `cross_val_score`.

    Inputs and targets are standardised on what is learnt from; predictions come back in the
    targets' own unit.

    Entries of `options`, `training` and `preprocessing` can stand in grids by name:
    `{"training__optimizer": ["adamw", "rmsprop"], "options__num_layers": [1, 2]}`.

    With joblib's processes (`n_jobs` of `GridSearchCV`) each has its share of the processor's
    threads; `n_threads=1` is as fast for few series, and does not disturb others.

    Args:
        kind: The network, by the name of its module in `liquidtime.models`; or "auto", which
            validates random liquid features ("ridge") and the CfC on the training data and fits
            the former, which takes a moment, unless the CfC is better by a standard error.
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
        n_threads: Threads of a fit and a prediction; None leaves them as they are.
        random_state: Seed of the cut, the weights, the batches and the dropout. An int gives the
            same fit every time (on one machine, on the CPU, with as many threads).

    Attributes:
        n_outputs_: Number of values K that are predicted.
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
            y: [N] or [N, K] finite numbers. May be left out if X is an `IrregularSeries` with
                such targets.
            sample_weight: [N] numbers of 0 or more, how much each series counts in the loss.
            groups: [N], such as the patient of each series: no group is both learnt from and
                validated on.
            validation: (X, y) to validate on, which are not learnt from.

        Returns:
            The estimator.

        Raises:
            InputError: If X, y or a parameter does not fit; y must not hold a target a step.
        """
        series = as_series(X)
        if y is not None:
            no_steps(y, series)
        wanted = own_target(series, "regress") if y is None else aligned(y, X, series)
        values = numbers_of(one_a_series(wanted, len(series)))
        columns = values.reshape(len(values), -1)
        # Large offsets, such as dates, would drown in float32: centre them before.
        offset = columns.mean(axis=0)
        given = None
        if validation is not None:
            others, theirs = like_fit(series, validation, "regress")
            found = numbers_of(theirs)
            if found.shape[1:] != values.shape[1:]:
                raise InputError(
                    f"y of the validation set has shape {list(found.shape)}; expected "
                    f"{[len(found), *values.shape[1:]]}, as y of the fit."
                )
            given = valued(others, found.reshape(len(found), -1) - offset)
        self._offset = offset
        self._flat = values.ndim == 1
        self.n_outputs_ = columns.shape[1]
        fit_in_memory(
            self,
            "regress",
            valued(series, columns - offset),
            sample_weight=sample_weight,
            groups=groups,
            given=given,
        )
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
        tags = super().__sklearn_tags__()
        tags.target_tags.multi_output = True
        return tags
