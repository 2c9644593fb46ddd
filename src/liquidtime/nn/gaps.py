"""From time stamps, gaps and masks to the one number a step needs: the time since the last."""

import torch
from torch import Tensor

from liquidtime.nn.layout import reverse


def gaps_from_times(times: Tensor, previous: Tensor | None) -> Tensor:
    """Differences of absolute times, taken in float64, or in whole numbers where they are such.

    Args:
        times: [B, T].
        previous: [B], the time of the step before the first, or None if there is none; then the
            first gap is 0.

    Returns:
        Gaps, [B, T], float64.
    """
    if not times.is_floating_point() and previous is None:
        # Whole numbers above 2⁵³, such as nanoseconds since 1970, are exact only as such.
        times = times.to(torch.int64)
    else:
        times = times.to(torch.float64)
    first = times[:, :1] if previous is None else previous.to(times).unsqueeze(1)
    return torch.diff(times, dim=1, prepend=first).to(torch.float64)


def last_times(times: Tensor, lengths: Tensor | None, previous: Tensor | None) -> Tensor:
    """[B], the time of each series' last step; the previous one where it has no step."""
    times = times.to(torch.float64)
    if previous is None:
        # [B] zeros, also where there is no step whose column could be taken.
        previous = torch.zeros_like(times[:, :1]).sum(1)
    if times.shape[1] == 0:
        return previous
    if lengths is None:
        return times[:, -1]
    last = times.gather(1, (lengths - 1).clamp(min=0).unsqueeze(1)).squeeze(1)
    return torch.where(lengths > 0, last, previous.to(last))


def fold_skipped(elapsed: Tensor, active: Tensor, pending: Tensor | None) -> tuple[Tensor, Tensor]:
    """Add the time of skipped steps to the next active one.

    Args:
        elapsed: Gaps, [B, T], 0 in the padding.
        active: [B, T].
        pending: [B], time left over from before, or None.

    Returns:
        The time since the previous active step, [B, T], meaningful where a step is active, and
        the time left over at the end, [B].
    """
    if pending is None:
        # [B] zeros, also where there is no step whose column could be taken.
        pending = torch.zeros_like(elapsed[:, :1]).sum(1)
    since = []
    for gap, observed in zip(elapsed.unbind(1), active.unbind(1), strict=True):
        passed = pending + gap
        since.append(passed)
        pending = torch.where(observed, torch.zeros_like(passed), passed)
    return (torch.stack(since, dim=1) if since else elapsed), pending


def backward_gaps(elapsed: Tensor, lengths: Tensor | None) -> Tensor:
    """Gaps as the backward direction meets them, in its own order of steps.

    Seen from the end, the gap of a step is the time to the later one; the last step, which comes
    first and has none, takes the first step's gap, so that evenly spaced series stay so.
    """
    if elapsed.shape[1] == 0:
        return elapsed
    return torch.cat([elapsed[:, :1], reverse(elapsed, lengths)[:, :-1]], dim=1)
