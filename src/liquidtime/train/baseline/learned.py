"""Models of scikit-learn on the summaries: the same way in and out for all of them."""

from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray
from threadpoolctl import threadpool_limits

from liquidtime.data.series import IrregularSeries
from liquidtime.train.baseline.contract import Array, Material, Predictor, Setting

KINDS = ("classes", "values", "labels")
"""Kinds of objectives that models on summaries can answer."""
MOST_TARGETS = 20_000
"""Targets to learn from at most; of more, whole series are taken evenly."""

Make = Callable[[bool, int], Any]
"""(whether classes, targets to learn from) to an estimator of scikit-learn."""


def size(setting: Setting) -> int:
    """Cells of the table that is learnt from."""
    return min(setting.targets, MOST_TARGETS) * setting.columns


def summing_up(setting: Setting) -> float:
    """About how many seconds the summaries of all parts take."""
    # Per step there are four rolls and five running sums a variable.
    return (2e-7 if setting.per_step else 4e-9) * setting.steps * setting.columns


def learn(make: Make, training: Material, objective: Any) -> Predictor:
    """Fit one estimator, or one a column of the target, on the targets that are there.

    Args:
        make: Makes an unfitted estimator.
        training: The training part.
        objective: Kind and labels.
    """
    known = training
    if training.series.per_step and len(training.series.times) > MOST_TARGETS:
        known = Material(training.series.select(_some(training.series)))
    # What training never saw has no cells to make bins of.
    seen = ~np.isnan(known.summaries).all(axis=0)
    table, target = known.summaries[:, seen], _target(known.series)
    if objective.name == "classes":
        there = target >= 0
        model = make(True, int(there.sum()))
        with threadpool_limits(1):
            model.fit(table[there], target[there])

        def probabilities(part: Material) -> Array:
            found = np.zeros((len(part.summaries), len(objective.labels)))
            if len(found):
                with threadpool_limits(1):
                    found[:, model.classes_] = model.predict_proba(part.summaries[:, seen])
            return found

        return probabilities
    target = target.reshape(len(target), -1)
    columns = [_column(make, table, column, objective) for column in target.T]
    return lambda part: np.stack([each(part.summaries[:, seen]) for each in columns], axis=1)


def _column(
    make: Make, table: NDArray[np.float32], target: NDArray, objective: Any
) -> Callable[[NDArray[np.float32]], Array]:
    """One value, or the probability of one label."""
    of_classes = objective.name == "labels"
    there = np.isfinite(target) & (target >= 0 if of_classes else True)
    wanted = target[there].astype(np.int64 if of_classes else np.float64)
    if len(np.unique(wanted)) < 2:
        only = float(wanted[0]) if len(wanted) else 0.0
        return lambda rows: np.full(len(rows), only)
    model = make(of_classes, len(wanted))
    with threadpool_limits(1):
        model.fit(table[there], wanted)

    def predict(rows: NDArray[np.float32]) -> Array:
        if not len(rows):
            return np.zeros(0)
        with threadpool_limits(1):
            found = model.predict_proba(rows)[:, 1] if of_classes else model.predict(rows)
        return np.asarray(found, dtype=np.float64)

    return predict


def _target(series: IrregularSeries) -> NDArray:
    assert series.target is not None
    return series.target.cpu().numpy()


def _some(series: IrregularSeries) -> NDArray[np.int64]:
    """Whole series, evenly chosen, with about as many steps as are learnt from."""
    wanted = max(1, int(len(series) * MOST_TARGETS / max(1, len(series.times))))
    return np.unique(np.linspace(0, len(series) - 1, wanted).round().astype(np.int64))
