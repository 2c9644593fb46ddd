"""Any number of several labels at once: a sigmoid and a binary cross-entropy each."""

from dataclasses import dataclass
from typing import Any, ClassVar, Self

import numpy as np
import torch
import torch.nn.functional as F
from torch import Tensor

from liquidtime.errors import InputError
from liquidtime.notes import note_once
from liquidtime.train.config import FitConfig
from liquidtime.train.objectives.classes import FEWEST_POSITIVES, SMALLEST_PROBABILITY
from liquidtime.train.objectives.contract import Objective, Values, weighted_rows
from liquidtime.train.objectives.values import check_numbers, value_columns
from liquidtime.train.score import weighted as scores
from liquidtime.train.score.bootstrap import Score


@dataclass(frozen=True, kw_only=True)
class Labels(Objective):
    """Columns [.., K] of 0 and 1, NaN where it is not known.

    Attributes:
        weights: Weight of 0 and of 1 of each label in the loss, K of 0 and then K of 1; None for
            ones.
    """

    name: ClassVar[str] = "labels"
    noun: ClassVar[str] = "labels"
    bounded: ClassVar[bool] = True

    weights: tuple[float, ...] | None = None

    def __post_init__(self) -> None:
        self._check_numbers(["weights"], 2 * len(self.labels))

    @classmethod
    def suits(cls, config: FitConfig) -> bool:
        """Whether the task has several labels."""
        return config.task == "multilabel"

    @classmethod
    def fitted(cls, training: Any, config: FitConfig) -> Self:
        """The objective, with the weights of the training part."""
        columns, names = value_columns(training, config.task)
        _check_truth(columns, names)
        for name, only in _single(columns, names):
            raise InputError(
                f"The label {name!r} has {only} in the training part; expected 0 and 1. Leave it "
                "out, or make the training part larger."
            )
        return cls.fitted_part(training, config)

    @classmethod
    def fitted_part(cls, training: Any, config: FitConfig) -> Self:
        """The same of a part of the training part, in which a rare label may be of one kind."""
        columns, names = value_columns(training, config.task)
        _check_truth(columns, names)
        for name, only in _single(columns, names):
            note_once(
                f"the label {name!r} has {only} in a part that is learnt from: it has too few of "
                "the other kind for what validation says of it to be worth much.",
                stacklevel=6,
            )
        zeros, ones = (columns == 0).sum(axis=0), (columns == 1).sum(axis=0)
        weights = None
        if config.train.class_weights == "balanced":
            counts = np.stack([zeros, ones]).astype(np.float64)
            weights = counts.sum(axis=0) / (2.0 * np.maximum(counts, 1.0))
            weights = tuple(weights.reshape(-1).tolist())
        return cls(per_step=training.per_step, labels=names, weights=weights)

    def loss(
        self, logits: Tensor, target: Tensor, weight: Tensor | None = None
    ) -> tuple[Tensor, Tensor]:
        """Binary cross-entropy, summed over the labels that are known."""
        target = target.reshape(logits.shape)
        there = ~target.isnan()
        wanted = torch.where(there, target, 0.0).to(logits.dtype)
        terms = F.binary_cross_entropy_with_logits(logits, wanted, reduction="none")
        each = there.to(logits.dtype)
        if self.weights is not None:
            zero, one = logits.new_tensor(self.weights).reshape(2, -1)
            each = each * (zero + (one - zero) * wanted)
        return weighted_rows(terms * each, each, weight)

    def average(self, logits: Tensor) -> Tensor:
        """Of the mean probabilities."""
        return F.logsigmoid(logits).logsumexp(dim=0) - F.logsigmoid(-logits).logsumexp(dim=0)

    def predictions(self, logits: np.ndarray) -> Values:
        """The probability of each label by itself."""
        raw = np.asarray(logits, dtype=np.float64)
        return 0.5 * (1.0 + np.tanh(0.5 * raw))

    def check_target(self, series: Any) -> None:
        """Check that the series have these labels."""
        check_numbers(series, self)
        _check_truth(series.target.cpu().numpy().reshape(len(series.target), -1), self.labels)

    def truth(self, target: Tensor) -> tuple[np.ndarray, np.ndarray]:
        """Columns [R, K] of 0 and 1, NaN where it is not known."""
        found = target.cpu().numpy()
        found = found.reshape(len(found), -1).astype(np.float64)
        return found, np.asarray(np.isfinite(found).any(axis=1))

    def measures(self, target: np.ndarray, prediction: Values) -> dict[str, Score]:
        """AUROC and AUPRC of each label, and means over the labels, F1 at 0.5 among them."""
        there = np.isfinite(target)
        counts = there.astype(np.float64)
        said = prediction >= 0.5
        right = (said == (target == 1)) * counts
        squares = np.where(there, prediction - target, 0.0) ** 2
        likelihood = np.where(target == 1, prediction, 1.0 - prediction)
        surprise = -np.log(np.clip(likelihood, SMALLEST_PROBABILITY, 1.0)) * counts

        def of_label(score: Any, k: int) -> Score:
            known = there[:, k]
            positive, ranked = target[known, k] == 1, prediction[known, k]
            if not 0 < positive.sum() < len(positive):
                return lambda weights: np.full(len(weights), np.nan)
            return lambda weights: score(positive, ranked, weights[:, known])

        def over_labels(each: list[Score]) -> Score:
            return lambda weights: _mean_defined(np.stack([score(weights) for score in each]))

        places = range(len(self.labels))
        ranks = [of_label(scores.auroc, k) for k in places]
        precisions = [of_label(scores.average_precision, k) for k in places]
        found = {
            "auroc": over_labels(ranks),
            "auprc": over_labels(precisions),
            "accuracy": scores.pooled_mean(right, counts),
            "macro_f1": scores.f1((target == 1) & there, said & there),
            "brier": scores.pooled_mean(squares, counts),
            "log_loss": scores.pooled_mean(surprise, counts),
        }
        for k, name in enumerate(self.labels):
            found[f"auroc/{name}"], found[f"auprc/{name}"] = ranks[k], precisions[k]
        return found

    def selection(self, target: np.ndarray) -> tuple[str, str]:
        """The mean AUROC; the loss where a label has few of a kind."""
        fewest = int(min((target == 0).sum(axis=0).min(), (target == 1).sum(axis=0).min()))
        if fewest < FEWEST_POSITIVES:
            loss = "log_loss" if self.weights is None else "loss"
            return loss, f"a label has {fewest} of a kind, too few for an AUROC"
        return "auroc", "several labels"

    def sizes(self, target: np.ndarray) -> dict[str, Any]:
        """`label_positives`: how often each label is 1."""
        ones = (target == 1).sum(axis=0).tolist()
        return {"label_positives": dict(zip(self.labels, ones, strict=True))}

    def columns(self, prediction: Values) -> dict[str, np.ndarray]:
        """A `predicted_…` of 0 or 1 and a `probability_…` a label."""
        found = {}
        for k, name in enumerate(self.labels):
            found[f"predicted_{name}"] = (prediction[:, k] >= 0.5).astype(np.int64)
            found[f"probability_{name}"] = prediction[:, k]
        return found

    def truth_columns(self, target: np.ndarray) -> dict[str, np.ndarray]:
        """A `target_…` a label."""
        columns = target.reshape(len(target), -1)
        return {f"target_{name}": columns[:, k] for k, name in enumerate(self.labels)}

    def from_columns(self, frame: Any) -> tuple[np.ndarray, Values]:
        """Columns of 0 and 1, and probabilities."""
        wanted, found = (
            frame[[f"{what}_{name}" for name in self.labels]].to_numpy(np.float64)
            for what in ("target", "probability")
        )
        return wanted, found


def _single(columns: np.ndarray, names: tuple[str, ...]) -> list[tuple[str, str]]:
    """Labels of one kind or of none, and which."""
    zeros, ones = (columns == 0).any(axis=0), (columns == 1).any(axis=0)
    return [
        (name, f"only {int(some)}" if none or some else "no target")
        for name, none, some in zip(names, zeros, ones, strict=True)
        if not (none and some)
    ]


def _check_truth(columns: np.ndarray, names: tuple[str, ...]) -> None:
    wrong = ~np.isnan(columns) & (columns != 0) & (columns != 1)
    if wrong.any():
        row, column = np.argwhere(wrong)[0]
        raise InputError(
            f"The label {names[column]!r} is {columns[row, column]:g} somewhere; expected 0 or 1, "
            "or NaN where it is not known. For numbers use task 'regress'."
        )


def _mean_defined(values: Values) -> Values:
    """Mean over the first axis of what is defined; NaN where nothing is."""
    defined = np.isfinite(values)
    total = np.where(defined, values, 0.0).sum(axis=0)
    count = defined.sum(axis=0)
    return np.divide(total, count, out=np.full_like(total, np.nan), where=count > 0)


OBJECTIVE = Labels
