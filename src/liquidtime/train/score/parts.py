"""From logits and targets of a part to its metrics."""

from typing import Any

import numpy as np
from torch import Tensor

from liquidtime.data import ragged
from liquidtime.train.objectives.contract import Objective
from liquidtime.train.score.metrics import Scored, measure


def scored(objective: Objective, logits: Tensor, target: Tensor, lengths: Tensor) -> Scored:
    """Set predictions beside the targets that are there.

    Args:
        objective: Says what the logits mean.
        logits: [N, K], or [R, K] per step, in the order of the data.
        target: As in `IrregularSeries`.
        lengths: Steps of each series, [N].

    Returns:
        The rows that have a target, with the series each belongs to.
    """
    truth, there = objective.truth(target)
    if objective.per_step:
        cluster = ragged.series_of_rows(lengths).cpu().numpy()
    else:
        cluster = np.arange(len(truth))
    return Scored(
        target=truth[there],
        prediction=objective.predictions(logits.numpy())[there],
        cluster=cluster[there],
        objective=objective,
    )


def part_metrics(part: Scored, series: int, *, seed: int = 0) -> dict[str, Any]:
    """Sizes and metrics of a part, as stored in `metrics.json`.

    Args:
        part: Its targets and predictions.
        series: Number of its series, those without a target included.
        seed: Seed of the bootstrap.

    Returns:
        `series`, `targets`, for classes `counts` (targets of each class) and, for two classes,
        `positives`, for several labels `label_positives`; and
        `metrics` as `liquidtime.train.score.metrics.measure` returns them.
    """
    table: dict[str, Any] = {"series": series, "targets": len(part.target)}
    table |= part.objective.sizes(part.target)
    table["metrics"] = measure(part, seed=seed) if len(part.target) else {}
    return table
