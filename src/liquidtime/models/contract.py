"""What a model is: options that build a network, and what the training may ask of it.

A model is a module of this folder with a class `Config`, or such a class from elsewhere that was
registered with the `catalogue`. Imports no torch.
"""

from collections.abc import Callable, Collection
from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated, Any, ClassVar, Literal, NamedTuple, Protocol

from liquidtime.data.lookup import EMBED_ABOVE, Codes
from liquidtime.runs.options import Within, check_choices

if TYPE_CHECKING:
    from torch import Tensor, nn

    from liquidtime.data.batch import Batch, Batchable, Raw

TaskLoss = Callable[["Tensor", "Tensor"], tuple["Tensor", "Tensor"]]
"""(outputs, targets) to the summed loss and the sum of the weights, as `Objective.loss`."""


class Goal(Protocol):
    """What is to be predicted, as far as weights found at once have to know it.

    An `Objective` of `liquidtime.train` is one.
    """

    @property
    def kind(self) -> Literal["classes", "labels", "values"]:
        """Classes, labels of which any may be 1, or values."""
        ...

    @property
    def per_step(self) -> bool:
        """One target a step, or one a series."""
        ...

    @property
    def labels(self) -> tuple[str, ...]:
        """Names of the classes, labels or values: one an output."""
        ...

    @property
    def weights(self) -> "tuple[float, ...] | None":
        """Weight of each class in the loss, or None; of labels first those of 0, then of 1."""
        ...

    @property
    def mean(self) -> "tuple[float, ...] | None":
        """Mean of each value: the network gives values less this, over `scale`; else None."""
        ...

    @property
    def scale(self) -> "tuple[float, ...] | None":
        """Standard deviation of each value; None for classes."""
        ...


class Solve(Protocol):
    """Finds all weights of a network at once."""

    def __call__(self, training: "Batchable", goal: Goal, weights: "Tensor | None" = None) -> float:
        """Set the weights.

        Random numbers come from torch's generator, which the caller has seeded.

        Args:
            training: The training part, with targets and the raw parts that the model reads.
            goal: What is to be predicted. Its class weights count besides `weights`.
            weights: Weight of each series [N], 0 or more; None for ones.

        Returns:
            The mean loss of the task over the training part; where the solution comes with the
            predictions it makes of a series that it was not given, of these.
        """
        ...


@dataclass(frozen=True, kw_only=True)
class EmbeddingConfig:
    """Vectors of the categories of variables that have many, such as the words of a text."""

    above: Annotated[int, Within(1)] = EMBED_ABOVE
    """Variables of more categories than this have vectors; of fewer, an input each."""
    width: Annotated[int, Within(1, 2**16)] | Literal["auto"] = "auto"
    """Numbers in a vector; auto: 1.6 times the number of categories to 0.56, at most 64."""
    dropout: Annotated[float, Within(0, below=1)] = 0.0
    """Share of the numbers in all vectors that are dropped in training."""
    token_dropout: Annotated[float, Within(0, below=1)] = 0.0
    """Share of the cells that are taken as unknown in training."""

    def __post_init__(self) -> None:
        check_choices(self)

    def width_of(self, categories: int) -> int:
        """Numbers in a vector of one of so many categories."""
        return min(64, round(1.6 * categories**0.56)) if self.width == "auto" else self.width


@dataclass(frozen=True, kw_only=True)
class Shape:
    """What goes into a network and comes out of it, in numbers.

    Attributes:
        inputs: Width F of the encoded inputs.
        variables: Width D of the raw values and of their mask.
        outputs: Number K of classes or values.
        per_step: One output a step; otherwise one a series.
        codes: Which columns are numbers of categories. No model's `build` is given any: vectors
            stand in front of it, and it sees their widths.
    """

    inputs: int
    variables: int
    outputs: int
    per_step: bool = False
    codes: tuple[Codes, ...] = ()


class Trace(NamedTuple):
    """What goes on inside the network along one batch of series.

    Attributes:
        hidden: Hidden state after every step, [B, T, H].
        logits: What the network would say if the series ended at that step, [B, T, K].
    """

    hidden: "Tensor"
    logits: "Tensor"


@dataclass(frozen=True, eq=False)
class Model:
    """A network with what the training has to know of it.

    Attributes:
        network: Called with a `Batch` it gives logits (classes) or standardised values, [B, K], or
            [B, T, K] per step. Its state dict is what a run stores.
        shape: What it was built for.
        reads: Which raw parts of a batch it reads besides the encoded inputs: of "values", "mask"
            and "times". Only these are there.
        loss: Its own loss: (batch, loss of the task) to a sum over the batch and the weight to
            divide it by. None is the loss of the task.
        solve: Finds all weights at once, and is called instead of a training by epochs; the
            options of that training are not looked at but for the seed. It leaves the network on
            the CPU. None trains by epochs.
        trace: Looks inside along a batch, dropout off. None if there is nothing to see.
    """

    network: "nn.Module"
    shape: Shape
    reads: "Collection[Raw]" = ()
    loss: "Callable[[Batch, TaskLoss], tuple[Tensor, Tensor]] | None" = None
    solve: Solve | None = None
    trace: "Callable[[Batch], Trace] | None" = None


@dataclass(frozen=True, kw_only=True)
class Facts:
    """What tables, reports and figures say of a model.

    Attributes:
        name: What to call it, such as "LTC (AutoNCP)".
        size: How large it is, such as "64 units, 2 layers".
        wiring: The circuit over its units, from `liquidtime.wirings`; None without one.
        sees_future: Whether its outputs at a step depend on later steps.
    """

    name: str
    size: str
    wiring: Any = None
    sees_future: bool = False


class ModelConfig(Protocol):
    """The options of one model: a frozen dataclass that checks them, all with defaults.

    The fields are options of the command line too, so each has a type of one value and a line of
    docstring.

    Attributes:
        name: What options and stored runs call the model: that of its module.
        title: What people call it.
    """

    name: ClassVar[str]
    title: ClassVar[str]

    @property
    def facts(self) -> Facts:
        """Names and facts for people."""
        ...

    def build(self, shape: Shape) -> Model:
        """The network with fresh weights, drawn from torch's generator."""
        ...
