"""The recurrent layer a configuration asks for, all with one face."""

from typing import Any, cast

import torch
from torch import Tensor, nn
from torch.nn.utils.rnn import pack_padded_sequence, pad_packed_sequence

from liquidtime.models.config import ModelConfig
from liquidtime.nn import LTC, CfC
from liquidtime.wirings import AutoNCP, FullyConnected, Random


def recurrent_layer(input_size: int, config: ModelConfig) -> "CfC | LTC | Classical":
    """Build the layer; it is called as `layer(x, elapsed=…, lengths=…)` and has `output_size`.

    Args:
        input_size: Width of the encoded inputs.
        config: Names the kind and its sizes.

    Returns:
        `CfC`, `LTC` or `Classical`; each returns output [B, T, output_size] and its state.
    """
    if config.kind in ("lstm", "gru"):
        return Classical(input_size, config)
    between = config.dropout if config.num_layers > 1 else 0.0
    wiring = wiring_of(config)
    hidden_size = None if wiring is not None else config.hidden_size
    if config.kind == "ltc":
        return LTC(
            input_size,
            hidden_size,
            config.num_layers,
            integrator=config.integrator,
            unfolds=config.unfolds,
            wiring=wiring,
            mixed_memory=config.mixed_memory,
            dropout=between,
            bidirectional=config.bidirectional,
            backend=config.backend,
        )
    return CfC(
        input_size,
        hidden_size,
        config.num_layers,
        variant=config.variant,
        activation=config.activation,
        backbone_units=config.backbone_units,
        backbone_layers=config.backbone_layers,
        backbone_dropout=config.backbone_dropout,
        mixed_memory=config.mixed_memory,
        wiring=wiring,
        dropout=between,
        bidirectional=config.bidirectional,
        backend=config.backend,
    )


def wiring_of(config: ModelConfig) -> Any:
    """The wiring the configuration names, or None; its synapses are the same for every seed."""
    match config.wiring:
        case "none":
            return None
        case "auto_ncp":
            return AutoNCP(config.hidden_size, config.wiring_outputs)
        case "random":
            return Random(config.hidden_size, config.wiring_outputs)
        case "full":
            return FullyConnected(config.hidden_size, config.wiring_outputs)


class Classical(nn.Module):
    """`nn.LSTM` or `nn.GRU` under the face of the liquid layers, for comparison.

    They have no notion of time, so each step's `log1p(elapsed)` joins its inputs.

    Args:
        input_size: Width D of the inputs, without the elapsed time.
        config: Kind, sizes, dropout between layers, direction.
    """

    def __init__(self, input_size: int, config: ModelConfig) -> None:
        super().__init__()
        layer = nn.LSTM if config.kind == "lstm" else nn.GRU
        self.rnn = layer(
            input_size + 1,
            config.hidden_size,
            config.num_layers,
            batch_first=True,
            dropout=config.dropout if config.num_layers > 1 else 0.0,
            bidirectional=config.bidirectional,
        )
        self.output_size = config.hidden_size * (2 if config.bidirectional else 1)

    def forward(self, x: Tensor, *, elapsed: Tensor, lengths: Tensor) -> tuple[Tensor, Any]:
        """Run over padded sequences.

        Args:
            x: [B, T, D], T at least 1.
            elapsed: [B, T], in units of the typical gap.
            lengths: [B].

        Returns:
            Output [B, T, output_size], zeros past the lengths, and the layer's own state.
        """
        joined = torch.cat([x, torch.log1p(elapsed).unsqueeze(-1).to(x.dtype)], dim=-1)
        if self.rnn.bidirectional:
            output, state = self._packed(joined, lengths)
        else:
            # What lies past the end cannot reach back, so the padded kernels, which are faster,
            # give the same outputs.
            output, state = self.rnn(joined)
        there = torch.arange(x.shape[1], device=x.device) < lengths.unsqueeze(1)
        return output * there.unsqueeze(-1), state

    def _packed(self, joined: Tensor, lengths: Tensor) -> tuple[Tensor, Any]:
        packed = pack_padded_sequence(
            joined, lengths.clamp(min=1).cpu(), batch_first=True, enforce_sorted=False
        )
        output, state = self.rnn(packed)
        padded, _ = pad_packed_sequence(output, batch_first=True, total_length=joined.shape[1])
        return cast(Tensor, padded), state
