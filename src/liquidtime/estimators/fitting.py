"""One quiet fit in memory: no run folder, no progress line, no trace in the global random state."""

from collections.abc import Mapping
from dataclasses import fields, replace
from functools import partial
from typing import Any

import numpy as np
from sklearn.utils.validation import check_is_fitted

from liquidtime.data.preprocess import Preprocessor
from liquidtime.data.preprocess.unlike import note_unlike
from liquidtime.data.series import IrregularSeries
from liquidtime.errors import InputError
from liquidtime.estimators.choice import Choice, choose
from liquidtime.estimators.names import remember_names
from liquidtime.estimators.parameters import MAPPINGS, plain, seed_of
from liquidtime.estimators.series import as_fitted
from liquidtime.estimators.solving import weights_of
from liquidtime.estimators.threads import threads
from liquidtime.estimators.validation import tell_rare, validation_of
from liquidtime.models.catalogue import MODELS
from liquidtime.train.config import FitConfig, Task, TrainConfig

CANDIDATES = ("ridge", "cfc")
"""What kind="auto" compares; the cheaper first, which wins where they are about equal."""


def fit_in_memory(
    estimator: Any,
    task: Task,
    series: IrregularSeries,
    *,
    class_weights: Any = "none",
    classes: np.ndarray | None = None,
    labels: Any = (),
    sample_weight: Any = None,
    groups: Any = None,
    given: IrregularSeries | None = None,
) -> None:
    """Fit as an estimator's parameters say, and give it the attributes that a fit leaves.

    Args:
        estimator: It.
        task: "classify", "multilabel" or "regress".
        series: With one target a series.
        class_weights: As `TrainConfig` has them.
        classes: [N] class numbers of these series and then of those given, over which they are
            spread evenly; None without classes.
        labels: Names of the classes.
        sample_weight: [N], or None for alike.
        groups: [N], of which none is both learnt from and validated on; or None.
        given: Series to validate on, with targets; or None.

    Raises:
        InputError: If a parameter is out of range, or there are too few series.
    """
    count = len(series)
    seed = seed_of(estimator)
    if sample_weight is not None:
        sample_weight = weights_of(sample_weight, count)
    validation = validation_of(
        series,
        plain({"how": estimator.validation})["how"],
        share=estimator.validation_fraction,
        given=given,
        seed=seed,
        classes=None if classes is None else classes[:count],
        groups=groups,
    )
    if classes is not None:
        tell_rare(validation, classes, labels)
    names = (estimator.kind,)
    if estimator.kind == "auto":
        names = CANDIDATES if task != "multilabel" else CANDIDATES[1:]
    candidates = {
        name: configuration(task, name, estimator, seed=seed, class_weights=class_weights)
        for name in names
    }
    preprocess = partial(Preprocessor.fit, **_preparation(estimator))
    with threads(plain({"n": estimator.n_threads})["n"]):
        choice = choose(candidates, validation, sample_weight=sample_weight, preprocess=preprocess)
    _keep(estimator, choice, series)


def _keep(estimator: Any, choice: Choice, series: IrregularSeries) -> None:
    fitted = choice.fitted
    estimator.fitted_ = fitted
    remember_names(estimator, series)
    estimator.n_features_in_ = len(fitted.preprocessor.variables)
    estimator.history_ = fitted.progress.history
    estimator.n_iter_ = len(fitted.progress.history)
    estimator.chosen_ = choice.chosen
    estimator.validation_metric_ = choice.metric
    estimator.validation_scores_ = choice.scores
    estimator.validation_predictions_ = choice.validated


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
    series = replace(as_fitted(estimator, X), target=None, per_step=False)
    note_unlike(series, estimator.fitted_.preprocessor)
    with threads(plain({"n": estimator.n_threads})["n"]):
        return estimator.fitted_.predict(series)


def configuration(
    task: Task, kind: str, estimator: Any, *, seed: int, class_weights: Any
) -> FitConfig:
    """The configuration that an estimator's parameters stand for.

    Args:
        task: "classify", "multilabel" or "regress".
        kind: Name of the model.
        estimator: Its parameters of the model and the training are taken.
        seed: Of the weights and the batches.
        class_weights: As `TrainConfig` has them.

    Returns:
        The configuration.

    Raises:
        InputError: If a parameter is out of range, or the model has no such option.
    """
    auto = estimator.kind == "auto"
    given = plain(estimator.get_params(deep=False))
    usual = type(estimator)().get_params(deep=False)
    known = {entry.name for entry in fields(MODELS.find(kind))}  # pyright: ignore
    # A model without an option does not mind that the option has a usual value here; of two that
    # are compared, one does not mind the options of the other.
    model = {
        name: given[name]
        for name in _MODEL
        if name in known or (given[name] != usual[name] and not auto)
    }
    options = plain(_mapping(estimator, "options"))
    if auto:
        _check_known(options, {e.name for e in fields(MODELS.find(CANDIDATES[1]))}, "options")  # pyright: ignore
        options = {name: value for name, value in options.items() if name in known}
    training = plain(_mapping(estimator, "training"))
    twice = sorted({*training} & {*_TRAIN, "seed", "class_weights"})
    if twice:
        own = {"seed": "random_state", "class_weights": "class_weight"}.get(twice[0], twice[0])
        raise InputError(f"training holds {twice[0]!r}; pass {own}=… to the estimator instead.")
    return FitConfig.from_dict(
        {
            "task": task,
            "model": {"kind": kind} | model | options,
            "train": {name: given[name] for name in _TRAIN}
            | {"accelerator": "cpu"}
            | training
            | {"seed": seed, "class_weights": class_weights},
        }
    )


def _preparation(estimator: Any) -> dict[str, Any]:
    given = plain(_mapping(estimator, "preprocessing"))
    _check_known(given, set(PREPARATION), "preprocessing")
    return given


def _mapping(estimator: Any, name: str) -> Mapping[str, Any]:
    given = getattr(estimator, name)
    if given is None:
        return {}
    if not isinstance(given, Mapping):
        raise InputError(
            f"{name} is {given!r}; expected a dictionary of {MAPPINGS[name]}, or None."
        )
    if name == "training":
        _check_known(given, {entry.name for entry in fields(TrainConfig)}, name)
    return given


def _check_known(given: Mapping[str, Any], known: set[str], name: str) -> None:
    unknown = [key for key in given if key not in known]
    if unknown:
        raise InputError(
            f"{name} holds {unknown[0]!r}; expected some of {', '.join(sorted(known))}."
        )


PREPARATION = ("features", "time_scale", "clip", "scale", "drop_constant", "embed")
_MODEL = ("hidden_size", "wiring", "dropout")
_TRAIN = (
    "epochs", "steps", "batch_size", "learning_rate", "weight_decay", "patience", "ensemble",
)  # fmt: skip
