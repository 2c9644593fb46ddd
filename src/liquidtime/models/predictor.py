"""The whole network: a recurrent layer, dropout, a linear read-out."""

from typing import NamedTuple

import torch
from torch import Tensor, nn

from liquidtime.models.config import ModelConfig
from liquidtime.models.recurrent import recurrent_layer
from liquidtime.nn import LTC, CfC


class Trace(NamedTuple):
    """What goes on inside the network along one batch of series.

    Attributes:
        hidden: Hidden state after every step, [B, T, H]; of the last layer, motor neurons first
            in a wired network.
        logits: What the read-out would say if the series ended at that step, [B, T, K].
    """

    hidden: Tensor
    logits: Tensor


class Predictor(nn.Module):
    """A recurrent layer with a linear read-out, from encoded series to logits.

    Args:
        input_size: Width F of the encoded inputs.
        output_size: Number K of classes or values.
        config: The recurrent layer and the dropout.
        per_step: Read out at every step; otherwise once, from what `config.readout` says.
    """

    def __init__(
        self, input_size: int, output_size: int, config: ModelConfig, *, per_step: bool = False
    ) -> None:
        super().__init__()
        self.input_size = input_size
        self.output_size = output_size
        self.per_step = per_step
        self.bidirectional = config.bidirectional
        self.wired = config.wiring != "none"
        self.recurrent = recurrent_layer(input_size, config)
        self.readout = config.readout
        self.dropout = nn.Dropout(config.dropout)
        width = self.recurrent.output_size * (2 if self._joined else 1)
        self.head = nn.Linear(width, output_size)

    def forward(self, inputs: Tensor, elapsed: Tensor, lengths: Tensor) -> Tensor:
        """Predict.

        Args:
            inputs: Encoded series, padded, [B, T, F].
            elapsed: Time since the previous step of the series, scaled, [B, T].
            lengths: Steps of each series, [B]; a series without steps is read out from zeros.

        Returns:
            Logits (classes) or standardised values, [B, K], or [B, T, K] per step.
        """
        output = self._run(inputs, elapsed, lengths)
        if self.per_step:
            return self.head(self.dropout(output[:, : inputs.shape[1]]))
        return self.head(self.dropout(self._summary(output, lengths)))

    @torch.no_grad()
    def trace(self, inputs: Tensor, elapsed: Tensor, lengths: Tensor) -> Trace:
        """Hidden state and prediction at every step; dropout is off whatever the mode.

        Args:
            inputs: [B, T, F].
            elapsed: [B, T].
            lengths: [B].

        Returns:
            The trace. A bidirectional network's is no prediction of the future: it has seen it.
        """
        training = self.training
        self.eval()
        try:
            output = self._run(inputs, elapsed, lengths)
            hidden = output
            if self.wired and not self.bidirectional:
                hidden = self._all_neurons(inputs, elapsed)
            return Trace(hidden, self.head(self._summary_so_far(output)))
        finally:
            self.train(training)

    def _run(self, inputs: Tensor, elapsed: Tensor, lengths: Tensor) -> Tensor:
        if inputs.shape[1] == 0:
            # No series of the batch has a step; one empty step lets the layers run.
            inputs = inputs.new_zeros(inputs.shape[0], 1, inputs.shape[2])
            elapsed = elapsed.new_zeros(inputs.shape[0], 1)
        output, _ = self.recurrent(inputs, elapsed=elapsed, lengths=lengths)
        return output

    @property
    def _joined(self) -> bool:
        return self.readout == "last_mean" and not self.per_step

    def _summary(self, output: Tensor, lengths: Tensor) -> Tensor:
        """What the read-out sees of whole series: [B, T, H] to [B, H], or [B, 2 H] if joined."""
        there = lengths.clamp(min=1).unsqueeze(1)
        mean = output.sum(1) / there
        if self.readout == "mean":
            return mean
        last = output.gather(1, (there - 1).unsqueeze(2).expand(-1, 1, output.shape[2])).squeeze(1)
        if self.bidirectional:
            # A backward direction has its last step at the start.
            half = output.shape[2] // 2
            last = torch.cat([last[:, :half], output[:, 0, half:]], dim=1)
        last = last * (lengths > 0).unsqueeze(1)
        return torch.cat([last, mean], dim=1) if self._joined else last

    def _summary_so_far(self, output: Tensor) -> Tensor:
        """The same of the series cut after each step: [B, T, H] to [B, T, H] or [B, T, 2 H]."""
        if self.per_step or self.readout == "last":
            return output
        steps = torch.arange(1, output.shape[1] + 1, device=output.device).unsqueeze(1)
        mean = output.cumsum(1) / steps
        return torch.cat([output, mean], dim=2) if self._joined else mean

    def _all_neurons(self, inputs: Tensor, elapsed: Tensor) -> Tensor:
        assert isinstance(self.recurrent, CfC | LTC)
        state, seen = None, []
        for x, gap in zip(inputs.unbind(1), elapsed.unbind(1), strict=True):
            _, state = self.recurrent.step(x, state, gap)
            seen.append(state.h[-1])
        return torch.stack(seen, dim=1)
