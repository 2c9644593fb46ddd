"""Transformer: attention between rows that are told their times (Vaswani et al. 2017)."""

from dataclasses import dataclass
from typing import ClassVar, Literal

from liquidtime.errors import InputError
from liquidtime.models.common import checks
from liquidtime.models.contract import Facts, Model, Shape
from liquidtime.runs.options import check_choices


@dataclass(frozen=True, kw_only=True)
class Config:
    """Options of the Transformer."""

    name: ClassVar[str] = "transformer"
    title: ClassVar[str] = "Transformer"

    hidden_size: checks.Width = 64
    """Width of the layers; the linear maps within are four times as wide."""
    num_layers: checks.Depth = 2
    """Layers, one over another."""
    heads: checks.Width | Literal["auto"] = "auto"
    """Heads of the attention; they divide the width; auto: 4, or as many of them as divide it."""
    causal: bool = True
    """A row sees no later one; without it, not for predictions that must not see the future."""
    layer_dropout: checks.Share = 0.1
    """Dropout within the layers."""
    readout: checks.AnyReadout = "auto"
    """What the read-out sees of a series: its last output, the mean of all, or both joined; auto:
    what suits the data."""
    dropout: checks.Dropout = "auto"
    """Dropout before the linear read-out; auto: what suits the data."""

    def __post_init__(self) -> None:
        check_choices(self)
        if self.heads != "auto" and self.hidden_size % self.heads:
            raise InputError(
                f"hidden_size is {self.hidden_size} with {self.heads} heads; expected a multiple "
                "of heads."
            )

    @property
    def facts(self) -> Facts:
        """Names and facts for people."""
        return Facts(
            name=self.title,
            size=checks.size_in_words(self.hidden_size, self.num_layers),
            sees_future=not self.causal,
        )

    def build(self, shape: Shape) -> Model:
        """The network with fresh weights."""
        from liquidtime.baselines.transformer import Transformer
        from liquidtime.models.common.stepped import stepped

        fitting = next(n for n in (4, 3, 2, 1) if self.hidden_size % n == 0)
        layer = Transformer(
            shape.inputs,
            self.hidden_size,
            heads=fitting if self.heads == "auto" else self.heads,
            layers=self.num_layers,
            causal=self.causal,
            dropout=self.layer_dropout,
        )
        return stepped(layer, self, shape)
