"""What is measured: scores of predictions against targets, with intervals over series."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from liquidtime.train.score.bootstrap import RESAMPLES, Score, draw, middle

if TYPE_CHECKING:
    from liquidtime.train.objectives.contract import Objective

Array = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class Scored:
    """Targets and predictions of the rows that have a target, side by side.

    Attributes:
        target: [R, ...], as `Objective.truth` gives them: class numbers [R], or [R, K] with NaN
            where there is none.
        prediction: [R, M], as `Objective.predictions` gives them.
        cluster: Number of the series of each row, [R].
        objective: What they are.
    """

    target: NDArray[Any]
    prediction: Array
    cluster: NDArray[np.int64]
    objective: "Objective"

    @property
    def labels(self) -> tuple[str, ...]:
        """Names of the classes or of the values."""
        return self.objective.labels


def higher_is_better(metric: str) -> bool:
    """Whether a larger value of the metric is the better one."""
    return metric in ("auroc", "auprc", "accuracy", "f1", "macro_f1", "r2")


def point(scored: Scored, metric: str) -> float:
    """One metric, without an interval; NaN where it is undefined."""
    return float(measures(scored)[metric](np.ones((1, len(scored.target))))[0])


def measure(
    scored: Scored,
    *,
    resamples: int = RESAMPLES,
    seed: int = 0,
    drawn: Mapping[str, Array] | None = None,
) -> dict[str, Any]:
    """All metrics that suit the targets, each with its 95 % bootstrap interval over series.

    Args:
        scored: Rows with targets.
        resamples: Bootstrap resamples.
        seed: Seed of the resamples.
        drawn: The resamples, where they are at hand.

    Returns:
        `{name: {"value": …, "low": …, "high": …}}`, None where undefined. Classes: auroc, auprc
        (both means over classes, each against the rest, when there are more than two), accuracy,
        f1 (two classes: of the second), macro_f1, brier, log_loss. Several labels: the same over
        all without f1, and auroc/… and auprc/… of each.
        Values: mse, mae, r2, over all outputs.
    """
    functions = measures(scored)
    ones = np.ones((1, len(scored.target)))
    if drawn is None:
        drawn = draw(functions, scored.cluster, resamples=resamples, seed=seed)
    table = {}
    for name, score in functions.items():
        low, high = middle(drawn[name]) or (None, None)
        value = float(score(ones)[0])
        table[name] = {"value": value if np.isfinite(value) else None, "low": low, "high": high}
    return table


def measures(scored: Scored) -> dict[str, Score]:
    """Each metric that suits the targets, as a function of row weights."""
    return scored.objective.measures(scored.target, scored.prediction)
