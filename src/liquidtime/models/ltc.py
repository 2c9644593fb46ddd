"""LTC: liquid time-constant neurons, an ODE (Hasani et al. 2021), with a linear read-out."""

from dataclasses import dataclass
from typing import ClassVar, Literal

from liquidtime.models.common import checks
from liquidtime.models.contract import Facts, Model, Shape
from liquidtime.runs.options import check_choices


@dataclass(frozen=True, kw_only=True)
class Config:
    """Options of the LTC."""

    name: ClassVar[str] = "ltc"
    title: ClassVar[str] = "LTC"

    hidden_size: checks.Width = 64
    """Hidden units of a layer, or neurons of the wiring."""
    num_layers: checks.Depth = 1
    """Recurrent layers, one over another."""
    # `dynamics` lists these, but it needs PyTorch, which --help does without.
    integrator: Literal[
        "fused", "euler", "heun", "rk4", "exponential", "dopri5", "closed_form_linear"
    ] = "fused"
    """Integrator of the ODE."""
    unfolds: checks.Depth = 6
    """Integrator steps between two observations."""
    mixed_memory: bool = False
    """Put an LSTM memory before the liquid cell."""
    bidirectional: bool = False
    """Read each series in both directions; not for predictions that must not see the future."""
    wiring: checks.Wiring = "none"
    """Sparse circuit over the hidden units."""
    wiring_outputs: checks.Width = 8
    """Motor neurons of the wiring: what the read-out sees."""
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
    backend: str = "auto"
    """Kernels of the recurrence: auto is the fastest that can, cpu the compiled ones, reference
    plain PyTorch."""

    def __post_init__(self) -> None:
        check_choices(self)
        checks.check_wiring(self)

    @property
    def facts(self) -> Facts:
        """Names and facts for people."""
        return Facts(
            name=self.title + checks.wiring_name(self),
            size=checks.size_in_words(self.hidden_size, self.num_layers),
            wiring=checks.wiring_of(self),
            sees_future=self.bidirectional,
        )

    def build(self, shape: Shape) -> Model:
        """The network with fresh weights."""
        from liquidtime.models.common.predictor import More, Predictor
        from liquidtime.nn import LTC

        rate, wiring = checks.dropout_rate(self.dropout), checks.wiring_of(self)
        layer = LTC(
            shape.inputs,
            None if wiring is not None else self.hidden_size,
            self.num_layers,
            integrator=self.integrator,
            unfolds=self.unfolds,
            wiring=wiring,
            mixed_memory=self.mixed_memory,
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
            wired=wiring is not None,
            more=More(
                queries=self.readout_queries,
                summarised=shape.variables if self.summaries else 0,
                head_units=self.head_units,
            ),
        )
        reads = checks.raw_parts(self)
        return Model(predictor, shape, reads=reads, trace=predictor.trace)
