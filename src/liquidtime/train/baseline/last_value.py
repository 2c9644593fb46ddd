"""Persistence: it stays as it was last seen."""

from typing import Any

import numpy as np
import pandas as pd

from liquidtime.data import ragged
from liquidtime.train.baseline.contract import Array, Material, Predictor, Setting


class LastValue:
    """The last value of the variable that is to be predicted; its mean before the first."""

    name = "last_value"
    title = "the last value"
    usage = ""
    model = ""
    quick = True

    def suits(self, setting: Setting) -> bool:
        """Values of variables that are among the inputs, as of a forecast."""
        return setting.kind == "values" and bool(setting.shown) and all(setting.shown)

    def seconds(self, setting: Setting) -> float:
        """Next to nothing."""
        return 1e-8 * setting.steps

    def fit(self, training: Material, objective: Any) -> Predictor:
        """Nothing is learnt but the mean, for steps before anything was seen."""
        series = training.series
        at = [series.features.index(name) for name in objective.labels]
        seen = _seen(training, at)
        mean = np.nan_to_num([np.nanmean(c) if np.isfinite(c).any() else 0.0 for c in seen.T])

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


def _seen(part: Material, at: list[int]) -> Array:
    """Values of some variables, [R, K], NaN where not observed."""
    series = part.series
    values, mask = series.values[:, at].cpu().numpy(), series.mask[:, at].cpu().numpy()
    return np.where(mask, values.astype(np.float64), np.nan)


BASELINE = LastValue()
