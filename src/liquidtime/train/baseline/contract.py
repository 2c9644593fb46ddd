"""What a baseline is: something plain that is fitted on the training part and then predicts."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from liquidtime.data.forecast.plan import ForecastPlan
from liquidtime.data.series import IrregularSeries
from liquidtime.train.baseline.summaries import of_series, so_far

Array = NDArray[np.float64]


@dataclass(frozen=True)
class Setting:
    """What is to be predicted, and from how much: enough to say what suits and what it costs.

    Attributes:
        kind: What is predicted: "classes", "labels" or "values", quantiles of these included.
        per_step: One target a step; otherwise one a series.
        outputs: Number K of classes or of values.
        targets: Targets of the training part.
        columns: Columns of its summaries.
        steps: Steps of all parts together.
        shown: Which outputs are values of a variable that is itself among the inputs.
        plan: Of a forecast; None for anything else.
    """

    kind: str
    per_step: bool
    outputs: int
    targets: int
    columns: int
    steps: int
    shown: tuple[bool, ...]
    plan: ForecastPlan | None = None


@dataclass(frozen=True, eq=False)
class Material:
    """The series of one part, and the summaries that several baselines read.

    Attributes:
        series: With targets, in the training part.
        plan: Of a forecast.
    """

    series: IrregularSeries
    plan: ForecastPlan | None = None

    @cached_property
    def summaries(self) -> NDArray[np.float32]:
        """[N, F] a series or, per step, [R, F] of what came so far; NaN where there is nothing."""
        return (so_far if self.series.per_step else of_series)(self.series)


Predictor = Callable[[Material], Array]
"""Probabilities or values of a part's rows, [N, K], or [R, K] per step."""


class Baseline(Protocol):
    """One plain model.

    Attributes:
        name: What stored runs call it.
        title: What people call it, inside a sentence.
        usage: How to use it in the network's place; "" where it is a yardstick only.
        model: The model of `liquidtime.models` that it is a small one of; "" for none.
        quick: Whether it costs next to nothing.
    """

    name: str
    title: str
    usage: str
    model: str
    quick: bool

    def suits(self, setting: Setting) -> bool:
        """Whether it can say something about such targets."""
        ...

    def seconds(self, setting: Setting) -> float:
        """About how long it takes on one core, fitted and asked."""
        ...

    def fit(self, training: Material, objective: Any) -> Predictor:
        """Fit it.

        Args:
            training: The training part.
            objective: Of the run: its name, labels and per_step.
        """
        ...
