"""Latent ODE: a series as the path of an ODE from one latent point (Rubanova et al. 2019)."""

from dataclasses import dataclass
from functools import partial
from typing import ClassVar, Literal

from liquidtime.errors import InputError
from liquidtime.models.contract import Facts, Model, Shape
from liquidtime.runs.options import check_at_least, check_choices


@dataclass(frozen=True, kw_only=True)
class Config:
    """Options of the Latent ODE; sizes and weights of the loss are those of the published code."""

    name: ClassVar[str] = "latent_ode"
    title: ClassVar[str] = "Latent ODE"

    latent_size: int = 20
    """Dimensions of the latent state."""
    # `baselines` lists these and the integrators, but it needs PyTorch, which --help does without.
    encoder: Literal["ode_rnn", "rnn"] = "ode_rnn"
    """What reads the series: an RNN moved by an ODE between rows, or one that is told the gaps."""
    encoder_size: int = 40
    """Units of the encoder."""
    units: int = 50
    """Hidden units of the fields of both ODEs, and of the read-outs."""
    layers: int = 3
    """Hidden layers of the fields of both ODEs."""
    integrator: Literal["euler", "midpoint", "rk4", "dopri5"] = "rk4"
    """Method of torchdiffeq; dopri5 chooses its steps by the error over a whole batch."""
    unfolds: int = 1
    """Integrator steps between two rows, of all but dopri5."""
    noise: float = 0.1
    """Standard deviation of an observation, in that of the standardised values."""
    task_weight: float = 100.0
    """Weight of the task's loss beside the evidence lower bound."""
    annealing: float = 0.99
    """After n steps of training the divergence from the prior counts 1 - annealing^n."""

    def __post_init__(self) -> None:
        check_choices(self)
        check_at_least(self, 1, "latent_size", "encoder_size", "units", "layers", "unfolds")
        if not (self.noise > 0.0 and self.task_weight > 0.0):
            raise InputError(
                f"noise is {self.noise} and task_weight {self.task_weight}; expected numbers "
                "above 0."
            )
        if not 0.0 <= self.annealing < 1.0:
            raise InputError(
                f"annealing is {self.annealing}; expected a number from 0 up to, but not "
                "including, 1; 0 counts the whole divergence from the first step on."
            )

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
        from liquidtime.baselines.latent_ode import LatentODE, ODEFlow, Sizes, Weights

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
