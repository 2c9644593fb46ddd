"""Data frames as people have them: the id and the time in columns or in the index, or nowhere."""

from collections.abc import Hashable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
import torch

from liquidtime.data import ragged
from liquidtime.data.convert.arrays import as_ids, label_target, with_gaps
from liquidtime.data.convert.frames import by_id, target_by_id, target_names
from liquidtime.data.series import IrregularSeries
from liquidtime.data.stamps import Stamps
from liquidtime.data.table.columns import nearest
from liquidtime.data.table.labels import Labels
from liquidtime.data.table.read import read_loaded
from liquidtime.data.table.schema import TableSchema, TableTask, TargetPer
from liquidtime.data.table.source import Table
from liquidtime.errors import InputError
from liquidtime.instants import read_instants
from liquidtime.optional import require

if TYPE_CHECKING:
    import pandas as pd

_WAY = "from_frame(frame, id=…, time=…) names them: columns, or levels of the index."


class _Keys(NamedTuple):
    """What the index and the columns of a frame are.

    Attributes:
        id: Columns of the id, or names of levels; none where the frame is one series.
        time: The column of times, or the name of the level.
        frame: The frame with all of them as columns, in the order of its rows.
    """

    id: tuple[str, ...]
    time: str
    frame: Any


def from_frame(
    frame: Any,
    *,
    id: str | Sequence[str] | None = None,
    time: str | None = None,
    variable: str | None = None,
    value: str | None = None,
    features: Sequence[str] | None = None,
    static: "str | Sequence[str] | pd.DataFrame" = (),
    target: "str | Sequence[str] | Mapping[Any, Any] | pd.Series | pd.DataFrame | None" = None,
    target_per: TargetPer = "auto",
    task: TableTask = "auto",
    classes: Sequence[str] | None = None,
    categories: Sequence[str] = (),
    missing: Sequence[str] = (),
) -> IrregularSeries:
    """Series from a data frame of pandas or polars (or what else has `to_pandas`).

    A wide frame has one row a time and a column a feature; a long one, one row an observation, and
    `variable` and `value` say where. Times may be numbers, durations or dates; dates with a time
    zone count the hours that really passed, also over a change to summer time, and come back in
    their zone with the predictions (`IrregularSeries.stamps`).

    Args:
        frame: Rows of one series need not be neighbours, but must rise in time.
        id: Column, or level of the index, that tells the series apart; several together do, too. By
            default every level of a MultiIndex that is not the time; without one, the frame is one
            series.
        time: Column or level of times. By default the index, if it holds dates, durations or
            decimal numbers; of a MultiIndex the level that holds dates or durations, else the last.
        variable: Long frame: column that names the variable of a row.
        value: Long frame: column of its value.
        features: Wide: the columns to take, by default all that are nothing else. Long: the
            variables to keep, by default all.
        static: Columns with one number or category a series; or a data frame of them, its index
            the ids.
        target: Columns of the target; or, by id, a mapping, a pandas Series of classes or values,
            or a data frame of values.
        target_per: Of a target in columns, whether there is one a "series" or one a "step"; "auto"
            takes a series where it never changes inside one.
        task: "classify" or "regress"; "auto" takes classes where the target is text or few whole
            numbers.
        classes: Names of the classes, in order.
        categories: Columns or variables of codes, such as unit 1, 2, 3. Columns of text or of a
            categorical dtype are found.
        missing: Cells that stand for "not observed", such as "-1".

    Returns:
        The series, in the order in which their ids first appear; `ids` are those of the frame,
        tuples where several columns make one up.

    Raises:
        InputError: If it is not clear what the id or the time is, or a cell is wrong; the message
            names the row by its number (`iloc`) and the column.
    """
    pandas = require("pandas", extra="train")
    frame = _as_pandas(frame, pandas)
    keys = _find_keys(frame, id, time, pandas)
    names = list(keys.frame.columns)
    columns = [static] if isinstance(static, str) else static
    beside: Any = static if isinstance(static, pandas.DataFrame) else None
    columns = () if isinstance(columns, pandas.DataFrame) else tuple(columns)
    by_ids = isinstance(target, Mapping | pandas.Series | pandas.DataFrame)
    wanted = () if by_ids or target is None else (target,) if isinstance(target, str) else target
    wanted = tuple(map(str, wanted))  # pyright: ignore[reportArgumentType]
    for name in [*columns, *wanted, *(features or ()), *filter(None, (variable, value))]:
        if name not in names and (variable is None or name not in (features or ())):
            raise InputError(_no_column(str(name), names))
    if features is None and variable is None:
        taken = {*keys.id, keys.time, *columns, *wanted}
        features = [name for name in names if name not in taken]
    if not features and variable is None:
        raise InputError(
            f"the frame has no column left to learn from; it has {names}, of which "
            f"{[*keys.id, keys.time, *columns, *wanted]} are the id, the time and others. Name "
            "the columns: features=[…]."
        )
    own = [*(features or ())] if variable is None else []
    coded = [
        name
        for name in [*own, *columns]
        if isinstance(keys.frame[name].dtype, pandas.CategoricalDtype)
    ]
    labels, ids = _labels(keys, pandas)
    schema = TableSchema(
        id=keys.id[0] if len(keys.id) == 1 else None,
        time=keys.time,
        variable=variable,
        value=value,
        features=tuple(features or ()),
        static=columns,
        target=wanted,
        target_per=target_per,
        task=task,
        classes=None if classes is None or by_ids else tuple(classes),
        categories=tuple(dict.fromkeys([*categories, *coded])),
        missing=tuple(missing),
    )
    table = keys.frame.reset_index(drop=True)
    if schema.id is None:
        table = table.assign(**{schema.id_column: labels.codes})
    read = read_loaded(
        Table(Path("frame"), table, "frame"), schema, ids=labels, require_target=bool(wanted)
    )
    series = replace(read.series, ids=ids)
    if series.stamps is None and keys.frame[keys.time].dtype != np.float64:
        series = replace(series, stamps=Stamps.of(read.cells[keys.time]))
    if by_ids:
        found = label_target(target_by_id(target, ids), classes)
        series = replace(
            series,
            target=found.target,
            target_names=target_names(target),
            classes=found.classes,
        )
    return series if beside is None else _with_static(series, beside, categories)


def to_frame(series: IrregularSeries, *, id: str = "id", time: str = "time") -> "pd.DataFrame":
    """A wide frame with an (id, time) MultiIndex, a row a step, NaN where nothing was observed.

    Times are those that the series came with, in their type and time zone; `from_frame` goes back.

    Args:
        series: The series. Static features and targets stay behind.
        id: Name of the level of ids.
        time: Name of the level of times.
    """
    pandas = require("pandas", extra="train")
    owner = ragged.series_of_rows(series.lengths).cpu().numpy()
    times = series.times.cpu().numpy() if series.stamps is None else series.stamps.cells
    index = pandas.MultiIndex.from_arrays([series.ids[owner], times], names=[id, time])
    frame = pandas.DataFrame(with_gaps(series).cpu().numpy(), index, list(series.features))
    for name, labels in series.categories.items():
        codes = frame[name].fillna(-1).astype(int)
        frame[name] = pandas.Categorical.from_codes(codes, list(labels))
    return frame


def is_panel(frame: Any) -> bool:
    """Whether a frame tells its series and times without a word: by an (id, time) MultiIndex."""
    index = getattr(frame, "index", None)
    return hasattr(frame, "columns") and getattr(index, "nlevels", 1) > 1


def _as_pandas(frame: Any, pandas: Any) -> Any:
    if isinstance(frame, pandas.Series):
        frame = frame.to_frame("x0" if frame.name is None else frame.name)
    elif not isinstance(frame, pandas.DataFrame):
        if not hasattr(frame, "to_pandas"):
            collect = " Collect it first: frame.collect()." if hasattr(frame, "collect") else ""
            raise InputError(
                f"the frame is a {type(frame).__name__}; expected a data frame of pandas or polars."
                f"{collect}"
            )
        frame = frame.to_pandas()
    if frame.columns.nlevels > 1:
        raise InputError(
            f"the columns of the frame have {frame.columns.nlevels} levels; expected one: "
            "frame.columns = ['_'.join(map(str, name)) for name in frame.columns]."
        )
    names = [str(name) for name in frame.columns]
    twice = [name for place, name in enumerate(names) if name in names[:place]]
    if twice:
        raise InputError(f"the frame has two columns {twice[0]!r}; expected names that differ.")
    if not len(frame):
        raise InputError("the frame holds no rows; expected at least one.")
    return frame.set_axis(names, axis=1)


def _find_keys(frame: Any, id: Any, time: str | None, pandas: Any) -> _Keys:
    index = frame.index
    wanted = () if id is None else (id,) if isinstance(id, Hashable) else tuple(id)
    wanted = tuple(map(str, wanted))
    levels = _levels(index, frame, pandas)
    # A name that was made up for a level is none that the user can mean.
    known = [name for name, own in zip(levels, index.names, strict=True) if own is not None]
    known += list(frame.columns)
    for name in (*wanted, *(() if time is None else (time,))):
        if name not in known:
            raise InputError(_no_column(name, known))
    if time is None:
        time = _time_of(index, levels, wanted, frame)
    if id is None and len(levels) > 1:
        wanted = tuple(name for name in levels if name != time)
        if time not in levels and len(wanted) > 1:
            raise InputError(
                f"the time is the column {time!r}, and the index has the levels {list(levels)}; "
                f"which of them tell the series apart? {_WAY}"
            )
    used = [name for name in (*wanted, time) if name in levels and name not in frame.columns]
    added = {name: levels[name] for name in used}
    return _Keys(wanted, time, frame.assign(**{n: _column(v, frame) for n, v in added.items()}))


def _column(level: Any, frame: Any) -> Any:
    return level.set_axis(frame.index) if hasattr(level, "set_axis") else level


def _levels(index: Any, frame: Any, pandas: Any) -> dict[str, Any]:
    """The levels of an index by name: their own, or "id" and "time" where they have none."""
    count = index.nlevels
    made_up = ["time"] if count == 1 else ["id", *(f"id{n}" for n in range(2, count)), "time"]
    found: dict[str, Any] = {}
    for n in range(count):
        level = index.get_level_values(n)
        own = level.name
        name = made_up[n] if own is None else str(own)
        while name in found or name in frame.columns:
            if own is not None:
                raise InputError(
                    f"{name!r} is a level of the index and another one or a column; expected "
                    "names that differ. Rename it: frame.index.names = […]."
                )
            name = f"{name} of the index"
        if isinstance(level.dtype, pandas.PeriodDtype):
            raise InputError(
                f"the index level {name!r} holds periods, which last; expected moments. Take "
                "their starts: frame.index.to_timestamp(), or set_levels for one level."
            )
        found[name] = pandas.Series(level)
    return found


def _time_of(index: Any, levels: dict[str, Any], ids: tuple[str, ...], frame: Any) -> str:
    """The level that tells the time."""
    free = {name: level for name, level in levels.items() if name not in ids}
    dated = [name for name, level in free.items() if _is_dated(name, level)]
    if len(dated) == 1:
        return dated[0]
    if len(dated) > 1:
        raise InputError(f"the index levels {dated} hold dates; which is the time? {_WAY}")
    if index.nlevels > 1 and free:
        return [*free][-1]
    name, level = next(iter(free.items()), (None, None))
    if level is not None and level.dtype.kind == "f":
        return str(name)
    candidates = [column for column in frame.columns if _is_dated(column, frame[column])]
    candidates += [column for column in frame.columns if column.casefold() in ("time", "date")]
    like = f" Is it {candidates[0]!r}?" if candidates else ""
    raise InputError(
        "nothing tells the time of a row: the index holds "
        f"{'no level but the id' if level is None else f'{level.dtype}, {index[0]!r} first'}."
        f"{like} {_WAY} Where the steps are even, number them: "
        "frame.assign(step=frame.groupby(id).cumcount())."
    )


def _is_dated(name: str, level: Any) -> bool:
    # Of objects the whole column is looked at, so that the message is about the column.
    return level.dtype.kind in "OmM" and read_instants(f"column {name!r}", level) is not None


def _labels(keys: _Keys, pandas: Any) -> tuple[Labels, np.ndarray]:
    """The series of each row, and the ids as they came."""
    rows = len(keys.frame)
    if not keys.id:
        return Labels(np.zeros(rows, dtype=np.int64), ["0"]), np.zeros(1, dtype=np.int64)
    own = keys.frame[list(keys.id)]
    lost = own.isna().any(axis=1).to_numpy()
    if lost.any():
        raise InputError(
            f"the id ({', '.join(keys.id)}) is missing in {int(lost.sum()):,} rows, first in iloc "
            f"{int(np.argmax(lost))}. Fill it in, or drop these rows."
        )
    if len(keys.id) == 1:
        codes, different = pandas.factorize(keys.frame[keys.id[0]])
        return Labels(codes.astype(np.int64), [str(one) for one in different]), as_ids(different)
    codes, different = pandas.factorize(pandas.MultiIndex.from_frame(own))
    return Labels(codes.astype(np.int64), [str(one) for one in different]), as_ids(list(different))


def _with_static(
    series: IrregularSeries, static: "pd.DataFrame", categories: Sequence[str]
) -> IrregularSeries:
    if series.static is not None:
        raise InputError("static is a data frame beside static columns; give one of them.")
    columns = tuple(map(str, static.columns))
    values, found = by_id(static, series.ids, [name for name in categories if name in columns])
    return replace(
        series,
        static=torch.tensor(values),
        static_features=columns,
        static_categories=found,
    )


def _no_column(name: str, names: list[str]) -> str:
    close = nearest(name, names)
    return f"the frame has no column and no level of the index {name!r}; it has {names}." + (
        f" Did you mean {close!r}?" if close else ""
    )
