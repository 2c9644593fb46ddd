"""coRNN: coupled, damped oscillators (Rusch, Mishra 2021)."""

from dataclasses import dataclass
from typing import ClassVar

from liquidtime.models.common import checks
from liquidtime.models.contract import Facts, Model, Shape
from liquidtime.runs.options import check_choices


@dataclass(frozen=True, kw_only=True)
class Config:
    """Options of the coRNN; its constants are those of the published code for sequential MNIST."""

    name: ClassVar[str] = "cornn"
    title: ClassVar[str] = "coRNN"

    hidden_size: checks.Width = 64
    """Oscillators."""
    step: checks.Constant = 0.042
    """What a typical gap is to the oscillators."""
    frequency: checks.Constant = 2.7
    """The paper's gamma, the square of the frequency of an oscillator alone."""
    damping: checks.Constant = 4.7
    """The paper's epsilon."""
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
        from liquidtime.baselines.cornn import CoRNN
        from liquidtime.models.common.stepped import stepped

        layer = CoRNN(
            shape.inputs,
            self.hidden_size,
            step=self.step,
            frequency=self.frequency,
            damping=self.damping,
            longest=self.longest,
        )
        return stepped(layer, self, shape)
