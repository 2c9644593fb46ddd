"""Batched or not, batch first or time first, padded or packed: one shape inside, any outside."""

from dataclasses import dataclass

import torch
from torch import Tensor
from torch.nn.utils.rnn import PackedSequence, pack_padded_sequence, pad_packed_sequence


@dataclass(frozen=True)
class Layout:
    """How the caller's sequences are laid out; inside, all are [B, T, …]."""

    batch: int
    steps: int
    batched: bool
    batch_first: bool

    @property
    def expected(self) -> str:
        """The shape of one number a step, as the caller would write it."""
        if not self.batched:
            return f"[T]=[{self.steps}]"
        if self.batch_first:
            return f"[B, T]=[{self.batch}, {self.steps}]"
        return f"[T, B]=[{self.steps}, {self.batch}]"

    def sequence_in(self, x: Tensor) -> Tensor:
        """The caller's [B, T, D], [T, B, D] or [T, D] as [B, T, D]."""
        if not self.batched:
            return x.unsqueeze(0)
        return x if self.batch_first else x.transpose(0, 1)

    def sequence_out(self, x: Tensor) -> Tensor:
        """[B, T, D] in the caller's layout."""
        if not self.batched:
            return x.squeeze(0)
        return x if self.batch_first else x.transpose(0, 1)

    def per_step(self, value: Tensor, name: str) -> Tensor:
        """One number a step as [B, T], from [T], [B, T] or [B, T, 1] in the caller's layout.

        Raises:
            ValueError: If the shape is none of these; nothing else is broadcast.
        """
        if value.is_complex():
            raise ValueError(f"{name} holds complex numbers; expected real ones.")
        shape = list(value.shape)
        both = (self.batch, self.steps) if self.batch_first else (self.steps, self.batch)
        if shape == [self.steps] or (not self.batched and shape == [self.steps, 1]):
            return value.reshape(1, self.steps).expand(self.batch, self.steps)
        if self.batched and shape in ([*both], [*both, 1]):
            value = value.reshape(both)
            return value if self.batch_first else value.transpose(0, 1)
        hint = "If every step has the same value pass a float"
        if self.batched and shape == [self.batch]:
            hint = "One value a series is ambiguous: repeat it over the steps"
        elif self.batched and shape[:2] == [*reversed(both)]:
            hint = f"It looks transposed: the layer has batch_first={self.batch_first}"
        raise ValueError(
            f"{name} has shape {shape}; expected {self.expected}, the same with a last axis of 1, "
            f"or [T]=[{self.steps}] for all series alike. {hint}."
        )


def layout_of(x: Tensor, input_size: int, batch_first: bool) -> Layout:
    """Read the layout off an input and check its shape."""
    order = "[B, T, D]" if batch_first else "[T, B, D]"
    if x.dim() not in (2, 3):
        raise ValueError(
            f"x has {x.dim()} dimensions, shape {list(x.shape)}; expected {order}, "
            "or [T, D] for one series."
        )
    if x.shape[-1] != input_size:
        raise ValueError(
            f"x has {x.shape[-1]} features, shape {list(x.shape)}; the layer was built with "
            f"input_size={input_size}."
        )
    if x.dim() == 2:
        return Layout(1, x.shape[0], False, batch_first)
    batch, steps = (x.shape[0], x.shape[1]) if batch_first else (x.shape[1], x.shape[0])
    return Layout(batch, steps, True, batch_first)


def unpack(packed: PackedSequence, batch_first: bool) -> tuple[Tensor, Tensor]:
    """A PackedSequence as a padded tensor and its lengths, in the caller's order of series."""
    padded, lengths = pad_packed_sequence(packed, batch_first=batch_first)
    return padded, lengths.to(padded.device)


def repack(output: Tensor, like: PackedSequence, lengths: Tensor) -> PackedSequence:
    """Pack a batch-first output the way the input was packed."""
    # Packing wants lengths on the CPU, and series by falling length, as `like` was sorted.
    lengths = lengths.cpu()
    if like.sorted_indices is not None:
        output = output.index_select(0, like.sorted_indices)
        lengths = lengths[like.sorted_indices.cpu()]
    data = pack_padded_sequence(output, lengths, batch_first=True).data
    return PackedSequence(data, like.batch_sizes, like.sorted_indices, like.unsorted_indices)


def valid_steps(lengths: Tensor, steps: int) -> Tensor:
    """[B, T] booleans: True where a step lies inside its series."""
    return torch.arange(steps, device=lengths.device) < lengths.unsqueeze(1)


def reverse(sequence: Tensor, lengths: Tensor | None) -> Tensor:
    """Turn each series round inside its own length; padding stays where it is."""
    if lengths is None:
        return sequence.flip(1)
    steps = torch.arange(sequence.shape[1], device=sequence.device)
    last = lengths.unsqueeze(1) - 1
    index = torch.where(steps <= last, last - steps, steps)
    index = index.reshape(*index.shape, *[1] * (sequence.dim() - 2)).expand_as(sequence)
    return sequence.gather(1, index)
