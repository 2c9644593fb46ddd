"""Long data frames: one row an observation, (id, time, variable, value)."""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, Literal

import numpy as np
import torch

from liquidtime.data import ragged
from liquidtime.data.assemble import assemble
from liquidtime.data.convert.arrays import as_ids, as_target
from liquidtime.data.series import IrregularSeries
from liquidtime.errors import InputError
from liquidtime.optional import require

if TYPE_CHECKING:
    import pandas as pd


def from_long_frame(
    frame: "pd.DataFrame",
    *,
    id: str = "id",
    time: str = "time",
    variable: str = "variable",
    value: str = "value",
    features: Sequence[str] | None = None,
    static: "pd.DataFrame | None" = None,
    target: "Mapping[Any, Any] | pd.Series | pd.DataFrame | None" = None,
    classes: Sequence[str] | None = None,
    repeated: Literal["mean", "error"] = "mean",
) -> IrregularSeries:
    """Series from a long data frame; its rows may be in any order.

    Args:
        frame: One row an observation. Rows whose value is missing are passed over, but their
            moment is kept.
        id: Column that tells the series apart.
        time: Column of numbers, in any unit.
        variable: Column of feature names.
        value: Column of numbers.
        features: Names and order of the features; rows of others are passed over. By default all,
            sorted by name.
        static: Data frame of numbers, its index the ids; or None.
        target: By id: a mapping or a pandas Series of classes (whole numbers) or of values
            (floats), or a data frame of values; or None.
        classes: Names of the classes.
        repeated: What to do with several values of one variable of one series at one time: take
            their mean, or raise.

    Returns:
        The series, ordered as their ids first appear in the frame. An id that appears only in
        `static` or `target` is not a series.

    Raises:
        InputError: If a column is missing or does not hold numbers, a time is missing, or an id
            has no static row or no target.
    """
    pandas = require("pandas", extra="train")
    for name in (id, time, variable, value):
        if name not in frame.columns:
            raise InputError(
                f"the frame has no column {name!r}; it has {list(map(str, frame.columns))}. Name "
                "the columns: from_long_frame(frame, id=..., time=..., variable=..., value=...)."
            )
    clock = _numbers(frame, time)
    amounts = _numbers(frame, value)
    nameless = frame[id].isna().to_numpy()
    if nameless.any():
        raise InputError(
            f"column {id!r} is missing in {int(nameless.sum())} rows, first in the row "
            f"{frame.index[nameless][0]!r}. Drop them, or fill the id in."
        )
    if np.isnan(clock).any():
        raise InputError(
            f"column {time!r} is missing in {int(np.isnan(clock).sum())} rows, first in the row "
            f"{frame.index[np.isnan(clock)][0]!r}. Drop them, or fill the time in."
        )
    owners, ids = pandas.factorize(frame[id])
    names = frame[variable].astype(str).where(frame[variable].notna())
    if features is None:
        features = sorted(names.dropna().unique())
    codes = pandas.Index(list(features)).get_indexer(names)
    codes = np.where(np.isnan(amounts), -1, codes)
    if repeated == "error":
        _refuse_repeats(frame, codes, owners, clock, id, time, variable)
    elif repeated != "mean":
        raise InputError(f'repeated is {repeated!r}; expected "mean" or "error".')
    cells = assemble(
        owners,
        clock,
        codes,
        amounts,
        series_count=len(ids),
        feature_count=len(features),
    )
    numbers = None if static is None else _by_id("static", static, ids)
    wanted = _target(target, ids)
    return IrregularSeries(
        values=torch.from_numpy(cells.values),
        times=torch.from_numpy(cells.times),
        mask=torch.from_numpy(cells.mask),
        lengths=torch.from_numpy(cells.lengths),
        static=None if numbers is None else torch.from_numpy(numbers.astype(np.float32)),
        target=as_target(wanted),
        ids=as_ids(ids),
        features=tuple(features),
        static_features=None if static is None else tuple(map(str, static.columns)),
        target_names=_target_names(target),
        classes=None if classes is None else tuple(classes),
    )


def to_long_frame(
    series: IrregularSeries,
    *,
    id: str = "id",
    time: str = "time",
    variable: str = "variable",
    value: str = "value",
) -> "pd.DataFrame":
    """One row for each observed value, by series, time and feature.

    Moments at which nothing was observed leave no trace, nor do series without observations;
    static features and targets stay behind (`series.static`, `series.target`).

    Args:
        series: The series.
        id: Name of the column of ids.
        time: Name of the column of times.
        variable: Name of the column of feature names.
        value: Name of the column of values.

    Returns:
        A data frame with these four columns.
    """
    pandas = require("pandas", extra="train")
    row, feature = (part.cpu().numpy() for part in series.mask.nonzero(as_tuple=True))
    owner = ragged.series_of_rows(series.lengths).cpu().numpy()[row]
    return pandas.DataFrame(
        {
            id: series.ids[owner],
            time: series.times.cpu().numpy()[row],
            variable: np.asarray(series.features, dtype=object)[feature],
            value: series.values.cpu().numpy()[row, feature],
        }
    )


def _numbers(frame: "pd.DataFrame", column: str) -> np.ndarray:
    kind = frame[column].dtype.kind
    if kind in "mM":
        raise InputError(
            f"column {column!r} holds dates; expected numbers. Count from a start: "
            f"(frame[{column!r}] - start).dt.total_seconds() / 3600 gives hours."
        )
    if kind not in "biuf":
        raise InputError(
            f"column {column!r} holds {frame[column].dtype}; expected numbers. Convert it: "
            f"pandas.to_numeric(frame[{column!r}])."
        )
    array = frame[column].to_numpy(dtype=np.float64, na_value=np.nan)
    if np.isinf(array).any():
        raise InputError(
            f"column {column!r} is infinite in the row {frame.index[np.isinf(array)][0]!r}; "
            "expected finite numbers."
        )
    return array


def _refuse_repeats(
    frame: "pd.DataFrame",
    codes: np.ndarray,
    owners: np.ndarray,
    clock: np.ndarray,
    id: str,
    time: str,
    variable: str,
) -> None:
    seen = np.flatnonzero(codes >= 0)
    pandas = require("pandas", extra="train")
    keys = pandas.DataFrame({"id": owners[seen], "time": clock[seen], "variable": codes[seen]})
    twice = keys.duplicated().to_numpy()
    if twice.any():
        row = frame.iloc[seen[twice][0]]
        raise InputError(
            f"{row[variable]!r} of {row[id]!r} at time {row[time]} stands twice, and in "
            f'{int(twice.sum())} rows in all. repeated="mean" averages such values.'
        )


def _by_id(name: str, table: "pd.DataFrame | pd.Series", ids: Any) -> np.ndarray:
    if table.index.has_duplicates:
        twice = table.index[table.index.duplicated()][0]
        raise InputError(f"{name} holds the id {twice!r} twice; expected one row an id.")
    lost = [entry for entry in ids if entry not in table.index]
    if lost:
        raise InputError(
            f"{name} has no row for {len(lost)} ids, first {lost[0]!r}; its index must hold the "
            "ids of the frame."
        )
    return table.loc[list(ids)].to_numpy()


def _target(target: Any, ids: Any) -> Any:
    if target is None:
        return None
    pandas = require("pandas", extra="train")
    if isinstance(target, pandas.DataFrame):
        return _by_id("target", target, ids).astype(np.float64)
    table = target if isinstance(target, pandas.Series) else pandas.Series(dict(target))
    return _by_id("target", table, ids)


def _target_names(target: Any) -> tuple[str, ...] | None:
    if target is None or not hasattr(target, "index"):
        return None
    columns = getattr(target, "columns", None)
    if columns is not None:
        return tuple(map(str, columns))
    return None if target.name is None else (str(target.name),)
