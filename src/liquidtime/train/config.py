"""What a fit is told: which model, how it is trained, for which task. Imports no torch.

The same classes are the command line's options, so every field has a one-line description, and
they are stored in `config.json` of each run, so they go to plain dictionaries and back.
"""

import dataclasses
from collections.abc import Mapping
from dataclasses import dataclass, field
from itertools import pairwise
from typing import Annotated, Any, Literal, Self

from liquidtime.errors import InputError
from liquidtime.models import catalogue
from liquidtime.models.contract import EmbeddingConfig, ModelConfig
from liquidtime.runs.options import Within, check_choices, from_dict

Task = Literal["classify", "multilabel", "regress", "forecast"]
_OF_LABELS = ("auroc", "auprc", "accuracy", "macro_f1", "brier", "log_loss")
_OF_CLASSES = (*_OF_LABELS, "f1")
_OF_NUMBERS = ("mse", "mae", "r2")
_SCORES: dict[Task, tuple[str, ...]] = {
    "classify": _OF_CLASSES,
    "multilabel": _OF_LABELS,
    "regress": _OF_NUMBERS,
    "forecast": _OF_NUMBERS,
}
"""What each task can be chosen by."""


@dataclass(frozen=True, kw_only=True)
class TrainConfig:
    """How the weights are found."""

    epochs: Annotated[int, Within(1, 10**9)] | None = None
    """Passes over the training part, at most, with a validation after each; instead of steps."""
    steps: Annotated[int, Within(1, 10**12)] | Literal["auto"] = "auto"
    """Steps of the optimiser, at most; auto: enough for few series, 20 passes over many."""
    batch_size: Annotated[int, Within(1, 10**9)] | Literal["auto"] = "auto"
    """Series in a step of the optimiser, over all processes together; auto: by their number."""
    optimizer: Literal["adamw", "adam", "rmsprop", "sgd"] = "adamw"
    """Optimiser, as torch has it."""
    learning_rate: Annotated[float, Within(above=0, most=1e30)] | Literal["auto"] = "auto"
    """Step size of the optimiser at the beginning; auto: by the optimiser and the data."""
    momentum: Annotated[float, Within(0, below=1)] = 0.9
    """Momentum of SGD."""
    smoothing: Annotated[float, Within(0, below=1)] = 0.99
    """Share of the mean squared gradient that RMSprop keeps in a step; Keras has 0.9."""
    weight_decay: Annotated[float, Within(0, 1e6)] | Literal["auto"] = "auto"
    """Weight decay, decoupled in AdamW; auto: by the task and the data."""
    input_dropout: Annotated[float, Within(0, below=1)] | Literal["auto"] = "auto"
    """Share of the inputs that are hidden from a series in a step; auto: some for forecasts."""
    gradient_clip: Annotated[float, Within(0, 1e30)] = 1.0
    """Largest norm of the gradient; 0 switches clipping off."""
    schedule: Literal["auto", "constant", "cosine", "exponential"] = "auto"
    """How the step size changes with the epochs; cosine ends at 1 % of it; auto: cosine."""
    decay: Annotated[float, Within(above=0, most=1)] = 0.95
    """Factor on the step size after each epoch of the exponential schedule."""
    patience: Annotated[int, Within(1)] | Literal["auto"] | None = "auto"
    """Stop after so many validations without a better score, of few series once the loss is down
    by a tenth; none: never; auto: 12, or none where epochs are given."""
    ensemble: Annotated[int, Within(1, 1000)] | Literal["auto"] = "auto"
    """Networks of different seeds, trained side by side and averaged; auto: 3 for forecasts."""
    class_weights: Literal["none", "balanced"] | tuple[Annotated[float, Within(0, 1e30)], ...] = (
        "none"
    )
    """Weigh classes equally (balanced), as they come (none), or by a number for each class."""
    loss_scale: Literal["standardised", "raw"] = "standardised"
    """Of several values: each as much as its spread (standardised), or in its own unit (raw)."""
    select: Literal[
        "auto",
        "auroc",
        "auprc",
        "accuracy",
        "f1",
        "macro_f1",
        "brier",
        "log_loss",
        "mse",
        "mae",
        "r2",
        "loss",
    ] = "auto"
    """Validation score that chooses the weights; auto: by the task, or the loss if it is small."""
    refit: Literal["auto", "yes", "no"] = "auto"
    """After validation chose, train again with its part, too, for test and use; auto: fewer than
    1,000 series with one target each, and models solved at once."""
    seed: Annotated[int, Within(0)] = 0
    """Seed of the weights, the order of batches and the dropout."""
    accelerator: Literal["auto", "cpu", "gpu"] = "auto"
    """Where to train; auto takes a GPU if there is one."""
    devices: Annotated[int, Within(1, 1024)] | Literal["auto"] = "auto"
    """Processes on this machine; auto: one, or as many as torchrun started."""

    def __post_init__(self) -> None:
        check_choices(self)
        if self.epochs is not None and self.steps != "auto":
            raise InputError(
                f"epochs is {self.epochs} and steps is {self.steps}; expected one of them, for "
                "each says how long to train."
            )
        if self.refit == "yes" and self.devices not in ("auto", 1):
            raise InputError(
                f"refit is 'yes' with several processes (devices is {self.devices}); expected one "
                "process, or refit 'no'."
            )

    def to_dict(self) -> dict[str, Any]:
        """The fields as a JSON-able dictionary."""
        return _listed(dataclasses.asdict(self))

    @classmethod
    def from_dict(cls, mapping: Mapping[str, Any]) -> Self:
        """The configuration that `to_dict` wrote, here or in 0.1.0; unknown keys: `InputError`."""
        plain = {k: tuple(v) if isinstance(v, list) else v for k, v in mapping.items()}
        if "epochs" in plain and "steps" not in plain:
            plain = {"input_dropout": 0.0, "ensemble": 1, "refit": "no", **plain}
        return from_dict(cls, plain)


@dataclass(frozen=True, kw_only=True)
class FitConfig:
    """One fit: a task, a model and a training.

    Attributes:
        task: "classify" for classes; "multilabel" for columns of 0 and 1; "regress" for
            numbers; "forecast" for numbers of a coming row, which trains as a regression.
        model: The network: the `Config` of one of `liquidtime.models`, the CfC by default.
        train: The training.
        quantiles: Of numbers, the quantiles to predict, rising shares between 0 and 1 such as
            (0.1, 0.5, 0.9); none predicts the mean.
        recalibrate: How probabilities of classes are set right by the validation part.
        embedding: The vectors of variables of many categories.
    """

    task: Task = "classify"
    model: ModelConfig = field(default_factory=lambda: catalogue.from_dict({}))
    train: TrainConfig = field(default_factory=TrainConfig)
    quantiles: tuple[float, ...] = ()
    recalibrate: Literal["none", "temperature", "platt", "isotonic"] = "none"
    embedding: EmbeddingConfig = field(default_factory=EmbeddingConfig)

    def __post_init__(self) -> None:
        check_choices(self, "task", "recalibrate")
        if self.recalibrate != "none" and self.task != "classify":
            raise InputError(
                f"recalibrate={self.recalibrate!r} with task {self.task!r}: only probabilities of "
                "classes can be recalibrated. Leave it out."
            )
        if self.quantiles:
            check_quantiles(self.quantiles)
            if self.task not in ("regress", "forecast"):
                raise InputError(
                    f"quantiles={self.quantiles} with task {self.task!r}: only numbers have "
                    "quantiles. Leave them out, or use task 'regress' or 'forecast'."
                )
        known = _SCORES[self.task]
        if self.train.select not in ("auto", "loss", *known):
            raise InputError(
                f"select is {self.train.select!r} with task {self.task!r}; expected one of "
                f"{', '.join(map(repr, (*known, 'loss')))}, or 'auto'."
            )
        if self.task == "multilabel" and not isinstance(self.train.class_weights, str):
            raise InputError(
                "class_weights of several labels is 'none' or 'balanced'; expected no numbers."
            )
        if self.task not in ("classify", "multilabel") and self.train.class_weights != "none":
            raise InputError(
                f"class_weights={self.train.class_weights!r} with task {self.task!r}: only "
                "classes can be weighed. Leave class_weights at 'none' or use task 'classify'."
            )

    def to_dict(self) -> dict[str, Any]:
        """The fields as a JSON-able dictionary, one level of nesting."""
        own = _listed(dataclasses.asdict(self))
        return own | {"model": catalogue.to_dict(self.model), "train": self.train.to_dict()}

    def resolves_to(self, other: "FitConfig") -> bool:
        """Whether another one is this with a value of its own in place of every "auto"."""
        return _agree(self.to_dict(), other.to_dict())

    @classmethod
    def from_dict(cls, mapping: Mapping[str, Any]) -> Self:
        """The configuration that `to_dict` wrote, here or in 0.1.0; unknown keys: `InputError`."""
        parts = dict(mapping)
        if "model" in parts:
            parts["model"] = catalogue.from_dict(parts["model"])
        if "train" in parts:
            parts["train"] = TrainConfig.from_dict(parts["train"])
        if "embedding" in parts:
            parts["embedding"] = from_dict(EmbeddingConfig, parts["embedding"])
        if "quantiles" in parts:
            parts["quantiles"] = tuple(parts["quantiles"])
        return from_dict(cls, parts)


def check_quantiles(levels: tuple[float, ...]) -> None:
    """Check shares of quantiles.

    Raises:
        InputError: If they do not rise from above 0 to below 1.
    """
    rising = all(a < b for a, b in pairwise(levels))
    if not levels or not rising or not (levels[0] > 0 and levels[-1] < 1):
        raise InputError(
            f"quantiles are {levels}; expected rising shares between 0 and 1, such as 0.1 0.5 0.9."
        )


def check_forwards(model: ModelConfig) -> None:
    """Check that a model can forecast: that what it says of a row hangs on no later one.

    Raises:
        InputError: If not.
    """
    if model.facts.sees_future:
        raise InputError(
            f"{model.facts.name} with these options reads each series to its end before "
            "it speaks, so it would see what it shall forecast; expected a network that reads "
            "forwards. Leave out --model.bidirectional or --model.no-causal, or choose another "
            "model."
        )


@dataclass(frozen=True, kw_only=True)
class About:
    """What the reader of the report should know and no number says; every field may stay empty.

    Attributes:
        title: What is predicted, such as "In-hospital death after 48 h of intensive care".
        data: Where the data come from, with licence and citation.
        split: How training, validation and test parts were made.
        time_unit: Unit of the times, such as "hours".
    """

    title: str = ""
    data: str = ""
    split: str = ""
    time_unit: str = ""


def _listed(fields: dict[str, Any]) -> dict[str, Any]:
    """Tuples as lists, as JSON has them."""
    return {k: list(v) if isinstance(v, tuple) else v for k, v in fields.items()}


def _agree(mine: Any, other: Any) -> bool:
    if isinstance(mine, dict) and isinstance(other, dict):
        return mine.keys() == other.keys() and all(_agree(mine[k], other[k]) for k in mine)
    return mine in (other, "auto")
