"""RNN-Decay: a GRU whose state decays while nothing is seen (Mozer et al. 2017)."""

from dataclasses import dataclass
from typing import ClassVar

from liquidtime.models.common import checks
from liquidtime.models.contract import Facts, Model, Shape
from liquidtime.runs.options import check_choices


@dataclass(frozen=True, kw_only=True)
class Config:
    """Options of the RNN-Decay."""

    name: ClassVar[str] = "rnn_decay"
    title: ClassVar[str] = "RNN-Decay"

    hidden_size: checks.Width = 64
    """Hidden units."""
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
        from liquidtime.baselines.rnn_decay import RNNDecay
        from liquidtime.models.common.stepped import stepped

        layer = RNNDecay(shape.inputs, self.hidden_size)
        return stepped(layer, self, shape)
