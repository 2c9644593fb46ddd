"""What anybody would say without learning: the last value, or that of the season before."""

import numpy as np

from liquidtime.data.forecast.inputs import last_values
from liquidtime.data.forecast.plan import ForecastPlan
from liquidtime.data.series import IrregularSeries

LAST = "last value"


def naive_forecasts(series: IrregularSeries, plan: ForecastPlan) -> dict[str, np.ndarray]:
    """Naive forecasts of every target.

    Args:
        series: Prepared, or pieces of such; targets are not read.
        plan: What is forecast.

    Returns:
        By name ("last value", "value 24h before", ...), [R, K × L] in the targets' unit, NaN
        where nothing was observed yet.
    """
    places = [series.features.index(name) for name in plan.target]
    seen = np.where(series.mask.numpy(), series.values.numpy(), np.nan).astype(np.float64)
    owner = np.repeat(np.arange(len(series)), series.lengths.numpy())
    last = last_values(seen[:, places], owner)
    found = {LAST: np.repeat(last, len(plan.leads), axis=1)}
    for season in plan.seasons:
        columns = [series.features.index(name) for name in plan.season_names(season)]
        found[f"value {plan.span(season)} before"] = seen[:, columns]
    return found
