"""Scores under row weights, many weightings at once: what the bootstrap evaluates.

Scores of ranks take `weights` of shape [S, R], S weightings of R rows, and return [S] (float64);
for scores of sums the functions of weights are made here.
A resample with replacement is a weighting by counts, so a thousand resamples need one sort and
a few cumulative sums. The plain scores of scikit-learn are the weighting by ones.
"""

import numpy as np
from numpy.typing import NDArray

from liquidtime.train.score.bootstrap import OfSums

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


def mean_of(losses: Array) -> OfSums:
    """Mean of a loss a row, [R]."""
    return pooled_mean(losses[:, None], np.ones((len(losses), 1)))


def pooled_mean(losses: Array, counts: Array) -> OfSums:
    """Mean of losses [R, K] over all columns; `counts` [R, K] is 0 where there is none, else 1."""
    columns = np.stack([losses.sum(axis=1), counts.sum(axis=1)], axis=1)
    return OfSums(columns, lambda sums: _ratio(sums[:, 0], sums[:, 1]))


def f1(truth: NDArray[np.bool_], found: NDArray[np.bool_]) -> OfSums:
    """Harmonic mean of precision and recall, mean over the columns where it is defined.

    It is 2 TP / (2 TP + FP + FN) of each column: 0 where nothing that is there was found, undefined
    where nothing is there and nothing was found.

    Args:
        truth: Whether it is there, [R, K].
        found: Whether it was said to be, [R, K]; neither where it is not known.
    """
    hits = (truth & found).astype(np.float64)
    columns = np.concatenate([2.0 * hits, truth.astype(np.float64) + found], axis=1)

    def score(sums: Array) -> Array:
        if not sums.shape[1]:
            return np.full(len(sums), np.nan)
        both, either = np.split(sums, 2, axis=1)
        each = _ratio(both, either)
        defined = np.isfinite(each)
        return _ratio(np.where(defined, each, 0.0).sum(axis=1), defined.sum(axis=1).astype(float))

    return OfSums(columns, score)


def explained(target: Array, prediction: Array) -> OfSums:
    """Share of the variance explained, mean over the outputs [R, K] that have a target and vary.

    Args:
        target: [R, K], NaN where there is none.
        prediction: [R, K].
    """
    there = np.isfinite(target)
    filled = there.any(axis=0)
    target, prediction, there = target[:, filled], prediction[:, filled], there[:, filled]
    error = np.where(there, prediction - target, 0.0)
    # Centred, so that a mean far from 0 takes no digits from the variance.
    total = np.maximum(there.sum(axis=0), 1)
    centred = np.where(there, target - np.where(there, target, 0.0).sum(axis=0) / total, 0.0)
    blocks = [there.astype(np.float64), centred, centred**2, error**2]

    def score(sums: Array) -> Array:
        if not sums.shape[1]:
            return np.full(len(sums), np.nan)
        count, first, second, left = np.split(sums, 4, axis=1)
        varied = second - _ratio(first, count) * first
        spread = np.where(varied > 1e-12 * np.maximum(second, 1e-300), varied, 0.0)
        return np.mean(1.0 - _ratio(left, spread), axis=1)

    return OfSums(np.concatenate(blocks, axis=1), score)


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
