"""ODE-LSTM: an LSTM whose output moves along an ODE (Lechner & Hasani 2020)."""

from dataclasses import dataclass
from functools import partial
from typing import ClassVar

from liquidtime.models.common import checks
from liquidtime.models.contract import Facts, Model, Shape
from liquidtime.runs.options import check_choices


@dataclass(frozen=True, kw_only=True)
class Config:
    """Options of the ODE-LSTM."""

    name: ClassVar[str] = "ode_lstm"
    title: ClassVar[str] = "ODE-LSTM"

    hidden_size: checks.Width = 64
    """Hidden units."""
    integrator: checks.Integrator = "rk4"
    """Method; dopri5 chooses its steps by the error over a whole batch."""
    unfolds: checks.Depth = 1
    """Integrator steps between two rows, of all but dopri5."""
    forget_bias: checks.Bias = 1.0
    """Bias of the forget gate at the start."""
    readout: checks.AnyReadout = "auto"
    """What the read-out sees of a series: its last output, the mean of all, or both joined; auto:
    what suits the data."""
    dropout: checks.Dropout = "auto"
    """Dropout before the linear read-out; auto: what suits the data."""

    def __post_init__(self) -> None:
        check_choices(self)

    @property
    def facts(self) -> Facts:
        """Names and facts for people."""
        return Facts(name=self.title, size=checks.size_in_words(self.hidden_size))

    def build(self, shape: Shape) -> Model:
        """The network with fresh weights."""
        from liquidtime.baselines.flow import ODEFlow
        from liquidtime.baselines.ode_lstm import ODELSTM
        from liquidtime.models.common.stepped import stepped

        layer = ODELSTM(
            shape.inputs,
            self.hidden_size,
            partial(ODEFlow, method=self.integrator, steps=self.unfolds),
            self.forget_bias,
        )
        return stepped(layer, self, shape)
