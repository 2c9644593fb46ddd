"""What the estimators accept as y."""

from typing import Any

import numpy as np
from sklearn.utils.multiclass import check_classification_targets
from torch import Tensor

from liquidtime.data.series import IrregularSeries
from liquidtime.errors import InputError
from liquidtime.instants import read_instants


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
    if found.dtype.kind == "U" and isinstance(y, list | tuple):
        # NumPy has made text of whatever stood beside text.
        found = np.array(y, dtype=object)
    return found


def check_labels(labels: np.ndarray) -> np.ndarray:
    """Labels of classes, of one kind that can be sorted.

    Args:
        labels: [N].

    Returns:
        The same; text as NumPy's text.

    Raises:
        InputError: If one is missing, some are text and others are not, or they are measured
            numbers rather than labels.
    """
    if labels.ndim != 1:
        raise InputError(f"y has shape {list(labels.shape)}; expected [N], a label a series.")
    if labels.dtype.kind == "f" and not np.isfinite(labels).all():
        raise InputError("y holds NaN or infinity; expected a label for every series.")
    if labels.dtype.kind == "O":
        _check_objects(labels)
        labels = np.array(labels.tolist())
    if labels.dtype.kind not in "biufUS":
        raise InputError(f"y holds {labels.dtype}; expected text, whole numbers or booleans.")
    try:
        check_classification_targets(labels)
    except (TypeError, ValueError) as error:
        raise InputError(
            f"{error} For numbers use LiquidRegressor; for classes of them cut y into bins, such "
            "as with numpy.digitize."
        ) from error
    return labels


def numbers_of(y: np.ndarray) -> np.ndarray:
    """Numbers to predict, float64.

    Args:
        y: [N] or [N, K].

    Raises:
        InputError: If it holds anything but finite numbers.
    """
    kind = y.dtype.kind
    try:
        if kind in "mMc" or (kind == "O" and read_instants("y", y) is not None):
            raise TypeError(f"{y.dtype}")
        values = y.astype(np.float64)
    except (TypeError, ValueError) as error:
        raise InputError(f"y does not hold numbers alone ({error}).") from error
    if values.ndim not in (1, 2) or values.size == 0:
        raise InputError(f"y has shape {list(values.shape)}; expected [N] or [N, K].")
    if not np.isfinite(values).all():
        raise InputError("y holds NaN or infinity; expected a finite number for every target.")
    return values


def _check_objects(labels: np.ndarray) -> None:
    for n, label in enumerate(labels):
        missing = label is None or type(label).__name__ in ("NAType", "NaTType")
        if missing or (isinstance(label, float) and label != label):
            raise InputError(
                f"y is {label!r} in series {n}; expected a label for every series. Leave the "
                "series out, or give those without one a label of their own."
            )
    text = [isinstance(label, str) for label in labels]
    if any(text) and not all(text):
        odd = labels[text.index(False)]
        raise InputError(
            f"y mixes text ({labels[text.index(True)]!r}) with {type(odd).__name__} ({odd!r}); "
            "expected labels of one kind. Turn all into text: [str(label) for label in y]."
        )
