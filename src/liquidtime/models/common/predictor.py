"""The whole network: a recurrent layer, dropout, a linear read-out."""

from collections.abc import Callable
from typing import Any, Protocol

import torch
from torch import Tensor, nn

from liquidtime.data.batch import Batch
from liquidtime.models.common.checks import Readout
from liquidtime.models.contract import Trace
from liquidtime.nn import LTC, CfC


class Recurrent(Protocol):
    """What is asked of a layer, besides being one."""

    @property
    def output_size(self) -> int:
        """Width H of its outputs."""
        ...

    @property
    def bidirectional(self) -> bool:
        """Whether the second half of them has read the series backwards."""
        ...


def on_inputs(layer: Any, batch: Batch) -> Tensor:
    """Call a layer of `liquidtime.nn`, or one with its face, on the encoded inputs."""
    output, _ = layer(batch.inputs, elapsed=batch.elapsed, lengths=batch.lengths)
    return output


class Predictor(nn.Module):
    """A recurrent layer with a linear read-out, from series to logits.

    Args:
        recurrent: The layer.
        output_size: Number K of classes or values.
        readout: What the head sees of a series: its last output, the mean of all, or both.
        dropout: Before the head.
        per_step: Read out at every step, whatever `readout` says; otherwise once.
        wired: The layer has a wiring, so its output leaves out all but the motor neurons.
        run: How the layer is called on a batch; it returns outputs [B, T, H] for T of 1 and more,
            zeros past the lengths.
    """

    def __init__(
        self,
        recurrent: Recurrent,
        output_size: int,
        *,
        readout: Readout = "last_mean",
        dropout: float = 0.0,
        per_step: bool = False,
        wired: bool = False,
        run: Callable[[Any, Batch], Tensor] = on_inputs,
    ) -> None:
        super().__init__()
        self.output_size = output_size
        self.per_step = per_step
        self.bidirectional = recurrent.bidirectional
        self.wired = wired
        self.run = run
        self.recurrent = recurrent
        self.readout = readout
        self.dropout = nn.Dropout(dropout)
        self.head = nn.Linear(recurrent.output_size * (2 if self._joined else 1), output_size)

    def forward(self, batch: Batch) -> Tensor:
        """Predict.

        Args:
            batch: A series without steps is read out from zeros.

        Returns:
            Logits (classes) or standardised values, [B, K], or [B, T, K] per step.
        """
        output = self._run(batch)
        if self.per_step:
            # Without the empty step that let the layer run.
            return self.head(self.dropout(output[:, : batch.inputs.shape[1]]))
        return self.head(self.dropout(self._summary(output, batch.lengths)))

    @torch.no_grad()
    def trace(self, batch: Batch) -> Trace:
        """Hidden state and prediction at every step; dropout is off whatever the mode.

        Args:
            batch: As for `forward`.

        Returns:
            The trace; of the last layer, of a wired network all neurons, motor neurons first. A
            bidirectional network's is no prediction of the future: it has seen it.
        """
        training = self.training
        self.eval()
        try:
            output = self._run(batch)
            hidden = output
            if self.wired and not self.bidirectional:
                hidden = self._all_neurons(batch)
            return Trace(hidden, self.head(self._summary_so_far(output)))
        finally:
            self.train(training)

    @torch.no_grad()
    def seen_by_head(self, batch: Batch) -> tuple[Tensor, Tensor]:
        """What the linear read-out sees; dropout is off whatever the mode.

        Args:
            batch: Of series with at least one step.

        Returns:
            Of the series cut after each step, [B, T, S], and of the whole series, [B, S] (its last
            step where there is one output a step). S is H, or 2 H where the last output and the
            mean are joined.
        """
        training = self.training
        self.eval()
        try:
            output = self._run(batch)
            if self.per_step:
                last = (batch.lengths - 1).reshape(-1, 1, 1).expand(-1, 1, output.shape[2])
                return output, output.gather(1, last).squeeze(1)
            return self._summary_so_far(output), self._summary(output, batch.lengths)
        finally:
            self.train(training)

    def _run(self, batch: Batch) -> Tensor:
        if batch.inputs.shape[1] == 0:
            # No series of the batch has a step; one empty step lets the layers run.
            batch = batch.with_empty_step()
        return self.run(self.recurrent, batch)

    @property
    def _joined(self) -> bool:
        return self.readout == "last_mean" and not self.per_step

    def _summary(self, output: Tensor, lengths: Tensor) -> Tensor:
        """What the read-out sees of whole series: [B, T, H] to [B, H], or [B, 2 H] if joined."""
        # Of a series without steps the sum is 0, whatever it is divided by.
        there = lengths.clamp(min=1).unsqueeze(1)
        mean = output.sum(1) / there
        if self.readout == "mean":
            return mean
        last = output.gather(1, (there - 1).unsqueeze(2).expand(-1, 1, output.shape[2])).squeeze(1)
        if self.bidirectional:
            # A backward direction has its last step at the start.
            half = output.shape[2] // 2
            last = torch.cat([last[:, :half], output[:, 0, half:]], dim=1)
        # What was gathered of a series without steps lies in the padding.
        last = last * (lengths > 0).unsqueeze(1)
        return torch.cat([last, mean], dim=1) if self._joined else last

    def _summary_so_far(self, output: Tensor) -> Tensor:
        """The same of the series cut after each step: [B, T, H] to [B, T, H] or [B, T, 2 H]."""
        if self.per_step or self.readout == "last":
            return output
        steps = torch.arange(1, output.shape[1] + 1, device=output.device).unsqueeze(1)
        mean = output.cumsum(1) / steps
        return torch.cat([output, mean], dim=2) if self._joined else mean

    def _all_neurons(self, batch: Batch) -> Tensor:
        assert isinstance(self.recurrent, CfC | LTC)
        state, seen = None, []
        for x, gap in zip(batch.inputs.unbind(1), batch.elapsed.unbind(1), strict=True):
            _, state = self.recurrent.step(x, state, gap)
            seen.append(state.h[-1])
        return torch.stack(seen, dim=1)
