"""One quiet fit in memory: no run folder, no progress line, no trace in the global random state."""

from collections.abc import Mapping
from dataclasses import dataclass, fields, replace
from typing import Any

import numpy as np
from sklearn.utils import check_random_state
from sklearn.utils.validation import check_is_fitted

from liquidtime.data.preprocess import Preprocessor
from liquidtime.data.series import IrregularSeries
from liquidtime.data.splits import split_by_series
from liquidtime.errors import InputError
from liquidtime.estimators.names import remember_names
from liquidtime.estimators.series import as_fitted
from liquidtime.models.catalogue import MODELS
from liquidtime.models.contract import Model
from liquidtime.train.config import FitConfig
from liquidtime.train.loop import train
from liquidtime.train.objectives.contract import Objective
from liquidtime.train.run import new_model
from liquidtime.train.score.outputs import predict_logits


@dataclass(frozen=True)
class Fitted:
    """What an estimator keeps of a fit.

    Attributes:
        preprocessor: Fitted on the training share.
        objective: What the logits mean.
        model: The network with the best epoch's weights, on the CPU.
        history: One record an epoch.
        best_epoch: The epoch that the validation share chose, from 0.
    """

    preprocessor: Preprocessor
    objective: Objective
    model: Model
    history: list[dict[str, float]]
    best_epoch: int


def fit_in_memory(
    series: IrregularSeries,
    config: FitConfig,
    *,
    validation_fraction: float,
    stratify: np.ndarray | None,
) -> Fitted:
    """Split by series, standardise on the training share, train, keep the best epoch.

    Args:
        series: With one target a series.
        config: Task, model and training; its seed also draws the split.
        validation_fraction: Share of the series that chooses the epoch, above 0 and below 1.
        stratify: Class of each series, or None.

    Returns:
        The fit.

    Raises:
        InputError: If the share is out of range or there are too few series.
    """
    if not 0.0 < validation_fraction < 1.0:
        raise InputError(
            f"validation_fraction is {validation_fraction}; expected a share above 0 and below 1. "
            "The validation share chooses the epoch, so it cannot be left out."
        )
    if len(series) < 2:
        raise InputError(
            f"X holds {len(series)} series; expected 2 or more, for a training and a validation "
            "share."
        )
    split = split_by_series(
        len(series),
        fractions=(1.0 - validation_fraction, validation_fraction, 0.0),
        seed=config.train.seed,
        stratify=stratify,
    )
    training = series.select(split.train)
    objective = Objective.of_training(training, config)
    preprocessor = Preprocessor.fit(training)
    model = new_model(preprocessor, objective, config)
    trained = train(
        model,
        objective,
        preprocessor.encode(training, reads=model.reads),
        preprocessor.encode(series.select(split.validation), reads=model.reads),
        config.train,
    )
    model.network.to("cpu")
    return Fitted(preprocessor, objective, model, trained.history, trained.best_epoch)


def keep(estimator: Any, fitted: Fitted, series: IrregularSeries) -> None:
    """Give an estimator the attributes that a fit on such series leaves."""
    estimator.fitted_ = fitted
    remember_names(estimator, series)
    estimator.n_features_in_ = len(fitted.preprocessor.variables)
    estimator.history_ = fitted.history
    estimator.n_iter_ = len(fitted.history)


def outputs(estimator: Any, X: Any) -> np.ndarray:
    """Probabilities or values for new series.

    Args:
        estimator: A fitted one.
        X: N series with the features of the fit, in any of the forms that estimators take.

    Returns:
        [N, K] float64.

    Raises:
        InputError: If X does not fit.
        sklearn.exceptions.NotFittedError: If `fit` was not called.
    """
    check_is_fitted(estimator)
    series = as_fitted(estimator, X)
    fitted = estimator.fitted_
    plain = replace(series, target=None, per_step=False)
    encoded = fitted.preprocessor.encode(plain, reads=fitted.model.reads)
    return fitted.objective.predictions(predict_logits(fitted.model, encoded).numpy())


def configuration(task: str, estimator: Any, *, class_weights: str = "none") -> FitConfig:
    """The configuration that an estimator's parameters stand for.

    Args:
        task: "classify" or "regress".
        estimator: Its parameters of the model and the training are taken; the seed is drawn from
            its `random_state`.
        class_weights: "none" or "balanced".

    Returns:
        The configuration.

    Raises:
        InputError: If a parameter is out of range, or the model has no such option.
    """
    given, usual = _plain(estimator.get_params()), type(estimator)().get_params()
    known = {entry.name for entry in fields(MODELS.find(given["kind"]))}  # pyright: ignore
    # A model without an option does not mind that the option has a usual value here.
    model = {name: given[name] for name in _MODEL if name in known or given[name] != usual[name]}
    return FitConfig.from_dict(
        {
            "task": task,
            "model": {"kind": given["kind"]} | model | _plain(given["options"] or {}),
            "train": {name: given[name] for name in _TRAIN}
            | {
                "seed": int(check_random_state(estimator.random_state).randint(2**31 - 1)),
                "class_weights": class_weights,
            },
        }
    )


def series_tags(tags: Any) -> Any:
    """Say that series are wanted, with holes, and no tables."""
    tags.input_tags.two_d_array = False
    tags.input_tags.three_d_array = True
    tags.input_tags.allow_nan = True
    return tags


def _plain(parameters: Mapping[str, Any]) -> dict[str, Any]:
    """Parameter grids often hold NumPy's numbers."""
    return {k: v.item() if isinstance(v, np.generic) else v for k, v in parameters.items()}


_MODEL = ("hidden_size", "wiring", "dropout")
_TRAIN = ("epochs", "batch_size", "learning_rate", "weight_decay", "patience")
