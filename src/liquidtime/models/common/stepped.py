"""The network of a layer of `baselines` that is called as a `Stepwise` is."""

from collections.abc import Callable, Collection
from typing import TYPE_CHECKING, Any

from torch import Tensor

from liquidtime.models.common.checks import dropout_rate, readout_of
from liquidtime.models.common.predictor import Predictor, Recurrent
from liquidtime.models.contract import Model, Shape

if TYPE_CHECKING:
    from liquidtime.data.batch import Batch, Raw


def on_inputs(layer: Any, batch: "Batch") -> Tensor:
    """Call such a layer on the encoded inputs."""
    return layer(batch.inputs, batch.elapsed, batch.lengths)


def stepped(
    layer: Recurrent,
    options: Any,
    shape: Shape,
    *,
    run: Callable[[Any, "Batch"], Tensor] = on_inputs,
    reads: "Collection[Raw]" = (),
) -> Model:
    """The network of a layer, read out as the options say.

    Args:
        layer: With fresh weights, for `shape.inputs` inputs.
        options: Of that model: its dropout and read-out.
        shape: What goes in and comes out.
        run: How the layer is called on a batch.
        reads: Which raw parts of a batch it then reads.
    """
    predictor = Predictor(
        layer,
        shape.outputs,
        readout=readout_of(options.readout),
        dropout=dropout_rate(options.dropout),
        per_step=shape.per_step,
        run=run,
    )
    return Model(predictor, shape, reads=reads, trace=predictor.trace)
