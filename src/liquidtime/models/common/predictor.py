"""The whole network: a recurrent layer, what reads it out, dropout, a head."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Protocol

import torch
from torch import Tensor, nn

from liquidtime.data.batch import Batch
from liquidtime.models.common import checks
from liquidtime.models.common.readouts.catalogue import READOUTS
from liquidtime.models.common.readouts.contract import Outputs
from liquidtime.models.common.summaries import Summaries
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


@dataclass(frozen=True, kw_only=True)
class More:
    """What a head sees and has besides a vector of states and a linear map.

    Attributes:
        queries: Of an attention read-out, or points of a grid.
        summarised: It sees `Summaries` of so many raw variables, too; 0 for none.
        head_units: Width of its hidden layer; 0 for none.
    """

    queries: int = 4
    summarised: int = 0
    head_units: int = 0


class Predictor(nn.Module):
    """A recurrent layer with a read-out and a head, from series to logits.

    Args:
        recurrent: The layer.
        output_size: Number K of classes or values.
        readout: What the head sees of a series: one of `liquidtime.models.common.readouts`.
        dropout: Before the head, and inside it.
        per_step: Read out at every step, whatever `readout` says; otherwise once.
        wired: The layer has a wiring, so its output leaves out all but the motor neurons.
        more: What else the head sees and has.
        run: How the layer is called on a batch; it returns outputs [B, T, H] for T of 1 and more,
            zeros past the lengths.
    """

    def __init__(
        self,
        recurrent: Recurrent,
        output_size: int,
        *,
        readout: checks.Readout = "last_mean",
        dropout: float = 0.0,
        per_step: bool = False,
        wired: bool = False,
        more: More = More(),
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
        # Nothing but its outputs is looked at where there is one answer a step.
        self.reader = READOUTS["last" if per_step else readout](recurrent.output_size, more.queries)
        self.summaries = Summaries(more.summarised) if more.summarised else None
        self.dropout = nn.Dropout(dropout)
        seen = self.reader.size + (self.summaries.size if self.summaries else 0)
        self.head = _head(seen, more.head_units, output_size, dropout)

    def forward(self, batch: Batch) -> Tensor:
        """Predict.

        Args:
            batch: A series without steps is read out from zeros.

        Returns:
            Logits (classes) or standardised values, [B, K], or [B, T, K] per step.
        """
        steps = batch.inputs.shape[1]
        batch = _with_a_step(batch)
        seen = self._run(batch)
        if self.per_step:
            # Without the empty step that let the layer run.
            so_far = self._with_summaries_so_far(seen.output, batch)[:, :steps]
            return self.head(self.dropout(so_far))
        states = self.reader(seen)
        if self.summaries is not None:
            states = torch.cat([states, self.summaries(batch)], dim=1)
        return self.head(self.dropout(states))

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
            batch = _with_a_step(batch)
            seen = self._run(batch)
            hidden = seen.output
            if self.wired and not self.bidirectional:
                hidden = self._all_neurons(batch)
            so_far = self.reader.so_far(seen)
            return Trace(hidden, self.head(self._with_summaries_so_far(so_far, batch)))
        finally:
            self.train(training)

    @torch.no_grad()
    def seen_by_head(self, batch: Batch) -> tuple[Tensor, Tensor]:
        """What the head sees; dropout is off whatever the mode.

        Args:
            batch: Of series with at least one step.

        Returns:
            Of the series cut after each step, [B, T, S], and of the whole series, [B, S] (its last
            step where there is one output a step). The first `reader.size` of S are of the states,
            one or more numbers a unit, unit by unit within each H; the others are summaries.
        """
        training = self.training
        self.eval()
        try:
            seen = self._run(batch)
            so_far = self._with_summaries_so_far(self.reader.so_far(seen), batch)
            if self.per_step:
                last = (batch.lengths - 1).reshape(-1, 1, 1).expand(-1, 1, so_far.shape[2])
                return so_far, so_far.gather(1, last).squeeze(1)
            whole = self.reader(seen)
            if self.summaries is not None:
                whole = torch.cat([whole, self.summaries(batch)], dim=1)
            return so_far, whole
        finally:
            self.train(training)

    def _run(self, batch: Batch) -> Outputs:
        output = self.run(self.recurrent, batch)
        return Outputs(output, batch.lengths, batch.elapsed, self.bidirectional)

    def _with_summaries_so_far(self, states: Tensor, batch: Batch) -> Tensor:
        if self.summaries is None:
            return states
        return torch.cat([states, self.summaries.so_far(batch)], dim=2)

    def _all_neurons(self, batch: Batch) -> Tensor:
        assert isinstance(self.recurrent, CfC | LTC)
        state, seen = None, []
        for x, gap in zip(batch.inputs.unbind(1), batch.elapsed.unbind(1), strict=True):
            _, state = self.recurrent.step(x, state, gap)
            seen.append(state.h[-1])
        return torch.stack(seen, dim=1)


def _with_a_step(batch: Batch) -> Batch:
    """Where no series of the batch has a step, one empty step lets the layers run."""
    return batch if batch.inputs.shape[1] else batch.with_empty_step()


def _head(seen: int, hidden: int, outputs: int, dropout: float) -> nn.Module:
    if not hidden:
        return nn.Linear(seen, outputs)
    return nn.Sequential(
        nn.Linear(seen, hidden), nn.GELU(), nn.Dropout(dropout), nn.Linear(hidden, outputs)
    )
