"""Centre and width of each channel, from the training part; robust where a few values are absurd.

A row of a sensor that fell off can be ten thousand times as large as all others. The standard
deviation is then that of the slip, and the signal itself comes to the network as next to nothing.
Median and interquartile range do not see it. They are not taken everywhere, since of channels that
are mostly at rest (a counter, an accelerometer of somebody asleep) the tails are the signal: only
where values lie beyond `FAR` IQR of the median, and are few.
"""

from collections.abc import Sequence
from typing import Literal, NamedTuple, get_args

import numpy as np
import torch
from torch import Tensor

from liquidtime.errors import InputError

Scale = Literal["auto", "standard", "robust"]
FAR = 50.0
"""IQR from the median beyond which a value is absurd."""
FEW = 0.01
"""Share of the values of a channel, above which they are no slips but its nature."""
_GAUSSIAN = 1.3489795003921634
"""IQR of a Gaussian over its standard deviation."""
_SUSPECT = 5.0
"""Standard deviations from the mean, below which no value can be few and absurd."""


class Scaling(NamedTuple):
    """Of D channels.

    Attributes:
        centre: Mean or median; 0 where nothing was observed.
        width: Standard deviation, or that of a Gaussian with such an IQR; 1 where it is 0.
        constant: bool [D], where no value differs from another, or there is none.
        robust: Names of those that are scaled by median and IQR.
        notes: What the user should know.
    """

    centre: tuple[float, ...] = ()
    width: tuple[float, ...] = ()
    constant: tuple[bool, ...] = ()
    robust: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()


def scaling(values: Tensor, observed: Tensor, names: Sequence[str], scale: Scale) -> Scaling:
    """Centre and width of each column over its observed entries.

    Args:
        values: [R, D].
        observed: [R, D] bool, where they count.
        names: D names, for notes.
        scale: As `Preprocessor.fit` says.

    Raises:
        InputError: If `scale` is none of the known.
    """
    if scale not in get_args(Scale):
        raise InputError(f"scale is {scale!r}; expected one of {', '.join(get_args(Scale))}.")
    count = observed.sum(0).clamp_min(1)
    exact = torch.where(observed, values, torch.zeros_like(values)).to(torch.float64)
    mean = exact.sum(0) / count
    spread = torch.where(observed, exact - mean, torch.zeros_like(exact))
    std = (spread.square().sum(0) / count).sqrt()
    # The rounding of float32 gives a constant far from 0 a spread of this order, and no more.
    constant = std <= 1e-6 * mean.abs()
    std = torch.where(constant, torch.ones_like(std), std)
    centre, width = mean.tolist(), std.tolist()
    suspect = ~constant
    if scale == "standard":
        suspect = torch.zeros_like(constant)
    elif scale == "auto" and len(values):
        suspect &= (spread.abs().amax(0) / std) > _SUSPECT
    robust, notes = [], []
    for d in suspect.nonzero().flatten().tolist():
        seen = exact[observed[:, d], d]
        low, median, high = np.quantile(seen.numpy(), (0.25, 0.5, 0.75)).tolist()
        iqr = high - low
        far = int(((seen - median).abs() > FAR * iqr).sum())
        if iqr <= 1e-6 * abs(median) or (scale == "auto" and not 0 < far <= FEW * len(seen)):
            continue
        centre[d], width[d] = median, iqr / _GAUSSIAN
        robust.append(names[d])
        if far:
            one = "1 value lies" if far == 1 else f"{far:,} values lie"
            notes.append(
                f"channel {names[d]}: {one} beyond {FAR:g} IQR of the median; it is scaled by "
                "median and IQR. Check these values; the scale 'standard' takes mean and "
                "standard deviation."
            )
    return Scaling(
        tuple(centre), tuple(width), tuple(constant.tolist()), tuple(robust), tuple(notes)
    )
