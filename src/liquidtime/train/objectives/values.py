"""One or several numbers: squared error on standardised values."""

from dataclasses import dataclass
from typing import Any, ClassVar, Self

import numpy as np
import torch
from torch import Tensor

from liquidtime.errors import InputError
from liquidtime.train.config import FitConfig
from liquidtime.train.objectives.contract import Objective, Values, weighted_rows
from liquidtime.train.score import weighted as scores
from liquidtime.train.score.bootstrap import Score


@dataclass(frozen=True, kw_only=True)
class Numbers(Objective):
    """Values [.., K], NaN for none.

    Attributes:
        mean: Mean of each value in the training part; the network predicts standardised values.
        scale: Standard deviation of each value in the training part; 1 where it does not vary.
        weights: Weight of each value in the loss, or None for ones.
    """

    name: ClassVar[str] = "values"
    noun: ClassVar[str] = "numbers"

    mean: tuple[float, ...]
    scale: tuple[float, ...]
    weights: tuple[float, ...] | None = None

    def __post_init__(self) -> None:
        if self.mean is None or self.scale is None:
            raise InputError("objective has no mean or no scale; expected one number a value.")
        self._check_numbers(["mean", "scale", "weights"], len(self.labels))

    @classmethod
    def suits(cls, config: FitConfig) -> bool:
        """Whether the task is to predict numbers."""
        return config.task in ("regress", "forecast") and not config.quantiles

    @classmethod
    def fitted(cls, training: Any, config: FitConfig) -> Self:
        """The objective with mean and spread of the training part."""
        columns, names = value_columns(training, config.task)
        means, scales = [], []
        for k, name in enumerate(names):
            column = columns[np.isfinite(columns[:, k]), k]
            if not column.size:
                raise InputError(
                    f"The target {name!r} has no number in the training part; expected at least "
                    "one."
                )
            spread = float(column.std())
            means.append(float(column.mean()))
            scales.append(spread if spread > 0 else 1.0)
        weights = None
        if config.train.loss_scale == "raw":
            squares = np.square(scales)
            weights = tuple((squares / squares.mean()).tolist())
        return cls(
            per_step=training.per_step,
            labels=names,
            mean=tuple(means),
            scale=tuple(scales),
            weights=weights,
        )

    def loss(
        self, logits: Tensor, target: Tensor, weight: Tensor | None = None
    ) -> tuple[Tensor, Tensor]:
        """Squared error, standardised."""
        target = target.reshape(logits.shape)
        there = ~target.isnan()
        wanted = (target - logits.new_tensor(self.mean)) / logits.new_tensor(self.scale)
        error = torch.where(there, logits - torch.where(there, wanted, 0.0), 0.0)
        if self.weights is None:
            return weighted_rows(error**2, there, weight)
        each = logits.new_tensor(self.weights)
        return weighted_rows(error**2 * each, there * each, weight)

    def predictions(self, logits: np.ndarray) -> Values:
        """Values in the target's own unit."""
        raw = np.asarray(logits, dtype=np.float64)
        return raw * np.asarray(self.scale) + np.asarray(self.mean)

    def check_target(self, series: Any) -> None:
        """Check that the series have numbers as targets."""
        check_numbers(series, self)

    def truth(self, target: Tensor) -> tuple[np.ndarray, np.ndarray]:
        """Values [R, K]."""
        found = target.cpu().numpy()
        found = found.reshape(len(found), -1).astype(np.float64)
        return found, np.asarray(np.isfinite(found).any(axis=1))

    def measures(self, target: np.ndarray, prediction: Values) -> dict[str, Score]:
        """Mean squared and absolute error over all outputs, and R² as the mean over them."""
        there = np.isfinite(target)
        error = np.where(there, prediction - target, 0.0)
        counts = there.astype(np.float64)

        return {
            "mse": scores.pooled_mean(error**2, counts),
            "mae": scores.pooled_mean(np.abs(error), counts),
            "r2": scores.explained(target, prediction),
        }

    def selection(self, target: np.ndarray) -> tuple[str, str]:
        """The mean squared error."""
        return "mse", "numbers"

    def columns(self, prediction: Values) -> dict[str, np.ndarray]:
        """A `predicted_…` a value."""
        return {f"predicted_{name}": prediction[:, k] for k, name in enumerate(self.labels)}

    def truth_columns(self, target: np.ndarray) -> dict[str, np.ndarray]:
        """A `target_…` a value."""
        columns = target.reshape(len(target), -1)
        return {f"target_{name}": columns[:, k] for k, name in enumerate(self.labels)}

    def from_columns(self, frame: Any) -> tuple[np.ndarray, Values]:
        """Values and predictions of them."""
        wanted, found = (
            frame[[f"{what}_{name}" for name in self.labels]].to_numpy(np.float64)
            for what in ("target", "predicted")
        )
        return wanted, found


def value_columns(training: Any, task: str) -> tuple[Values, tuple[str, ...]]:
    """Targets of series as columns [R, K], and their names.

    Raises:
        InputError: If they are classes.
    """
    found = training.target.detach().cpu().numpy()
    if not np.issubdtype(found.dtype, np.floating):
        raise InputError(
            f"Task {task!r} needs numbers as targets; the series have classes. "
            "Use task 'classify', or build the series with a floating-point target."
        )
    columns = found.reshape(len(found), -1).astype(np.float64)
    names = training.target_names or tuple(f"target_{k}" for k in range(columns.shape[1]))
    return columns, tuple(names)


def check_numbers(series: Any, objective: Objective) -> None:
    """Check that series have numbers as targets, as many as an objective has labels.

    Raises:
        InputError: If not.
    """
    target = series.target
    if not target.is_floating_point():
        raise InputError(f"The series have classes as targets; the run predicts {objective.noun}.")
    columns = target.reshape(len(target), -1).shape[1]
    if columns != len(objective.labels):
        raise InputError(
            f"The series have {columns} targets; the run predicts {len(objective.labels)}: "
            f"{', '.join(objective.labels)}."
        )


OBJECTIVE = Numbers
