"""In which steps the series of a batch go through their rows: each alone, or all through all."""

from typing import Literal, NamedTuple

import torch
from torch import Tensor

from liquidtime.nn.layout import valid_steps

LayoutName = Literal["own", "union"]


class Layout(NamedTuple):
    """Steps of a batch: B series of up to T rows go through S steps together.

    Attributes:
        onwards: [B, S], time since the step before; 0 up to the first row of a series and after
            its last.
        back: [B, S], time to the step after; 0 before the first row of a series and from its last.
        here: [B, S] bool, whether the series has a row at this step.
        later: [B, T], of each row the time to the next of its series; 0 at the last.
        rows: [B, T] int64, the step of each row, any past the end; None where step t is row t.
    """

    onwards: Tensor
    back: Tensor
    here: Tensor
    later: Tensor
    rows: Tensor | None = None

    def repeated(self, times: int) -> "Layout":
        """Of the batch repeated so often, one after another."""
        onwards, back, here, later = (part.repeat(times, 1) for part in self[:4])
        rows = None if self.rows is None else self.rows.repeat(times, 1)
        return Layout(onwards, back, here, later, rows)

    def spread(self, part: Tensor) -> Tensor:
        """What belongs to rows, [B, T, …], at their steps, [B, S, …]; zeros elsewhere."""
        if self.rows is None:
            return part
        series, steps = self.here.nonzero(as_tuple=True)
        spread = part.new_zeros(*self.here.shape, *part.shape[2:])
        # Rows of a series and its steps are in the same order.
        count = self.here.sum(1, keepdim=True)
        there = torch.arange(part.shape[1], device=part.device) < count
        return spread.index_put((series, steps), part[there])

    def gather(self, part: Tensor) -> Tensor:
        """What was found at steps, [B, S, …], at the rows, [B, T, …]; anything past the end."""
        if self.rows is None:
            return part
        series = torch.arange(len(part), device=part.device).unsqueeze(1)
        return part[series, self.rows]


def layout_of(name: LayoutName, times: Tensor, lengths: Tensor, dtype: torch.dtype) -> Layout:
    """The layout of that name.

    Args:
        name: "own": step t is row t of each series, whenever that is. "union": the steps are the
            time stamps of all series together, as in the code of Rubanova et al.; a series that
            has no row at a step only moves on. Solved exactly, both are the same.
        times: [B, T], absolute, the last one repeated past the end.
        lengths: [B].
        dtype: Of the gaps.
    """
    gaps = torch.diff(times, dim=1, prepend=times[:, :1]).to(dtype)
    there = valid_steps(lengths, times.shape[1])
    own = Layout(gaps, _next(gaps), there, _next(gaps))
    # Without any row there is no time stamp either.
    return own if name == "own" or not there.any() else _union(times, own)


def _union(times: Tensor, own: Layout) -> Layout:
    there, count = own.here, len(times)
    # Rows of one series at the same time keep an order, and a step each.
    step = torch.arange(times.shape[1], device=times.device).expand(count, -1)
    anew = torch.diff(times, dim=1, prepend=times[:, :1]) != 0
    repeat = step - torch.where(anew, step, 0).cummax(1).values
    known = torch.stack([times.detach()[there], repeat[there].to(times.dtype)], dim=1)
    known, place = torch.unique(known, dim=0, return_inverse=True)
    rows = torch.zeros_like(there, dtype=torch.int64)
    rows[there] = place
    series = there.nonzero()[:, 0]
    here = there.new_zeros(count, len(known))
    here[series, place] = True
    # Each series has its own times at its own rows, so that gradients reach them.
    stamps = known[:, 0].expand(count, -1).index_put((series, place), times[there])
    gaps = torch.diff(stamps, dim=1, prepend=stamps[:, :1]).to(own.onwards.dtype)
    begun = here.cumsum(1) > 0
    ended = here.flip(1).cumsum(1).flip(1) == 0
    # From the first row of a series to its last: these are true at the steps in between.
    onwards, back = begun.roll(1, 1) & ~ended, begun & ~ended.roll(-1, 1)
    onwards[:, 0] = back[:, -1] = False
    return Layout(gaps * onwards, _next(gaps) * back, here, own.later, rows)


def _next(gaps: Tensor) -> Tensor:
    """Of each step the gap of the one after, 0 at the last."""
    return torch.cat([gaps[:, 1:], torch.zeros_like(gaps[:, :1])], dim=1)
