"""From a table file, and perhaps a second one of targets, to an `IrregularSeries`."""

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import torch

from liquidtime.data.series import IrregularSeries
from liquidtime.data.stamps import Stamps
from liquidtime.data.table import forecast, targets
from liquidtime.data.table.categories import category_notes, read_column
from liquidtime.data.table.clock import Clock, read_moments, stamps_of
from liquidtime.data.table.columns import Header, MissingColumn, nearest
from liquidtime.data.table.doubts.between_files import doubts_between_files
from liquidtime.data.table.doubts.cells import doubts_of_ids, doubts_of_target, doubts_of_values
from liquidtime.data.table.files.csv_file import read_csv
from liquidtime.data.table.files.many import Files, find_files, read_files, read_headers
from liquidtime.data.table.files.parquet_file import read_parquet
from liquidtime.data.table.labels import Labels, as_ids, id_column
from liquidtime.data.table.long import read_long
from liquidtime.data.table.rows import Rows, check_gaps
from liquidtime.data.table.schema import TableSchema
from liquidtime.data.table.second import match_ids
from liquidtime.data.table.source import Table, look_at
from liquidtime.data.table.wide import read_wide
from liquidtime.errors import InputError


class Reading(NamedTuple):
    """A table, read.

    Attributes:
        series: The data.
        schema: The schema with everything resolved that "auto" stood for; reads other tables
            the same way.
        clock: What the time column holds.
        notes: What the user should know: rows averaged, ids ignored, the unit of time, categories.
        cells: pandas data frame with the id and time cells of the first row of each step, as the
            table has them.
    """

    series: IrregularSeries
    schema: TableSchema
    clock: Clock
    notes: tuple[str, ...]
    cells: Any


def read_series(
    path: Path | str | Sequence[Path | str],
    schema: TableSchema,
    *,
    targets: Path | str | None = None,
    classes: tuple[str, ...] | None = None,
    require_target: bool = True,
) -> IrregularSeries:
    """Read a CSV or Parquet table.

    Args:
        path: The table, long or wide as the schema says. Text may be packed with gzip, bzip2
            or xz. A pattern such as "data/*.csv", a folder or a list of paths is read as one table,
            the files in natural order of their names.
        schema: Which column is what.
        targets: Second table that holds the target(s), one row an id; ids there without rows in
            the first table are ignored.
        classes: Class labels in order, instead of the schema's.
        require_target: False reads no target, for prediction.

    Returns:
        Series in the order in which their ids first appear.

    Raises:
        InputError: If anything is wrong with a table; the message names file, row and column.
    """
    if classes is not None:
        schema = replace(schema, classes=tuple(classes))
    return read_table(path, schema, targets=targets, require_target=require_target).series


def read_table(
    path: Path | str | Sequence[Path | str],
    schema: TableSchema,
    *,
    targets: Path | str | None = None,
    require_target: bool = True,
    skip_without_target: bool = False,
    time_scale: float | None = None,
) -> Reading:
    """Read a table as `read_series` does, and tell also what was found on the way.

    Args:
        path: The table, or several files of one.
        schema: Which column is what.
        targets: Second table that holds the target(s), one row an id.
        require_target: False reads no target.
        skip_without_target: Leave series without a target out instead of refusing them.
        time_scale: Time that counts as 1 in the run that the table is read for, if there is one.
    """
    _check_paths(path)
    second_path = None if targets is None else _as_path(targets)
    if require_target and not schema.target:
        raise InputError("No target is named; expected the column to predict.")
    files = find_files(path, schema)
    if second_path is not None:
        # Before the first table is read, which may take long.
        look_at(second_path)
    header, other = read_headers(files, schema)
    elsewhere = tuple(name for name in schema.static if name not in header)
    table, second = _open(files, second_path, schema, header, elsewhere, require_target)
    notes = [*files.notes, *other]
    if second is None and second_path is not None:
        notes.append(f"{second_path} was not read: {table.path} holds all that is needed.")
    if second is not None and require_target:
        twice = [name for name in schema.target if name in header and name in second.frame]
        if twice:
            notes.append(f"{', '.join(twice)}: in both tables; taken from {second_path}.")
    reading = read_loaded(
        table,
        schema,
        second=second,
        elsewhere=elsewhere,
        require_target=require_target,
        skip_without_target=skip_without_target,
        time_scale=time_scale,
    )
    return reading._replace(notes=(*notes, *reading.notes))


def read_loaded(
    table: Table,
    schema: TableSchema,
    *,
    second: Table | None = None,
    elsewhere: tuple[str, ...] = (),
    ids: Labels | None = None,
    require_target: bool = True,
    skip_without_target: bool = False,
    time_scale: float | None = None,
) -> Reading:
    """Read a table whose columns are in memory.

    Args:
        table: The wanted columns.
        schema: Which column is what.
        second: Second table that holds the target(s), one row an id.
        elsewhere: Static columns that stand in the second table.
        ids: The series of each row; None reads them from the column of ids.
        require_target: False reads no target.
        skip_without_target: Leave series without a target out instead of refusing them.
        time_scale: Time that counts as 1 in the run that the table is read for, if there is one.

    Raises:
        InputError: If anything is wrong with the table.
    """
    moments = read_moments(table, schema)
    if moments.dropped.any():
        table = table.without(moments.dropped)
        if ids is not None:
            ids = ids._replace(codes=ids.codes[~moments.dropped])
    clock, notes = moments.clock, [*moments.notes]
    ids = id_column(table, schema.id_column) if ids is None else ids
    times = moments.since_first(ids.codes)
    schema = replace(schema, time_kind=clock.kind, time_unit=clock.unit)
    matched, target = None, None
    if second is not None:
        matched, found = match_ids(second, schema.targets_id or schema.id_column, ids, table)
        notes += found
    if require_target and schema.task != "forecast":
        asked, target = schema, _target(table, second, matched, schema, ids)
        schema = target.schema
        if not schema.fitted:
            notes += doubts_of_target(table, schema, ids, target, asked)

    # The same rule with and without targets, or a prediction would see other steps than the fit.
    keep_steps = schema.target_per == "step" and schema.task != "forecast"
    keep_steps |= schema.horizon is not None
    if schema.long:
        rows = read_long(table, schema, ids, times, keep_steps=keep_steps)
    else:
        rows = read_wide(table, schema, ids, times)
    check_gaps(table, schema.time, rows, time_scale)
    notes += rows.notes
    if not schema.fitted:
        notes += doubts_of_ids(table, schema.id_column, ids)
        notes += doubts_of_values(table, schema, rows)
        notes += doubts_between_files(table, ids, rows)
    schema = replace(schema, features=rows.features)
    first_rows = rows.first_rows()
    cells = table.frame[[schema.id_column, schema.time]].iloc[first_rows]

    values, given = None, np.ones(len(ids.names), dtype=bool)
    if schema.horizon is not None:
        # `liquidtime.data.forecast` adds targets and inputs.
        schema = replace(schema, target_per="step")
    elif schema.task == "forecast":
        gap = forecast.typical_gap(rows) if schema.typical_gap is None else schema.typical_gap
        schema = replace(schema, typical_gap=gap, target_per="step")
        if require_target:
            values = forecast.next_values(rows, schema.target, str(table.path))
        if forecast.HORIZON in rows.features:
            raise InputError(
                f"{table.path}: a variable is named {forecast.HORIZON!r}, as is the channel that "
                "forecasts add. Rename it."
            )
        rows = forecast.add_horizon(rows, gap)
    elif target is not None:
        values, given = _fit_to_rows(target, table, second, ids, rows, skip_without_target)
    if not given.all():
        notes.append(f"{int((~given).sum()):,} series without a target are left out.")
    statics, static_categories = _statics(table, second, matched, ids, schema, elsewhere)
    _check_categories(table, schema, rows, static_categories)
    if not schema.fitted:
        notes += category_notes({**rows.categories, **static_categories})
    stamps = stamps_of(moments, cells[schema.time], first_rows, schema)
    series = _series(rows, ids, schema, statics, static_categories, values, stamps)
    if not given.all():
        cells = cells[given[rows.series]]
        series = series.select(np.flatnonzero(given))
    categories = tuple(dict.fromkeys([*schema.categories, *rows.categories, *static_categories]))
    schema = replace(schema, categories=categories, fitted=True)
    return Reading(series, schema, clock, tuple(notes), cells)


def _check_paths(given: Any) -> None:
    for one in given if isinstance(given, list | tuple) else [given]:
        _as_path(one)


def _as_path(path: Path | str) -> Path:
    try:
        return Path(path)
    except TypeError:
        raise InputError(
            f"The table is a {type(path).__name__}; expected the path of a CSV or Parquet file. A "
            "data frame goes through liquidtime.data.from_frame."
        ) from None


def _open(
    files: Files,
    second_path: Path | None,
    schema: TableSchema,
    header: Header,
    elsewhere: tuple[str, ...],
    require_target: bool,
) -> tuple[Table, Table | None]:
    """Load the wanted columns of both tables."""
    text, numbers = wanted_columns(schema, elsewhere)
    target = schema.target if require_target and schema.task != "forecast" else ()
    if second_path is None:
        _check_at_home(header, [*text, *numbers], [*target, *elsewhere])
        text += target
    table = read_files(files, schema, text=text, numbers=numbers)
    if schema.id is None:
        # One series, of the name "0".
        table = replace(table, frame=table.frame.assign(**{schema.id_column: "0"}))
    if second_path is None or not (target or elsewhere):
        return table, None
    coded = [name for name in elsewhere if name in schema.categories]
    second_text = [schema.targets_id or schema.id_column, *target, *coded]
    second_numbers = [name for name in elsewhere if name not in coded]
    try:
        return table, _load(second_path, schema, second_text, second_numbers)
    except MissingColumn as error:
        if schema.targets_id is not None or error.name != schema.id_column:
            raise
        raise InputError(f"{error} If its ids stand in another column: --targets-id.") from None


def wanted_columns(
    schema: TableSchema, elsewhere: Sequence[str] = ()
) -> tuple[list[str], list[str]]:
    """The columns of a table to keep as text and those to parse as numbers, targets aside."""
    text = [schema.time] if schema.id is None else [schema.id, schema.time]
    numbers = [name for name in schema.static if name not in elsewhere]
    if schema.variable is not None and schema.value is not None:
        text.append(schema.variable)
        numbers.append(schema.value)
    else:
        numbers += schema.features
    if schema.categories:
        # As text, since "007" is not 7; a long table has all its values in one column.
        coded = {*schema.categories, schema.value}
        text += [name for name in numbers if name in coded]
        numbers = [name for name in numbers if name not in coded]
    return text, numbers


def _check_at_home(header: Header, own: list[str], movable: list[str]) -> None:
    """Check the header, without a second table; what may stand in one is said to."""
    header.positions(own)
    lacking = [name for name in movable if name not in header]
    if lacking:
        try:
            header.positions(lacking)
        except InputError as error:
            raise InputError(
                f"{error} If {lacking[0]!r} stands in a second table, name that file (--targets)."
            ) from None


def _load(path: Path, schema: TableSchema, text: list[str], numbers: list[str]) -> Table:
    if look_at(path) == "parquet":
        return read_parquet(path, wanted=[*text, *numbers])
    return read_csv(path, schema, text=text, numbers=numbers)


def _target(
    table: Table, second: Table | None, matched: np.ndarray | None, schema: TableSchema, ids: Labels
) -> targets.TableTarget:
    if second is None or matched is None:
        return targets.from_own_table(table, schema, ids)
    if schema.target_per == "step":
        raise InputError(
            f"{second.path} holds one target a series, but one a step is asked for. "
            "Put the targets into the first table, in each row."
        )
    there = matched >= 0
    values = np.full((len(ids.names), len(schema.target)), np.nan)
    values[there], schema = targets.target_values(second, matched[there], schema)
    return targets.TableTarget(values, False, replace(schema, target_per="series"))


def _fit_to_rows(
    target: targets.TableTarget,
    table: Table,
    second: Table | None,
    ids: Labels,
    rows: Rows,
    skip: bool,
) -> tuple[np.ndarray, np.ndarray]:
    """Targets [N or R, K] and which series have one [N]."""
    every = np.ones(len(ids.names), dtype=bool)
    if target.per_step:
        values = targets.spread_over_steps(target, table, rows.step_of, len(rows.times))
        return values, every
    source = str((second or table).path)
    given = targets.check_given(target, ids, table, source, skip=skip)
    # A target that is left out with its series still has to be a number until then.
    return np.where(given[:, None], target.values, 0.0), given


def _statics(
    table: Table,
    second: Table | None,
    matched: np.ndarray | None,
    ids: Labels,
    schema: TableSchema,
    elsewhere: tuple[str, ...],
) -> tuple[np.ndarray | None, dict[str, tuple[str, ...]]]:
    """The static columns [N, S], NaN where missing, and the categories of some of them."""
    columns, categories = [], {}
    for name in schema.static:
        home, series = table, ids.codes
        if name in elsewhere and second is not None:
            home, series = second, np.arange(len(second))
        column, labels = read_column(home, name, series, schema)
        if labels is not None:
            categories[name] = labels
        if home is second and matched is not None:
            columns.append(np.where(matched >= 0, column[matched], np.nan))
            continue
        each, at = targets.first_of_group(column, ids.codes, len(ids.names))
        if at >= 0:
            was, came = each[ids.codes[at]], column[at]
            raise InputError(
                f"{table.place(at, name)}: the static column changes inside id "
                f"{ids.names[ids.codes[at]]!r}, from {_cell(was, labels)} to "
                f"{_cell(came, labels)}; expected one value a series. Correct the cell, or name it "
                "as a feature."
            )
        columns.append(each)
    return (np.stack(columns, axis=1) if columns else None), categories


def _cell(value: Any, labels: tuple[str, ...] | None) -> str:
    return f"{value:g}" if labels is None else repr(labels[int(value)])


def _check_categories(
    table: Table, schema: TableSchema, rows: Rows, static: dict[str, tuple[str, ...]]
) -> None:
    """Check what only the table could tell: its variables, and that no name means two columns."""
    known = [*rows.features, *schema.static]
    lacking = [name for name in schema.categories if name not in known]
    if lacking and not schema.fitted:
        close = nearest(lacking[0], known)
        raise InputError(
            f"{table.path}: categories name {lacking[0]!r}, which is no variable and no static "
            "column." + (f" Did you mean {close!r}?" if close else "")
        )
    for name in {*rows.features} & {*schema.static} if schema.long else ():
        if (name in rows.categories) != (name in static):
            raise InputError(
                f"{table.path}: {name!r} is a variable and a static column, and only one of them "
                "holds categories. Rename one of them."
            )


def _series(
    rows: Rows,
    ids: Labels,
    schema: TableSchema,
    statics: np.ndarray | None,
    static_categories: dict[str, tuple[str, ...]],
    values: np.ndarray | None,
    stamps: Stamps | None,
) -> IrregularSeries:
    target = None
    if values is not None and schema.task == "classify":
        target = torch.from_numpy(np.nan_to_num(values[:, 0], nan=-1.0).astype(np.int64))
    elif values is not None:
        target = torch.from_numpy(values.astype(np.float32))
    return IrregularSeries(
        values=torch.from_numpy(rows.values),
        times=torch.from_numpy(rows.times.astype(np.float64)),
        mask=torch.from_numpy(rows.mask),
        lengths=torch.from_numpy(np.bincount(rows.series, minlength=len(ids.names))),
        static=None if statics is None else torch.from_numpy(statics.astype(np.float32)),
        target=target,
        ids=as_ids(ids.names),
        features=rows.features,
        static_features=schema.static or None,
        target_names=schema.target if schema.horizon is None and schema.target else None,
        classes=schema.classes if schema.task == "classify" else None,
        per_step=schema.target_per == "step",
        time_unit=schema.time_unit,
        stamps=stamps,
        categories=rows.categories,
        static_categories=static_categories,
    )
