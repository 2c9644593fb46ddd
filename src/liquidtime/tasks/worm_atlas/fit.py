"""The constants that all neurons share, fitted to measured responses by gradients."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from liquidtime.errors import InputError
from liquidtime.optional import require
from liquidtime.tasks.worm_atlas.model import BOUNDS, Wiring, WormConstants, solved, tensors

_GAIN = 0.98
"""Loop gain above which a fit is pushed back; at 1 the rest may become unstable."""
_PUSH = 10.0


@dataclass(frozen=True, eq=False)
class FittedWorm:
    """What a fit found.

    Attributes:
        constants: The best.
        correlation: With the measurement, on the pairs it was fitted on.
        gain: Largest amplification around a loop of neurons; at 1 the rest may become unstable.
    """

    constants: WormConstants
    correlation: float
    gain: float


def fit_worm(
    wiring: Wiring,
    measured: NDArray[np.float64],
    pairs: NDArray[np.bool_],
    *,
    learn: Sequence[str] = WormConstants._fields,
    start: WormConstants | None = None,
    starts: int = 3,
    steps: int = 100,
    seed: int = 0,
) -> FittedWorm:
    """Fit shared constants so that answers correlate with measured ones (Pearson).

    The correlation takes any scale and offset, so neither the stimulus's strength nor the
    indicator's brightness has to be known. L-BFGS-B of SciPy, by gradients through the linear
    solves, positive constants as logarithms; the best of several starts.

    Args:
        wiring: Who is connected to whom.
        measured: [N, N], [responding, stimulated].
        pairs: [N, N], which to fit on.
        learn: Which constants; the others stay as they start.
        start: The first start; by default that of `WormConstants`.
        starts: How many; the others scatter around the first by a factor of e.
        steps: Of L-BFGS-B, a start.
        seed: Of the other starts.

    Raises:
        InputError: If a constant is unknown, or there are fewer than three pairs, or they all have
            one value.
    """
    if unknown := [name for name in learn if name not in WormConstants._fields]:
        raise InputError(
            f"learn holds {unknown[0]!r}; expected some of {', '.join(WormConstants._fields)}."
        )
    target = torch.tensor(measured[pairs], dtype=torch.float64)
    if len(target) < 3 or not (target.std() > 0):
        raise InputError(
            f"there are {len(target)} pairs to fit on, or all have one value; expected three or "
            "more that differ. Lower `least`, or give more responses."
        )
    optimise = require("scipy.optimize", extra="brain")
    target = (target - target.mean()) / target.std(correction=0)
    start = start or WormConstants()
    matrices, chosen = tensors(wiring), torch.from_numpy(pairs)
    bounds = np.array([[_raw(name, end) for end in getattr(BOUNDS, name)] for name in learn])
    first = np.array([_raw(name, getattr(start, name)) for name in learn])
    width = np.array([15.0 if name == "glutamate_reversal" else 1.0 for name in learn])
    generator = np.random.default_rng(seed)

    def loss(raw: NDArray[np.float64]) -> tuple[float, NDArray[np.float64]]:
        free = torch.tensor(raw, requires_grad=True)
        value = _loss(matrices, _values(start, learn, free), chosen, target)
        value.backward()
        assert free.grad is not None
        return value.item(), free.grad.numpy().copy()

    best: Any = None
    for number in range(starts):
        begin = first + (number > 0) * width * generator.standard_normal(len(first))
        found = optimise.minimize(
            loss,
            np.clip(begin, *bounds.T),
            jac=True,
            method="L-BFGS-B",
            bounds=bounds,
            options={"maxiter": steps, "ftol": 1e-10},
        )
        best = found if best is None or found.fun < best.fun else best
    values = _values(start, learn, torch.tensor(best.x))
    constants = WormConstants(**{name: float(value) for name, value in values.items()})
    with torch.no_grad():
        response, _, gain = solved(matrices, values)
        correlation = _correlation(response[chosen], target)
    return FittedWorm(constants, float(correlation), float(gain))


def _loss(
    matrices: tuple[Tensor, Tensor], values: Mapping[str, Tensor], chosen: Tensor, target: Tensor
) -> Tensor:
    response, _, gain = solved(matrices, values)
    return 1 - _correlation(response[chosen], target) + _PUSH * torch.relu(gain - _GAIN).square()


def _correlation(found: Tensor, target: Tensor) -> Tensor:
    apart = found - found.mean()
    return (apart * target).mean() / (apart.square().mean() + 1e-24).sqrt()


def _raw(name: str, value: float) -> float:
    return value if name == "glutamate_reversal" else float(np.log(value))


def _values(start: WormConstants, learn: Sequence[str], raw: Tensor) -> dict[str, Tensor]:
    values = {
        name: torch.tensor(value, dtype=torch.float64) for name, value in start._asdict().items()
    }
    for name, entry in zip(learn, raw, strict=True):
        values[name] = entry if name == "glutamate_reversal" else entry.exp()
    return values
