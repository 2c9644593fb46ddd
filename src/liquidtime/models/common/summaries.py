"""What a clinician reads off a chart: of each variable the last and first value, extremes, trend.

A recurrent state has to learn these from the data; a few thousand series teach it badly. They are
taken of the raw observations, so that a value filled forward does not count twice.
"""

from typing import NamedTuple

import torch
from torch import Tensor, nn

from liquidtime.data.batch import Batch

KNOTS = (-2.0, -1.0, -0.5, 0.0, 0.5, 1.0, 2.0)
"""Standard deviations at which the effect of a summary may bend."""
EACH = ("last", "first", "mean", "lowest", "highest", "spread", "trend", "count")
"""Summaries of a variable."""
_FEWEST = 0.02
"""Variance of times, as shares of the series, below which a trend is drawn towards none."""
_MOST = 6.0
_COUNTED = 3.0
"""Logarithm of a usual number of observations, which the knots lie around."""


class Summaries(nn.Module):
    """Summaries of the observed values of each variable, each as a piecewise linear code.

    A value $z$ of a summary becomes one number for each two neighbouring `KNOTS`: how far $z$ has
    come from the one to the other, 0 to 1 (less 1 below the mean). A linear map of the codes is a
    sum of piecewise linear effects, as too high and too low may both be bad. All codes of a
    variable that was not observed are 0; a last one says so.

    Args:
        variables: Number D of raw variables; static ones count.

    References:
        Gorishniy, Rubachev, Babenko: On embeddings for numerical features in tabular deep
        learning. NeurIPS 2022 (the code).
    """

    low: Tensor
    high: Tensor

    def __init__(self, variables: int) -> None:
        super().__init__()
        self.size = variables * (len(EACH) * (len(KNOTS) - 1) + 1)
        self.register_buffer("low", torch.tensor(KNOTS[:-1]), persistent=False)
        self.register_buffer("high", torch.tensor(KNOTS[1:]), persistent=False)

    def forward(self, batch: Batch) -> Tensor:
        """Of whole series, [B, S].

        Args:
            batch: With values, mask and times, and at least one step.
        """
        values, mask = batch.raw("values"), batch.raw("mask")
        time, weight = _clock(batch), mask.to(values.dtype)
        steps = torch.arange(values.shape[1], device=values.device).reshape(1, -1, 1)
        seen = _Seen(
            count=weight.sum(1),
            last=values.gather(1, torch.where(mask, steps, 0).amax(1, keepdim=True)).squeeze(1),
            first=values.gather(
                1, torch.where(mask, steps, values.shape[1] - 1).amin(1, keepdim=True)
            ).squeeze(1),
            lowest=values.masked_fill(~mask, float("inf")).amin(1),
            highest=values.masked_fill(~mask, float("-inf")).amax(1),
            sums=(
                values.sum(1),
                values.square().sum(1),
                torch.einsum("btd,bt->bd", weight, time),
                torch.einsum("btd,bt->bd", weight, time.square()),
                torch.einsum("btd,bt->bd", values, time),
            ),
            span=time.amax(1, keepdim=True),
        )
        return self._code(seen)

    def so_far(self, batch: Batch) -> Tensor:
        """Of the series cut after each step, [B, T, S]."""
        values, mask = batch.raw("values"), batch.raw("mask")
        time, weight = _clock(batch), mask.to(values.dtype)
        steps = torch.arange(values.shape[1], device=values.device).reshape(1, -1, 1)
        at, when = torch.where(mask, steps, 0).cummax(1).values, time.unsqueeze(2)
        first = torch.where(mask, steps, values.shape[1] - 1).cummin(1).values
        seen = _Seen(
            count=weight.cumsum(1),
            last=values.gather(1, at),
            first=values.gather(1, first),
            lowest=values.masked_fill(~mask, float("inf")).cummin(1).values,
            highest=values.masked_fill(~mask, float("-inf")).cummax(1).values,
            sums=(
                values.cumsum(1),
                values.square().cumsum(1),
                (weight * when).cumsum(1),
                (weight * when.square()).cumsum(1),
                (values * when).cumsum(1),
            ),
            span=when,
        )
        return self._code(seen)

    def _code(self, seen: "_Seen") -> Tensor:
        """[..., D] of each summary to [..., S]."""
        there = seen.count > 0
        count, span = seen.count.clamp(min=1), torch.where(seen.span > 0, seen.span, 1.0)
        x, xx, t, tt, xt = (total / count for total in seen.sums)
        variance = (xx - x.square()).clamp(min=0)
        # Times as shares of the series, so that a trend is what happened over all of it.
        trend = (xt - x * t) / span / ((tt - t.square()).clamp(min=0) / span.square() + _FEWEST)
        each = torch.stack(
            [
                seen.last,
                seen.first,
                x,
                seen.lowest,
                seen.highest,
                # The root of nothing has no slope; nobody asks for one, but for `explain`.
                (variance + 1e-6).sqrt() * 2 - 1,
                trend.clamp(-_MOST, _MOST),
                seen.count.log1p() - _COUNTED,
            ],
            dim=-1,
        )
        each = torch.where(there.unsqueeze(-1), each, 0.0).unsqueeze(-1)
        code = ((each - self.low) / (self.high - self.low)).clamp(0, 1) - (self.low < 0).to(x.dtype)
        code = (code * there[..., None, None]).flatten(-3)
        return torch.cat([code, (~there).to(x.dtype)], dim=-1)


class _Seen(NamedTuple):
    """Of each variable [..., D]: what its summaries are made of; the span [..., 1]."""

    count: Tensor
    last: Tensor
    first: Tensor
    lowest: Tensor
    highest: Tensor
    sums: tuple[Tensor, ...]
    """Of values, their squares, times, their squares, and products."""
    span: Tensor


def _clock(batch: Batch) -> Tensor:
    """Time since the first step, [B, T]."""
    times = batch.raw("times")
    return (times - times[:, :1]).to(batch.raw("values").dtype)
