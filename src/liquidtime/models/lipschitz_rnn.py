"""Lipschitz RNN: units near the edge of stability (Erichson et al. 2021)."""

from dataclasses import dataclass
from typing import Annotated, ClassVar

from liquidtime.models.common import checks
from liquidtime.models.contract import Facts, Model, Shape
from liquidtime.runs.options import Within, check_choices


@dataclass(frozen=True, kw_only=True)
class Config:
    """Options of the Lipschitz RNN; its constants are those of the paper for sequential MNIST."""

    name: ClassVar[str] = "lipschitz_rnn"
    title: ClassVar[str] = "Lipschitz RNN"

    hidden_size: checks.Width = 64
    """Hidden units."""
    step: checks.Constant = 0.03
    """Length of the Euler step over a typical gap."""
    beta: Annotated[float, Within(0, 1)] = 0.75
    """Share of the skew-symmetric part of both matrices; 1 is nothing else."""
    gamma: Annotated[float, Within(0, 1e6)] = 0.001
    """Damping."""
    spread: checks.Constant = 2.8
    """Entries are drawn with this over the root of the units as standard deviation."""
    longest: checks.Constant = 10.0
    """Gaps count as this many typical ones at most, for a longer step is not stable."""
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
        from liquidtime.baselines.lipschitz_rnn import LipschitzRNN
        from liquidtime.models.common.stepped import stepped

        layer = LipschitzRNN(
            shape.inputs,
            self.hidden_size,
            step=self.step,
            beta=self.beta,
            gamma=self.gamma,
            spread=self.spread,
            longest=self.longest,
        )
        return stepped(layer, self, shape)
