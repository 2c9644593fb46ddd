"""The network of a stepped layer of `baselines`, which reads the encoded inputs."""

from typing import TYPE_CHECKING, Any

from torch import Tensor

from liquidtime.models.common.checks import dropout_rate, readout_of
from liquidtime.models.common.predictor import Predictor
from liquidtime.models.contract import Model, Shape

if TYPE_CHECKING:
    from liquidtime.baselines.stepwise import Stepwise
    from liquidtime.data.batch import Batch


def stepped(layer: "Stepwise", options: Any, shape: Shape) -> Model:
    """The network of a layer, read out as the options say.

    Args:
        layer: With fresh weights, for `shape.inputs` inputs.
        options: Of that model: its dropout and read-out.
        shape: What goes in and comes out.
    """
    predictor = Predictor(
        layer,
        shape.outputs,
        readout=readout_of(options.readout),
        dropout=dropout_rate(options.dropout),
        per_step=shape.per_step,
        run=on_inputs,
    )
    return Model(predictor, shape, trace=predictor.trace)


def on_inputs(layer: "Stepwise", batch: "Batch") -> Tensor:
    """Call a stepped layer on the encoded inputs."""
    return layer(batch.inputs, batch.elapsed, batch.lengths)
