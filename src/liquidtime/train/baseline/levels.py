"""Quantiles from what predicts one number: the number, and how far off it was elsewhere.

A fifth of the training series is kept from the fit; the quantiles of the errors there are added to
what is predicted of other series (split conformal prediction, Lei et al. 2018, one side at a time).
"""

from dataclasses import dataclass, fields, replace
from typing import Any

import numpy as np

from liquidtime.train.baseline.contract import Array, Baseline, Material, Predictor
from liquidtime.train.objectives.contract import Objective
from liquidtime.train.objectives.values import Numbers

_KEPT, _FEWEST = 5, 10


@dataclass(frozen=True, eq=False)
class Levelled:
    """What predicts quantiles when called.

    Attributes:
        predict: What predicts one number a column.
        apart: [K, Q], the quantiles of its errors.
    """

    predict: Predictor
    apart: Array

    def __call__(self, part: Material) -> Array:
        """[N, K × Q], those of a column together."""
        found = self.predict(part)
        return (found[:, :, None] + self.apart).reshape(len(found), -1)


def fitted(baseline: Baseline, training: Material, objective: Objective) -> Predictor:
    """Fit a baseline to an objective, quantiles included.

    Args:
        baseline: Knows classes, labels or values.
        training: The training part.
        objective: Of the run.
    """
    levels = getattr(objective, "levels", ())
    if not levels:
        return baseline.fit(training, objective)
    own = {field.name: getattr(objective, field.name) for field in fields(Numbers)}
    plain = Numbers(**own)
    learnt, held = _parts(training)
    predict = baseline.fit(learnt, plain)
    return Levelled(predict, _apart(predict, held, levels))


def _parts(training: Material) -> tuple[Material, Material]:
    """What is learnt from, and what the errors are measured on; all of it, where it is little."""
    series = training.series
    number = np.arange(len(series))
    if len(series) < _FEWEST:
        return training, training
    held = number % _KEPT == _KEPT - 1
    return (
        replace(training, series=series.select(number[~held])),
        replace(training, series=series.select(number[held])),
    )


def _apart(predict: Predictor, held: Material, levels: Any) -> Array:
    """Quantiles [K, Q] of the errors; 0 where there is no target."""
    target = held.series.target
    assert target is not None
    found = predict(held)
    error = target.cpu().numpy().reshape(found.shape) - found
    columns = [column[np.isfinite(column)] for column in error.T]
    return np.array(
        [np.quantile(each, levels) if len(each) else np.zeros(len(levels)) for each in columns]
    )
