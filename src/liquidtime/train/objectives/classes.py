"""One of several classes: softmax and cross-entropy."""

import math
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, ClassVar, Self

import numpy as np
import torch.nn.functional as F
from torch import Tensor

from liquidtime.errors import InputError
from liquidtime.train.config import FitConfig
from liquidtime.train.objectives.contract import Objective, Values, weighted_rows
from liquidtime.train.score import weighted as scores
from liquidtime.train.score.bootstrap import Score

SMALLEST_PROBABILITY = 1e-7
FEWEST_TARGETS = 30
FEWEST_POSITIVES = 10


@dataclass(frozen=True, kw_only=True)
class Classes(Objective):
    """Class numbers, -1 for none.

    Attributes:
        weights: Weight of each class in the loss, or None for ones.
    """

    name: ClassVar[str] = "classes"
    noun: ClassVar[str] = "classes"
    bounded: ClassVar[bool] = True
    exclusive: ClassVar[bool] = True
    text: ClassVar[tuple[str, ...]] = ("target", "predicted")

    weights: tuple[float, ...] | None = None
    recalibration: Callable[[Values], Values] | None = field(default=None, compare=False)

    def __post_init__(self) -> None:
        self._check_numbers(["weights"], len(self.labels))

    @classmethod
    def suits(cls, config: FitConfig) -> bool:
        """Whether the task is to classify."""
        return config.task == "classify"

    @classmethod
    def fitted(cls, training: Any, config: FitConfig) -> Self:
        """The objective with the classes and the class weights of the training part."""
        target, classes = training.target.detach().cpu().numpy(), training.classes
        if not np.issubdtype(target.dtype, np.integer) or target.ndim != 1:
            raise InputError(
                f"Task 'classify' needs one class number (integer) for each target; the series "
                f"have {target.dtype} targets of shape {list(target.shape)}. Use task 'regress' "
                "(or 'multilabel' for columns of 0 and 1), or build the series with integer "
                "classes."
            )
        there = target[target >= 0]
        if classes is None:
            classes = tuple(str(k) for k in range(max(2, int(there.max(initial=0)) + 1)))
        if there.size and there.max() >= len(classes):
            raise InputError(
                f"The targets hold class number {there.max()}, but there are {len(classes)} "
                f"classes ({', '.join(classes)}), numbered from 0."
            )
        counts = np.bincount(there, minlength=len(classes))
        if (counts > 0).sum() < 2:
            only = f"only class {classes[int(counts.argmax())]!r}" if counts.any() else "no target"
            raise InputError(
                f"The training part holds {only} in {there.size} targets; expected two classes or "
                "more. Check the target column, or make the training part larger."
            )
        weights = _weights(config.train.class_weights, counts, tuple(classes))
        return cls(per_step=training.per_step, labels=tuple(classes), weights=weights)

    def loss(
        self, logits: Tensor, target: Tensor, weight: Tensor | None = None
    ) -> tuple[Tensor, Tensor]:
        """Cross-entropy, of each target by the weight of its class."""
        count = self.output_size
        classes = None if self.weights is None else logits.new_tensor(self.weights)
        flat, truth = logits.reshape(-1, count), target.reshape(-1)
        there = truth >= 0
        if weight is None:
            total = F.cross_entropy(flat, truth, classes, ignore_index=-1, reduction="sum")
            if classes is None:
                return total, there.sum().to(logits.dtype)
            return total, (classes[truth.clamp(min=0)] * there).sum()
        terms = F.cross_entropy(flat, truth, classes, ignore_index=-1, reduction="none")
        if classes is not None:
            there = classes[truth.clamp(min=0)] * there
        shape = target.shape
        return weighted_rows(terms.reshape(shape), there.reshape(shape), weight)

    def average(self, logits: Tensor) -> Tensor:
        """Of the mean probabilities."""
        return logits.log_softmax(dim=-1).logsumexp(dim=0) - math.log(len(logits))

    def predictions(self, logits: np.ndarray) -> Values:
        """Probabilities, rows adding up to 1."""
        raw = np.asarray(logits, dtype=np.float64)
        powers = np.exp(raw - raw.max(axis=1, keepdims=True, initial=-np.inf))
        found = powers / powers.sum(axis=1, keepdims=True)
        return found if self.recalibration is None else self.recalibration(found)

    def to_dict(self) -> dict[str, Any]:
        """As of every objective; what sets probabilities right has a file of its own."""
        return {k: v for k, v in super().to_dict().items() if k != "recalibration"}

    def check_target(self, series: Any) -> None:
        """Check that the series have these classes."""
        if series.target.is_floating_point():
            raise InputError("The series have numbers as targets; the run predicts classes.")
        if (series.classes or self.labels) != self.labels:
            raise InputError(
                f"The series have the classes {', '.join(series.classes or ())}; the run knows "
                f"{', '.join(self.labels)}, in this order. Read them with these classes."
            )

    def truth(self, target: Tensor) -> tuple[np.ndarray, np.ndarray]:
        """Class numbers [R]."""
        found = target.cpu().numpy()
        return found, found >= 0

    def measures(self, target: np.ndarray, prediction: Values) -> dict[str, Score]:
        """AUROC and AUPRC (of more than two classes the mean, each against the rest), and more.

        F1 is of the likeliest class: of two, of the second one at a probability of 0.5 (`f1`), and
        the mean over the classes that are there or were said to be (`macro_f1`).
        """
        class_count = prediction.shape[1]
        ranked = [1] if class_count == 2 else list(range(class_count))
        squares = ((prediction - np.eye(class_count)[target]) ** 2).sum(axis=1)
        if class_count == 2:
            squares = squares / 2.0
        likelihood = prediction[np.arange(len(target)), target]
        surprise = -np.log(np.clip(likelihood, SMALLEST_PROBABILITY, 1.0))
        said = prediction.argmax(axis=1)
        right = (said == target).astype(np.float64)
        each = np.arange(class_count)
        truth, found = target[:, None] == each, said[:, None] == each

        def over_classes(score: Any) -> Score:
            return lambda weights: np.mean(
                [score(target == k, prediction[:, k], weights) for k in ranked], axis=0
            )

        binary = {"f1": scores.f1(truth[:, 1:], found[:, 1:])} if class_count == 2 else {}
        return {
            "auroc": over_classes(scores.auroc),
            "auprc": over_classes(scores.average_precision),
            "accuracy": scores.mean_of(right),
            **binary,
            "macro_f1": scores.f1(truth, found),
            "brier": scores.mean_of(squares),
            "log_loss": scores.mean_of(surprise),
        }

    def selection(self, target: np.ndarray) -> tuple[str, str]:
        """AUROC of two classes, accuracy of several; the loss where there are few targets."""
        counts = np.bincount(target, minlength=len(self.labels))
        # Of weighted classes, the log loss as they come would choose what was not trained for.
        loss = "log_loss" if self.weights is None else "loss"
        if len(self.labels) == 2:
            if counts.min() < FEWEST_POSITIVES:
                few = f"the rarer class has {counts.min()} validation targets"
                return loss, f"{few}, too few for an AUROC"
            return "auroc", "two classes"
        if counts.sum() < FEWEST_TARGETS:
            return loss, f"{counts.sum()} validation targets are too few for an accuracy"
        if self.weights is not None:
            return loss, "the classes are weighted"
        return "accuracy", f"{len(self.labels)} classes"

    def sizes(self, target: np.ndarray) -> dict[str, Any]:
        """`counts` of each class and, of two, `positives`."""
        counts = np.bincount(target, minlength=len(self.labels)).tolist()
        found: dict[str, Any] = {"counts": dict(zip(self.labels, counts, strict=True))}
        return found | ({"positives": counts[1]} if len(counts) == 2 else {})

    def columns(self, prediction: Values) -> dict[str, np.ndarray]:
        """`predicted`, the likeliest, and a `probability_…` a class."""
        names = np.asarray(self.labels, dtype=object)
        each = {f"probability_{name}": prediction[:, k] for k, name in enumerate(self.labels)}
        return {"predicted": names[prediction.argmax(axis=1)], **each}

    def truth_columns(self, target: np.ndarray) -> dict[str, np.ndarray]:
        """`target`, empty where there is none."""
        return {"target": np.asarray([*self.labels, ""], dtype=object)[target]}

    def from_columns(self, frame: Any) -> tuple[np.ndarray, Values]:
        """Class numbers and probabilities."""
        numbers = {name: number for number, name in enumerate(self.labels)}
        target = np.array([numbers.get(text, -1) for text in frame["target"]], dtype=np.int64)
        names = [f"probability_{name}" for name in self.labels]
        return target, frame[names].to_numpy(np.float64)


def _weights(wanted: Any, counts: np.ndarray, classes: tuple[str, ...]) -> Any:
    if wanted == "none":
        return None
    if wanted == "balanced":
        present = counts > 0
        return tuple(
            float(counts.sum() / (present.sum() * n)) if n else 0.0 for n in counts.tolist()
        )
    if len(wanted) != len(classes):
        raise InputError(
            f"class_weights has {len(wanted)} numbers; the series have {len(classes)} classes "
            f"({', '.join(classes)}), and need one each, in this order."
        )
    weights = tuple(map(float, wanted))
    if not sum(w * n for w, n in zip(weights, counts.tolist(), strict=True)):
        raise InputError("class_weights are 0 for every class of the training part.")
    return weights


OBJECTIVE = Classes
