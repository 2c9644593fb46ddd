"""From logits and targets of a part to its metrics."""

from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray
from torch import Tensor

from liquidtime.data import ragged
from liquidtime.train.objectives.contract import Objective
from liquidtime.train.score.metrics import Scored, measure

ENOUGH = 10
"""Series of a class, below which an interval is told with a warning."""


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
    return beside_targets(objective, objective.predictions(logits.numpy()), target, lengths)


def beside_targets(
    objective: Objective, prediction: NDArray[np.float64], target: Tensor, lengths: Tensor
) -> Scored:
    """Set probabilities or values beside the targets that are there.

    Args:
        objective: Says what is predicted.
        prediction: [N, K], or [R, K] per step, in the order of the data.
        target: As in `IrregularSeries`.
        lengths: Steps of each series, [N].
    """
    truth, there = objective.truth(target)
    if objective.per_step:
        cluster = ragged.series_of_rows(lengths).cpu().numpy()
    else:
        cluster = np.arange(len(truth))
    return Scored(
        target=truth[there],
        prediction=prediction[there],
        cluster=cluster[there],
        objective=objective,
    )


def part_metrics(
    part: Scored, series: int, *, seed: int = 0, drawn: Mapping[str, NDArray] | None = None
) -> dict[str, Any]:
    """Sizes and metrics of a part, as stored in `metrics.json`.

    Args:
        part: Its targets and predictions.
        series: Number of its series, those without a target included.
        seed: Seed of the bootstrap.
        drawn: The metrics' resamples, where they are at hand, as
            `liquidtime.train.score.bootstrap.draw` returns them.

    Returns:
        `series`, `targets`, for classes `counts` (targets of each class) and, for two classes,
        `positives`, for several labels `label_positives`; `reliable`, and where it is false `few`,
        what there are fewer than ten of; and `metrics` as `liquidtime.train.score.metrics.measure`
        returns them, those of a part that is not reliable with `"reliable": false` beside each
        interval.
    """
    table: dict[str, Any] = {"series": series, "targets": len(part.target)}
    table |= part.objective.sizes(part.target)
    few = fewest(part)
    table |= {"reliable": few is None} | ({} if few is None else {"few": few})
    table["metrics"] = measure(part, seed=seed, drawn=drawn) if len(part.target) else {}
    if few is not None:
        for found in table["metrics"].values():
            found["reliable"] = False
    return table


def fewest(part: Scored) -> dict[str, Any] | None:
    """What of a part there are fewer than ten of, so that its intervals say little.

    Returns:
        `class` (None for values), `count`, its targets, and `series`, those that have any; None
        where there is enough of everything.
    """
    groups: dict[str | None, NDArray] = {None: part.cluster}
    labels = part.objective.labels
    if part.objective.exclusive:
        groups = {label: part.cluster[part.target == k] for k, label in enumerate(labels)}
    elif part.objective.bounded:
        groups = {label: part.cluster[part.target[:, k] == 1] for k, label in enumerate(labels)}
    found = [
        {"class": label, "count": len(cluster), "series": len(np.unique(cluster))}
        for label, cluster in groups.items()
    ]
    least = min(found, key=lambda entry: (entry["series"], entry["count"]))
    return least if least["series"] < ENOUGH else None
