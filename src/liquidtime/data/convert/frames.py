"""Long data frames: one row an observation, (id, time, variable, value)."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

import numpy as np
import torch

from liquidtime.data import ragged
from liquidtime.data.assemble import assemble
from liquidtime.data.convert.arrays import as_ids, as_target
from liquidtime.data.convert.clocks import check_spacing
from liquidtime.data.series import IrregularSeries
from liquidtime.data.single import check_single
from liquidtime.data.stamps import Stamps
from liquidtime.data.table.categories import read_column, read_values
from liquidtime.data.table.columns import nearest
from liquidtime.data.table.labels import Labels
from liquidtime.data.table.schema import TableSchema
from liquidtime.data.table.source import Table
from liquidtime.errors import InputError
from liquidtime.instants import HOUR, Instants, read_instants
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
    absent: Literal["error", "missing"] = "error",
    categories: Sequence[str] = (),
) -> IrregularSeries:
    """Series from a long data frame; its rows may be in any order.

    Args:
        frame: One row an observation. Rows whose value is missing are passed over, but their
            moment is kept.
        id: Column that tells the series apart.
        time: Column of numbers, in any unit; of durations, which become hours; or of dates, which
            become hours since the first of their series, whatever unit or time zone they have.
        variable: Column of feature names.
        value: Column of numbers; anything where the variable is one of `categories`.
        features: Names and order of the features; rows of others are passed over. By default all,
            sorted by name.
        static: Data frame of numbers, and of text or a categorical dtype for categories, its index
            the ids; or None.
        target: By id: a mapping or a pandas Series of classes (whole numbers) or of values
            (floats), or a data frame of values; or None.
        classes: Names of the classes.
        repeated: What to do with several values of one variable of one series at one time: take
            their mean (of categories the last), or raise.
        absent: What to do if the frame has no row of one of `features`: raise, or take it for never
            measured, as in a frame of few series to predict for.
        categories: Variables that hold categories, such as a rhythm, and static columns that do
            though they look like numbers, such as units 1, 2, 3.

    Returns:
        The series, ordered as their ids first appear in the frame. An id that appears only in
        `static` or `target` is not a series.

    Raises:
        InputError: If a column is missing, stands there twice or does not hold numbers, a variable
            holds neither numbers nor categories, a time is missing, one of `features` is absent,
            or an id has no static row or no target.
    """
    pandas = require("pandas", extra="train")
    for name in (id, time, variable, value):
        count = list(frame.columns).count(name)
        if count != 1:
            came = f"{count} columns" if count else "no column"
            raise InputError(
                f"the frame has {came} {name!r}; it has {list(map(str, frame.columns))}. Name the "
                "columns, one of each: from_long_frame(frame, id=..., time=..., variable=..., "
                "value=...)."
            )
    instants = read_instants(f"column {time!r}", frame[time])
    clock = _numbers(frame, time) if instants is None else np.where(instants.missing, np.nan, 0.0)
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
    if instants is not None:
        clock = _hours(instants, owners)
    names = frame[variable].astype(str).where(frame[variable].notna())
    if features is None:
        features = sorted(names.dropna().unique())
    elif absent == "error":
        _refuse_absent(features, names, variable)
    elif absent != "missing":
        raise InputError(f'absent is {absent!r}; expected "error" or "missing".')
    _refuse_unknown(categories, features, static)
    codes = pandas.Index(list(features)).get_indexer(names)
    roles = TableSchema(
        id=id,
        time=time,
        variable=variable,
        value=value,
        features=tuple(features),
        categories=tuple(name for name in categories if name in features),
    )
    amounts, found = _values(frame, roles, codes, owners)
    codes = np.where(np.isnan(amounts), -1, codes)
    if repeated == "error":
        _refuse_repeats(frame, codes, owners, clock, id, time, variable)
    elif repeated != "mean":
        raise InputError(f'repeated is {repeated!r}; expected "mean" or "error".')
    codes = _last_categories(codes, owners, clock, [name in found for name in features])
    there = codes >= 0
    check_single("values", amounts[there], codes[there], list(map(str, features)))
    cells = assemble(
        owners,
        clock,
        codes,
        amounts,
        series_count=len(ids),
        feature_count=len(features),
    )
    if instants is None:
        check_spacing(f"column {time!r}", frame[time], torch.from_numpy(cells.times))
    fixed, static_found = (None, {}) if static is None else by_id(static, ids, categories)
    wanted = target_by_id(target, ids)
    return IrregularSeries(
        values=torch.from_numpy(cells.values),
        times=torch.from_numpy(cells.times),
        time_unit=None if instants is None else "hours",
        stamps=None if instants is None else Stamps.of(frame[time]).take(cells.first),
        mask=torch.from_numpy(cells.mask),
        lengths=torch.from_numpy(cells.lengths),
        static=None if fixed is None else torch.tensor(fixed),
        target=as_target(wanted),
        ids=as_ids(ids),
        features=tuple(features),
        static_features=None if static is None else tuple(map(str, static.columns)),
        target_names=target_names(target),
        classes=None if classes is None else tuple(classes),
        categories=found,
        static_categories=static_found,
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
        A data frame with these four columns; categories are names among the values.
    """
    pandas = require("pandas", extra="train")
    row, feature = (part.cpu().numpy() for part in series.mask.nonzero(as_tuple=True))
    owner = ragged.series_of_rows(series.lengths).cpu().numpy()[row]
    values = series.values.cpu().numpy()[row, feature]
    if series.categories:
        values = values.astype(object)
        for at, name in enumerate(series.features):
            if name in series.categories:
                labels = np.asarray(series.categories[name], dtype=object)
                own = feature == at
                values[own] = labels[values[own].astype(np.int64)]
    return pandas.DataFrame(
        {
            id: series.ids[owner],
            time: series.times.cpu().numpy()[row],
            variable: np.asarray(series.features, dtype=object)[feature],
            value: values,
        }
    )


def _hours(instants: Instants, owners: np.ndarray) -> np.ndarray:
    """Hours [M] of each row: durations as they are, dates since the first of their series."""
    if instants.kind == "durations":
        return instants.hours()
    first = np.full(int(owners.max(initial=-1)) + 1, np.iinfo(np.int64).max)
    np.minimum.at(first, owners, instants.nanoseconds)
    return (instants.nanoseconds - first[owners]).astype(np.uint64) / HOUR


def _refuse_absent(features: Sequence[str], names: Any, variable: str) -> None:
    there = list(names.dropna().unique())
    absent = [name for name in features if name not in there]
    if absent:
        close = nearest(str(absent[0]), there)
        raise InputError(
            f"column {variable!r} never names {absent}, of features; it names {sorted(there)}. "
            + (f"Did you mean {close!r}? " if close else "")
            + 'Correct the names; or, if these were not measured here, pass absent="missing".'
        )


def _refuse_unknown(categories: Sequence[str], features: Sequence[str], static: Any) -> None:
    known = [*features, *map(str, getattr(static, "columns", ()))]
    for name in categories:
        if name not in known:
            close = nearest(name, known)
            raise InputError(
                f"categories names {name!r}, which is no variable and no column of static."
                + (f" Did you mean {close!r}?" if close else f" There are {known}.")
            )


def by_id(
    static: "pd.DataFrame", ids: Any, categories: Sequence[str]
) -> tuple[np.ndarray, dict[str, tuple[str, ...]]]:
    """Static features by id: [N, S] float32; and the categories of the columns that hold some."""
    pandas = require("pandas", extra="train")
    if not isinstance(static, pandas.DataFrame):
        raise InputError(
            f"static is a {type(static).__name__}; expected a data frame, its index the ids. A "
            "Series becomes one by .to_frame()."
        )
    schema = TableSchema(id="id", time="time", variable="variable", value="value")
    schema = replace(schema, categories=tuple(categories))
    for place, name in enumerate(static.columns):
        if name in static.columns[:place]:
            raise InputError(f"static has two columns {name!r}; expected names that differ.")
        dtype = static.iloc[:, place].dtype
        if dtype.kind in "cmM":
            raise InputError(
                f"static holds {dtype} in column {name!r}; expected numbers or text. Count "
                "dates from a start, such as the years since a birth."
            )
    table = Table(Path("static"), static.set_axis(map(str, static.columns), axis=1), "parquet")
    found, columns = {}, {}
    for name in table.frame.columns:
        if isinstance(table.frame[name].dtype, pandas.CategoricalDtype):
            # Of any type: a categorical dtype says itself that these are categories.
            schema_of = replace(schema, categories=(*schema.categories, name))
        else:
            schema_of = schema
        columns[name], labels = read_column(table, name, np.arange(len(table)), schema_of)
        if labels is not None:
            found[name] = labels
    numbers = pandas.DataFrame(columns, index=static.index)
    return _by_id("static", numbers, ids, np.float32), found


def _values(
    frame: "pd.DataFrame", roles: TableSchema, codes: np.ndarray, owners: np.ndarray
) -> tuple[np.ndarray, dict[str, tuple[str, ...]]]:
    """The values [M] as numbers, NaN where missing; and the categories of some features."""
    assert roles.value is not None
    kind = frame[roles.value].dtype.kind
    if kind in "mM" or not roles.categories:
        named = " If it holds categories, name their variables: categories=(…,)."
        return _numbers(frame, roles.value, named), {}
    table = Table(Path("frame"), frame.reset_index(drop=True), "parquet")
    series = Labels(owners, [str(at) for at in range(int(owners.max(initial=-1)) + 1)])
    found = read_values(table, roles, Labels(codes, list(roles.features)), series)
    return found.values, found.categories


def _last_categories(
    codes: np.ndarray, owners: np.ndarray, clock: np.ndarray, of_categories: Sequence[bool]
) -> np.ndarray:
    """The same features [M], -1 for a category that a later row of the same moment overrules."""
    if not any(of_categories):
        return codes
    pandas = require("pandas", extra="train")
    own = np.flatnonzero(np.array([*of_categories, False])[codes])
    keys = pandas.DataFrame({"id": owners[own], "time": clock[own], "variable": codes[own]})
    codes = codes.copy()
    codes[own[keys.duplicated(keep="last").to_numpy()]] = -1
    return codes


def _numbers(frame: "pd.DataFrame", column: str, hint: str = "") -> np.ndarray:
    kind = frame[column].dtype.kind
    if kind in "mM":
        raise InputError(
            f"column {column!r} holds dates; expected numbers. Count from a start: "
            f"(frame[{column!r}] - start).dt.total_seconds() / 3600 gives hours."
        )
    if kind not in "biuf":
        raise InputError(
            f"column {column!r} holds {frame[column].dtype}; expected numbers. Convert it: "
            f"pandas.to_numeric(frame[{column!r}]).{hint}"
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


def _by_id(name: str, table: "pd.DataFrame | pd.Series", ids: Any, dtype: Any) -> np.ndarray:
    if table.index.has_duplicates:
        twice = table.index[table.index.duplicated()][0]
        raise InputError(f"{name} holds the id {twice!r} twice; expected one row an id.")
    lost = [entry for entry in ids if entry not in table.index]
    if lost:
        raise InputError(
            f"{name} has no row for {len(lost)} ids, first {lost[0]!r}; its index must hold the "
            "ids of the frame."
        )
    found = table.loc[list(ids)]
    return found.to_numpy() if dtype is None else found.to_numpy(dtype=dtype, na_value=np.nan)


def target_by_id(target: Any, ids: Any) -> Any:
    """Targets by id in the order of the ids: [N], or [N, K] of a data frame."""
    if target is None:
        return None
    pandas = require("pandas", extra="train")
    if isinstance(target, pandas.DataFrame):
        return _by_id("target", target, ids, np.float64)
    table = target if isinstance(target, pandas.Series) else pandas.Series(dict(target))
    return _by_id("target", table, ids, None)


def target_names(target: Any) -> tuple[str, ...] | None:
    """What the index of targets calls them, if anything."""
    if target is None or not hasattr(target, "index"):
        return None
    columns = getattr(target, "columns", None)
    if columns is not None:
        return tuple(map(str, columns))
    return None if target.name is None else (str(target.name),)
