"""Fits in memory: on a training part, by cross-validation, and again on everything.

The fits of a cross-validation go side by side, a round of each in turn: how long to train is then
one question, answered by all series at once, rather than one a fold, answered by a few.
"""

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
from liquidtime.train.epochs import Epochs
from liquidtime.train.folder.checkpoints import Progress, on_cpu
from liquidtime.train.loop import begun, ready, train
from liquidtime.train.objectives import catalogue as objectives
from liquidtime.train.objectives.contract import Objective
from liquidtime.train.progress import ProgressLine
from liquidtime.train.run import new_model
from liquidtime.train.score.metrics import Scored, higher_is_better, point
from liquidtime.train.score.outputs import predict_logits
from liquidtime.train.selection import selection

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
        folds: The K fits, each with its weights after the best round.
        metric: What chose that round, over all folds at once.
        scores: That metric of each fold, on its own part, after that round.
        steps: Steps of the optimiser that a fit on everything should take: the median over folds.
        level: Training loss that it should come down to, the same way.
        predictions: [N, M], or [R, M] per step, in the order of the data: of each series by the
            fit that did not see it, after the round that is best for the other folds, so that a
            fold does not choose what it is scored by; NaN for series of no fold.
    """

    folds: tuple[Trained, ...]
    metric: str
    scores: tuple[float, ...]
    steps: int
    level: float
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
    enough: tuple[int, float] | None = None,
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
        enough: Steps and a training loss: end after the first round from those steps on whose loss
            is as low; the step size goes as if not.
        label: Name shown in the progress line; None shows nothing.

    Raises:
        InputError: If targets do not suit the task, or there are none.
    """
    part = _Part.of(
        series, config, training, validation, sample_weight=sample_weight, preprocess=preprocess
    )
    progress = train(
        part.model,
        part.objective,
        part.training,
        part.validation,
        part.config.train,
        label=label,
        until=None if enough is None else enough[0],
        level=None if enough is None else enough[1],
    )
    return part.trained(progress)


class _Part(NamedTuple):
    """A network before its training, with the series to learn from and to be measured on."""

    config: FitConfig
    preprocessor: Preprocessor
    objective: Objective
    model: Model
    training: EncodedSeries
    validation: EncodedSeries | None

    @classmethod
    def of(
        cls,
        series: IrregularSeries,
        config: FitConfig,
        training: np.ndarray | Sequence[int],
        validation: np.ndarray | Sequence[int] | None,
        *,
        sample_weight: Tensor | None,
        preprocess: Preprocess,
    ) -> "_Part":
        part = series.select(training)
        config = resolved(config, part)
        # What cannot be learnt from all of them is refused; what lacks in this part alone is not.
        objectives.of_training(series, config)
        objective = objectives.of_part(part, config)
        preprocessor = preprocess(part)
        model = new_model(preprocessor, objective, config)

        def encoded(chosen: np.ndarray | Sequence[int]) -> EncodedSeries:
            found = preprocessor.encode(series.select(chosen), reads=model.reads)
            weight = None if sample_weight is None else sample_weight[torch.as_tensor(chosen)]
            # What counts for nothing altogether is measured as if it did.
            return found.weighted(weight) if weight is not None and weight.any() else found

        measured = None if validation is None or not len(validation) else encoded(validation)
        return cls(config, preprocessor, objective, model, encoded(training), measured)

    def trained(self, progress: Progress) -> Trained:
        self.model.network.to("cpu")
        return Trained(self.config, self.preprocessor, self.objective, self.model, progress)


def cross_validate(
    series: IrregularSeries,
    config: FitConfig,
    folds: Sequence[np.ndarray | Sequence[int]],
    *,
    sample_weight: np.ndarray | Sequence[float] | None = None,
    preprocess: Preprocess = Preprocessor.fit,
    rival: tuple[str, float] | None = None,
    label: str | None = None,
) -> CrossValidated:
    """Fit once for each fold, to all series that are not of it.

    Args:
        series: With targets.
        config: Task, model and training; the options that depend on the data are those that suit
            all series.
        folds: Two or more, each the numbers of series that the fit did not see. No series is in
            two; those of none are always learnt from.
        sample_weight: [N], how much each series counts in the losses.
        preprocess: Makes the preprocessor of a training part.
        rival: A metric and the value of it to be bettered: where halfway the error is still twice
            as large, the fits end there.
        label: Name shown in the progress line; None shows nothing.

    Raises:
        InputError: If the folds overlap or are empty, or a part has nothing to learn from.
    """
    parts = [np.asarray(fold, dtype=np.int64) for fold in folds]
    _check_folds(parts, len(series))
    config = resolved(config, series)
    weight = None if sample_weight is None else checked_weight(sample_weight, len(series))
    fits = [
        _Part.of(
            series,
            config,
            np.setdiff1d(np.arange(len(series)), fold),
            fold,
            sample_weight=weight,
            preprocess=preprocess,
        )
        for fold in parts
    ]
    rows = list(_rows(series, parts))
    return SideBySide(fits, rows, series).run(rival, label)


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

    Where the training loss is not down by then to what it was in the folds, for as many more as it
    takes (Goodfellow, Bengio and Courville, Deep Learning, 2016, section 7.8, name both rules).

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
        enough=(validated.steps, validated.level),
        label=label,
    )


class SideBySide:
    """Fits that take their rounds in turns, and are judged together.

    Args:
        fits: One a fold.
        rows: Of each fold, the rows of its targets among all.
        series: All series.
    """

    def __init__(
        self, fits: Sequence[_Part], rows: Sequence[np.ndarray], series: IrregularSeries
    ) -> None:
        self.fits, self.rows, self.series = fits, rows, series
        self.objective = fits[0].objective
        assert series.target is not None
        self.target, there = self.objective.truth(series.target)
        self.there = there & np.isin(np.arange(len(there)), np.concatenate(rows))
        options = fits[0].config.train
        self.metric = selection(options, self.objective, self.target[self.there]).metric
        self.progresses = [Progress() for _ in fits]
        # After each round: all predictions, and the validation loss of each fold.
        self.said: list[np.ndarray] = []
        self.losses: list[list[float]] = []
        self.merits: list[tuple[float, float]] = []

    def run(self, rival: tuple[str, float] | None, label: str | None) -> CrossValidated:
        """Train to the end that suits all folds together."""
        options = [
            ready(each.model, each.objective, each.training, each.validation, each.config.train)
            for each in self.fits
        ]
        trainings = [
            begun(each.model, each.objective, each.training, each.validation, config, progress)
            for each, config, progress in zip(self.fits, options, self.progresses, strict=True)
        ]
        weights: list[dict[str, Tensor]] = []
        plans, patience = [each.plan for each in trainings], options[0].patience
        assert patience != "auto"
        with ProgressLine(label, self.progresses[0], plans[0]) as line:
            ended = False
            while not ended:
                self._round(trainings, line)
                if self.best == len(self.said) - 1:
                    weights = [on_cpu(each.network.state_dict()) for each in trainings]
                ended = self._ended(max(plan.rounds for plan in plans), patience, rival)
                line.round(last=ended)
        best = self.best
        for each, progress, state in zip(self.fits, self.progresses, weights, strict=True):
            progress.best = min(best, len(progress.history) - 1)
            progress.best_weights = state
            each.model.network.load_state_dict(state)
            each.model.network.eval()
        steps = [
            plan.steps_until(progress.best + 1)
            for plan, progress in zip(plans, self.progresses, strict=True)
        ]
        levels = [each.history[each.best]["train_loss"] for each in self.progresses]
        return CrossValidated(
            folds=tuple(
                each.trained(progress)
                for each, progress in zip(self.fits, self.progresses, strict=True)
            ),
            metric=self.metric,
            scores=tuple(self.merit(best, [fold])[0] * self._sign for fold in self._folds),
            steps=round(float(np.median(steps))),
            level=float(np.median(levels)),
            predictions=self.predictions(),
        )

    @property
    def best(self) -> int:
        """The round that is best for all series, the first of equals."""
        return max(range(len(self.merits)), key=self.merits.__getitem__)

    @property
    def _folds(self) -> range:
        return range(len(self.fits))

    @property
    def _sign(self) -> float:
        return 1.0 if higher_is_better(self.metric) else -1.0

    def _round(self, trainings: Sequence[Epochs], line: ProgressLine) -> None:
        number = len(self.said)
        said = np.full((len(self.there), 0), np.nan) if not self.said else self.said[-1].copy()
        losses = [np.nan] * len(self.fits) if not self.losses else [*self.losses[-1]]
        for fold, (each, progress) in enumerate(zip(trainings, self.progresses, strict=True)):
            # A fold with a little less to learn from may have had its last round.
            if number >= each.plan.rounds:
                continue
            progress.take(each.run(number, line), each.network)
            assert each.logits is not None
            outputs = self.fits[fold].objective.predictions(each.logits.numpy())
            if not said.shape[1]:
                said = np.full((len(said), outputs.shape[1]), np.nan)
            said[self.rows[fold]] = outputs
            losses[fold] = progress.history[-1]["validation_loss"]
        self.said.append(said)
        self.losses.append(losses)
        self.merits.append(self.merit(number, self._folds))

    def _ended(self, rounds: int, patience: int | None, rival: tuple[str, float] | None) -> bool:
        done = len(self.said)
        waited = patience is not None and done - 1 - self.best >= patience
        if done >= rounds or (waited and all(each.learnt for each in self.progresses)):
            return True
        if rival is None or done < rounds / 2:
            return False
        metric, theirs = rival
        ours = point(self._scored(self.said[self.best], self._folds), metric)
        if higher_is_better(metric):
            ours, theirs = 1.0 - ours, 1.0 - theirs
        return not ours <= 2.0 * theirs

    def predictions(self) -> np.ndarray:
        """What is said of each series, after the round that is best for the other folds."""
        found = np.full_like(self.said[-1], np.nan)
        for fold in self._folds:
            others = [other for other in self._folds if other != fold]
            merits = [self.merit(number, others) for number in range(len(self.said))]
            best = max(range(len(merits)), key=merits.__getitem__)
            found[self.rows[fold]] = self.said[best][self.rows[fold]]
        return found

    def merit(self, number: int, folds: Sequence[int]) -> tuple[float, float]:
        """What some folds say of a round: its metric, and of equals the lower loss."""
        losses = np.array([self.losses[number][fold] for fold in folds])
        sizes = np.array([len(self.rows[fold]) for fold in folds])
        there = np.isfinite(losses)
        loss = np.average(losses[there], weights=sizes[there]) if there.any() else np.nan
        value = -loss
        if self.metric != "loss":
            value = self._sign * point(self._scored(self.said[number], folds), self.metric)
        return _or_least(value), _or_least(-loss)

    def _scored(self, said: np.ndarray, folds: Sequence[int]) -> Scored:
        rows = np.concatenate([self.rows[fold] for fold in folds])
        rows = np.sort(rows[self.there[rows]])
        # Points alone are asked for, no intervals over series.
        return Scored(self.target[rows], said[rows], rows, self.objective)


def _or_least(value: float) -> float:
    return -np.inf if np.isnan(value) else float(value)


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
