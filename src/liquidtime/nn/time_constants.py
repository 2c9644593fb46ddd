"""With which time constants units that relax begin."""

import torch
from torch import Tensor

FASTEST, SLOWEST = 1.0, 100.0
"""Of the time constants 1/ρ. With time counted in typical gaps, as models have it: from a unit that
follows its target within a step to one that remembers for a hundred."""


def spread_rates(units: int) -> Tensor:
    """Offsets r [units] for which the time constants 1/softplus(r) are spread, units in order.

    One is drawn in each of as many equal parts of the logarithms from `FASTEST` to `SLOWEST`, so
    that small layers have all scales, too. Nobody knows the scale of the data beforehand, and a
    unit whose constant is far off gets next to no gradient: with the rates all alike most units
    would be such.

    References:
        Tallec, Ollivier: Can recurrent neural networks warp time? ICLR 2018, which spreads forget
        gates so; the step sizes of state-space layers are drawn likewise.
    """
    place = (torch.arange(units) + torch.rand(units)) / units
    rate = 1 / (FASTEST * (SLOWEST / FASTEST) ** place)
    # The inverse of softplus, without a difference of large numbers.
    return rate + torch.log(-torch.expm1(-rate))
