"""Diagonal CfC: units that see the input and themselves alone, for series of 10⁴ steps and more."""

from dataclasses import dataclass
from typing import Annotated, ClassVar, Literal

from liquidtime.models.common import checks
from liquidtime.models.contract import Facts, Model, Shape
from liquidtime.runs.options import Within, check_choices


@dataclass(frozen=True, kw_only=True)
class Config:
    """Options of the diagonal CfC.

    Two layers, since units of one layer do not meet before the next.
    """

    name: ClassVar[str] = "diagonal_cfc"
    title: ClassVar[str] = "Diagonal CfC"

    hidden_size: checks.Width = 64
    """Hidden units of a layer."""
    num_layers: checks.Depth = 2
    """Recurrent layers, one over another."""
    # `kernels.cfc` lists these, but it needs PyTorch, which --help does without.
    activation: Literal["lecun_tanh", "tanh", "relu", "gelu", "silu"] = "silu"
    """Activation of the backbone."""
    backbone_units: checks.Width = 64
    """Width of the backbone."""
    backbone_layers: Annotated[int, Within(0, 1000)] = 1
    """Depth of the backbone, between the input and what the units relax to, and how fast."""
    bidirectional: bool = False
    """Read each series in both directions; not for predictions that must not see the future."""
    readout: checks.AnyReadout = "auto"
    """What the read-out sees of a series: its last output, the mean of all, or both joined; auto:
    what suits the data."""
    dropout: checks.Dropout = "auto"
    """Dropout before the linear read-out, and between layers; auto: what suits the data."""
    backend: str = "auto"
    """Kernels of the recurrence: auto is the fastest that can, cpu the compiled steps, parallel
    Newton's method over all steps, reference plain PyTorch."""

    def __post_init__(self) -> None:
        check_choices(self)

    @property
    def facts(self) -> Facts:
        """Names and facts for people."""
        return Facts(
            name=self.title,
            size=checks.size_in_words(self.hidden_size, self.num_layers),
            sees_future=self.bidirectional,
        )

    def build(self, shape: Shape) -> Model:
        """The network with fresh weights."""
        from liquidtime.models.common.predictor import Predictor
        from liquidtime.nn import DiagonalCfC

        rate = checks.dropout_rate(self.dropout)
        layer = DiagonalCfC(
            shape.inputs,
            self.hidden_size,
            self.num_layers,
            activation=self.activation,
            backbone_units=self.backbone_units,
            backbone_layers=self.backbone_layers,
            dropout=rate if self.num_layers > 1 else 0.0,
            bidirectional=self.bidirectional,
            backend=self.backend,
        )
        predictor = Predictor(
            layer,
            shape.outputs,
            readout=checks.readout_of(self.readout),
            dropout=rate,
            per_step=shape.per_step,
        )
        return Model(predictor, shape, trace=predictor.trace)
