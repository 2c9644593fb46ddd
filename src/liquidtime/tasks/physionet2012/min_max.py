"""Values as the published codes have them, by their extremes, and two clocks."""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from liquidtime.data import IrregularSeries, Preprocessor


def min_max(series: "IrregularSeries") -> "Preprocessor":
    """As the code of mTAND has it: times as shares of 48 hours.

    From each value the minimum of its variable is taken, and the rest divided by the maximum, and
    not by the range; the divisor is 1 where that is 0. Nothing is cut.
    """
    return _by_extremes(series, time_scale=48.0)


def min_max_in_hours(series: "IrregularSeries") -> "Preprocessor":
    """As the code of the CfC paper has it: times in hours; no ages beside values and mask.

    Its gaps are the true ones. That code took each gap from the wrong two rows, so that its
    networks were fed minus the gap before, one row late.
    """
    from dataclasses import replace

    return replace(_by_extremes(series, time_scale=1.0), features=("values", "mask"))


def _by_extremes(series: "IrregularSeries", *, time_scale: float) -> "Preprocessor":
    from dataclasses import replace

    import torch

    from liquidtime.data import Preprocessor

    endless = torch.full_like(series.values, torch.inf)
    least = torch.where(series.mask, series.values, endless).amin(0).double()
    most = torch.where(series.mask, series.values, -endless).amax(0).double()
    ever = series.mask.any(0)
    most = torch.where(ever & (most != 0), most, 1.0)
    fitted = Preprocessor.fit(
        series, time_scale=time_scale, clip=float("inf"), scale="standard", drop_constant=False
    )
    centre = torch.where(ever, least, 0.0)
    return replace(fitted, mean=tuple(centre.tolist()), std=tuple(most.tolist()))
