"""ODE-RNN: a GRU whose state moves along an ODE between rows (Rubanova et al. 2019)."""

from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, ClassVar

from liquidtime.models.common import checks
from liquidtime.models.contract import Facts, Model, Shape
from liquidtime.runs.options import check_choices

if TYPE_CHECKING:
    from torch import Tensor

    from liquidtime.baselines.ode_rnn import ODERNN
    from liquidtime.data.batch import Batch


@dataclass(frozen=True, kw_only=True)
class Config:
    """Options of the ODE-RNN."""

    name: ClassVar[str] = "ode_rnn"
    title: ClassVar[str] = "ODE-RNN"

    hidden_size: checks.Width = 64
    """Hidden units."""
    units: checks.Width = 50
    """Hidden units of the field of the ODE."""
    layers: checks.Depth = 1
    """Hidden layers of the field of the ODE."""
    integrator: checks.Integrator = "rk4"
    """Method; dopri5 chooses its steps by the error over a whole batch."""
    unfolds: checks.Depth = 1
    """Integrator steps between two rows, of all but dopri5."""
    layout: checks.Layout = "own"
    """own: each series steps through its own rows; union: all series of a batch step through the
    time stamps of all, as in the authors' code, which is slower and lets the batch matter."""
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
        from liquidtime.baselines.ode_rnn import ODERNN
        from liquidtime.models.common.stepped import stepped

        layer = ODERNN(
            shape.inputs,
            self.hidden_size,
            partial(ODEFlow, method=self.integrator, steps=self.unfolds),
            self.units,
            self.layers,
        )
        if self.layout == "union":
            return stepped(layer, self, shape, run=_on_union, reads=("times",))
        return stepped(layer, self, shape)


def _on_union(layer: "ODERNN", batch: "Batch") -> "Tensor":
    return layer.on_union(batch.inputs, batch.raw("times"), batch.lengths)
