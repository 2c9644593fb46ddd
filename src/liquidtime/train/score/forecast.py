"""Scores of forecasts by column and lead, beside naive ones."""

from typing import Any

import numpy as np

from liquidtime.data.forecast.naive import naive_forecasts
from liquidtime.data.forecast.plan import ForecastPlan
from liquidtime.data.series import IrregularSeries
from liquidtime.train.objectives.contract import Objective
from liquidtime.train.objectives.quantiles import Quantiles


def forecast_scores(
    plan: ForecastPlan, objective: Objective, series: IrregularSeries, logits: np.ndarray
) -> dict[str, Any]:
    """What `metrics.json` says of a part besides its pooled metrics.

    Args:
        plan: What is forecast.
        objective: What the logits mean.
        series: Prepared, with targets [R, K × L].
        logits: [R, outputs].

    Returns:
        `outputs`, a list with an entry a column and lead: `column`, `lead` (as "+24h"), `targets`
        (their number), `mse`, `rmse`, `mae` and, of quantiles, `coverage`; and `columns`, a list
        with an entry a column: `column`, `rmse`, `mae` and `mase` over all leads (mean absolute
        error over that of the naive forecast in training; None where that is 0), `naive`: by
        name of each naive forecast its `rmse`, `mae` and the `skill`, 1 - MSE / its MSE, both on
        the targets for which it says something.
    """
    assert series.target is not None
    target = series.target.cpu().numpy().astype(np.float64)
    prediction = objective.predictions(logits)
    error = objective.point(prediction) - target
    inside = _inside(objective, prediction, target)
    naive = {name: said - target for name, said in naive_forecasts(series, plan).items()}
    count = len(plan.leads)
    outputs, columns = [], []
    for k, column in enumerate(plan.target):
        own = slice(k * count, (k + 1) * count)
        for at, lead in enumerate(plan.lead_names, k * count):
            entry = {"column": column, "lead": lead, **_errors(error[:, at])}
            if inside is not None:
                entry["coverage"] = _mean(inside[:, at])
            entry["naive"] = {name: _errors(each[:, at])["rmse"] for name, each in naive.items()}
            outputs.append(entry)
        mae = _errors(error[:, own])["mae"]
        scale = plan.scale[k] if k < len(plan.scale) else 0.0
        columns.append(
            {
                "column": column,
                **_errors(error[:, own]),
                "mase": mae / scale if mae is not None and scale > 0 else None,
                "naive": {
                    name: _beside(each[:, own], error[:, own]) for name, each in naive.items()
                },
            }
        )
    return {"outputs": outputs, "columns": columns}


def _inside(objective: Objective, prediction: np.ndarray, target: np.ndarray) -> np.ndarray | None:
    """Whether targets [R, K × L] lie between the outermost quantiles, NaN where there is none."""
    if not isinstance(objective, Quantiles) or len(objective.levels) < 2:
        return None
    each = prediction.reshape(*target.shape, len(objective.levels))
    inside = (target >= each[..., 0]) & (target <= each[..., -1])
    return np.where(np.isfinite(target), inside, np.nan)


def _beside(naive: np.ndarray, error: np.ndarray) -> dict[str, Any]:
    both = np.isfinite(naive) & np.isfinite(error)
    theirs = _errors(np.where(both, naive, np.nan))
    ours = _errors(np.where(both, error, np.nan))
    skill = None
    if theirs["mse"] and ours["mse"] is not None:
        skill = 1 - ours["mse"] / theirs["mse"]
    return {"rmse": theirs["rmse"], "mae": theirs["mae"], "skill": skill}


def _errors(error: np.ndarray) -> dict[str, Any]:
    mse = _mean(error**2)
    return {
        "targets": int(np.isfinite(error).sum()),
        "mse": mse,
        "rmse": None if mse is None else float(np.sqrt(mse)),
        "mae": _mean(np.abs(error)),
    }


def _mean(values: np.ndarray) -> float | None:
    there = values[np.isfinite(values)]
    return float(there.mean()) if there.size else None
