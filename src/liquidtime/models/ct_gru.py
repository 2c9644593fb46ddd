"""CT-GRU: a GRU whose gates choose time scales of memory (Mozer et al. 2017)."""

from dataclasses import dataclass
from typing import Annotated, ClassVar

from liquidtime.models.common import checks
from liquidtime.models.contract import Facts, Model, Shape
from liquidtime.runs.options import Within, check_choices


@dataclass(frozen=True, kw_only=True)
class Config:
    """Options of the CT-GRU."""

    name: ClassVar[str] = "ct_gru"
    title: ClassVar[str] = "CT-GRU"

    hidden_size: checks.Width = 64
    """Hidden units."""
    scales: Annotated[int, Within(1, 100)] = 8
    """Traces of a unit, each with a time scale √10 times that of the one before."""
    shortest: checks.TimeScale = 0.3
    """Shortest time scale, in units of the typical gap."""
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
        from liquidtime.baselines.ct_gru import CTGRU
        from liquidtime.models.common.stepped import stepped

        layer = CTGRU(shape.inputs, self.hidden_size, self.scales, self.shortest)
        return stepped(layer, self, shape)
