"""Reading a table the way a run read its own."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

from rich.markup import escape
from tyro.conf import arg

from liquidtime.cli.common.console import messages, printable, say_notes
from liquidtime.data.table.schema import TableSchema
from liquidtime.errors import InputError

if TYPE_CHECKING:
    from liquidtime.data.table import Reading


@dataclass(frozen=True)
class FileOptions:
    """How this file is written, where it differs from the one of the fit."""

    delimiter: Annotated[str | None, arg(metavar="SIGN", help_behavior_hint="")] = None
    """Character between cells (default: looked for)."""
    decimal: Annotated[str | None, arg(metavar="SIGN", help_behavior_hint="")] = None
    """Character before decimals (default: as in the fit)."""
    thousands: Annotated[str | None, arg(metavar="SIGN", help_behavior_hint="")] = None
    """Character between thousands (default: as in the fit)."""
    time_format: Annotated[str | None, arg(metavar="CODES", help_behavior_hint="")] = None
    """How times are written, such as "%d/%m/%Y" (default: as in the fit)."""
    encoding: Annotated[str | None, arg(metavar="NAME", help_behavior_hint="")] = None
    """Encoding of the file, such as latin-1 (default: as in the fit)."""
    missing: Annotated[tuple[str, ...], arg(metavar="CELL ...", help_behavior_hint="")] = ()
    """Cells that mean "not observed", such as -1 (default: as in the fit)."""


def read_with_messages(data: Sequence[Path], schema: TableSchema, **options: Any) -> "Reading":
    """Read a table, saying so before the imports that take long; then the notes about it."""
    console = messages()
    what = f"{data[0]} and {len(data) - 1:,} more" if len(data) > 1 else str(*data)
    if not console.is_terminal:
        console.print(f"Reading {what} …", markup=False)
    with console.status(f"Reading {escape(what)} …"):
        from liquidtime.data.table import read_table

        reading = read_table(data[0] if len(data) == 1 else data, schema, **options)
    say_notes(reading.notes)
    return reading


def load_run(path: Path) -> Any:
    """The run in a folder, having said so before what takes long is imported."""
    messages().print(f"Loading {path} …", markup=False)
    from liquidtime.train import Run

    return Run.load(path)


def schema_of(run: Any, files: FileOptions) -> TableSchema:
    """The schema that a run stored, with what is other about the new file.

    Raises:
        InputError: If the run was not fitted on a table.
    """
    stored = (run.schema or {}).get("table")
    if stored is None:
        raise InputError(
            f"{run.path} was not fitted on a table by `liquidtime fit`, so it does not know the "
            "columns. Use liquidtime.train.Run.predict or .evaluate from Python."
        )
    given = {name: value for name, value in vars(files).items() if value not in (None, ())}
    return replace(TableSchema.from_dict(stored), **given)


def local_of(reading: "Reading", run: Any = None) -> Any:
    """Local times of the rows of a forecast, in hours since 1970; None where they are no dates.

    Args:
        reading: The table.
        run: Which is to read it; that it was fitted on times of another clock is said.
    """
    if reading.schema.horizon is None:
        return None
    from liquidtime.data.table.timeline import otherwise, timeline

    clock = timeline(reading.cells[reading.schema.time], reading.schema)
    told = None if run is None else (run.schema or {}).get("clock")
    if clock is not None and told is not None and (note := otherwise(clock, told)):
        say_notes([note])
    return None if clock is None else clock.local


def describe(reading: "Reading") -> str:
    """One line about the series."""
    series, schema = reading.series, reading.schema
    parts = [
        f"{len(series):,} series",
        f"{len(series.times):,} step{'s' * (len(series.times) != 1)}",
        f"{series.feature_count} variable{'s' * (series.feature_count != 1)}",
    ]
    if series.static is not None:
        parts.append(f"{series.static.shape[1]} static")
    if series.target is None:
        return ", ".join(parts) + "."
    one = "step" if series.per_step else "series"
    names = printable(", ".join(schema.target))
    line = f"{', '.join(parts)}. Task {schema.task}: {names}, one a {one}"
    if series.classes is not None:
        counts = series.target[series.target >= 0].bincount(minlength=len(series.classes))
        shares = [
            f"{printable(name)} ({100 * int(count) / max(1, int(counts.sum())):.1f} %)"
            for name, count in zip(series.classes[:8], counts, strict=False)
        ]
        line += f"; classes {', '.join(shares)}{', …' if len(series.classes) > 8 else ''}"
    return line + "."
