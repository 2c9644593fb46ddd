"""Scores under row weights, many weightings at once: what the bootstrap evaluates.

Every function takes `weights` of shape [S, R], S weightings of R rows, and returns [S] (float64).
A resample with replacement is a weighting by counts, so a thousand resamples need one sort and
a few cumulative sums. The plain scores of scikit-learn are the weighting by ones.
"""

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]


def auroc(positive: NDArray[np.bool_], score: Array, weights: Array) -> Array:
    """Area under the receiver operating characteristic; NaN where a class has no weight.

    Args:
        positive: Truth, [R].
        score: Higher means more likely positive, [R]; ties count half.
        weights: [S, R].
    """
    hits, misses = _tied_weights(positive, score, weights)
    below = np.cumsum(misses, axis=1) - 0.5 * misses
    return _ratio((hits * below).sum(axis=1), hits.sum(axis=1) * misses.sum(axis=1))


def average_precision(positive: NDArray[np.bool_], score: Array, weights: Array) -> Array:
    """Area under the precision-recall curve, as a sum over thresholds without interpolation.

    Args:
        positive: Truth, [R].
        score: Higher means more likely positive, [R].
        weights: [S, R].
    """
    hits, misses = _tied_weights(positive, -score, weights)
    found = np.cumsum(hits, axis=1)
    flagged = found + np.cumsum(misses, axis=1)
    precision = np.divide(found, flagged, out=np.zeros_like(found), where=flagged > 0)
    return _ratio((hits * precision).sum(axis=1), hits.sum(axis=1))


def weighted_mean(losses: Array, weights: Array) -> Array:
    """Mean of a loss a row, [R], under each weighting."""
    return _ratio(weights @ losses, weights.sum(axis=1))


def pooled_mean(losses: Array, counts: Array, weights: Array) -> Array:
    """Mean of losses [R, K] over all columns; `counts` [R, K] is 0 where there is none, else 1."""
    return _ratio(weights @ losses.sum(axis=1), weights @ counts.sum(axis=1))


def r2(target: Array, prediction: Array, weights: Array) -> Array:
    """Share of the variance explained, [R] against [R]; NaN where the target does not vary."""
    total = weights.sum(axis=1)
    centred = target - target.mean()
    mean = _ratio(weights @ centred, total)
    variance = weights @ centred**2 - total * mean**2
    spread = np.where(variance > 1e-12 * np.maximum(weights @ centred**2, 1e-300), variance, 0.0)
    return 1.0 - _ratio(weights @ (target - prediction) ** 2, spread)


def _tied_weights(positive: NDArray[np.bool_], score: Array, weights: Array) -> tuple[Array, Array]:
    """Weight of positives and of negatives at each distinct score, scores rising, [S, G]."""
    order = np.argsort(score, kind="stable")
    ranked = score[order]
    starts = np.flatnonzero(np.r_[True, ranked[1:] != ranked[:-1]])
    sorted_weights = weights[:, order]
    sorted_truth = positive[order]
    hits = np.add.reduceat(sorted_weights * sorted_truth, starts, axis=1)
    misses = np.add.reduceat(sorted_weights * ~sorted_truth, starts, axis=1)
    return hits, misses


def _ratio(above: Array, below: Array) -> Array:
    return np.divide(above, below, out=np.full_like(above, np.nan), where=below > 0)
