"""What is measured: scores of predictions against targets, with intervals over series."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from liquidtime.train.score import weighted as scores
from liquidtime.train.score.bootstrap import RESAMPLES, OfSums, Score, draw, middle

Array = NDArray[np.float64]

_SMALLEST_PROBABILITY = 1e-7


@dataclass(frozen=True, eq=False)
class Scored:
    """Targets and predictions of the rows that have a target, side by side.

    Attributes:
        target: Class numbers [R] (int64), or values [R, K] with NaN where there is none.
        prediction: Probabilities [R, K] of K classes, or values [R, K].
        cluster: Number of the series of each row, [R].
        labels: Names of the K classes or of the K values.
    """

    target: NDArray[Any]
    prediction: Array
    cluster: NDArray[np.int64]
    labels: tuple[str, ...]

    @property
    def is_classes(self) -> bool:
        """Whether the targets are classes."""
        return self.target.ndim == 1


def selection_metric(target: NDArray[Any], class_count: int | None) -> str:
    """The metric that chooses the epoch, given the validation part's targets.

    Args:
        target: Targets that are there: class numbers [R], or values [R, K].
        class_count: Number of classes; None for values.

    Returns:
        "auroc" (mean over classes, each against the rest, when there are more than two) if every
        class occurs in the part, "log_loss" if one is absent and the AUROC has no meaning, and
        "mse" for values.
    """
    if class_count is None:
        return "mse"
    present = np.unique(target[target >= 0])
    return "auroc" if len(present) == class_count else "log_loss"


def higher_is_better(metric: str) -> bool:
    """Whether a larger value of the metric is the better one."""
    return metric in ("auroc", "auprc", "accuracy", "r2")


def point(scored: Scored, metric: str) -> float:
    """One metric, without an interval; NaN where it is undefined."""
    return float(measures(scored)[metric](np.ones((1, len(scored.target))))[0])


def measure(
    scored: Scored,
    *,
    resamples: int = RESAMPLES,
    seed: int = 0,
    drawn: Mapping[str, Array] | None = None,
) -> dict[str, Any]:
    """All metrics that suit the targets, each with its 95 % bootstrap interval over series.

    Args:
        scored: Rows with targets.
        resamples: Bootstrap resamples.
        seed: Seed of the resamples.
        drawn: The resamples, where they are at hand.

    Returns:
        `{name: {"value": …, "low": …, "high": …}}`, None where undefined. Classes: auroc, auprc
        (both means over classes, each against the rest, when there are more than two), accuracy,
        brier, log_loss. Values: mse, mae, r2, over all outputs.
    """
    functions = measures(scored)
    ones = np.ones((1, len(scored.target)))
    if drawn is None:
        drawn = draw(functions, scored.cluster, resamples=resamples, seed=seed)
    table = {}
    for name, score in functions.items():
        low, high = middle(drawn[name]) or (None, None)
        value = float(score(ones)[0])
        table[name] = {"value": value if np.isfinite(value) else None, "low": low, "high": high}
    return table


def measures(scored: Scored) -> dict[str, Score]:
    """Each metric that suits the targets, as a function of row weights."""
    return _class_scores(scored) if scored.is_classes else _value_scores(scored)


def _class_scores(scored: Scored) -> dict[str, Score]:
    target, probability = scored.target, scored.prediction
    class_count = probability.shape[1]
    ranked = [1] if class_count == 2 else list(range(class_count))
    truth = np.eye(class_count)[target]
    squares = ((probability - truth) ** 2).sum(axis=1)
    if class_count == 2:
        squares = squares / 2.0
    likelihood = probability[np.arange(len(target)), target]
    surprise = -np.log(np.clip(likelihood, _SMALLEST_PROBABILITY, 1.0))
    right = (probability.argmax(axis=1) == target).astype(np.float64)

    def over_classes(score: Any) -> Score:
        return lambda weights: np.mean(
            [score(target == k, probability[:, k], weights) for k in ranked], axis=0
        )

    return {
        "auroc": over_classes(scores.auroc),
        "auprc": over_classes(scores.average_precision),
        "accuracy": _mean(right),
        "brier": _mean(squares),
        "log_loss": _mean(surprise),
    }


def _mean(losses: Array) -> OfSums:
    """Mean of a loss a row, [R]."""
    return _pooled(losses[:, None], np.ones((len(losses), 1)))


def _pooled(losses: Array, counts: Array) -> OfSums:
    """Mean of losses [R, K] over the entries that are there, of which there are counts [R, K]."""
    columns = np.stack([losses.sum(axis=1), counts.sum(axis=1)], axis=1)
    return OfSums(columns, lambda sums: _ratio(sums[:, 0], sums[:, 1]))


def _ratio(above: Array, below: Array) -> Array:
    return np.divide(above, below, out=np.full_like(above, np.nan), where=below > 0)


def _value_scores(scored: Scored) -> dict[str, Score]:
    there = np.isfinite(scored.target)
    error = np.where(there, scored.prediction - scored.target, 0.0)
    counts = there.astype(np.float64)
    return {
        "mse": _pooled(error**2, counts),
        "mae": _pooled(np.abs(error), counts),
        "r2": _explained(scored.target, error, there),
    }


def _explained(target: Array, error: Array, there: NDArray[np.bool_]) -> OfSums:
    """Share of the variance explained, mean over the outputs that have a target."""
    filled = there.any(axis=0)
    target, error, there = target[:, filled], error[:, filled], there[:, filled]
    # Centred, so that a mean far from 0 takes no digits from the variance.
    centre = np.nanmean(np.where(there, target, np.nan), axis=0) if len(target) else 0.0
    centred = np.where(there, target - centre, 0.0)
    blocks = [there.astype(np.float64), centred, centred**2, error**2]
    outputs = target.shape[1]

    def score(sums: Array) -> Array:
        if not outputs:
            return np.full(len(sums), np.nan)
        total, first, second, left = np.split(sums, 4, axis=1)
        varied = second - _ratio(first, total) * first
        spread = np.where(varied > 1e-12 * np.maximum(second, 1e-300), varied, 0.0)
        return np.mean(1.0 - _ratio(left, spread), axis=1)

    return OfSums(np.concatenate(blocks, axis=1), score)
