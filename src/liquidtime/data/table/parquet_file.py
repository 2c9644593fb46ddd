"""Read the wanted columns of a Parquet file."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from liquidtime.data.table.columns import check_columns
from liquidtime.data.table.source import Table
from liquidtime.errors import InputError
from liquidtime.optional import require


def parquet_header(path: Path) -> list[str]:
    """The column names of a Parquet file."""
    with _open(path) as file:
        return file.schema_arrow.names


def read_parquet(path: Path, *, wanted: Sequence[str]) -> Table:
    """Read columns of a Parquet file as they are typed there.

    Raises:
        InputError: If a column is missing, or the file is broken or has no rows.
    """
    names = [*dict.fromkeys(wanted)]
    with _open(path) as file:
        check_columns(str(path), file.schema_arrow.names, names)
        frame = file.read(columns=names).to_pandas(ignore_metadata=True)
    if len(frame) == 0:
        raise InputError(f"{path} holds no rows; expected at least one.")
    for name in names:
        if frame[name].dtype.name == "category":
            frame[name] = frame[name].astype(object)
    return Table(path, frame[names], "parquet")


@contextmanager
def _open(path: Path) -> Iterator[Any]:
    pyarrow = require("pyarrow", extra="train")
    parquet = require("pyarrow.parquet", extra="train")
    try:
        with parquet.ParquetFile(path) as file:
            yield file
    except (pyarrow.ArrowInvalid, OSError) as error:
        reason = str(error).splitlines()[0].rstrip(".")
        raise InputError(
            f"{path} is not a whole Parquet file: {reason}. Write or copy it again."
        ) from None
