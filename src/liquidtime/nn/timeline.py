"""When the steps of a batch take place, and which of them count."""

from dataclasses import dataclass

import torch
from torch import Tensor

from liquidtime.nn.checks.arguments import check_gap, check_tensor
from liquidtime.nn.checks.spacing import check_spacing
from liquidtime.nn.checks.values import check_lengths
from liquidtime.nn.gaps import (
    backward_gaps,
    fold_skipped,
    gaps_from_times,
    last_times,
)
from liquidtime.nn.layout import Layout, reverse, valid_steps


@dataclass(frozen=True)
class Timeline:
    """The time side of a call of a recurrent layer; all [B, T]."""

    gaps: Tensor
    """Time since the step before, in the dtype of the state. One number for all steps stays one
    number, expanded, which kernels make use of; other gaps are 0 in the padding."""
    lengths: Tensor | None
    """[B], or None where all series fill the batch."""
    inside: Tensor | None
    """False in the padding, or None where there is none."""
    observed: Tensor | None
    """False at the steps that the caller masked, or None."""
    last: Tensor | None
    """[B], absolute time of the last step, where the caller gave times."""

    @property
    def active(self) -> Tensor | None:
        """True where a step changes the state; None if all do."""
        if self.inside is None or self.observed is None:
            return self.observed if self.inside is None else self.inside
        return self.inside & self.observed

    def forward(self, pending: Tensor | None) -> tuple[Tensor, Tensor | None]:
        """Time since the last active step [B, T], and what is left over at the end [B].

        Args:
            pending: [B], what an earlier call left over, or None.
        """
        if self.observed is None and pending is None:
            return self.gaps, None
        active = self.active
        if active is None:
            active = torch.ones_like(self.gaps, dtype=torch.bool)
        # One number for all steps is also in the padding, where no time passes.
        return fold_skipped(_zero_outside(self.gaps, self.inside), active, pending)

    def backward(self) -> tuple[Tensor, Tensor | None]:
        """The same for the direction from the end to the start, in its own order of steps."""
        gaps = self.gaps
        if not _is_one_number(gaps):
            gaps = backward_gaps(gaps, self.lengths)
        active = self.active
        if active is None:
            return gaps, None
        active = reverse(active, self.lengths)
        if self.observed is None:
            return gaps, active
        return fold_skipped(gaps, active, None)[0], active

    def blank(self, x: Tensor) -> Tensor:
        """The inputs [B, T, D] with zeros wherever they must not count."""
        active = self.active
        return x if active is None else x.masked_fill(~active.unsqueeze(-1), 0.0)

    def cut(self, output: Tensor) -> Tensor:
        """The outputs [B, T, H] with zeros in the padding."""
        return output if self.inside is None else output.masked_fill(~self.inside[..., None], 0.0)


def read_timeline(
    layout: Layout,
    *,
    elapsed: Tensor | float | None,
    times: Tensor | None,
    lengths: Tensor | None,
    mask: Tensor | None,
    previous: Tensor | None,
    dtype: torch.dtype,
    device: torch.device,
) -> Timeline:
    """Bring the time arguments of a layer into one shape.

    Args:
        layout: How the caller lays out sequences.
        elapsed: As `AbstractRecurrent.forward` takes it.
        times: Likewise.
        lengths: Likewise.
        mask: Likewise.
        previous: [B], the time of the last step of an earlier call, or None.
        dtype: Of the gaps.
        device: Of the gaps.

    Raises:
        TypeError: If an array stands where a tensor belongs.
        ValueError: If both elapsed and times are given, a shape or dtype does not fit, or times
            are too coarse for the gaps between them.
    """
    if elapsed is not None and times is not None:
        raise ValueError(
            "both elapsed and times were given; pass elapsed for the gaps between steps or times "
            "for absolute time stamps, not both."
        )
    inside = observed = last = None
    if lengths is not None:
        lengths = torch.as_tensor(lengths, device=device)
        lengths = lengths if layout.batched else lengths.reshape(-1)
        check_lengths(lengths, layout.batch, layout.steps, layout.batch_first)
        inside = valid_steps(lengths, layout.steps)
    if mask is not None:
        check_tensor("mask", mask)
        if mask.dtype != torch.bool:
            raise ValueError(
                f"mask has dtype {mask.dtype}; expected torch.bool, True where a step was observed."
            )
        observed = layout.per_step(mask, "mask").to(device)
    if times is not None:
        check_tensor("times", times)
        times = layout.per_step(times, "times").to(device)
        gaps = gaps_from_times(times, previous)
        if layout.steps > 1 or previous is not None:
            check_spacing(times, gaps, inside)
        last = last_times(times, lengths, previous)
    elif isinstance(elapsed, Tensor) and elapsed.dim() > 0:
        gaps = layout.per_step(elapsed, "elapsed")
    else:
        if elapsed is not None:
            check_gap(elapsed)
        one = torch.as_tensor(1.0 if elapsed is None else elapsed).to(device=device, dtype=dtype)
        gaps = one.expand(layout.batch, layout.steps)
    # Only now: the difference of two large stamps needs float64.
    gaps = gaps.to(device=device, dtype=dtype)
    if not _is_one_number(gaps):
        gaps = _zero_outside(gaps, inside)
    return Timeline(gaps, lengths, inside, observed, last)


def _is_one_number(gaps: Tensor) -> bool:
    # Kernels know one number by its strides and fold it into their weights; written out step by
    # step, in the padding too, it would look like gaps of many lengths.
    return gaps.stride() == (0, 0)


def _zero_outside(gaps: Tensor, inside: Tensor | None) -> Tensor:
    return gaps if inside is None else gaps.masked_fill(~inside, 0.0)
