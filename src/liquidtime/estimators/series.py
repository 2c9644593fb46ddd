"""What the estimators accept as X, brought to one `IrregularSeries`."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any, NamedTuple

import numpy as np
from torch import Tensor

from liquidtime.data.convert import from_frame, from_lists, from_nan_padded
from liquidtime.data.convert.arrays import numbers
from liquidtime.data.convert.tables import is_panel
from liquidtime.data.series import IrregularSeries
from liquidtime.errors import InputError
from liquidtime.estimators.names import check_names, unnamed, with_names_of_fit
from liquidtime.estimators.targets import one_a_series, own_target
from liquidtime.instants import read_instants
from liquidtime.notes import note_once

_ACCEPTED = (
    "Expected a list with one entry a series: arrays [T, D], data frames whose index tells the "
    "time, or Series(values, times) where the times matter; or an array [N, T, D] with NaN where "
    "nothing was observed; or a data frame with an (id, time) MultiIndex; or an IrregularSeries."
)
_MANY_CHANNELS = 2


class Series(NamedTuple):
    """One series, complete in itself: `GridSearchCV` picks such entries out of a list one by one.

    Attributes:
        values: [T, D], or [T] where there is one feature; NaN where nothing was observed. Of a data
            frame the columns name the features.
        times: [T], never falling: numbers in any unit; durations; or dates, of which the hours
            since the first of the series count, whatever unit or time zone they have.
    """

    values: Any
    times: Any


def as_series(X: Any) -> IrregularSeries:
    """Bring any of the accepted forms of X to one container.

    Args:
        X: A list of N arrays [T, D] (times 0, 1, 2, …), of N data frames (their index the times),
            of N `Series` or (values, times) tuples, or of N containers of one series each; an array
            [N, T, D] with NaN where nothing was observed (times 0, 1, 2, …); a data frame with an
            (id, time) MultiIndex, its ids in the order in which they first appear; or an
            `IrregularSeries`.

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
        _note_layout(X.shape[1:])
        return from_nan_padded(X)
    if is_panel(X):
        return from_frame(X)
    if hasattr(X, "columns"):
        raise InputError(
            f"X is a single {type(X).__name__}. Where it holds several series, say which rows: "
            "frame.set_index(['id', 'time']), or liquidtime.data.from_frame(frame, id='id', "
            f"time='time'); where it is one, put it in a list: [frame]. {_ACCEPTED}"
        )
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
        shapes = {np.shape(entry) for entry in entries if not hasattr(entry, "columns")}
        if len(shapes) == 1:
            _note_layout(next(iter(shapes)))
        return from_lists(entries)
    pairs = [_pair(entry, n) for n, entry in enumerate(entries)]
    return from_lists([pair.values for pair in pairs], [pair.times for pair in pairs])


def as_fitted(estimator: Any, X: Any) -> IrregularSeries:
    """Bring X to a container with the features that the estimator was fitted on.

    Args:
        estimator: A fitted estimator.
        X: As `as_series` takes it.

    Raises:
        InputError: If X has another form, or other features.
    """
    series = as_series(X)
    known = getattr(estimator, "feature_names_in_", None)
    count, expected = series.feature_count, estimator.n_features_in_
    if count != expected and known is not None and series.features != unnamed(count):
        check_names(tuple(known), series.features)
    if count != expected:
        steps = set(series.lengths.tolist())
        turned = (
            f" Every series has {expected} steps: if X is [N, D, T], pass X.transpose(0, 2, 1), or "
            'liquidtime.data.from_nan_padded(X, layout="NDT").'
            if steps == {expected}
            else ""
        )
        raise InputError(
            f"X has {count} features, but {type(estimator).__name__} is expecting "
            f"{expected} features as input.{turned}"
        )
    return with_names_of_fit(estimator, series)


def like_fit(
    series: IrregularSeries, given: tuple[Any, Any], task: str
) -> tuple[IrregularSeries, np.ndarray]:
    """A validation set that was given, in the form of what is fitted on.

    Args:
        series: What is fitted on.
        given: (X, y).
        task: "classify" or "regress", where y is None.

    Raises:
        InputError: If it is no such pair, or its features are others.
    """
    if not isinstance(given, tuple | list) or len(given) != 2:
        raise InputError("validation is no pair; expected (X, y) to validate on.")
    found = as_series(given[0])
    if found.feature_count != series.feature_count:
        raise InputError(
            f"X of the validation set has {found.feature_count} features; expected "
            f"{series.feature_count}, as X of the fit."
        )
    if found.features != series.features:
        if found.features != unnamed(found.feature_count):
            check_names(series.features, found.features)
        found = replace(found, features=series.features)
    if found.time_unit != series.time_unit:
        theirs, ours = (
            "plain numbers" if each.time_unit is None else "dates or durations"
            for each in (found, series)
        )
        raise InputError(
            f"the times of the validation set are {theirs}, those of X {ours}; expected one kind "
            "of time."
        )
    y = own_target(found, task) if given[1] is None else given[1]
    return found, one_a_series(y, len(found))


def _note_layout(shape: tuple[int, ...]) -> None:
    if len(shape) == 2 and shape[0] > 0 and shape[1] > _MANY_CHANNELS * shape[0]:
        steps, features = shape
        note_once(
            f"X is read as [N, T, D]: {steps} steps of {features} features each. If it is [N, D, T]"
            f" as in aeon and sktime, {steps} features over {features} steps, pass "
            'liquidtime.data.from_nan_padded(X, layout="NDT"); layout="NTD" says that it is right.',
            stacklevel=4,
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
    if hasattr(pair.times, "columns") or (np.ndim(pair.values) == 1 and np.ndim(pair.times) == 2):
        raise InputError(
            f"series {n} looks like (times, values): its first entry has shape "
            f"{list(np.shape(pair.values))} and its second {list(np.shape(pair.times))}. Expected "
            "(values [T, D], times [T]); Series(values=…, times=…) cannot be mistaken."
        )
    if read_instants(f"values of series {n}", pair.values) is not None:
        raise InputError(
            f"series {n} has dates or durations as values: it looks like (times, values). Expected "
            "(values, times); Series(values=…, times=…) cannot be mistaken."
        )
    if np.ndim(pair.values) == 1 and _falls(pair.times) and not _falls(pair.values):
        raise InputError(
            f"series {n} has times that fall and values that do not: it looks like "
            "(times, values). Expected (values, times)."
        )
    return pair


def _falls(given: Any) -> bool:
    if isinstance(given, Tensor):
        given = given.detach().cpu().numpy()
    instants = read_instants("times", given)
    found = numbers("times", given) if instants is None else instants.nanoseconds
    return bool((np.diff(np.asarray(found)) < 0).any())
