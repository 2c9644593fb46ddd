"""The seasonal naive forecast: it will be as it was a season before."""

from typing import Any

import numpy as np

from liquidtime.data.forecast.naive import LAST, naive_forecasts
from liquidtime.train.baseline.contract import Array, Material, Predictor, Setting
from liquidtime.train.baseline.last_value import mean_of


class Seasonal:
    """What was observed a day, week or other season before the time that is forecast."""

    name = "seasonal"
    title = "the value a season before"
    usage = ""
    model = ""
    quick = True

    def suits(self, setting: Setting) -> bool:
        """Forecasts of what has a season."""
        return setting.kind == "values" and setting.plan is not None and bool(setting.plan.seasons)

    def seconds(self, setting: Setting) -> float:
        """Next to nothing."""
        return 1e-8 * setting.steps * setting.outputs

    def fit(self, training: Material, objective: Any) -> Predictor:
        """Take the season that is nearest in the training part; the last value before the first."""
        assert training.plan is not None and training.series.target is not None
        target = training.series.target.cpu().numpy()
        said = naive_forecasts(training.series, training.plan)
        season = min((name for name in said if name != LAST), key=lambda n: _error(said[n], target))
        mean = mean_of(training)

        def predict(part: Material) -> Array:
            assert part.plan is not None
            found = naive_forecasts(part.series, part.plan)
            first = np.where(np.isnan(found[season]), found[LAST], found[season])
            return np.where(np.isnan(first), mean, first)

        return predict


def _error(said: Array, target: np.ndarray) -> float:
    apart = np.abs(said - target.reshape(said.shape))
    there = np.isfinite(apart)
    return float(apart[there].mean()) if there.any() else np.inf


BASELINE = Seasonal()
