"""What one would say of anybody: the share of each class, or the mean."""

from typing import Any

import numpy as np

from liquidtime.train.baseline.contract import Array, Material, Predictor, Setting


class Prior:
    """Shares of the classes in the training part; for values their mean."""

    name = "prior"
    title = "guessing"
    usage = ""
    model = ""
    quick = True

    def suits(self, setting: Setting) -> bool:
        """Classes, labels and values have shares or a mean."""
        return setting.kind in ("classes", "values", "labels")

    def seconds(self, setting: Setting) -> float:
        """Next to nothing."""
        return 0.0

    def fit(self, training: Material, objective: Any) -> Predictor:
        """Count."""
        target = training.series.target
        assert target is not None
        found = target.cpu().numpy()
        if objective.name == "classes":
            counts = np.bincount(found[found >= 0], minlength=len(objective.labels))
            answer = counts / counts.sum()
        else:
            columns = found.reshape(len(found), -1).astype(np.float64)
            columns = (
                np.where(columns < 0, np.nan, columns) if objective.name == "labels" else columns
            )
            answer = np.nanmean(columns, axis=0)

        def predict(part: Material) -> Array:
            series = part.series
            rows = len(series.times) if objective.per_step else len(series)
            return np.tile(answer, (rows, 1))

        return predict


BASELINE = Prior()
