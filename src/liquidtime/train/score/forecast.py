"""Scores of forecasts by column and lead, beside naive ones."""

from typing import Any

import numpy as np

from liquidtime.data.forecast.naive import naive_forecasts
from liquidtime.data.forecast.plan import ForecastPlan
from liquidtime.data.series import IrregularSeries
from liquidtime.train.objectives.contract import Objective
from liquidtime.train.objectives.quantiles import Quantiles


def forecast_scores(
    plan: ForecastPlan, objective: Objective, series: IrregularSeries, prediction: np.ndarray
) -> dict[str, Any]:
    """What `metrics.json` says of a part besides its pooled metrics.

    Args:
        plan: What is forecast.
        objective: What the predictions mean.
        series: Prepared, with targets [R, K × L].
        prediction: [R, M], as `Objective.predictions` gives them.

    Returns:
        `outputs`, a list with an entry a column and lead: `column`, `lead` (as "+24h"), `targets`
        (their number), `mse`, `rmse`, `mae` and, of quantiles, `coverage`; and `columns`, a list
        with an entry a column: `column`, `rmse`, `mae` and `mase` over all leads (mean absolute
        error over that of the naive forecast in training; None where that is 0), `naive`: by
        name of each naive forecast its `rmse`, `mae` and the `skill`, 1 - MSE / its MSE, both on
        the targets for which it says something.
    """
    target, error, naive = _beside_targets(plan, objective, series, prediction)
    inside = _inside(objective, prediction, target)
    count = len(plan.leads)
    outputs = []
    for k, column in enumerate(plan.target):
        for at, lead in enumerate(plan.lead_names, k * count):
            entry = {"column": column, "lead": lead, **_errors(error[:, at])}
            if inside is not None:
                entry["coverage"] = _mean(inside[:, at])
            entry["naive"] = {name: _errors(each[:, at])["rmse"] for name, each in naive.items()}
            outputs.append(entry)
    return {"outputs": outputs, "columns": _columns(plan, error, naive)}


def scores_over_time(
    plan: ForecastPlan,
    objective: Objective,
    series: IrregularSeries,
    prediction: np.ndarray,
    block: np.ndarray,
    spans: list[tuple[str, str]] | None = None,
) -> dict[str, Any]:
    """Scores of forecasts made in consecutive blocks of time, by the same fitted network.

    Args:
        plan: What is forecast.
        objective: What the predictions mean.
        series: Prepared, with targets [R, K × L].
        prediction: [R, M], as `Objective.predictions` gives them.
        block: int64 [R], the block of each row; -1 for none.
        spans: First and last time of each block; None where series share no clock.

    Returns:
        `blocks`, a list with an entry a block, the earliest first: `origins` (rows from which it
        was forecast), `first` and `last` of their times where series share a clock, and `columns`
        as those of `forecast_scores`; and `columns`, a list with an entry a column: `column`,
        `naive` (the naive forecast with the least error over all blocks) and, over the blocks,
        `mean` and `sd` of `rmse`, `mae` and `skill` against that one.
    """
    _, error, naive = _beside_targets(plan, objective, series, prediction)
    found = []
    for number in range(int(block.max()) + 1):
        rows = np.flatnonzero(block == number)
        entry: dict[str, Any] = {"origins": len(rows)}
        if spans is not None:
            entry |= dict(zip(("first", "last"), spans[number], strict=True))
        own = {name: each[rows] for name, each in naive.items()}
        found.append(entry | {"columns": _columns(plan, error[rows], own)})
    whole = _columns(plan, error[block >= 0], {n: e[block >= 0] for n, e in naive.items()})
    columns = []
    for k, entry in enumerate(whole):
        said = {name: each["rmse"] for name, each in entry["naive"].items()}
        best = min(said, key=lambda name: np.inf if said[name] is None else said[name])
        each = [part["columns"][k] for part in found]
        columns.append(
            {
                "column": entry["column"],
                "naive": best,
                "rmse": _spread([one["rmse"] for one in each]),
                "mae": _spread([one["mae"] for one in each]),
                "skill": _spread([one["naive"][best]["skill"] for one in each]),
            }
        )
    return {"blocks": found, "columns": columns}


def _beside_targets(
    plan: ForecastPlan, objective: Objective, series: IrregularSeries, prediction: np.ndarray
) -> tuple[np.ndarray, np.ndarray, dict[str, np.ndarray]]:
    """Targets, errors of predictions, and errors of the naive forecasts by their names."""
    assert series.target is not None
    target = series.target.cpu().numpy().astype(np.float64)
    naive = {name: said - target for name, said in naive_forecasts(series, plan).items()}
    return target, objective.point(prediction) - target, naive


def _columns(
    plan: ForecastPlan, error: np.ndarray, naive: dict[str, np.ndarray]
) -> list[dict[str, Any]]:
    """An entry a column, of errors [R, K × L]."""
    count, found = len(plan.leads), []
    for k, column in enumerate(plan.target):
        own = slice(k * count, (k + 1) * count)
        errors = _errors(error[:, own])
        mae, scale = errors["mae"], plan.scale[k] if k < len(plan.scale) else 0.0
        found.append(
            {
                "column": column,
                **errors,
                "mase": mae / scale if mae is not None and scale > 0 else None,
                "naive": {
                    name: _beside(each[:, own], error[:, own]) for name, each in naive.items()
                },
            }
        )
    return found


def _spread(values: list[float | None]) -> dict[str, float | None]:
    there = [value for value in values if value is not None]
    if not there:
        return {"mean": None, "sd": None}
    sd = float(np.std(there, ddof=1)) if len(there) > 1 else None
    return {"mean": float(np.mean(there)), "sd": sd}


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
