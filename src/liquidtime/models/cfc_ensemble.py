"""CfCs of several kinds side by side: what one kind misses another may see."""

from dataclasses import dataclass
from typing import Annotated, Any, ClassVar, Literal

from liquidtime.models import cfc
from liquidtime.models.common import checks
from liquidtime.models.contract import Facts, Model, Shape
from liquidtime.runs.options import Within, check_choices

_KINDS: dict[str, tuple[dict[str, Any], ...]] = {
    "forwards": ({}, {"variant": "no_gate"}, {"mixed_memory": True}),
    "both_ways": ({}, {"bidirectional": True}, {"variant": "no_gate"}, {"mixed_memory": True}),
}
_VARIED: tuple[checks.Readout, ...] = ("last_mean", "attention")


@dataclass(frozen=True, kw_only=True)
class Config:
    """Options of the ensemble; sizes, dropout and what the heads see are those of each member.

    Members are of the kinds in turn, around again where there are more of them. What they predict
    is averaged as logits or values, and each is trained as if it were alone.
    """

    name: ClassVar[str] = "cfc_ensemble"
    title: ClassVar[str] = "CfC ensemble"

    members: Annotated[int, Within(2, 1000)] = 6
    """Networks side by side."""
    kinds: Literal["forwards", "both_ways"] = "forwards"
    """Kinds in turn: gated, no gate, mixed memory; both_ways: a bidirectional one behind the first,
    not for predictions that must not see the future."""
    readout: Literal["varied"] | checks.AnyReadout = "varied"
    """What the read-outs see of a series, as of one CfC; varied: last and mean, or attention."""
    readout_queries: checks.Queries = 4
    """Queries of the attention, or points of the grid."""
    hidden_size: checks.Width = 64
    """Hidden units of each member."""
    backbone_units: checks.Width = 64
    """Width of the backbone."""
    backbone_layers: Annotated[int, Within(0, 1000)] = 1
    """Depth of the backbone."""
    summaries: bool = False
    """Show the heads last, first, mean, extreme values, spread, trend, count of each variable."""
    head_units: checks.HeadUnits = 0
    """Hidden units of the heads; 0: they are linear."""
    dropout: checks.Dropout = "auto"
    """Dropout before the heads; auto: what suits the data."""
    backend: str = "auto"
    """Kernels of the recurrence: auto is the fastest that can, cpu the compiled ones, reference
    plain PyTorch."""

    def __post_init__(self) -> None:
        check_choices(self)

    @property
    def facts(self) -> Facts:
        """Names and facts for people."""
        return Facts(
            name=self.title,
            size=f"{self.members} of {checks.size_in_words(self.hidden_size)}",
            sees_future=any(each.bidirectional for each in self.each),
        )

    def build(self, shape: Shape) -> Model:
        """The network with fresh weights."""
        from liquidtime.models.common.ensemble import ensemble

        return ensemble([each.build(shape) for each in self.each], lambda logits: logits.mean(0))

    @property
    def each(self) -> tuple[cfc.Config, ...]:
        """The options of each member."""
        kinds, found = _KINDS[self.kinds], []
        for number in range(self.members):
            turn, kind = divmod(number, len(kinds))
            varied = _VARIED[(turn + kind) % len(_VARIED)]
            found.append(
                cfc.Config(
                    hidden_size=self.hidden_size,
                    backbone_units=self.backbone_units,
                    backbone_layers=self.backbone_layers,
                    readout=varied if self.readout == "varied" else self.readout,
                    readout_queries=self.readout_queries,
                    summaries=self.summaries,
                    head_units=self.head_units,
                    dropout=self.dropout,
                    backend=self.backend,
                    **kinds[kind],
                )
            )
        return tuple(found)
