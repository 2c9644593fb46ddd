"""LRC: neurons of liquid resistance and liquid capacitance (Farsang et al. 2024)."""

from dataclasses import dataclass
from typing import ClassVar, Literal

from liquidtime.models.common import checks
from liquidtime.models.contract import Facts, Model, Shape
from liquidtime.runs.options import check_choices


@dataclass(frozen=True, kw_only=True)
class Config:
    """Options of the LRC."""

    name: ClassVar[str] = "lrc"
    title: ClassVar[str] = "LRC"

    hidden_size: checks.Width = 64
    """Neurons."""
    elastance: Literal["symmetric", "asymmetric"] = "symmetric"
    """How the inverse of the capacitance depends on input and state."""
    integrator: Literal["hybrid", "explicit"] = "hybrid"
    """Step between two rows: hybrid is stable however long the gap; explicit is the paper's, for
    even gaps."""
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
        from liquidtime.baselines.lrc import LRC
        from liquidtime.models.common.stepped import stepped

        layer = LRC(
            shape.inputs,
            self.hidden_size,
            elastance=self.elastance,
            integrator=self.integrator,
        )
        return stepped(layer, self, shape)
