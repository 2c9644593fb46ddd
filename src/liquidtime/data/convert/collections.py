"""The collections of aeon and sktime, by their names; neither package is needed."""

from collections.abc import Sequence
from dataclasses import replace
from itertools import pairwise
from typing import Any, Literal

import numpy as np

from liquidtime.data.convert.arrays import label_target
from liquidtime.data.convert.lists import from_lists, to_lists
from liquidtime.data.convert.padded import from_nan_padded, to_nan_padded
from liquidtime.data.convert.tables import from_frame, to_frame
from liquidtime.data.series import IrregularSeries
from liquidtime.errors import InputError
from liquidtime.optional import require

AeonForm = Literal["numpy3D", "np-list", "df-list", "pd-multiindex", "numpy2D", "pd-wide"]
SktimeForm = Literal["pd-multiindex", "nested_univ", "df-list", "numpy3D", "numpyflat"]

_AEON = ("numpy3D", "np-list", "df-list", "pd-multiindex", "numpy2D", "pd-wide")
_SKTIME = ("pd-multiindex", "nested_univ", "df-list", "numpy3D", "numpyflat")
_SAME = {"numpyflat": "numpy2D"}


def from_aeon(
    X: Any,
    y: Any = None,
    *,
    form: AeonForm | None = None,
    classes: Sequence[str] | None = None,
) -> IrregularSeries:
    """Series from a collection of aeon.

    Args:
        X: "numpy3D" [N, C, T], "np-list" (N arrays [C, T]), "df-list" (N data frames [C, T]),
            "pd-multiindex" (rows (case, time), columns channels), "numpy2D" or "pd-wide" [N, T].
            NaN was not observed, and ends a series of an array behind its last number. Times are 0,
            1, 2, … but for "pd-multiindex", whose index has them.
        y: [N] labels or floats, or None.
        form: One of these names; by default told by the type.
        classes: Names of the classes in order; sorted where they are left out.

    Returns:
        The series.

    Raises:
        InputError: If X is of no such form.
    """
    return _read(X, y, form, classes, _AEON, frames_are_turned=True)


def from_sktime(
    X: Any,
    y: Any = None,
    *,
    form: SktimeForm | None = None,
    classes: Sequence[str] | None = None,
) -> IrregularSeries:
    """Series from a panel of sktime.

    Args:
        X: "pd-multiindex" (rows (instance, time), columns variables), "nested_univ" (a data frame
            whose cells are pandas Series), "df-list" (N data frames [T, C], their index the time),
            "numpy3D" [N, C, T] or "numpyflat" [N, T].
        y: [N] labels or floats, or None.
        form: One of these names; by default told by the type.
        classes: Names of the classes in order; sorted where they are left out.

    Returns:
        The series.

    Raises:
        InputError: If X is of no such form.
    """
    return _read(X, y, form, classes, _SKTIME, frames_are_turned=False)


def to_aeon(series: IrregularSeries, *, form: AeonForm | None = None) -> Any:
    """A collection for aeon, which has no clock.

    Args:
        series: Sampled at even steps, the same in all series.
        form: By default "numpy3D" [N, C, T] for series of equal length, else "np-list".

    Returns:
        The collection, NaN where nothing was observed. Targets stay behind (`series.target`).

    Raises:
        InputError: If the steps are not even, as aeon would take them for even, or the form cannot
            hold the series.
    """
    equal = len(set(series.lengths.tolist())) == 1
    form = form or ("numpy3D" if equal else "np-list")
    if form not in _AEON:
        raise InputError(f"form is {form!r}; expected one of {', '.join(_AEON)}.")
    if form == "pd-multiindex":
        return to_frame(series, id="case", time="timepoint")
    _refuse_uneven(series, "to_frame")
    blocks = [block.T for block in to_lists(series).values]
    if form == "np-list":
        return blocks
    pandas = require("pandas", extra="train")
    if form == "df-list":
        return [pandas.DataFrame(block, index=list(series.features)) for block in blocks]
    flat = _flat_or_cube(series, equal, flat=form != "numpy3D", form=form)
    return pandas.DataFrame(flat) if form == "pd-wide" else flat


def to_sktime(series: IrregularSeries, *, form: SktimeForm = "pd-multiindex") -> Any:
    """A panel for sktime.

    Args:
        series: The series.
        form: "pd-multiindex", "df-list" and "nested_univ" keep the times, even or not; "numpy3D"
            and "numpyflat" have none, and need even steps and equal lengths.

    Returns:
        The panel, NaN where nothing was observed.

    Raises:
        InputError: If the form cannot hold the series.
    """
    if form not in _SKTIME:
        raise InputError(f"form is {form!r}; expected one of {', '.join(_SKTIME)}.")
    if form in ("numpy3D", "numpyflat"):
        _refuse_uneven(series, 'to_sktime(series, form="pd-multiindex")')
        equal = len(set(series.lengths.tolist())) == 1
        return _flat_or_cube(series, equal, flat=form == "numpyflat", form=form)
    if form == "pd-multiindex":
        return to_frame(series, id="instance", time="timepoint")
    pandas = require("pandas", extra="train")
    ends = np.cumsum(series.lengths.cpu().numpy())[:-1]
    whole = to_frame(series).droplevel(0)
    cuts = [0, *ends.tolist(), len(whole)]
    frames = [whole.iloc[a:b] for a, b in pairwise(cuts)]
    if form == "df-list":
        return frames
    cells = {name: [frame[name] for frame in frames] for name in series.features}
    nested = pandas.DataFrame(index=pandas.Index(series.ids))
    for name, column in cells.items():
        nested[name] = pandas.Series(column, index=nested.index, dtype=object)
    return nested


def _read(
    X: Any,
    y: Any,
    form: str | None,
    classes: Sequence[str] | None,
    forms: tuple[str, ...],
    *,
    frames_are_turned: bool,
) -> IrregularSeries:
    pandas = require("pandas", extra="train")
    found = form or _form(X, pandas, frames_are_turned)
    if found not in forms and found not in _SAME:
        raise InputError(
            f"X is a {type(X).__name__} of no known form; expected {', '.join(forms)}, or "
            f"form=… to say which ({found!r} came)."
        )
    found = _SAME.get(found, found)
    target = None if y is None else label_target(y, classes, name="y")
    more: dict[str, Any] = (
        {} if target is None else {"target": target.target, "classes": target.classes}
    )
    try:
        if found == "pd-multiindex":
            series = from_frame(X)
            return replace(series, **more)
        if found in ("numpy3D", "numpy2D", "pd-wide"):
            block = np.asarray(X, dtype=np.float64)
            block = block[:, None] if found != "numpy3D" else block
            clock = np.arange(block.shape[-1])
            return from_nan_padded(block, clock, layout="NDT", lengths=_ends(block), **more)
        if found == "nested_univ":
            frames = [
                pandas.DataFrame({str(name): row[name] for name in X.columns})
                for _, row in X.iterrows()
            ]
            return _clocked(frames, more, ids=X.index)
        if found == "df-list":
            frames = [frame.T.reset_index(drop=True) if frames_are_turned else frame for frame in X]
            return _clocked(frames, more)
        blocks = [np.asarray(block, dtype=np.float64).T for block in X]
        return from_lists(blocks, [np.arange(len(block)) for block in blocks], **more)
    except (TypeError, ValueError, IndexError) as error:
        if isinstance(error, InputError):
            raise
        raise InputError(f"X is no {found} ({error}).") from error


def _form(X: Any, pandas: Any, aeon: bool) -> str:
    if isinstance(X, pandas.DataFrame):
        if X.index.nlevels > 1:
            return "pd-multiindex"
        nested = len(X) > 0 and isinstance(X.iloc[0, 0], pandas.Series)
        return "nested_univ" if nested else "pd-wide"
    if isinstance(X, list | tuple) and len(X):
        frames = isinstance(X[0], pandas.DataFrame)
        return "df-list" if frames else "np-list" if np.ndim(X[0]) == 2 else "a list"
    if isinstance(X, np.ndarray) and X.dtype != object:
        return {3: "numpy3D", 2: "numpy2D"}.get(X.ndim, f"an array of {X.ndim} dimensions")
    return type(X).__name__


def _ends(block: np.ndarray) -> np.ndarray:
    """The length of each series of [N, C, T], up to its last number."""
    held = ~np.isnan(block).all(axis=1)
    return np.where(held, np.arange(1, block.shape[-1] + 1), 0).max(axis=1, initial=0)


def _clocked(frames: list[Any], more: dict[str, Any], ids: Any = None) -> IrregularSeries:
    """Frames [T, C]; an index that is whole numbers is the time, too."""
    frames = [frame.set_axis(list(map(str, frame.columns)), axis=1) for frame in frames]
    return from_lists(frames, [frame.index for frame in frames], ids=ids, **more)


def _refuse_uneven(series: IrregularSeries, other: str) -> None:
    gaps = np.concatenate([np.diff(times) for times in to_lists(series).times] or [np.zeros(0)])
    if len(gaps) and (gaps.min() <= 0 or np.ptp(gaps) > 1e-6 * gaps.max()):
        raise InputError(
            f"the steps are not even: gaps of {gaps.min():g} to {gaps.max():g}; this form has no "
            f"times, so they would be taken for equal. Keep the times with {other}, or bring the "
            "series to a grid first, such as with to_pypots(series, step=…)."
        )


def _flat_or_cube(series: IrregularSeries, equal: bool, *, flat: bool, form: str) -> np.ndarray:
    if not equal and len(series):
        raise InputError(
            f"the series have {int(series.lengths.min())} to {int(series.lengths.max())} steps; "
            f"{form!r} needs equal lengths."
        )
    if flat and series.feature_count != 1:
        raise InputError(f"{form!r} holds one channel; the series have {series.feature_count}.")
    block = to_nan_padded(series).values.transpose(0, 2, 1)
    return block[:, 0] if flat else block
