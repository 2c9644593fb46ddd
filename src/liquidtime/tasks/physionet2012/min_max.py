"""Values and times as the code of mTAND has them: by the extremes, and as shares of 48 hours."""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from liquidtime.data import IrregularSeries, Preprocessor


def min_max(series: "IrregularSeries") -> "Preprocessor":
    """From each value the minimum of its variable is taken, and the rest divided by the maximum.

    The divisor is the maximum, and not the range, as published; 1 where it is 0. Nothing is cut.
    """
    from dataclasses import replace

    import torch

    from liquidtime.data import Preprocessor

    endless = torch.full_like(series.values, torch.inf)
    least = torch.where(series.mask, series.values, endless).amin(0).double()
    most = torch.where(series.mask, series.values, -endless).amax(0).double()
    ever = series.mask.any(0)
    most = torch.where(ever & (most != 0), most, 1.0)
    fitted = Preprocessor.fit(
        series, time_scale=48.0, clip=float("inf"), scale="standard", drop_constant=False
    )
    centre = torch.where(ever, least, 0.0)
    return replace(fitted, mean=tuple(centre.tolist()), std=tuple(most.tolist()))
