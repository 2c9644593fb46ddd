"""What the network shall predict: the loss, the scale of its outputs, and what its logits mean."""

import dataclasses
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal, Self

import numpy as np
import torch
import torch.nn.functional as F
from torch import Tensor

from liquidtime.errors import InputError
from liquidtime.train.config import FitConfig


@dataclass(frozen=True)
class Objective:
    """Kind of target, and the constants of the loss, all taken from the training part.

    Attributes:
        kind: Classes or values.
        per_step: One target a step, or one a series.
        labels: Names of the K classes or of the K values; K is the network's output size.
        weights: Weight of each class in the loss, or None for ones.
        mean: Mean of each value in the training part; the network predicts standardised values.
        scale: Standard deviation of each value in the training part; 1 where it does not vary.
    """

    kind: Literal["classes", "values"]
    per_step: bool
    labels: tuple[str, ...]
    weights: tuple[float, ...] | None = None
    mean: tuple[float, ...] | None = None
    scale: tuple[float, ...] | None = None

    @property
    def output_size(self) -> int:
        """Number K of outputs."""
        return len(self.labels)

    @classmethod
    def of_training(cls, training: Any, config: FitConfig) -> Self:
        """The objective that suits the training part.

        Args:
            training: `IrregularSeries` of the training part, with targets.
            config: Names the task and the class weights.

        Raises:
            InputError: If there is no target, or not the kind the task needs, or one class only.
        """
        target = training.target
        if target is None:
            raise InputError("The series have no target; expected one a series or one a step.")
        found = target.detach().cpu().numpy()
        if config.task == "classify":
            return cls(
                kind="classes",
                per_step=training.per_step,
                **_class_constants(found, training.classes, config.train.class_weights),
            )
        if not np.issubdtype(found.dtype, np.floating):
            raise InputError(
                f"Task {config.task!r} needs numbers as targets; the series have classes. "
                "Use task 'classify', or build the series with a floating-point target."
            )
        columns = found.reshape(len(found), -1).astype(np.float64)
        names = training.target_names or tuple(f"target_{k}" for k in range(columns.shape[1]))
        return cls(
            kind="values",
            per_step=training.per_step,
            labels=tuple(names),
            **_value_constants(columns, names),
        )

    def loss(self, logits: Tensor, target: Tensor) -> tuple[Tensor, Tensor]:
        """Sum of the loss over the targets that are there, and the sum of their weights.

        The mean is taken by the caller, who knows the whole batch over all processes.

        Args:
            logits: [..., K].
            target: Class numbers [...] with -1 for none, or values [..., K] with NaN for none.

        Returns:
            Two scalars: cross-entropy or squared error (standardised), summed; and its divisor.
        """
        if self.kind == "classes":
            flat, truth = logits.reshape(-1, self.output_size), target.reshape(-1)
            weight = None if self.weights is None else logits.new_tensor(self.weights)
            total = F.cross_entropy(flat, truth, weight, ignore_index=-1, reduction="sum")
            there = truth >= 0
            if weight is None:
                return total, there.sum().to(logits.dtype)
            return total, (weight[truth.clamp(min=0)] * there).sum()
        target = target.reshape(logits.shape)
        there = ~target.isnan()
        wanted = (target - logits.new_tensor(self.mean)) / logits.new_tensor(self.scale)
        error = torch.where(there, logits - torch.where(there, wanted, 0.0), 0.0)
        return (error**2).sum(), there.sum().to(logits.dtype)

    def predictions(self, logits: np.ndarray) -> np.ndarray:
        """Probabilities of the classes, or values in the target's own unit.

        Args:
            logits: [R, K].

        Returns:
            [R, K] float64.
        """
        raw = np.asarray(logits, dtype=np.float64)
        if self.kind == "values":
            return raw * np.asarray(self.scale) + np.asarray(self.mean)
        powers = np.exp(raw - raw.max(axis=1, keepdims=True, initial=-np.inf))
        return powers / powers.sum(axis=1, keepdims=True)

    def to_dict(self) -> dict[str, Any]:
        """The fields as a JSON-able dictionary."""
        return dataclasses.asdict(self)

    @classmethod
    def from_dict(cls, mapping: Mapping[str, Any]) -> Self:
        """The objective that `to_dict` wrote."""
        parts: dict[str, Any] = {
            k: tuple(v) if isinstance(v, list) else v for k, v in mapping.items()
        }
        return cls(**parts)


def _class_constants(
    target: np.ndarray, classes: tuple[str, ...] | None, weighing: str
) -> dict[str, Any]:
    if not np.issubdtype(target.dtype, np.integer) or target.ndim != 1:
        raise InputError(
            f"Task 'classify' needs one class number (integer) for each target; the series have "
            f"{target.dtype} targets of shape {list(target.shape)}. Use task 'regress', or build "
            "the series with integer classes."
        )
    there = target[target >= 0]
    if classes is None:
        classes = tuple(str(k) for k in range(max(2, int(there.max(initial=0)) + 1)))
    if there.size and there.max() >= len(classes):
        raise InputError(
            f"The targets hold class number {there.max()}, but there are {len(classes)} classes "
            f"({', '.join(classes)}), numbered from 0."
        )
    counts = np.bincount(there, minlength=len(classes))
    if (counts > 0).sum() < 2:
        only = f"only class {classes[int(counts.argmax())]!r}" if counts.any() else "no target"
        raise InputError(
            f"The training part holds {only} in {there.size} targets; expected two classes or "
            "more. Check the target column, or make the training part larger."
        )
    weights = None
    if weighing == "balanced":
        present = counts > 0
        weights = tuple(
            float(there.size / (present.sum() * n)) if n else 0.0 for n in counts.tolist()
        )
    return {"labels": tuple(classes), "weights": weights}


def _value_constants(columns: np.ndarray, names: tuple[str, ...]) -> dict[str, Any]:
    means, scales = [], []
    for k, name in enumerate(names):
        column = columns[np.isfinite(columns[:, k]), k]
        if not column.size:
            raise InputError(
                f"The target {name!r} has no number in the training part; expected at least one."
            )
        means.append(float(column.mean()))
        spread = float(column.std())
        scales.append(spread if spread > 0 else 1.0)
    return {"mean": tuple(means), "scale": tuple(scales)}
