"""GRU-D: a GRU whose inputs and state decay while nothing is observed (Che et al. 2018)."""

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

from liquidtime.models.common import checks
from liquidtime.models.contract import Facts, Model, Shape
from liquidtime.runs.options import check_choices

if TYPE_CHECKING:
    from torch import Tensor

    from liquidtime.baselines.gru_d import GRUD
    from liquidtime.data.batch import Batch


@dataclass(frozen=True, kw_only=True)
class Config:
    """Options of the GRU-D; it reads raw values and masks, and no filled-in inputs."""

    name: ClassVar[str] = "gru_d"
    title: ClassVar[str] = "GRU-D"

    hidden_size: checks.Width = 64
    """Hidden units."""
    readout: checks.Readout = "last"
    """What the read-out sees of a series: its last output, the mean of all, both joined, the
    largest of each unit, learned attention, or a grid in time."""
    readout_queries: checks.Queries = 4
    """Queries of the attention, or points of the grid."""
    dropout: checks.Dropout = "auto"
    """Dropout before the linear read-out; auto: by the task and the data."""

    def __post_init__(self) -> None:
        check_choices(self)

    @property
    def facts(self) -> Facts:
        """Names and facts for people."""
        return Facts(name=self.title, size=checks.size_in_words(self.hidden_size))

    def build(self, shape: Shape) -> Model:
        """The network with fresh weights."""
        from liquidtime.baselines.gru_d import GRUD
        from liquidtime.models.common.predictor import More, Predictor

        predictor = Predictor(
            GRUD(shape.variables, self.hidden_size),
            shape.outputs,
            readout=self.readout,
            more=More(queries=self.readout_queries),
            dropout=checks.dropout_rate(self.dropout),
            per_step=shape.per_step,
            run=_on_raw_values,
        )
        reads = ("values", "mask", "times")
        return Model(predictor, shape, reads=reads, trace=predictor.trace)


def _on_raw_values(layer: "GRUD", batch: "Batch") -> "Tensor":
    return layer(batch.raw("values"), batch.raw("mask"), batch.raw("times"), batch.lengths)
