"""Persistence: it stays as it was last seen."""

from typing import Any

import numpy as np
import pandas as pd

from liquidtime.data import ragged
from liquidtime.data.forecast.naive import LAST, naive_forecasts
from liquidtime.train.baseline.contract import Array, Material, Predictor, Setting


class LastValue:
    """The last value of the variable that is to be predicted; its mean before the first."""

    name = "last_value"
    title = "the last value"
    usage = ""
    model = ""
    quick = True

    def suits(self, setting: Setting) -> bool:
        """Forecasts, and other values of variables that are among the inputs."""
        if setting.kind != "values":
            return False
        return setting.plan is not None or (bool(setting.shown) and all(setting.shown))

    def seconds(self, setting: Setting) -> float:
        """Next to nothing."""
        return 1e-8 * setting.steps

    def fit(self, training: Material, objective: Any) -> Predictor:
        """Nothing is learnt but the mean, for steps before anything was seen."""
        if training.plan is not None:
            return _ahead(mean_of(training))
        at = [training.series.features.index(name) for name in objective.labels]
        mean = _means(_seen(training, at))

        def predict(part: Material) -> Array:
            member = ragged.series_of_rows(part.series.lengths).cpu().numpy()
            last = pd.DataFrame(_seen(part, at)).groupby(member, sort=False).ffill().to_numpy()
            last = np.where(np.isnan(last), mean, last)
            if objective.per_step:
                return last
            lengths = part.series.lengths.cpu().numpy()
            found = np.tile(mean, (len(lengths), 1))
            found[lengths > 0] = last[(np.cumsum(lengths) - 1)[lengths > 0]]
            return found

        return predict


def mean_of(training: Material) -> Array:
    """Mean of each output over the targets of the training part, [K]; 0 without any."""
    target = training.series.target
    assert target is not None
    columns = target.cpu().numpy().reshape(len(target), -1).astype(np.float64)
    return _means(columns)


def _ahead(mean: Array) -> Predictor:
    """The last value of each column, at all leads."""

    def predict(part: Material) -> Array:
        assert part.plan is not None
        last = naive_forecasts(part.series, part.plan)[LAST]
        return np.where(np.isnan(last), mean, last)

    return predict


def _means(columns: Array) -> Array:
    return np.array([c[np.isfinite(c)].mean() if np.isfinite(c).any() else 0.0 for c in columns.T])


def _seen(part: Material, at: list[int]) -> Array:
    """Values of some variables, [R, K], NaN where not observed."""
    series = part.series
    values, mask = series.values[:, at].cpu().numpy(), series.mask[:, at].cpu().numpy()
    return np.where(mask, values.astype(np.float64), np.nan)


BASELINE = LastValue()
