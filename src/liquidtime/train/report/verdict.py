"""Whether probabilities are right, in a sentence or two, from the groups of the calibration."""

import math
from collections.abc import Mapping

import numpy as np

from liquidtime.plot.fit.calibration import wilson
from liquidtime.train.report.naming import share

# How often right probabilities may be called wrong.
_LEVEL = 0.05


def calibration_verdict(bins: Mapping[str, np.ndarray]) -> str:
    """What the groups say about all cases together, and about each for itself.

    Together: the number that came true against the number predicted, with the interval of Wilson.
    By group: how many have the predicted share outside their interval, against how many of as many
    would by chance (binomial, 5 % each).

    Args:
        bins: As `liquidtime.plot.fit.calibration.calibration_bins` returns them.
    """
    count = bins["count"].sum()
    predicted = float((bins["predicted"] * bins["count"]).sum() / count)
    came = float(bins["positives"].sum() / count)
    low, high = map(float, wilson(np.asarray(came), count))
    said = (
        f"{share(predicted)} were predicted and {share(came)} came true "
        f"(95 % interval {share(low)} to {share(high)})"
    )
    outside = (bins["predicted"] < bins["low"]) | (bins["predicted"] > bins["high"])
    number, groups = int(outside.sum()), len(outside)
    by_chance = tail(groups, number) >= _LEVEL
    if low <= predicted <= high and by_chance:
        each = ""
        if groups > 1:
            chance = ", no more than by chance" * bool(number)
            each = f", and {_of(number, groups)} outside its interval{chance}"
        return (
            f"Nothing speaks against it: in all, {said}{each}. With {int(count):,} cases, an "
            f"error of less than about {100 * (high - low) / 2:.0f} points would go unnoticed."
        )
    texts = []
    if low <= predicted <= high:
        texts.append(f"Not in every group, though right on the whole: in all, {said}.")
    else:
        word = "low" if came > predicted else "high"
        texts.append(f"No, they are too {word} on the whole: {said}.")
    if number:
        apart = np.abs(bins["observed"] - bins["predicted"])
        worst = int(np.where(outside, apart, -1.0).argmax())
        texts.append(
            f"{_of(number, groups).capitalize()} outside its interval, furthest where "
            f"{share(float(bins['predicted'][worst]))} were predicted: "
            f"{share(float(bins['observed'][worst]))} came true "
            f"({share(float(bins['low'][worst]))} to {share(float(bins['high'][worst]))})."
        )
    return " ".join(texts)


def tail(groups: int, number: int) -> float:
    """Chance that so many groups or more lie outside if each does in 5 of 100 cases."""
    return sum(
        math.comb(groups, k) * _LEVEL**k * (1 - _LEVEL) ** (groups - k)
        for k in range(number, groups + 1)
    )


def _of(number: int, groups: int) -> str:
    if groups == 1:
        return "the only group lies" if number else "the only group does not lie"
    return f"{number or 'none'} of {groups} groups {'lies' if number < 2 else 'lie'}"
