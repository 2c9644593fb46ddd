"""Operating points of two classes: where an alarm is given, and what alarms are then worth.

Thresholds are chosen on one part and measured on another; chosen and measured on one part, they
look better than they are.
"""

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sklearn.metrics import roc_curve

from liquidtime.plot.fit.calibration import wilson

Array = NDArray[np.float64]
Truth = NDArray[np.bool_]

RULES = {
    "youden": "chosen for sensitivity + specificity",
    "sensitive": "chosen for a sensitivity of 90 %",
    "specific": "chosen for a specificity of 90 %",
}
"""How thresholds are chosen, in words."""
_LEAST = 0.9


def thresholds(truth: Truth, probability: Array) -> dict[str, float]:
    """The thresholds, by rule; an alarm is a probability of the threshold or more.

    Args:
        truth: Which rows are cases, [R].
        probability: Of being one, [R].

    Returns:
        "youden": the largest sensitivity + specificity. "sensitive": of those with a sensitivity
        of 90 % or more, that of the highest specificity; "specific" the other way round. Empty
        where one class is missing.
    """
    if truth.all() or not truth.any():
        return {}
    alarms, found, at = roc_curve(truth, probability, drop_intermediate=False)
    # The first threshold is above all probabilities; there is no alarm there.
    at = np.where(np.isinf(at), np.nextafter(probability.max(), np.inf), at)
    sensitive = np.flatnonzero(found >= _LEAST)
    specific = np.flatnonzero(1.0 - alarms >= _LEAST)
    return {
        "youden": float(at[np.argmax(found - alarms)]),
        "sensitive": float(at[sensitive[np.argmin(alarms[sensitive])]]),
        "specific": float(at[specific[np.argmax(found[specific])]]),
    }


def at_threshold(truth: Truth, probability: Array, threshold: float) -> dict[str, Any]:
    """What alarms from a threshold on are worth.

    Args:
        truth: Which rows are cases, [R].
        probability: Of being one, [R].
        threshold: Where alarms begin.

    Returns:
        `sensitivity` (share of cases with an alarm), `specificity` (of non-cases without),
        `ppv` (of alarms that are cases), `npv` (of the rest that are none) and `alarms` (share of
        all rows with an alarm), each with `value`, `low`, `high` (95 % interval of Wilson), `of`
        (how many there are of what it is a share of) and, where these are fewer than ten,
        `"reliable": false`.
    """
    alarm = probability >= threshold
    return {
        "sensitivity": _share(alarm[truth]),
        "specificity": _share(~alarm[~truth]),
        "ppv": _share(truth[alarm]),
        "npv": _share(~truth[~alarm]),
        "alarms": _share(alarm),
    }


def operating_points(
    labels: Sequence[str],
    chosen_on: tuple[NDArray, Array],
    measured_on: tuple[NDArray, Array],
) -> list[dict[str, Any]]:
    """The operating points of each class: of two, of the second; of more, each against the rest.

    Args:
        labels: Names of the K classes.
        chosen_on: Class numbers [R] and probabilities [R, K] of the part that chooses.
        measured_on: Those of the part that measures.

    Returns:
        `class`, `rule`, `threshold` and what `at_threshold` returns.
    """
    points = []
    for number in [1] if len(labels) == 2 else range(len(labels)):
        (truth, chance), (other, measured) = (
            (target == number, probability[:, number])
            for target, probability in (chosen_on, measured_on)
        )
        for rule, threshold in thresholds(truth, chance).items():
            found = at_threshold(other, measured, threshold)
            points.append({"class": labels[number], "rule": rule, "threshold": threshold} | found)
    return points


def net_benefit(truth: Truth, probability: Array, at: Array) -> Array:
    """What alarms gain at each threshold, in cases found a row (Vickers and Elkin 2006).

    A false alarm costs as many found cases as the threshold's odds say: who gives an alarm from a
    chance of 20 % on takes four false alarms for a case.

    Args:
        truth: Which rows are cases, [R].
        probability: Of being one, [R].
        at: Thresholds, [T], above 0 and below 1.
    """
    alarm = probability[None] >= at[:, None]
    hits, misses = (alarm & truth).mean(axis=1), (alarm & ~truth).mean(axis=1)
    return hits - misses * at / (1.0 - at)


def _share(came: Truth) -> dict[str, Any]:
    if not len(came):
        return {"value": None, "low": None, "high": None, "of": 0, "reliable": False}
    value = np.asarray(came.mean())
    low, high = wilson(value, np.asarray(float(len(came))))
    found = {"value": float(value), "low": float(low), "high": float(high), "of": len(came)}
    return found | ({"reliable": False} if len(came) < 10 else {})
