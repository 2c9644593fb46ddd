"""Latent ODE: a series as the path of an ODE from one latent point (Rubanova et al. 2019)."""

from dataclasses import dataclass
from functools import partial
from typing import Annotated, ClassVar, Literal

from liquidtime.models.common import checks
from liquidtime.models.contract import Facts, Model, Shape
from liquidtime.runs.options import Within, check_choices

Positive = Annotated[float, Within(above=0, most=1e30)]


@dataclass(frozen=True, kw_only=True)
class Config:
    """Options of the Latent ODE; sizes and weights of the loss are those of the published code."""

    name: ClassVar[str] = "latent_ode"
    title: ClassVar[str] = "Latent ODE"

    latent_size: checks.Width = 20
    """Dimensions of the latent state."""
    # `baselines` lists these too, but it needs PyTorch, which --help does without.
    encoder: Literal["ode_rnn", "rnn"] = "ode_rnn"
    """What reads the series: an RNN moved by an ODE between rows, or one that is told the gaps."""
    encoder_size: checks.Width = 40
    """Units of the encoder."""
    units: checks.Width = 50
    """Hidden units of the fields of both ODEs, and of the read-outs."""
    layers: checks.Depth = 3
    """Hidden layers of the fields of both ODEs."""
    integrator: checks.Integrator = "rk4"
    """Method; dopri5 chooses its steps by the error over a whole batch."""
    unfolds: checks.Depth = 1
    """Integrator steps between two rows, of all but dopri5."""
    noise: Positive = 0.1
    """Standard deviation of an observation, in that of the standardised values."""
    task_weight: Positive = 100.0
    """Weight of the task's loss beside the evidence lower bound."""
    annealing: checks.Share = 0.99
    """After n steps of training the divergence from the prior counts 1 - annealing^n."""

    def __post_init__(self) -> None:
        check_choices(self)

    @property
    def facts(self) -> Facts:
        """Names and facts for people."""
        encoder = "ODE" if self.encoder == "ode_rnn" else "RNN"
        return Facts(
            name=f"{self.title} ({encoder} encoder)",
            size=f"{self.latent_size} latent dimensions",
            sees_future=True,
        )

    def build(self, shape: Shape) -> Model:
        """The network with fresh weights."""
        from liquidtime.baselines.flow import ODEFlow
        from liquidtime.baselines.latent_ode import LatentODE, Sizes, Weights

        network = LatentODE(
            shape.variables,
            shape.outputs,
            sizes=Sizes(self.latent_size, self.encoder_size, self.units, self.layers),
            weights=Weights(self.noise, self.task_weight, self.annealing),
            flow=partial(ODEFlow, method=self.integrator, steps=self.unfolds),
            encoder=self.encoder,
            per_step=shape.per_step,
        )
        return Model(network, shape, reads=("values", "mask", "times"), loss=network.loss)
