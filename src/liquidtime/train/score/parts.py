"""From logits and targets of a part to its metrics."""

from typing import Any

import numpy as np
from torch import Tensor

from liquidtime.data import ragged
from liquidtime.train.objective import Objective
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
    truth = target.cpu().numpy()
    if objective.kind == "values":
        truth = truth.reshape(len(truth), -1).astype(np.float64)
        there = np.isfinite(truth).any(axis=1)
    else:
        there = truth >= 0
    if objective.per_step:
        cluster = ragged.series_of_rows(lengths).cpu().numpy()
    else:
        cluster = np.arange(len(truth))
    return Scored(
        target=truth[there],
        prediction=objective.predictions(logits.numpy())[there],
        cluster=cluster[there],
        labels=objective.labels,
    )


def part_metrics(part: Scored, series: int, *, seed: int = 0) -> dict[str, Any]:
    """Sizes and metrics of a part, as stored in `metrics.json`.

    Args:
        part: Its targets and predictions.
        series: Number of its series, those without a target included.
        seed: Seed of the bootstrap.

    Returns:
        `series`, `targets`, for classes `counts` (targets of each class) and, for two classes,
        `positives`; and `metrics` as `liquidtime.train.score.metrics.measure` returns them.
    """
    table: dict[str, Any] = {"series": series, "targets": len(part.target)}
    if part.is_classes:
        counts = np.bincount(part.target, minlength=len(part.labels)).tolist()
        table["counts"] = dict(zip(part.labels, counts, strict=True))
        if len(counts) == 2:
            table["positives"] = counts[1]
    table["metrics"] = measure(part, seed=seed) if len(part.target) else {}
    return table
