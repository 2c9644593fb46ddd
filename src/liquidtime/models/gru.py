"""GRU: the layer of `torch.nn`, with the elapsed time among its inputs or without."""

from dataclasses import dataclass
from typing import ClassVar

from liquidtime.models.common import checks
from liquidtime.models.contract import Facts, Model, Shape
from liquidtime.runs.options import check_choices


@dataclass(frozen=True, kw_only=True)
class Config:
    """Options of the GRU."""

    name: ClassVar[str] = "gru"
    title: ClassVar[str] = "GRU"

    hidden_size: checks.Width = 64
    """Hidden units of a layer."""
    num_layers: checks.Depth = 1
    """Recurrent layers, one over another."""
    time: bool = True
    """Give it the elapsed time among its inputs, which papers call augmented."""
    bidirectional: bool = False
    """Read each series in both directions; not for predictions that must not see the future."""
    readout: checks.AnyReadout = "auto"
    """What the read-out sees of a series: its last output, the mean of all, both joined, the
    largest of each unit, learned attention, or a grid in time; auto: what suits the data."""
    readout_queries: checks.Queries = 4
    """Queries of the attention, or points of the grid."""
    summaries: bool = False
    """Show the head last, first, mean, extreme values, spread, trend and count of each variable."""
    head_units: checks.HeadUnits = 0
    """Hidden units of the head; 0: it is linear."""
    dropout: checks.Dropout = "auto"
    """Dropout before the linear read-out, and between layers; auto: what suits the data."""

    def __post_init__(self) -> None:
        check_choices(self)

    @property
    def facts(self) -> Facts:
        """Names and facts for people."""
        return Facts(
            name=self.title if self.time else f"{self.title} (without gaps)",
            size=checks.size_in_words(self.hidden_size, self.num_layers),
            sees_future=self.bidirectional,
        )

    def build(self, shape: Shape) -> Model:
        """The network with fresh weights."""
        from torch import nn

        from liquidtime.models.common.classical import classical

        return classical(nn.GRU, self, shape)
