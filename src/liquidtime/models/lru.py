"""LRU: linear state-space layers, parallel over time (Orvieto et al. 2023, Smith et al. 2023)."""

from dataclasses import dataclass
from typing import Annotated, ClassVar, Literal

from liquidtime.errors import InputError
from liquidtime.models.common import checks
from liquidtime.models.contract import Facts, Model, Shape
from liquidtime.runs.options import Within, check_choices


@dataclass(frozen=True, kw_only=True)
class Config:
    """Options of the LRU."""

    name: ClassVar[str] = "lru"
    title: ClassVar[str] = "LRU"

    hidden_size: checks.Width = 64
    """Width of the layers, and of what they put out."""
    state_size: checks.Width = 64
    """Complex units of a layer."""
    num_layers: checks.Depth = 4
    """Layers, one over another."""
    hold: Literal["impulse", "interval"] = "impulse"
    """What an input is to the units: an impulse, or held over the interval before it, as in S5."""
    least_radius: Annotated[float, Within(0, below=1)] = 0.0
    """Least share of its state that a unit is drawn to keep over a typical gap."""
    largest_radius: Annotated[float, Within(above=0, most=1)] = 1.0
    """Largest such share."""
    phase: Annotated[float, Within(above=0, most=6.2831854)] = 6.2831853
    """Largest angle that a unit is drawn to turn by over a typical gap."""
    layer_dropout: checks.Share = 0.1
    """Dropout within the layers."""
    readout: checks.AnyReadout = "auto"
    """What the read-out sees of a series: its last output, the mean of all, or both joined; auto:
    what suits the data."""
    dropout: checks.Dropout = "auto"
    """Dropout before the linear read-out; auto: what suits the data."""

    def __post_init__(self) -> None:
        check_choices(self)
        if self.least_radius >= self.largest_radius:
            raise InputError(
                f"least_radius is {self.least_radius:g} and largest_radius "
                f"{self.largest_radius:g}; expected the least below the largest."
            )

    @property
    def facts(self) -> Facts:
        """Names and facts for people."""
        return Facts(name=self.title, size=checks.size_in_words(self.hidden_size, self.num_layers))

    def build(self, shape: Shape) -> Model:
        """The network with fresh weights."""
        from liquidtime.baselines.lru import LRU
        from liquidtime.models.common.stepped import stepped

        layer = LRU(
            shape.inputs,
            self.hidden_size,
            self.state_size,
            layers=self.num_layers,
            hold=self.hold,
            ring=(self.least_radius, self.largest_radius),
            phase=self.phase,
            dropout=self.layer_dropout,
        )
        return stepped(layer, self, shape)
