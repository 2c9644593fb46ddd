"""What CfC and LTC layers share: sequences in any form, stacking, directions, state."""

from collections.abc import Callable
from typing import TYPE_CHECKING, TypeVar, cast

import torch
import torch.nn.functional as F
from torch import Tensor, nn
from torch.nn.utils.rnn import PackedSequence

from liquidtime.kernels import Request
from liquidtime.kernels.memory import MemoryLayout
from liquidtime.nn.cell import Cell, State, check_dtype, state_dtype
from liquidtime.nn.checks.arguments import check_size, check_tensor
from liquidtime.nn.checks.ncps_names import answer_ncps_names
from liquidtime.nn.checks.stable import check_stable
from liquidtime.nn.checks.values import check_values
from liquidtime.nn.layout import Layout, layout_of, repack, reverse, unpack
from liquidtime.nn.members import members
from liquidtime.nn.mixed_memory import LSTMMemory, memory_layout
from liquidtime.nn.state import RecurrentState
from liquidtime.nn.state_parts import (
    cell_state,
    joined_state,
    no_past,
    past_of,
    with_batch,
    without_batch,
)
from liquidtime.nn.timeline import Timeline, read_timeline
from liquidtime.notes import note_once

Form = TypeVar("Form", Tensor, PackedSequence)
"""The form of a batch of sequences: what goes in padded comes out padded."""


class AbstractRecurrent(nn.Module):
    """A stack of recurrent cells over sequences with real time; the base of `CfC` and `LTC`.

    Attributes:
        input_size: Number of input features D.
        hidden_size: Number of units of one layer and direction.
        num_layers: Number of layers.
        num_directions: 2 if bidirectional, else 1.
        output_size: Number of output features.
    """

    def __init__(
        self,
        make_cell: Callable[[int], Cell],
        input_size: int,
        hidden_size: int,
        num_layers: int,
        *,
        mixed_memory: bool | MemoryLayout,
        dropout: float,
        bidirectional: bool,
        proj_size: int | None,
        batch_first: bool,
        forget_bias: float = 1.0,
    ) -> None:
        super().__init__()
        check_size("num_layers", num_layers)
        if num_layers < 1:
            raise ValueError(f"num_layers is {num_layers}; expected 1 or more.")
        if not 0.0 <= dropout < 1.0:
            raise ValueError(f"dropout is {dropout}; expected 0 ≤ p < 1.")
        if not -float("inf") < forget_bias < float("inf"):
            raise ValueError(f"forget_bias is {forget_bias}; expected a finite number.")
        self.input_size = input_size
        self.hidden_size = hidden_size
        self.num_layers = num_layers
        self.num_directions = 2 if bidirectional else 1
        self.dropout = dropout
        self.batch_first = batch_first
        self.memory_layout: MemoryLayout | None = memory_layout(mixed_memory)
        self.cells = nn.ModuleList()
        self.memories = nn.ModuleList()
        width = input_size
        for _ in range(num_layers):
            output_size = 0
            for _ in range(self.num_directions):
                if self.memory_layout is not None:
                    self.memories.append(LSTMMemory(width, hidden_size, forget_bias))
                cell = make_cell(hidden_size if self.memory_layout == "input" else width)
                self.cells.append(cast("nn.Module", cell))
                output_size += cell.output_size
            width = output_size
        self.projection = None if proj_size is None else nn.Linear(width, proj_size)
        self.output_size = width if proj_size is None else proj_size

    @property
    def _cells(self) -> list[Cell]:
        return members(self.cells, Cell)

    @property
    def _memories(self) -> list[LSTMMemory]:
        return members(self.memories, LSTMMemory)

    @property
    def bidirectional(self) -> bool:
        """Whether a second stack runs from the end to the start."""
        return self.num_directions == 2

    @property
    def backend(self) -> str:
        """The backend asked for; settable, for all layers at once."""
        return self._cells[0].backend

    @backend.setter
    def backend(self, name: str) -> None:
        for cell in self._cells:
            cell.backend = name

    def kernel_request(self) -> Request:
        """What the next call asks of the kernels; see `liquidtime.kernels.explain`."""
        request = self._cells[0].kernel_request()
        return request if self.memory_layout is None else request.having("mixed_memory")

    def reset_parameters(self) -> None:
        """Draw all parameters anew."""
        for module in (*self._cells, *self._memories):
            module.reset_parameters()
        if self.projection is not None:
            self.projection.reset_parameters()

    def flatten_parameters(self) -> None:
        """Do nothing; here so that code written for `nn.LSTM` runs."""

    def extra_repr(self) -> str:
        """Sizes and options, for `print`."""
        text = f"{self.input_size}, {self.hidden_size}, num_layers={self.num_layers}"
        if self.bidirectional:
            text += ", bidirectional=True"
        if self.memory_layout:
            text += f", mixed_memory={self.memory_layout!r}"
        return text if self.batch_first else text + ", batch_first=False"

    @answer_ncps_names
    def forward(
        self,
        x: Form,
        state: RecurrentState | None = None,
        *,
        elapsed: Tensor | PackedSequence | float | None = None,
        times: Tensor | PackedSequence | None = None,
        lengths: Tensor | None = None,
        mask: Tensor | None = None,
    ) -> tuple[Form, RecurrentState]:
        """Run over a batch of sequences.

        Args:
            x: Inputs: [B, T, D] ([T, B, D] with `batch_first=False`), [T, D] for one series, or a
                PackedSequence.
            state: What an earlier call returned, to continue the series; None starts from zeros.
            elapsed: Time since the previous step of the same series, in the data's unit: a float
                for all steps, [T] for all series, [B, T] or [B, T, 1]. 1 if neither this nor
                `times` is given, which is said once.
            times: Absolute times instead, shaped likewise, never falling. The first step has no
                earlier one: its gap is 0, or reaches back to the last time in `state`. Large ones,
                such as seconds since 1970, need float64 or whole numbers.
            lengths: [B], number of steps of each series of a padded batch; 0 leaves its state as
                it was. Steps beyond give zeros.
            mask: [B, T] booleans, False at steps to skip: they carry the state, put it out again,
                and their elapsed time counts towards the next observed step. What x holds there
                has no effect.

        Returns:
            The outputs [B, T, output_size], in the form that `x` came in, and the state after
            each series' last step: a `RecurrentState`, whose `h` and `c` have names, and more
            members than the (h, c) of `nn.LSTM`. Write `output, state = rnn(x)`.

        Raises:
            TypeError: If an array or a list stands where a tensor belongs.
            ValueError: If a shape or dtype does not fit, a gap is negative, times go back or are
                too coarse for their gaps, or x is not finite at an observed step. The values are
                not looked at while compiling, on the meta device or under `torch.func` transforms.
        """
        packed = None
        if isinstance(x, PackedSequence):
            if lengths is not None:
                raise ValueError("lengths was given with a PackedSequence, which has its own.")
            packed = x
            padded, lengths = unpack(packed, self.batch_first)
        else:
            check_tensor("x", x)
            padded = x
        if isinstance(elapsed, PackedSequence):
            elapsed = unpack(elapsed, self.batch_first)[0].squeeze(-1)
        if isinstance(times, PackedSequence):
            times = unpack(times, self.batch_first)[0].squeeze(-1)

        if elapsed is None and times is None and not torch.compiler.is_compiling():
            note_once(
                "no times given: every gap between two steps is 1. Pass elapsed=1.0 if that is so, "
                "else elapsed= (the gaps) or times= (absolute times).",
                stacklevel=5,
            )
        parameter = next(self.parameters())
        check_dtype("x", padded, parameter)
        layout = layout_of(padded, self.input_size, self.batch_first)
        sequence = layout.sequence_in(padded)
        state = self._initial_state(state, layout, sequence, state_dtype(parameter))
        timeline = read_timeline(
            layout,
            elapsed=elapsed,
            times=times,
            lengths=lengths,
            mask=mask,
            previous=state.time,
            dtype=state.h.dtype,
            device=sequence.device,
        )
        check_values(sequence, timeline.gaps, timeline.active, from_times=times is not None)

        output, state = self._run(timeline.blank(sequence), state, timeline)
        if self.projection is not None:
            output = self.projection(output)
        output = timeline.cut(output.to(sequence.dtype))
        if not layout.batched:
            state = without_batch(state)
        if packed is not None:
            assert timeline.lengths is not None
            return cast("Form", repack(output, packed, timeline.lengths)), state
        return cast("Form", layout.sequence_out(output)), state

    if TYPE_CHECKING:
        # nn.Module runs hooks around forward, and tells type checkers nothing of what it takes.
        def __call__(
            self,
            x: Form,
            state: RecurrentState | None = None,
            *,
            elapsed: Tensor | PackedSequence | float | None = None,
            times: Tensor | PackedSequence | None = None,
            lengths: Tensor | None = None,
            mask: Tensor | None = None,
        ) -> tuple[Form, RecurrentState]:
            """Run over a batch of sequences, as `forward` says."""
            ...

    def step(
        self,
        x: Tensor,
        state: RecurrentState | None = None,
        elapsed: Tensor | float = 1.0,
    ) -> tuple[Tensor, RecurrentState]:
        """One step of a stream.

        Args:
            x: Input, [B, D] or [D].
            state: State after the previous step; None starts from zeros.
            elapsed: Time since then: a float, [B] or [B, 1].

        Returns:
            The output, [B, output_size] or [output_size], and the next state.

        Raises:
            ValueError: If the layer is bidirectional, since it would need the future.
        """
        if self.bidirectional:
            raise ValueError(
                "a bidirectional layer cannot step: its backward direction needs the whole series."
            )
        if isinstance(elapsed, Tensor) and elapsed.dim() > 0:
            elapsed = elapsed.reshape(-1, 1) if self.batch_first else elapsed.reshape(1, -1)
            if x.dim() == 1:
                elapsed = elapsed.reshape(-1)
        axis = 1 if x.dim() == 2 and self.batch_first else 0
        output, after = self(x.unsqueeze(axis), state, elapsed=elapsed)
        return output.squeeze(axis), after

    def _initial_state(
        self, state: RecurrentState | None, layout: Layout, x: Tensor, dtype: torch.dtype
    ) -> RecurrentState:
        shape = [self.num_layers * self.num_directions, layout.batch, self.hidden_size]
        if state is None:
            zeros = x.new_zeros(shape, dtype=dtype)
            return RecurrentState(
                zeros,
                zeros if self.memory_layout else None,
                previous=no_past(self._cells, layout.batch, zeros),
            )
        if not isinstance(state, RecurrentState):
            raise ValueError(
                f"state is a {type(state).__name__}; expected a RecurrentState, such as an earlier "
                "call returned. Wrap a plain tensor: RecurrentState(h); the (h, c) of nn.LSTM: "
                "RecurrentState(h, c)."
            )
        check_tensor("state.h", state.h)
        if state.c is not None:
            check_tensor("state.c", state.c)
        if self.memory_layout and state.c is None:
            raise ValueError("state.c is None; a mixed-memory layer needs its memory, as state.h.")
        if not layout.batched:
            state = with_batch(state)
        for name, part in (("h", state.h), ("c", state.c)):
            if part is not None and list(part.shape) != shape:
                got = list(part.shape)
                raise ValueError(
                    f"state.{name} has shape {got if layout.batched else [got[0], *got[2:]]}; "
                    f"expected [layers · directions, B, units]={shape}"
                    + ("." if layout.batched else ", without B for a single series.")
                )
        h = state.h.to(dtype)
        c = None if state.c is None else state.c.to(dtype)
        return state._replace(h=h, c=c, previous=past_of(state, self._cells, layout.batch, h))

    def _run(
        self, x: Tensor, state: RecurrentState, timeline: Timeline
    ) -> tuple[Tensor, RecurrentState]:
        """All layers and directions over [B, T, D]."""
        elapsed, pending = timeline.forward(state.pending)
        directions = [(elapsed, timeline.active)]
        if self.bidirectional:
            directions.append(timeline.backward())
        finals: list[State] = []
        for layer in range(self.num_layers):
            outputs = []
            for backwards, (elapsed, active) in enumerate(directions):
                # Cells lie layer by layer, forwards before backwards, as states of nn.LSTM do.
                i = len(finals)
                cell = self._cells[i]
                states, final = cell.sequence(
                    reverse(x, timeline.lengths) if backwards else x,
                    cell_state(state, i),
                    elapsed,
                    active,
                    self._memories[i] if self.memory_layout else None,
                    self.memory_layout or "state",
                )
                check_stable(cell, states, cell_state(state, i))
                output = cell.readout(states).to(x.dtype)
                outputs.append(reverse(output, timeline.lengths) if backwards else output)
                finals.append(final)
            x = torch.cat(outputs, dim=-1) if self.bidirectional else outputs[0]
            # Between layers and not after the last, as `nn.LSTM` has it.
            if layer < self.num_layers - 1:
                x = F.dropout(x, self.dropout, self.training)
        return x, joined_state(finals, self.memory_layout is not None)._replace(
            pending=pending, time=timeline.last
        )
