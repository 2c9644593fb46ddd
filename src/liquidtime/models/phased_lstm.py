"""Phased LSTM: an LSTM whose units update while an oscillation is open (Neil et al. 2016)."""

from dataclasses import dataclass
from typing import Annotated, ClassVar

from liquidtime.errors import InputError
from liquidtime.models.common import checks
from liquidtime.models.contract import Facts, Model, Shape
from liquidtime.runs.options import Within, check_choices


@dataclass(frozen=True, kw_only=True)
class Config:
    """Options of the phased LSTM; periods and the open share are those of the authors' code."""

    name: ClassVar[str] = "phased_lstm"
    title: ClassVar[str] = "Phased LSTM"

    hidden_size: checks.Width = 64
    """Hidden units."""
    shortest: checks.TimeScale = 2.7
    """Shortest period at the start, in units of the typical gap."""
    longest: checks.TimeScale = 148.0
    """Longest period at the start."""
    open_share: Annotated[float, Within(above=0, below=1)] = 0.05
    """Share of its period that a unit is open, at the start."""
    forget_bias: checks.Bias = 2.0
    """Bias of the forget gate at the start."""
    readout: checks.AnyReadout = "auto"
    """What the read-out sees of a series: its last output, the mean of all, or both joined; auto:
    what suits the data."""
    dropout: checks.Dropout = "auto"
    """Dropout before the linear read-out; auto: what suits the data."""

    def __post_init__(self) -> None:
        check_choices(self)
        if self.shortest > self.longest:
            raise InputError(
                f"shortest is {self.shortest:g} and longest {self.longest:g}; expected periods "
                "of which the longest is not shorter. Raise longest or lower shortest."
            )

    @property
    def facts(self) -> Facts:
        """Names and facts for people."""
        return Facts(name=self.title, size=checks.size_in_words(self.hidden_size))

    def build(self, shape: Shape) -> Model:
        """The network with fresh weights."""
        from liquidtime.baselines.phased_lstm import PhasedLSTM
        from liquidtime.models.common.stepped import stepped

        layer = PhasedLSTM(
            shape.inputs,
            self.hidden_size,
            shortest=self.shortest,
            longest=self.longest,
            share=self.open_share,
            forget_bias=self.forget_bias,
        )
        return stepped(layer, self, shape)
