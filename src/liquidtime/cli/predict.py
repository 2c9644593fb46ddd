"""Predict with a finished run; the table needs no targets.

  liquidtime predict runs/mine new.csv --to predictions.csv
  liquidtime predict runs/mine new.csv --targets stays.csv --to predictions.csv

Writes one row a series (id, predicted class, probability of each class; or predicted value), or
one row a step where the target was one a step. Ids and times are the cells of DATA, of the first
row of each series or step, so that the predictions can be joined to it; a Parquet file has them as
numbers and date-times where they are.
"""

from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

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
    data: Annotated[Path, Positional, arg(metavar="DATA")]
    """The table, with the columns of the fit."""
    targets: Annotated[Path | None, arg(metavar="FILE", help_behavior_hint="")] = None
    """Second table that holds static columns, if DATA does not; its targets are not read."""
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
    if options.to.exists() and options.to.samefile(options.data):
        raise InputError(f"--to {options.to} is the table itself. Choose another name.")
    from liquidtime.cli.common.console import messages
    from liquidtime.cli.common.tables import describe, load_run, read_with_messages, schema_of
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
    frame = _frame(fitted.predict(reading.series), reading, typed=typed)
    write = frame.to_parquet if typed else frame.to_csv
    write_atomically(options.to, lambda beside: write(beside, index=False))
    what = "steps" if reading.series.per_step else "series"
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
    if "time" not in frame:
        lengths = reading.series.lengths.numpy()
        cells = cells.iloc[np.cumsum(lengths) - lengths]
    cells = cells.reset_index(drop=True)
    for name, column in (("id", schema.id_column), ("time", schema.time)):
        if name in frame:
            own = cells[column]
            frame[name] = _typed(own, schema if name == "time" else None) if typed else own
    return frame.rename(columns={"id": schema.id_column, "time": schema.time})


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
