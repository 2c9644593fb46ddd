"""Latent ODE: a series as the path of an ODE from one latent point (Rubanova et al. 2019)."""

from dataclasses import dataclass
from functools import partial
from typing import Annotated, ClassVar, Literal

from liquidtime.models.common import checks
from liquidtime.models.contract import Facts, Model, Shape
from liquidtime.runs.options import Within, check_choices


@dataclass(frozen=True, kw_only=True)
class Config:
    """Options of the Latent ODE; sizes and weights of the loss are those of the published code."""

    name: ClassVar[str] = "latent_ode"
    title: ClassVar[str] = "Latent ODE"

    latent_size: checks.Width = 20
    """Dimensions of the latent state."""
    # `baselines` lists these too, but it needs PyTorch, which --help does without.
    encoder: Literal["ode_rnn", "ode_gru", "rnn"] = "ode_rnn"
    """What reads the series, backwards: a unit of mean and deviation that an ODE moves between
    rows, as published; a GRU that an ODE moves; or a GRU that is told the gaps."""
    encoder_size: checks.Width = 40
    """Width of the encoder's state."""
    units: checks.Width = 50
    """Hidden units of the fields of both ODEs, and of the encoder's unit."""
    layers: checks.Depth = 3
    """Hidden layers of the fields of both ODEs."""
    integrator: checks.Integrator = "rk4"
    """Method; dopri5 chooses its steps by the error over a whole batch."""
    encoder_integrator: checks.Integrator = "euler"
    """Method in the encoder."""
    unfolds: checks.Depth = 1
    """Integrator steps between two rows, of all but dopri5."""
    layout: checks.Layout = "own"
    """own: each series steps through its own rows; union: all series of a batch step through the
    time stamps of all, as in the authors' code, which is slower and lets the batch matter."""
    noise: checks.Positive = 0.1
    """Standard deviation of an observation, in that of the standardised values."""
    task_weight: checks.Positive = 100.0
    """Weight of the task's loss beside the evidence lower bound."""
    annealing: checks.Share = 0.99
    """After n steps of training the divergence from the prior counts 1 - annealing^n."""
    samples: Annotated[int, Within(1, 100)] = 1
    """Samples of the latent point of a series in training; the authors' code draws 3."""

    def __post_init__(self) -> None:
        check_choices(self)

    @property
    def facts(self) -> Facts:
        """Names and facts for people."""
        encoder = {"ode_rnn": "ODE", "ode_gru": "ODE and GRU", "rnn": "RNN"}[self.encoder]
        return Facts(
            name=f"{self.title} ({encoder} encoder)",
            size=f"{self.latent_size} latent dimensions",
            sees_future=True,
        )

    def build(self, shape: Shape) -> Model:
        """The network with fresh weights."""
        from liquidtime.baselines.flow import ODEFlow, dense_network
        from liquidtime.baselines.latent_ode import LatentODE, Sizes, Weights
        from liquidtime.baselines.recognition import Recognition

        size, between = self.encoder_size, None
        if self.encoder != "rnn":
            field = dense_network(size, self.units, self.layers, size)
            between = ODEFlow(field, self.encoder_integrator, self.unfolds)
        network = LatentODE(
            shape.variables,
            shape.outputs,
            sizes=Sizes(self.latent_size, self.units, self.layers),
            weights=Weights(self.noise, self.task_weight, self.annealing, self.samples),
            recognition=Recognition(
                shape.variables,
                self.latent_size,
                state=size,
                units=self.units,
                between=between,
                encoder=self.encoder,
            ),
            flow=partial(ODEFlow, method=self.integrator, steps=self.unfolds),
            layout=self.layout,
            per_step=shape.per_step,
        )
        return Model(network, shape, reads=("values", "mask", "times"), loss=network.loss)
