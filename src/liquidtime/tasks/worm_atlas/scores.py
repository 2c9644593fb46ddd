"""How well predicted responses agree with measured ones, with bootstrap intervals.

Intervals come of drawing stimulated neurons with replacement: the pairs of one stimulated neuron
are not independent of each other. Ranks and thresholds are those of the whole set, so a draw is
sums of what each neuron contributes.
"""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from liquidtime.optional import require

Values = NDArray[np.float64]
METRICS = ("pearson", "spearman", "absolute", "auroc", "sign")
"""Pearson and Spearman correlation; Pearson of absolute values; area under the ROC curve of the
absolute prediction for connections with q < 0.05; share of those whose sign is right, where a
prediction of 0 counts half."""
SIGNIFICANT = 0.05


@dataclass(frozen=True, eq=False)
class Measurement:
    """Measured responses of P pairs.

    Attributes:
        measured: [P], dF/F.
        connected: [P], whether q < 0.05.
        groups: [P], 0 to G - 1, number of the stimulated neuron.
        draws: [D, G], how often each stimulated neuron is drawn; the first row is all once.
    """

    measured: Values
    connected: NDArray[np.bool_]
    groups: NDArray[np.int64]
    draws: Values


def measurement(
    measured: Values, q: Values, pairs: NDArray[np.bool_], *, repeats: int = 1000, seed: int = 0
) -> Measurement:
    """The pairs of a test.

    Args:
        measured: [N, N], [responding, stimulated].
        q: [N, N].
        pairs: [N, N], which are tested.
        repeats: Draws of the bootstrap.
        seed: Of the draws.
    """
    _, groups = np.unique(np.nonzero(pairs)[1], return_inverse=True)
    size = int(groups.max()) + 1
    generator = np.random.default_rng(seed)
    draws = generator.multinomial(size, np.full(size, 1 / size), size=repeats)
    return Measurement(
        measured[pairs],
        q[pairs] < SIGNIFICANT,
        groups,
        np.concatenate([np.ones((1, size)), draws]).astype(np.float64),
    )


def scores(test: Measurement, predicted: Values) -> dict[str, Values]:
    """Each of `METRICS`: [1 + repeats], that of all pairs, then of each draw.

    Args:
        test: What was measured.
        predicted: [P].

    Returns:
        By name; NaN where it is not defined, as the AUROC of no connection.
    """
    ranks = require("scipy.stats", extra="brain").rankdata
    return {
        "pearson": _correlation(test, predicted, test.measured),
        "spearman": _correlation(test, ranks(predicted), ranks(test.measured)),
        "absolute": _correlation(test, np.abs(predicted), np.abs(test.measured)),
        "auroc": _auroc(test, np.abs(predicted)),
        "sign": _sign(test, predicted),
    }


def summary(draws: Mapping[str, Values]) -> dict[str, dict[str, float | None]]:
    """Value and 95 % interval of each metric; None where it is not defined."""
    return {name: _interval(found) for name, found in draws.items()}


def difference(one: Mapping[str, Values], other: Mapping[str, Values]) -> dict[str, dict]:
    """The same of `one` minus `other`, on the same draws."""
    return summary({name: one[name] - other[name] for name in one})


def ceiling(test: Measurement, one: Values, other: Values) -> dict[str, float | None]:
    """Pearson correlation that a perfect prediction would reach with so noisy a measurement.

    From the correlation r of two halves of the responses: by Spearman and Brown the mean of all
    has the reliability 2 r / (1 + r), and no prediction correlates better than by its square root.
    Halves share animals, so what is particular to an animal counts as signal: a bound from above.

    Args:
        test: What was measured.
        one: [P], means over one half of the responses of each pair.
        other: [P], over the other half.
    """
    both = np.clip(_correlation(test, one, other), 0, 1)
    return _interval(np.sqrt(2 * both / (1 + both)))


def _interval(found: Values) -> dict[str, float | None]:
    finite = found[1:][np.isfinite(found[1:])]
    if not np.isfinite(found[0]) or not len(finite):
        return {"value": None, "low": None, "high": None}
    low, high = np.percentile(finite, [2.5, 97.5])
    return {"value": float(found[0]), "low": float(low), "high": float(high)}


def _correlation(test: Measurement, x: Values, y: Values) -> Values:
    # Centred and scaled first: sums of squares of large ranks lose digits.
    x, y = _standard(x), _standard(y)
    columns = (np.ones_like(x), x, y, x * x, y * y, x * y)
    number, sx, sy, sxx, syy, sxy = (_summed(test, column) for column in columns)
    with np.errstate(invalid="ignore", divide="ignore"):
        within = sxy - sx * sy / number
        found = within / np.sqrt((sxx - sx**2 / number) * (syy - sy**2 / number))
    return np.where(np.isfinite(found), np.clip(found, -1, 1), np.nan)


def _standard(values: Values) -> Values:
    spread = values.std()
    return (values - values.mean()) / (spread if spread > 0 else 1.0)


def _auroc(test: Measurement, predicted: Values) -> Values:
    """Share of pairs of pairs, one connected and one not, that stand in the right order."""
    size = test.draws.shape[1]
    order = np.argsort(test.groups[~test.connected], kind="stable")
    others = predicted[~test.connected][order]
    of_others = test.groups[~test.connected][order]
    right = np.zeros((size, size))
    starts = np.searchsorted(of_others, np.arange(size))
    for value, group in zip(predicted[test.connected], test.groups[test.connected], strict=True):
        above = (value > others) + 0.5 * (value == others)
        sums = np.concatenate([[0.0], np.cumsum(above)])
        right[group] += sums[np.append(starts[1:], len(others))] - sums[starts]
    connected = _summed(test, test.connected.astype(np.float64))
    unconnected = _summed(test, (~test.connected).astype(np.float64))
    ordered = np.einsum("dg,gh,dh->d", test.draws, right, test.draws, optimize=True)
    with np.errstate(invalid="ignore", divide="ignore"):
        return ordered / (connected * unconnected)


def _sign(test: Measurement, predicted: Values) -> Values:
    connected = _summed(test, test.connected.astype(np.float64))
    agree = (1 + np.sign(predicted) * np.sign(test.measured)) / 2
    with np.errstate(invalid="ignore", divide="ignore"):
        return _summed(test, np.where(test.connected, agree, 0.0)) / connected


def _summed(test: Measurement, values: Values) -> Values:
    return test.draws @ np.bincount(test.groups, weights=values, minlength=test.draws.shape[1])
