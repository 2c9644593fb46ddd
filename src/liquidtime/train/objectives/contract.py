"""What is asked of a kind of target, so that nobody has to ask which kind it is.

A kind is a module of this folder with a class under the name `OBJECTIVE`. What it says goes from
the loss to the columns of the files of predictions.
"""

from abc import ABC, abstractmethod
from collections.abc import Collection
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any, ClassVar, NamedTuple, Self

import numpy as np
from numpy.typing import NDArray
from torch import Tensor

from liquidtime.errors import InputError
from liquidtime.train.config import FitConfig
from liquidtime.train.score.bootstrap import Score

if TYPE_CHECKING:
    from pandas import DataFrame

    from liquidtime.data.series import IrregularSeries

Values = NDArray[np.float64]


class Constants(NamedTuple):
    """A kind of target as `liquidtime.models.contract.Goal` describes it."""

    kind: Any
    labels: tuple[str, ...]
    per_step: bool
    weights: tuple[float, ...] | None
    mean: tuple[float, ...] | None
    scale: tuple[float, ...] | None


@dataclass(frozen=True, kw_only=True)
class Objective(ABC):
    """A kind of target, with the constants of its loss, all taken from the training part.

    Attributes:
        name: What stored runs call the kind.
        noun: What its targets are, for messages, such as "classes".
        bounded: Whether what is predicted lies between 0 and 1: probabilities.
        exclusive: Whether these are of classes, of which one is true.
        text: Columns of a file of predictions that hold text.
        per_step: One target a step, or one a series.
        labels: Names of the classes, of the values, or of whatever else is predicted.
    """

    name: ClassVar[str]
    noun: ClassVar[str]
    bounded: ClassVar[bool] = False
    exclusive: ClassVar[bool] = False
    text: ClassVar[tuple[str, ...]] = ()

    per_step: bool
    labels: tuple[str, ...]

    def to_dict(self) -> dict[str, Any]:
        """The kind and the fields as a JSON-able dictionary."""
        return {"kind": self.name, **asdict(self)}

    @classmethod
    @abstractmethod
    def suits(cls, config: FitConfig) -> bool:
        """Whether this kind is the one of a configuration; exactly one is."""

    @classmethod
    @abstractmethod
    def fitted(cls, training: "IrregularSeries", config: FitConfig) -> Self:
        """The objective with the constants of the training part, which has targets.

        Raises:
            InputError: If they are of another kind, or there is nothing to learn.
        """

    @classmethod
    def fitted_part(cls, training: "IrregularSeries", config: FitConfig) -> Self:
        """The objective of a part of the training part, as of a fold; what is rare may lack in it.

        Raises:
            InputError: Likewise.
        """
        return cls.fitted(training, config)

    @property
    def goal(self) -> "Constants":
        """The same for models that find their weights at once."""
        found = {name: getattr(self, name, None) for name in ("weights", "mean", "scale")}
        return Constants(self.name, self.labels, self.per_step, **found)

    @property
    def output_size(self) -> int:
        """Number of outputs K of the network."""
        return len(self.labels)

    @abstractmethod
    def loss(
        self, logits: Tensor, target: Tensor, weight: Tensor | None = None
    ) -> tuple[Tensor, Tensor]:
        """Sum of the loss over the targets that are there, and the sum of their weights.

        The mean is taken by the caller, who knows the whole batch over all processes.

        Args:
            logits: [B, K], or [B, T, K] per step; also [R, K].
            target: As in a `Batch`, or in an `IrregularSeries`.
            weight: [B], the weight of each series, or of each row; None for ones.

        Returns:
            Two scalars: the sum, and its divisor.
        """

    def average(self, logits: Tensor) -> Tensor:
        """Logits [..., K] of the mean of the predictions that logits [E, ..., K] stand for."""
        return logits.mean(dim=0)

    @abstractmethod
    def predictions(self, logits: np.ndarray) -> Values:
        """Probabilities, or values in the target's own unit.

        Args:
            logits: [R, K].

        Returns:
            [R, M] float64; usually M is K.
        """

    def point(self, prediction: Values) -> Values:
        """One number for each label, [R, K], of predictions [R, M] that hold several."""
        return prediction

    @abstractmethod
    def check_target(self, series: "IrregularSeries") -> None:
        """Check that series, which have targets, have those that this objective can be scored by.

        Raises:
            InputError: If not.
        """

    @abstractmethod
    def truth(self, target: Tensor) -> tuple[np.ndarray, NDArray[np.bool_]]:
        """Targets as they are scored, one a row.

        Args:
            target: As in `IrregularSeries`.

        Returns:
            Targets [R, ...], and [R] which rows have any.
        """

    @abstractmethod
    def measures(self, target: np.ndarray, prediction: Values) -> dict[str, Score]:
        """Each metric, as a function of row weights [S, R], to [S].

        Args:
            target: [R, ...], rows of `truth` that have one.
            prediction: [R, M].
        """

    @abstractmethod
    def selection(self, target: np.ndarray) -> tuple[str, str]:
        """The metric that should choose the best weights, and why, in a few words.

        Args:
            target: [R, ...], rows of the validation part that have a target.

        Returns:
            One of `measures`, or "loss" for the loss itself; and the reason.
        """

    def sizes(self, target: np.ndarray) -> dict[str, Any]:
        """What else `metrics.json` should say about the targets of a part."""
        return {}

    @abstractmethod
    def columns(self, prediction: Values) -> dict[str, np.ndarray]:
        """Predictions [R, M] as named columns [R] of a table."""

    @abstractmethod
    def truth_columns(self, target: np.ndarray) -> dict[str, np.ndarray]:
        """Targets, as in `IrregularSeries`, as named columns of a table."""

    @abstractmethod
    def from_columns(self, frame: "DataFrame") -> tuple[np.ndarray, Values]:
        """Targets as of `truth` and predictions [R, M] from these columns, read from a file.

        Columns that `text` names hold text; "" where nothing was written.
        """

    def _check_numbers(self, names: Collection[str], size: int) -> None:
        """Check constants that were read: some are sequences of so many finite numbers."""
        for name in names:
            value = getattr(self, name)
            if value is None:
                continue
            if not isinstance(value, tuple) or len(value) != size:
                count = f"{len(value)} numbers" if isinstance(value, tuple) else repr(value)
                raise InputError(f"objective.{name} has {count}; expected {size}.")
            if not all(isinstance(x, int | float) and np.isfinite(x) for x in value):
                raise InputError(f"objective.{name} is {list(value)}; expected finite numbers.")


def weighted_rows(terms: Tensor, there: Tensor, weight: Tensor | None) -> tuple[Tensor, Tensor]:
    """Sum of a loss and its divisor.

    Args:
        terms: Loss of each target, [B, ...], 0 where there is none.
        there: Which there are, of the same shape; may hold weights of its own.
        weight: [B], or None for ones.
    """
    there = there.to(terms.dtype)
    if weight is None:
        return terms.sum(), there.sum()
    each = weight.to(terms.dtype).reshape(-1, *(1,) * (terms.dim() - 1))
    return (terms * each).sum(), (there * each).sum()
