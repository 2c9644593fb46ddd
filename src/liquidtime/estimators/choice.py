"""Which network suits: each is validated on the training data, and the better one is fitted."""

from collections.abc import Callable
from typing import NamedTuple

import numpy as np
from torch import Tensor

from liquidtime.data.encoded import checked_weight
from liquidtime.data.preprocess import Preprocessor
from liquidtime.data.series import IrregularSeries
from liquidtime.estimators.validation import Validation
from liquidtime.train.config import FitConfig
from liquidtime.train.score.bootstrap import draw
from liquidtime.train.score.metrics import Scored, higher_is_better, measures, point
from liquidtime.train.validation import Trained, cross_validate, fit_part, refit

Preprocess = Callable[[IrregularSeries], Preprocessor]

PERFECT = {"accuracy": 1.0, "auroc": 1.0, "auprc": 1.0, "f1": 1.0, "macro_f1": 1.0}
"""Scores that nothing can better."""


class Choice(NamedTuple):
    """What came of it.

    Attributes:
        fitted: The fit of the better one, on everything that may be learnt from.
        chosen: Its name.
        metric: What was compared; "" where nothing was validated.
        scores: That metric of each that was validated, by name.
        validated: What the better one said of series that it had not seen: their numbers, and
            predictions [n, M]; None where nothing was validated.
    """

    fitted: Trained
    chosen: str
    metric: str
    scores: dict[str, float]
    validated: tuple[np.ndarray, np.ndarray] | None


def choose(
    candidates: dict[str, FitConfig],
    validation: Validation,
    *,
    sample_weight: np.ndarray | None,
    preprocess: Preprocess,
) -> Choice:
    """Validate each, and fit the better one.

    A dearer one has to be better by more than a standard error: of a few series, the best score
    is often luck. Those after one that nothing can better are not looked at.

    Args:
        candidates: Configurations by name; the cheapest first.
        validation: What to learn from and what to validate on.
        sample_weight: [N], how much each series that is learnt from counts; None for alike.
        preprocess: Makes the preprocessor of a training part.
    """
    series, learn = validation.series, validation.learn
    if validation.folds is None and validation.held is None:
        # Nothing to compare by.
        name, config = next(reversed(candidates.items()))
        weight = _weight(sample_weight, len(series))
        only = fit_part(series, config, learn, sample_weight=weight, preprocess=preprocess)
        return Choice(only, name, "", {}, None)
    scores: dict[str, float] = {}
    metric, best = "", ""
    standing: Scored | None = None
    found: dict[str, tuple[Trained | None, np.ndarray, np.ndarray, object]] = {}
    for name, config in candidates.items():
        if validation.folds is not None:
            cross = cross_validate(
                series,
                config,
                validation.folds,
                sample_weight=sample_weight,
                preprocess=preprocess,
                rival=(metric, scores[best]) if best else None,
            )
            seen = np.arange(len(series))
            found[name] = None, seen, cross.predictions, cross
            scored = cross.scored(series)
        else:
            assert validation.held is not None
            weight = _weight(sample_weight, len(series))
            fit = fit_part(
                series,
                config,
                learn,
                validation.held,
                sample_weight=weight,
                preprocess=preprocess,
            )
            part = series.select(validation.held)
            found[name] = fit, validation.held, fit.predict(part), None
            assert part.target is not None
            target, there = fit.objective.truth(part.target)
            rows = np.flatnonzero(there)
            scored = Scored(target[rows], found[name][2][rows], rows, fit.objective)
        # The same for all, whatever each was stopped by.
        metric = metric or _metric(scored)
        scores[name] = point(scored, metric)
        if standing is None or ahead(metric, scored, standing):
            best, standing = name, scored
        if scores[best] == PERFECT.get(metric):
            break
    fit, seen, predictions, cross = found[best]
    if fit is None:
        fit = refit(
            series,
            candidates[best],
            cross,  # pyright: ignore[reportArgumentType]
            sample_weight=sample_weight,
            preprocess=preprocess,
        )
    return Choice(fit, best, metric, scores, (seen, predictions))


def _metric(scored: Scored) -> str:
    metric, _ = scored.objective.selection(scored.target)
    if metric == "loss":
        return "log_loss" if scored.objective.bounded else "mse"
    return metric


def ahead(metric: str, one: Scored, other: Scored) -> bool:
    """Whether a score is better than another by more than the standard error of the difference."""
    own, theirs = point(one, metric), point(other, metric)
    if not (np.isfinite(own) and np.isfinite(theirs)):
        return bool(np.isfinite(own))
    drawn = [draw({metric: measures(each)[metric]}, each.cluster)[metric] for each in (one, other)]
    apart = drawn[0] - drawn[1]
    apart = apart[np.isfinite(apart)]
    error = apart.std() if len(apart) else 0.0
    return (own - theirs if higher_is_better(metric) else theirs - own) > error


def _weight(given: np.ndarray | None, count: int) -> Tensor | None:
    """Those of a validation set that was given count alike."""
    if given is None:
        return None
    own = checked_weight(given, len(given)).numpy()
    return checked_weight(np.concatenate([own, np.ones(count - len(own))]), count)
