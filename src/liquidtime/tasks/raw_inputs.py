"""Inputs as published codes that scale nothing have them. Imports no torch."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from liquidtime.data import IrregularSeries, Preprocessor


def raw_inputs(
    series: "IrregularSeries",
    *,
    time_scale: float,
    features: Sequence[str] = ("values",),
    clip: float = 10.0,
) -> "Preprocessor":
    """Values as they are, whatever the series hold.

    Args:
        series: Without static features, or these are left out.
        time_scale: What counts as a unit of time.
        features: Kinds of inputs, as of `Preprocessor.fit`.
        clip: Values are cut at ± this, as of `Preprocessor`.
    """
    from liquidtime.data import Preprocessor

    count = len(series.features)
    return Preprocessor(
        variables=series.features,
        mean=(0.0,) * count,
        std=(1.0,) * count,
        static_variables=(),
        static_mean=(),
        static_std=(),
        time_scale=time_scale,
        features=tuple(features),
        clip=clip,
    )
