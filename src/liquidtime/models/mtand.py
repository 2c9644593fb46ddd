"""mTAND: attention over time to reference points, and a GRU over these (Shukla, Marlin 2021)."""

from dataclasses import dataclass
from typing import Annotated, ClassVar, Literal

from liquidtime.errors import InputError
from liquidtime.models.common import checks
from liquidtime.models.contract import Facts, Model, Shape
from liquidtime.runs.options import Within, check_choices


@dataclass(frozen=True, kw_only=True)
class Config:
    """Options of the mTAND; sizes and weights of the loss are those of the published code."""

    name: ClassVar[str] = "mtand"
    title: ClassVar[str] = "mTAND"

    network: Literal["encoder", "full"] = "encoder"
    """Read out the encoder, or latent states that a decoder has to make the series of as well."""
    hidden_size: checks.Width = 128
    """Units of the encoder, and of the GRU that reads the latent states."""
    reference_points: checks.Width = 128
    """Points in time, evenly over the span, at which the series are looked at."""
    embedding_size: checks.Width = 128
    """Dimensions of the time embedding."""
    heads: checks.Width = 1
    """Heads of the attention; they divide the time embedding."""
    span: checks.Positive | Literal["auto"] = "auto"
    """Time from the first to the last reference point; auto: the longest series in training."""
    latent_size: checks.Width = 20
    """Dimensions of the latent state at a reference point; of the full network."""
    decoder_size: checks.Width = 50
    """Units of the decoder; of the full network."""
    noise: checks.Positive = 0.1
    """Standard deviation of an observation, in that of the scaled values; of the full network."""
    task_weight: checks.Positive = 100.0
    """Weight of the task's loss beside the evidence lower bound; of the full network."""
    annealing: checks.Share = 0.9998
    """After n steps of training the divergence from the prior counts 1 - annealing^(n - wait)."""
    wait: Annotated[int, Within(0, 10**12)] = 500
    """Steps of training in which the divergence from the prior does not count."""

    def __post_init__(self) -> None:
        check_choices(self)
        if self.embedding_size % self.heads:
            raise InputError(
                f"embedding_size is {self.embedding_size} with {self.heads} heads; expected a "
                "multiple of heads."
            )

    @property
    def facts(self) -> Facts:
        """Names and facts for people."""
        return Facts(
            name=f"{self.title} ({self.network})",
            size=f"{self.hidden_size} units, {self.reference_points} reference points",
            sees_future=True,
        )

    def build(self, shape: Shape) -> Model:
        """The network with fresh weights."""
        from liquidtime.baselines.mtand import MTANDEncoder, MTANDFull, Sizes, Weights

        sizes = Sizes(
            self.hidden_size,
            self.reference_points,
            self.embedding_size,
            self.heads,
            self.latent_size,
            self.decoder_size,
        )
        span = None if self.span == "auto" else self.span
        reads = ("values", "mask", "times")
        if self.network == "encoder":
            network = MTANDEncoder(
                shape.variables, shape.outputs, sizes=sizes, span=span, per_step=shape.per_step
            )
            return Model(network, shape, reads=reads)
        weights = Weights(self.noise, self.task_weight, self.annealing, self.wait)
        network = MTANDFull(
            shape.variables,
            shape.outputs,
            sizes=sizes,
            weights=weights,
            span=span,
            per_step=shape.per_step,
        )
        return Model(network, shape, reads=reads, loss=network.loss)
