"""Honest probabilities from the scores of a ridge.

The scores that a ridge gives to its own training rows are too good; those it gives each row when
fitted without it are not. On these a slope and an offset a class are fitted, as Platt (1999) does,
with his softened targets, so that a few rows that are told apart perfectly do not make it certain.
"""

import numpy as np
from scipy.optimize import minimize
from scipy.special import logsumexp

_STEADY = 10.0
"""How much the offsets are held at 0, which a few dozen series must not move."""
_LEAST = -5.0
"""Logarithm of the slope, at least."""


def calibrate(
    scores: np.ndarray, classes: np.ndarray, weights: np.ndarray
) -> tuple[float, np.ndarray]:
    """The slope a and the offsets b for which softmax(a · scores + b) fits best.

    Args:
        scores: [N, K] of rows that the fit was not given.
        classes: [N] from 0 to K − 1.
        weights: [N].

    Returns:
        a, above 0, and b [K].
    """
    count = scores.shape[1]
    total = weights.sum()
    # One observation more of each class, spread over all rows.
    soft = np.full(scores.shape, 1 / (len(scores) + count))
    soft[np.arange(len(scores)), classes] += 1 - soft.sum(1)
    soft *= weights[:, None] * (len(scores) / total)

    def loss(parameters: np.ndarray) -> tuple[float, np.ndarray]:
        slope, offset = np.exp(parameters[0]), parameters[1:]
        logits = slope * scores + offset
        log = logits - logsumexp(logits, axis=1, keepdims=True)
        error = np.exp(log) * soft.sum(1, keepdims=True) - soft
        found = -(soft * log).sum() + 0.5 * _STEADY * (offset**2).sum()
        slopes = [slope * (error * scores).sum()], error.sum(0) + _STEADY * offset
        return float(found), np.concatenate(slopes)

    # Scores that are no better than chance when left out keep their order.
    bounds = [(_LEAST, None), *[(None, None)] * count]
    found = minimize(loss, np.zeros(1 + count), jac=True, method="L-BFGS-B", bounds=bounds).x
    return float(np.exp(found[0])), found[1:]


def cross_entropy(logits: np.ndarray, classes: np.ndarray, weights: np.ndarray) -> float:
    """Mean over the weights."""
    log = logits - logsumexp(logits, axis=1, keepdims=True)
    return float(-(weights * log[np.arange(len(classes)), classes]).sum() / weights.sum())
