"""Models of scikit-learn on the summaries: the same way in and out for all of them."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from threadpoolctl import threadpool_limits

from liquidtime.data.series import IrregularSeries
from liquidtime.train.baseline.contract import Array, Material, Setting

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


@dataclass(frozen=True, eq=False)
class Learned:
    """Fitted estimators on the summaries, which predict when called.

    Attributes:
        kind: "classes", "values" or "labels".
        labels: Classes, values or labels there are.
        seen: [F], which columns of the summaries are read: training saw something in them.
        models: One for classes, one a column of the target otherwise; a number, where that is all
            that is ever said of it.
    """

    kind: str
    labels: int
    seen: NDArray[np.bool_]
    models: tuple[Any, ...]

    def __call__(self, part: Material) -> Array:
        """Probabilities or values of a part's rows."""
        table = part.summaries[:, self.seen]
        with threadpool_limits(1):
            if self.kind != "classes":
                return np.stack([self._column(model, table) for model in self.models], axis=1)
            found = np.zeros((len(table), self.labels))
            if len(found):
                found[:, self.models[0].classes_] = self.models[0].predict_proba(table)
            return found

    def _column(self, model: Any, table: NDArray[np.float32]) -> Array:
        if isinstance(model, float) or not len(table):
            return np.full(len(table), model if isinstance(model, float) else 0.0)
        of_labels = self.kind == "labels"
        found = model.predict_proba(table)[:, 1] if of_labels else model.predict(table)
        return np.asarray(found, dtype=np.float64)


def learn(make: Make, training: Material, objective: Any) -> Learned:
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
    seen = np.asarray(~np.isnan(known.summaries).all(axis=0))
    table, target = known.summaries[:, seen], _target(known.series)
    if objective.name == "classes":
        there = target >= 0
        model = make(True, int(there.sum()))
        with threadpool_limits(1):
            model.fit(table[there], target[there])
        return Learned("classes", len(objective.labels), seen, (model,))
    target = target.reshape(len(target), -1)
    models = tuple(_model(make, table, column, objective) for column in target.T)
    return Learned(objective.name, len(models), seen, models)


def _model(make: Make, table: NDArray[np.float32], target: NDArray, objective: Any) -> Any:
    """Of one value, or of the probability of one label."""
    of_classes = objective.name == "labels"
    there = np.isfinite(target) & (target >= 0 if of_classes else True)
    wanted = target[there].astype(np.int64 if of_classes else np.float64)
    if len(np.unique(wanted)) < 2:
        return float(wanted[0]) if len(wanted) else 0.0
    model = make(of_classes, len(wanted))
    with threadpool_limits(1):
        model.fit(table[there], wanted)
    return model


def _target(series: IrregularSeries) -> NDArray:
    assert series.target is not None
    return series.target.cpu().numpy()


def _some(series: IrregularSeries) -> NDArray[np.int64]:
    """Whole series, evenly chosen, with about as many steps as are learnt from."""
    wanted = max(1, int(len(series) * MOST_TARGETS / max(1, len(series.times))))
    return np.unique(np.linspace(0, len(series) - 1, wanted).round().astype(np.int64))
