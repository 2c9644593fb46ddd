"""Predict with a finished run; the table needs no targets.

  liquidtime predict runs/mine new.csv --to predictions.csv

Writes one row a series (id, predicted class, probability of each class; or predicted value), or
one row a step where the target was one a step, with the time as DATA has it.
"""

from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

from tyro.conf import Positional, arg

from liquidtime.cli.common.tables import FileOptions
from liquidtime.errors import InputError

if TYPE_CHECKING:
    from liquidtime.data.table import Reading

_SUFFIXES = (".csv", ".parquet", ".pq")


@dataclass(frozen=True, kw_only=True)
class Options:
    """Options of `liquidtime predict`."""

    run: Annotated[Path, Positional, arg(metavar="RUN")]
    """The run folder."""
    data: Annotated[Path, Positional, arg(metavar="DATA")]
    """The table, with the columns of the fit."""
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
    from liquidtime.cli.common.tables import describe, read_with_messages, schema_of
    from liquidtime.runs.write import write_atomically
    from liquidtime.train import Run

    fitted = Run.load(options.run)
    schema = schema_of(fitted, options.files)
    reading = read_with_messages(
        options.data,
        schema,
        require_target=False,
        time_scale=fitted.preprocessor.time_scale,
    )
    messages().print(describe(reading), markup=False)
    frame = _frame(fitted.predict(reading.series), reading)
    if options.to.suffix.lower() == ".csv":
        write_atomically(options.to, lambda beside: frame.to_csv(beside, index=False))
    else:
        write_atomically(options.to, lambda beside: frame.to_parquet(beside, index=False))
    what = "steps" if reading.series.per_step else "series"
    messages().print(
        f"Wrote {options.to}: {len(frame):,} {what}; columns {', '.join(frame.columns)}.",
        markup=False,
    )
    return 0


def _frame(predictions: Any, reading: "Reading") -> Any:
    """The predictions under the user's own column names, times as the table wrote them."""
    import numpy as np

    schema = reading.schema
    frame = predictions.to_frame()
    if "time" in frame:
        origins = reading.origins
        if origins is not None:
            origins = np.repeat(origins, predictions.lengths)
        frame["time"] = reading.clock.write(frame["time"].to_numpy(), origins)
    return frame.rename(columns={"id": schema.id, "time": schema.time})
