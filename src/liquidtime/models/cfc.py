"""CfC: the closed form of the liquid neuron (Hasani et al. 2022), with a linear read-out."""

from dataclasses import dataclass
from typing import Annotated, ClassVar, Literal

from liquidtime.models.common import checks
from liquidtime.models.contract import Facts, Model, Shape
from liquidtime.runs.options import Within, check_choices


@dataclass(frozen=True, kw_only=True)
class Config:
    """Options of the CfC.

    The sizes are for a few thousand series with a hundred inputs: a small backbone, because such
    data are small.
    """

    name: ClassVar[str] = "cfc"
    title: ClassVar[str] = "CfC"

    hidden_size: checks.Width = 64
    """Hidden units of a layer, or neurons of the wiring."""
    num_layers: checks.Depth = 1
    """Recurrent layers, one over another."""
    # `kernels.cfc` lists these and activations, but it needs PyTorch, which --help does without.
    variant: Literal["gated", "no_gate", "closed_form", "relaxation"] = "gated"
    """Form of the step."""
    activation: Literal["lecun_tanh", "tanh", "relu", "gelu", "silu"] = "lecun_tanh"
    """Activation of the backbone."""
    backbone_units: checks.Width = 64
    """Width of the backbone (no wiring)."""
    backbone_layers: Annotated[int, Within(0, 1000)] = 1
    """Depth of the backbone (no wiring)."""
    backbone_dropout: checks.Share = 0.0
    """Dropout inside the backbone."""
    mixed_memory: bool = False
    """Put an LSTM memory before the liquid cell."""
    memory_layout: Literal["state", "input"] = "state"
    """What its output takes the place of: the cell's state, as in the authors' PyTorch code, or
    its input, as in their TensorFlow code."""
    forget_bias: checks.Bias = 1.0
    """First offset of the forget gates of that memory."""
    initial_gain: Annotated[float, Within(above=0, most=1e3)] = 1.0
    """Factor on the first weights of backbone and heads."""
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
        variant = "" if self.variant == "gated" else f" ({self.variant.replace('_', ' ')})"
        return Facts(
            name=self.title + variant + checks.wiring_name(self),
            size=checks.size_in_words(self.hidden_size, self.num_layers),
            wiring=checks.wiring_of(self),
            sees_future=self.bidirectional,
        )

    def build(self, shape: Shape) -> Model:
        """The network with fresh weights."""
        from liquidtime.models.common.predictor import More, Predictor
        from liquidtime.nn import CfC

        rate, wiring = checks.dropout_rate(self.dropout), checks.wiring_of(self)
        layer = CfC(
            shape.inputs,
            None if wiring is not None else self.hidden_size,
            self.num_layers,
            variant=self.variant,
            activation=self.activation,
            backbone_units=self.backbone_units,
            backbone_layers=self.backbone_layers,
            backbone_dropout=self.backbone_dropout,
            mixed_memory=self.memory_layout if self.mixed_memory else False,
            forget_bias=self.forget_bias,
            initial_gain=self.initial_gain,
            wiring=wiring,
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
