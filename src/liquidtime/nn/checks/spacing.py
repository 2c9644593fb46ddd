"""Whether the dtype of absolute times can tell the gaps between them."""

import torch
from torch import Tensor

from liquidtime.nn.checks.values import values_are_visible

_EPSILON = {
    torch.float32: torch.finfo(torch.float32).eps,
    torch.float16: torch.finfo(torch.float16).eps,
    torch.bfloat16: torch.finfo(torch.bfloat16).eps,
}
_HUNDREDTH = 0.01
_PLENTY = 1e-4


def check_spacing(times: Tensor, gaps: Tensor, inside: Tensor | None) -> None:
    """Refuse times whose neighbours in their dtype stand too far apart.

    Seconds since 1970 in float32 are 128 apart: gaps of 30 s are gone before the layer sees them.

    Args:
        times: [B, T].
        gaps: [B, T], float64, of these times.
        inside: [B, T], False in the padding, or None.

    Raises:
        ValueError: If the spacing at the largest time is more than a hundredth of the median gap;
            or, where all gaps are 0, if it is 1 or more.
    """
    epsilon = _EPSILON.get(times.dtype)
    if epsilon is None or times.numel() == 0 or not values_are_visible(times):
        return
    if inside is not None:
        times = times.masked_fill(~inside, 0)
    largest, mean = _at_a_glance(times)
    spacing = epsilon * largest
    # Every call pays for this much; the rest is for long series and for large times.
    if spacing <= _PLENTY * mean:
        return
    if inside is not None:
        gaps = gaps.masked_fill(~inside, 0)
    there = gaps[gaps > 0]
    usual = float(there.median()) if len(there) else None
    lost = (
        spacing > _HUNDREDTH * usual if usual is not None else times.shape[1] > 1 and spacing >= 1
    )
    if lost:
        raise ValueError(
            f"times are {str(times.dtype).removeprefix('torch.')} of up to {largest:.10g}, which "
            f"tells no less than {spacing:.3g} apart: the gaps between them are lost. Pass float64 "
            "from the start on, or subtract the start of each series before it is stored so."
        )


def _at_a_glance(times: Tensor) -> tuple[float, float]:
    """The largest magnitude, NaN where there is any, and the mean gap of the first series."""
    if times.device.type == "cpu" and times.dtype != torch.bfloat16:
        array = times.detach().numpy()
        largest = max(float(array.max()), -float(array.min()))
        first, last = float(array[0, 0]), float(array[0, -1])
    else:
        largest, first, last = torch.stack([times.abs().max(), times[0, 0], times[0, -1]]).tolist()
    return largest, (last - first) / max(1, times.shape[1] - 1)
