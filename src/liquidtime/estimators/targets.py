"""What the estimators accept as y."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import numpy as np
import torch
from sklearn.utils.multiclass import check_classification_targets
from torch import Tensor

from liquidtime.data.series import IrregularSeries
from liquidtime.data.single import to_single
from liquidtime.errors import InputError
from liquidtime.instants import read_instants

_STEPS = (
    "The estimators predict one target a series: for targets at every step use "
    "liquidtime.train.fit on from_lists(X, target=y, per_step=True)."
)


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
        raise InputError(f"the series have one target a step. {_STEPS}")
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
    try:
        found = _array(y)
    except ValueError:
        raise InputError(
            f"y holds entries of unequal length. {_STEPS} For lists of labels use "
            "sklearn.preprocessing.MultiLabelBinarizer, which makes columns of 0 and 1."
        ) from None
    if isinstance(y, np.ma.MaskedArray) and np.ma.getmaskarray(y).any():
        raise InputError(
            "y is masked at some series; expected a target for every series. Leave these out."
        )
    if found.ndim == 0 or len(found) != count:
        came = "a single value" if found.ndim == 0 else f"{len(found)} targets"
        raise InputError(f"y holds {came}, but X holds {count} series; expected one a series.")
    if found.dtype.kind == "U" and isinstance(y, list | tuple):
        # NumPy has made text of whatever stood beside text.
        found = np.array(y, dtype=object)
    return found


def no_steps(y: Any, series: IrregularSeries) -> None:
    """Refuse what looks like a target a step, unless its columns have names.

    Args:
        y: As it came.
        series: What it is the target of.

    Raises:
        InputError: If y is [N, T] and all series have T steps, T above 1.
    """
    if hasattr(y, "columns"):
        return
    shape = np.shape(y) if not isinstance(y, list) or not y or np.ndim(y[0]) == 0 else None
    if shape is None:
        lengths = {np.shape(one)[0] if np.ndim(one) else 0 for one in y}
        shape = (len(y), *np.shape(y[0])) if len(lengths) == 1 else (len(y),)
    steps = set(series.lengths.tolist())
    if len(shape) == 2 and shape[1] > 1 and steps == {shape[1]}:
        raise InputError(
            f"y has shape {list(shape)} and every series has {shape[1]} steps: it looks like a "
            f"target a step. {_STEPS} If these are {shape[1]} values of each series as a whole, "
            "pass a data frame with a column for each."
        )


def indicators(y: np.ndarray) -> np.ndarray:
    """Several labels a series, float64 [N, K] of 0 and 1.

    Raises:
        InputError: If it holds anything else, or has one column.
    """
    if y.ndim != 2 or y.shape[1] < 2:
        raise InputError(
            f"y has shape {list(y.shape)}; expected [N], a label a series, or [N, K] of 0 and 1 "
            "for several labels. For one column pass y.ravel()."
        )
    values = numbers_of(y)
    if not np.isin(values, (0, 1)).all():
        raise InputError(
            f"y has shape {list(y.shape)} and holds other numbers than 0 and 1; expected [N], a "
            "label a series, or [N, K] of 0 and 1 for several labels. For numbers use "
            "LiquidRegressor."
        )
    return values


def class_numbers(y: np.ndarray, classes: np.ndarray) -> np.ndarray:
    """Labels of a validation set as numbers of the classes of the fit.

    Raises:
        InputError: If one is none of them.
    """
    labels = check_labels(y)
    known = {label: k for k, label in enumerate(classes.tolist())}
    strange = [label for label in labels.tolist() if label not in known]
    if strange:
        raise InputError(
            f"y of the validation set holds {strange[0]!r}, which y of the fit does not; expected "
            f"some of {', '.join(map(str, classes[:20]))}."
        )
    return np.array([known[label] for label in labels.tolist()], dtype=np.int64)


def class_weights(given: Any, classes: np.ndarray) -> Any:
    """How much classes count, as `TrainConfig.class_weights` has it.

    Args:
        given: None, "balanced" or a dictionary from labels to numbers.
        classes: [K] labels.

    Raises:
        InputError: If it is something else.
    """
    if given is None or given == "balanced":
        return given or "none"
    if not isinstance(given, Mapping):
        raise InputError(
            f"class_weight is {given!r}; expected None, 'balanced' or a dictionary from labels to "
            "numbers."
        )
    known = classes.tolist()
    strange = [label for label in given if label not in known]
    if strange:
        raise InputError(
            f"class_weight names {strange[0]!r}, which is no class; expected some of "
            f"{', '.join(map(str, known[:20]))}."
        )
    numbers = [given.get(label, 1.0) for label in known]
    if not all(_is_weight(number) for number in numbers):
        raise InputError(
            f"class_weight is {dict(given)!r}; expected weights from 0 to 1e30 for labels."
        )
    return tuple(map(float, numbers))


def _is_weight(number: Any) -> bool:
    # What 32 bits hold, in which the loss is counted.
    return isinstance(number, int | float | np.number) and bool(0 <= number < 1e30)


def _array(y: Any) -> np.ndarray:
    if isinstance(y, Tensor):
        y = y.detach().cpu()
        return (y.double() if y.is_floating_point() else y).numpy()
    return y.toarray() if hasattr(y, "toarray") else np.asarray(y)


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
        raise InputError(f"y has shape {list(values.shape)}; expected [N] or [N, K]. {_STEPS}")
    if not np.isfinite(values).all():
        raise InputError("y holds NaN or infinity; expected a finite number for every target.")
    return values


def classed(series: IrregularSeries, codes: np.ndarray, names: tuple[str, ...]) -> IrregularSeries:
    """The series with class numbers [N] as their targets, and the names of the classes."""
    return replace(
        series,
        target=torch.as_tensor(codes, dtype=torch.int64),
        classes=names,
        target_names=None,
        per_step=False,
    )


def valued(series: IrregularSeries, columns: np.ndarray) -> IrregularSeries:
    """The series with numbers [N, K] as their targets."""
    return replace(
        series,
        target=to_single("y", torch.as_tensor(columns, dtype=torch.float64)),
        classes=None,
        target_names=None,
        per_step=False,
    )


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
