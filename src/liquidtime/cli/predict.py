"""Predict with a finished run; the table needs no targets.

  liquidtime predict runs/mine new.csv --to predictions.csv
  liquidtime predict runs/mine new.csv --targets stays.csv --to predictions.csv

Writes one row a series (id, predicted class, probability of each class; or predicted value), or
one row a step where the target was one a step. Ids and times are the cells of DATA, of the first
row of each series or step, so that the predictions can be joined to it; a Parquet file has them as
numbers and date-times where they are.

A forecast writes one row for each row of DATA and each time ahead: the time that it is for, when it
was made, how far ahead that is. --last writes those made at the last row of each series alone.
"""

from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal

from tyro.conf import Positional, arg

from liquidtime.cli.common.tables import FileOptions
from liquidtime.errors import InputError

if TYPE_CHECKING:
    from liquidtime.data.table import Reading, TableSchema

_SUFFIXES = (".csv", ".parquet", ".pq")


@dataclass(frozen=True, kw_only=True)
class Options:
    """Options of `liquidtime predict`."""

    run: Annotated[Path, Positional, arg(metavar="RUN")]
    """The run folder."""
    data: Annotated[tuple[Path, ...], Positional, arg(metavar="DATA")]
    """The table, with the columns of the fit; one file or several, a pattern or a folder."""
    targets: Annotated[Path | None, arg(metavar="FILE", help_behavior_hint="")] = None
    """Second table that holds static columns, if DATA does not; its targets are not read."""
    last: Annotated[bool, arg(help_behavior_hint="")] = False
    """Forecasts: only those made at the last row of each series."""
    by: Literal["network", "boosting", "together", "recommended"] = "network"
    """Who answers: the network, the gradient boosting beside it, the mean of both, or what the
    validation part recommended."""
    to: Annotated[Path, arg(metavar="FILE")]
    """File to write: .csv or .parquet; an older one is replaced."""
    files: Annotated[FileOptions, arg(name="")] = field(default_factory=FileOptions)


def run(options: Options) -> int:
    """Read the table as the run did, predict, write."""
    if options.to.suffix.lower() not in _SUFFIXES:
        raise InputError(
            f"--to {options.to}: expected a name that ends in .csv or .parquet, as that says how "
            "it is written."
        )
    if not options.to.parent.is_dir():
        raise InputError(f"--to {options.to}: there is no folder {options.to.parent}. Make it.")
    if options.to.is_dir():
        raise InputError(f"--to {options.to} is a folder; expected a file name.")
    if options.to.exists() and any(p.exists() and options.to.samefile(p) for p in options.data):
        raise InputError(f"--to {options.to} is the table itself. Choose another name.")
    from liquidtime.cli.common.console import messages, say_notes
    from liquidtime.cli.common.tables import (
        describe,
        load_run,
        local_of,
        read_with_messages,
        schema_of,
    )
    from liquidtime.runs.write import write_atomically

    fitted = load_run(options.run)
    schema = schema_of(fitted, options.files)
    reading = read_with_messages(
        options.data,
        schema,
        targets=options.targets,
        require_target=False,
        time_scale=fitted.preprocessor.time_scale,
    )
    messages().print(describe(reading), markup=False)
    typed = options.to.suffix.lower() != ".csv"
    local = local_of(reading, fitted)
    found = fitted.predict(reading.series, local=local, by=options.by)
    if options.last:
        if not hasattr(found, "last"):
            raise InputError(f"--last is for forecasts; {options.run} is none.")
        found = found.last()
    if hasattr(found, "unknown") and (lacking := found.unknown(reading.series)):
        name, lead = lacking
        say_notes(
            (
                f"{name!r} is known ahead, but has no value {lead} after the last row that shows "
                "more; its coming values are taken as not observed. Add rows that hold them.",
            )
        )
    frame = _frame(found, reading, typed=typed)
    write = frame.to_parquet if typed else frame.to_csv
    write_atomically(options.to, lambda beside: write(beside, index=False))
    what = "steps" if reading.series.per_step else "series"
    if hasattr(found, "last"):
        what = "forecasts"
    messages().print(
        f"Wrote {options.to}: {len(frame):,} {what}; columns {', '.join(frame.columns)}.",
        markup=False,
    )
    return 0


def _frame(predictions: Any, reading: "Reading", *, typed: bool) -> Any:
    """The predictions beside the table's own id and time cells.

    Args:
        predictions: Of all series of the reading.
        reading: The table.
        typed: Whether the file holds types, so that text which is a number or a date-time
            becomes one.
    """
    import numpy as np

    schema = reading.schema
    frame = predictions.to_frame()
    taken = {*frame} - {"id", "time"}
    for name in (schema.id_column, schema.time) if "time" in frame else (schema.id_column,):
        if name in taken:
            raise InputError(
                f"The column {name!r} of ids or times is called like a column of the predictions; "
                "expected another name. Rename it in DATA, and fit with that name."
            )
    cells = reading.cells
    if "made_at" in frame:
        return _ahead(frame, predictions, reading, typed=typed)
    if "time" not in frame:
        lengths = reading.series.lengths.numpy()
        cells = cells.iloc[np.cumsum(lengths) - lengths]
    cells = cells.reset_index(drop=True)
    for name, column in (("id", schema.id_column), ("time", schema.time)):
        if name in frame:
            own = cells[column]
            frame[name] = _typed(own, schema if name == "time" else None) if typed else own
    return frame.rename(columns={"id": schema.id_column, "time": schema.time})


def _ahead(frame: Any, found: Any, reading: "Reading", *, typed: bool) -> Any:
    """Forecasts with the table's own cells: those of the rows that are met, or the same onwards."""
    import numpy as np

    from liquidtime.data.table.timeline import later

    schema, cells = reading.schema, reading.cells.reset_index(drop=True)
    rows, met = np.repeat(found.rows, found.lead.shape[1]), found.meets.ravel()
    made = cells.iloc[rows].reset_index(drop=True)
    times = cells[schema.time].iloc[np.maximum(met, 0)].reset_index(drop=True)
    beyond = np.flatnonzero(met < 0)
    if len(beyond):
        calendar = None if found.calendar is None else found.calendar[beyond]
        hours = found.lead.ravel()[beyond]
        onwards = later(made[schema.time].iloc[beyond], hours, schema, calendar)
        times = times.where(met >= 0, onwards.reindex(times.index))
    frame["id"] = _typed(made[schema.id_column], None) if typed else made[schema.id_column]
    for name, column in (("time", times), ("made_at", made[schema.time])):
        frame[name] = _typed(column, schema) if typed else column
    if schema.id is None:
        return frame.drop(columns="id").rename(columns={"time": schema.time})
    return frame.rename(columns={"id": schema.id, "time": schema.time})


def _typed(cells: Any, times: "TableSchema | None") -> Any:
    """Text that is all plain numbers or date-times of one time zone as such; else as it is.

    Args:
        cells: A column of the table.
        times: How they are written, if they are times.
    """
    import numpy as np
    import pandas as pd

    from liquidtime.data.table.numbers import parse_numbers

    if not pd.api.types.is_string_dtype(cells):
        return cells
    words = cells.astype(str).str.strip()
    try:
        if times is not None and times.time_kind == "datetime":
            return pd.to_datetime(words, format=times.time_format or "ISO8601")
        # Leading zeros belong to a name.
        if words.str.match(r"[+-]?0\d").any():
            return cells
        if times is None or (times.decimal, times.thousands) == (".", None):
            return pd.to_numeric(words)
    except ValueError:
        return cells
    numbers = parse_numbers(words.tolist(), times)
    return cells if np.isnan(numbers).any() else numbers
