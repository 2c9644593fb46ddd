"""A classical recurrent layer of `torch.nn` under the face of the liquid ones."""

from typing import Any, cast

import torch
from torch import Tensor, nn
from torch.nn.utils.rnn import pack_padded_sequence, pad_packed_sequence

from liquidtime.models.common.checks import dropout_rate, raw_parts, readout_of
from liquidtime.models.common.predictor import More, Predictor
from liquidtime.models.contract import Model, Shape
from liquidtime.nn.layout import valid_steps


class Classical(nn.Module):
    """`nn.LSTM` or `nn.GRU`, called as a liquid layer is.

    They have no notion of time, so each step's `log1p(elapsed)` joins its inputs where wanted.

    Args:
        rnn: The layer, batch first; with `time` for one input more than the data has.
        time: Whether it is told the elapsed times.
    """

    def __init__(self, rnn: nn.LSTM | nn.GRU, *, time: bool = True) -> None:
        super().__init__()
        self.time = time
        self.rnn = rnn
        self.bidirectional = rnn.bidirectional
        self.output_size = rnn.hidden_size * (2 if rnn.bidirectional else 1)

    def forward(self, x: Tensor, *, elapsed: Tensor, lengths: Tensor) -> tuple[Tensor, Any]:
        """Run over padded sequences.

        Args:
            x: [B, T, D], T at least 1.
            elapsed: [B, T], in units of the typical gap.
            lengths: [B].

        Returns:
            Output [B, T, output_size], zeros past the lengths, and the layer's own state.
        """
        joined = x
        if self.time:
            joined = torch.cat([x, torch.log1p(elapsed).unsqueeze(-1).to(x.dtype)], dim=-1)
        if self.bidirectional:
            output, state = self._packed(joined, lengths)
        else:
            # What lies past the end cannot reach back, so the padded kernels, which are faster,
            # give the same outputs.
            output, state = self.rnn(joined)
        return output * valid_steps(lengths, x.shape[1]).unsqueeze(-1), state

    def _packed(self, joined: Tensor, lengths: Tensor) -> tuple[Tensor, Any]:
        # Packing refuses series without steps; what comes of theirs is blanked afterwards.
        packed = pack_padded_sequence(
            joined, lengths.clamp(min=1).cpu(), batch_first=True, enforce_sorted=False
        )
        output, state = self.rnn(packed)
        padded, _ = pad_packed_sequence(output, batch_first=True, total_length=joined.shape[1])
        return cast(Tensor, padded), state


def classical(layer: type[nn.LSTM] | type[nn.GRU], options: Any, shape: Shape) -> Model:
    """The network of a classical layer, with fresh weights.

    Args:
        layer: Which one.
        options: Of that model: its sizes, directions, dropout, read-out, and whether it is told
            the elapsed times.
        shape: What goes in and comes out.
    """
    rate = dropout_rate(options.dropout)
    rnn = layer(
        shape.inputs + (1 if options.time else 0),
        options.hidden_size,
        options.num_layers,
        batch_first=True,
        dropout=rate if options.num_layers > 1 else 0.0,
        bidirectional=options.bidirectional,
    )
    predictor = Predictor(
        Classical(rnn, time=options.time),
        shape.outputs,
        readout=readout_of(options.readout),
        dropout=rate,
        per_step=shape.per_step,
        more=More(
            queries=options.readout_queries,
            summarised=shape.variables if options.summaries else 0,
            head_units=options.head_units,
        ),
    )
    return Model(predictor, shape, reads=raw_parts(options), trace=predictor.trace)
