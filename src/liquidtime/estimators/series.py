"""What the estimators accept as X, brought to one `IrregularSeries`."""

from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np
from torch import Tensor

from liquidtime.data.convert import from_lists, from_nan_padded
from liquidtime.data.series import IrregularSeries
from liquidtime.errors import InputError

_ACCEPTED = (
    "Expected a list with one entry a series: arrays [T, D], or Series(values, times) where the "
    "times matter; or an array [N, T, D] with NaN where nothing was observed; or an "
    "IrregularSeries."
)


class Series(NamedTuple):
    """One series, complete in itself: `GridSearchCV` picks such entries out of a list one by one.

    Attributes:
        values: [T, D], or [T] where there is one feature; NaN where nothing was observed.
        times: [T], never falling, in any unit.
    """

    values: Any
    times: Any


def as_series(X: Any) -> IrregularSeries:
    """Bring any of the accepted forms of X to one container.

    Args:
        X: A list of N arrays [T, D] (times 0, 1, 2, …), of N `Series` or (values, times) tuples,
            or of N containers of one series each; an array [N, T, D] with NaN where nothing was
            observed (times 0, 1, 2, …); or an `IrregularSeries`.

    Returns:
        N series.

    Raises:
        InputError: If X has another form, or its series do not fit together.
    """
    if isinstance(X, IrregularSeries):
        return X
    if isinstance(X, Series):
        raise InputError(f"X is a single Series. Put it in a list: [series]. {_ACCEPTED}")
    if isinstance(X, Tensor) or (isinstance(X, np.ndarray) and X.dtype != object):
        if X.ndim != 3:
            raise InputError(
                f"X is an array of shape {list(X.shape)}. {_ACCEPTED} For series of one feature "
                "pass X[:, :, None]; for one series pass [X]."
            )
        return from_nan_padded(X)
    if not isinstance(X, list | tuple | np.ndarray):
        raise InputError(f"X is of type {type(X).__name__}. {_ACCEPTED}")
    entries = list(X)
    if not entries:
        raise InputError(f"X holds no series. {_ACCEPTED}")
    kinds = {_kind(entry) for entry in entries}
    if len(kinds) > 1:
        raise InputError(
            f"X mixes {' and '.join(sorted(kinds))}; expected the same for every series."
        )
    kind = kinds.pop()
    if kind == "containers":
        return IrregularSeries.concatenate(entries)
    if kind == "bare arrays":
        return from_lists(entries)
    pairs = [_pair(entry, n) for n, entry in enumerate(entries)]
    return from_lists([pair.values for pair in pairs], [pair.times for pair in pairs])


def check_feature_count(estimator: Any, series: IrregularSeries) -> None:
    """Check that X has the features that the estimator was fitted on.

    Args:
        estimator: A fitted estimator.
        series: What came.

    Raises:
        InputError: If the number of features differs.
    """
    count = series.values.shape[1]
    if count != estimator.n_features_in_:
        raise InputError(
            f"X has {count} features, but {type(estimator).__name__} is expecting "
            f"{estimator.n_features_in_} features as input."
        )


def _kind(entry: Any) -> str:
    if isinstance(entry, IrregularSeries):
        return "containers"
    return "pairs of values and times" if isinstance(entry, tuple) else "bare arrays"


def _pair(entry: Sequence[Any], n: int) -> Series:
    if len(entry) != 2 or np.ndim(entry[0]) == 0 or np.ndim(entry[1]) == 0:
        raise InputError(
            f"series {n} is a tuple of {len(entry)} entries that is no (values, times) pair. "
            f"{_ACCEPTED}"
        )
    pair = Series(*entry)
    if np.ndim(pair.values) == 1 and np.ndim(pair.times) == 2:
        raise InputError(
            f"series {n} looks like (times, values): its first entry has shape "
            f"{list(np.shape(pair.values))} and its second {list(np.shape(pair.times))}. Expected "
            "(values [T, D], times [T]); Series(values=…, times=…) cannot be mistaken."
        )
    if np.ndim(pair.values) == 1 and _falls(pair.times) and not _falls(pair.values):
        raise InputError(
            f"series {n} has times that fall and values that do not: it looks like "
            "(times, values). Expected (values, times)."
        )
    return pair


def _falls(numbers: Any) -> bool:
    return bool((np.diff(np.asarray(numbers, dtype=np.float64)) < 0).any())
