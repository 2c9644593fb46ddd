"""Fits in memory: on a training part, by cross-validation, and again on everything."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
import torch
from torch import Tensor

from liquidtime.data import ragged
from liquidtime.data.encoded import EncodedSeries, checked_weight
from liquidtime.data.preprocess import Preprocessor
from liquidtime.data.series import IrregularSeries
from liquidtime.errors import InputError
from liquidtime.models.contract import Model
from liquidtime.train.config import FitConfig
from liquidtime.train.defaults import resolved
from liquidtime.train.folder.checkpoints import Progress
from liquidtime.train.loop import train
from liquidtime.train.objectives import catalogue as objectives
from liquidtime.train.objectives.contract import Objective
from liquidtime.train.run import new_model
from liquidtime.train.score.metrics import Scored, point
from liquidtime.train.score.outputs import predict_logits

Preprocess = Callable[[IrregularSeries], Preprocessor]


class Trained(NamedTuple):
    """A fit in memory.

    Attributes:
        config: The options, a number in place of every "auto".
        preprocessor: Fitted on the training part.
        objective: What the network predicts.
        model: The network with the weights that were chosen, in evaluation mode, on the CPU.
        progress: The history, and which round won.
    """

    config: FitConfig
    preprocessor: Preprocessor
    objective: Objective
    model: Model
    progress: Progress

    def predict(self, series: IrregularSeries) -> np.ndarray:
        """Predictions [N, M], or [R, M] per step, as of `Objective.predictions`."""
        encoded = self.preprocessor.encode(series, reads=self.model.reads)
        return self.objective.predictions(predict_logits(self.model, encoded).numpy())

    @property
    def steps(self) -> int:
        """Steps of the optimiser up to the weights that were chosen."""
        assert self.progress.plan is not None
        return self.progress.plan.steps_until(self.progress.best + 1)


@dataclass(frozen=True, eq=False)
class CrossValidated:
    """What K fits say of series that each of them did not see.

    Attributes:
        folds: The K fits.
        metric: What chose the weights of each.
        scores: That metric of each fold, on its own part.
        steps: Steps of the optimiser that a fit on everything should take: the median over folds.
        predictions: [N, M], or [R, M] per step, in the order of the data: of each series by the
            fit that did not see it; NaN for series of no fold.
    """

    folds: tuple[Trained, ...]
    metric: str
    scores: tuple[float, ...]
    steps: int
    predictions: np.ndarray

    def scored(self, series: IrregularSeries) -> Scored:
        """The predictions beside the targets of the series, where there are both."""
        objective = self.folds[0].objective
        assert series.target is not None
        target, there = objective.truth(series.target)
        there = there & np.isfinite(self.predictions).all(axis=1)
        cluster = np.arange(len(series))
        if objective.per_step:
            cluster = ragged.series_of_rows(series.lengths).numpy()
        return Scored(target[there], self.predictions[there], cluster[there], objective)

    def score(self, series: IrregularSeries) -> float:
        """The metric over all folds at once."""
        metric = self.metric
        if metric == "loss":
            metric = "log_loss" if self.folds[0].objective.bounded else "mse"
        return point(self.scored(series), metric)


def fit_part(
    series: IrregularSeries,
    config: FitConfig,
    training: np.ndarray | Sequence[int],
    validation: np.ndarray | Sequence[int] | None = None,
    *,
    sample_weight: Tensor | None = None,
    preprocess: Preprocess = Preprocessor.fit,
    until: int | None = None,
    label: str | None = None,
) -> Trained:
    """Fit to some of the series.

    Args:
        series: With targets.
        config: Task, model and training.
        training: Numbers of the series to learn from.
        validation: Numbers of those that choose the weights; None trains to the end and keeps the
            last ones.
        sample_weight: [N], how much each of all series counts in the losses; None for alike.
        preprocess: Makes the preprocessor of the training part.
        until: End after so many steps, if that is sooner; the step size goes as if not.
        label: Name shown in the progress line; None shows nothing.

    Raises:
        InputError: If targets do not suit the task, or there are none.
    """
    part = series.select(training)
    config = resolved(config, part)
    objective = objectives.of_training(part, config)
    preprocessor = preprocess(part)
    model = new_model(preprocessor, objective, config)

    def encoded(chosen: np.ndarray | Sequence[int]) -> EncodedSeries:
        found = preprocessor.encode(series.select(chosen), reads=model.reads)
        weight = None if sample_weight is None else sample_weight[torch.as_tensor(chosen)]
        # What counts for nothing altogether is measured as if it did.
        return found.weighted(weight) if weight is not None and weight.any() else found

    measured = None if validation is None or not len(validation) else encoded(validation)
    options = config.train
    progress = train(
        model, objective, encoded(training), measured, options, label=label, until=until
    )
    model.network.to("cpu")
    return Trained(config, preprocessor, objective, model, progress)


def cross_validate(
    series: IrregularSeries,
    config: FitConfig,
    folds: Sequence[np.ndarray | Sequence[int]],
    *,
    sample_weight: np.ndarray | Sequence[float] | None = None,
    preprocess: Preprocess = Preprocessor.fit,
    label: str | None = None,
) -> CrossValidated:
    """Fit once for each fold, to all series that are not of it.

    Args:
        series: With targets.
        config: Task, model and training; the options that depend on the data are those that suit
            all series.
        folds: Two or more, each the numbers of the series that choose its weights. No series is in
            two; those of none are always learnt from.
        sample_weight: [N], how much each series counts in the losses.
        preprocess: Makes the preprocessor of a training part.
        label: Name shown in the progress line; None shows nothing.

    Raises:
        InputError: If the folds overlap or are empty, or a part has nothing to learn from.
    """
    parts = [np.asarray(fold, dtype=np.int64) for fold in folds]
    _check_folds(parts, len(series))
    config = resolved(config, series)
    weight = None if sample_weight is None else checked_weight(sample_weight, len(series))
    found = []
    for number, fold in enumerate(parts):
        rest = np.setdiff1d(np.arange(len(series)), fold)
        shown = None if label is None else f"{label}, fold {number + 1} of {len(parts)}"
        found.append(
            fit_part(
                series,
                config,
                rest,
                fold,
                sample_weight=weight,
                preprocess=preprocess,
                label=shown,
            )
        )
    return CrossValidated(
        folds=tuple(found),
        metric=found[0].progress.metric,
        scores=tuple(_score(fit.progress) for fit in found),
        steps=round(float(np.median([fit.steps for fit in found]))),
        predictions=_together(series, parts, found),
    )


def refit(
    series: IrregularSeries,
    config: FitConfig,
    validated: CrossValidated,
    *,
    sample_weight: np.ndarray | Sequence[float] | None = None,
    preprocess: Preprocess = Preprocessor.fit,
    label: str | None = None,
) -> Trained:
    """Fit to all series, for as many steps as cross-validation found to be best.

    Args:
        series: With targets.
        config: As for `cross_validate`.
        validated: What that returned.
        sample_weight: As there.
        preprocess: As there.
        label: Name shown in the progress line; None shows nothing.
    """
    weight = None if sample_weight is None else checked_weight(sample_weight, len(series))
    return fit_part(
        series,
        resolved(config, series),
        np.arange(len(series)),
        sample_weight=weight,
        preprocess=preprocess,
        until=validated.steps,
        label=label,
    )


def _score(progress: Progress) -> float:
    return progress.history[progress.best][f"validation_{progress.metric}"]


def _together(
    series: IrregularSeries, folds: Sequence[np.ndarray], fits: Sequence[Trained]
) -> np.ndarray:
    rows = list(_rows(series, folds))
    count = len(series.times) if series.per_step else len(series)
    outputs = [fit.predict(series.select(fold)) for fit, fold in zip(fits, folds, strict=True)]
    predictions = np.full((count, outputs[0].shape[1]), np.nan)
    for place, output in zip(rows, outputs, strict=True):
        predictions[place] = output
    return predictions


def _rows(series: IrregularSeries, folds: Sequence[np.ndarray]) -> Iterator[np.ndarray]:
    for fold in folds:
        if series.per_step:
            yield ragged.rows_of(series.lengths, torch.from_numpy(fold)).numpy()
        else:
            yield fold


def _check_folds(folds: Sequence[np.ndarray], count: int) -> None:
    if len(folds) < 2 or not all(len(fold) for fold in folds):
        sizes = ", ".join(str(len(fold)) for fold in folds) or "none"
        raise InputError(f"folds have the sizes {sizes}; expected two or more, none of them empty.")
    numbers = np.concatenate(folds)
    if numbers.min() < 0 or numbers.max() >= count or len(np.unique(numbers)) < len(numbers):
        raise InputError(
            f"folds name series {numbers.min()} to {numbers.max()}, {len(numbers)} in all; "
            f"expected each of {count} series in one fold at most, numbered from 0."
        )
