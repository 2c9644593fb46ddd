"""What the estimators accept as y."""

from typing import Any

import numpy as np
from torch import Tensor

from liquidtime.data.series import IrregularSeries
from liquidtime.errors import InputError


def own_target(series: IrregularSeries, task: str) -> np.ndarray:
    """The target that the series bring along, where y is left out.

    Args:
        series: What came as X.
        task: "classify" or "regress".

    Returns:
        [N] labels (the names of the classes, if there are any), or [N, K] values.

    Raises:
        InputError: If there is no target, or it is of the wrong kind.
    """
    if series.target is None:
        raise InputError("y is missing, and the series bring no target along. Pass y.")
    if series.per_step:
        raise InputError(
            "the series have one target a step; the estimators predict one a series. Use "
            "liquidtime.train.fit for targets at every step."
        )
    found = series.target.cpu().numpy()
    if (task == "regress") != np.issubdtype(found.dtype, np.floating):
        kind = "classes" if task == "regress" else "numbers"
        raise InputError(f"the series have {kind} as targets, which do not suit this estimator.")
    if task == "classify" and series.classes is not None:
        return np.asarray(series.classes)[found]
    return found


def one_a_series(y: Any, count: int) -> np.ndarray:
    """Check that there is one target a series.

    Args:
        y: Labels or numbers.
        count: Number of series N.

    Returns:
        [N] or [N, K].

    Raises:
        InputError: If the number differs.
    """
    found = y.detach().cpu().numpy() if isinstance(y, Tensor) else np.asarray(y)
    if found.ndim == 0 or len(found) != count:
        came = "a single value" if found.ndim == 0 else f"{len(found)} targets"
        raise InputError(f"y holds {came}, but X holds {count} series; expected one a series.")
    return found
