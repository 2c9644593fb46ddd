"""The outputs as they stood at points of a grid in time, each asked with a learned sharpness."""

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from liquidtime.models.common.readouts.contract import Outputs, Readout


class Grid(Readout):
    r"""Means of the outputs, each near a point in time.

    For each of Q points $r$ evenly over the time from the first step (0) to the last (1), a
    mean of the outputs near it: weights $\operatorname{softmax}_t(-s_r\,|\tau_t - r|)$, with
    $\tau_t$ the time of a step and $s_r$ a learned sharpness.

    How many steps fall between two points does not matter, so that a long quiet time counts as
    much as a busy one. As the points are shares of the time that has passed, they need no unit and
    no horizon.

    Args:
        size: Width H of the outputs.
        queries: Number Q of points; the vector has Q · H numbers.

    References:
        Shukla, Marlin: Multi-time attention networks for irregularly sampled time series. ICLR 2021
        (reference points; theirs lie at fixed times).
    """

    points: Tensor

    def __init__(self, size: int, queries: int) -> None:
        super().__init__()
        self.size = size * queries
        # The last point is the end of the series, which one point alone asks for.
        points = torch.linspace(0, 1, queries) if queries > 1 else torch.ones(1)
        self.register_buffer("points", points, persistent=False)
        # So that at first a point sees little beyond its neighbours.
        self.raw_sharpness = nn.Parameter(torch.full((queries,), 4.0 * queries))

    def forward(self, seen: Outputs) -> Tensor:
        """Of whole series."""
        last = (seen.lengths.clamp(min=1) - 1).unsqueeze(1)
        return self._at(seen, last, seen.there.unsqueeze(1)).squeeze(1)

    def so_far(self, seen: Outputs) -> Tensor:
        """Of the series cut after each step."""
        steps = torch.arange(seen.output.shape[1], device=seen.output.device)
        ends = steps.expand(len(seen.lengths), -1)
        return self._at(seen, ends, (steps <= steps.unsqueeze(1)).expand(len(ends), -1, -1))

    def _at(self, seen: Outputs, ends: Tensor, there: Tensor) -> Tensor:
        """[B, E, Q · H] of the series cut after steps [B, E]; `there` [B, E, T] are before."""
        time = seen.elapsed.cumsum(1) - seen.elapsed[:, :1]
        span = time.gather(1, ends).unsqueeze(2)
        # All steps at one time are as near to all points.
        share = time.unsqueeze(1) / torch.where(span > 0, span, torch.ones_like(span))
        far = (share.unsqueeze(3) - self.points).abs()
        score = -F.softplus(self.raw_sharpness) * far
        score = score.masked_fill(~there.unsqueeze(3), float("-inf"))
        # Of a series without steps the outputs are 0, but weights of nothing would not be numbers.
        score = score.masked_fill(~there.any(2)[..., None, None], 0.0)
        weight = score.softmax(2)
        vector = torch.einsum("betq,bth->beqh", weight, seen.output).flatten(2)
        return vector * there.any(2).unsqueeze(2)
