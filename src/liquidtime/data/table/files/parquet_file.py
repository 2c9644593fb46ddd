"""Read the wanted columns of a Parquet file."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from liquidtime.data.table.columns import Header
from liquidtime.data.table.source import Table
from liquidtime.errors import InputError
from liquidtime.optional import require

# A few hundred bytes of run lengths can stand for more rows than the memory holds.
_HARMLESS = 1 << 26
_MOST_CELLS_A_BYTE = 200


def parquet_header(path: Path) -> Header:
    """The column names of a Parquet file."""
    with _open(path) as file:
        return Header(str(path), file.schema_arrow.names)


def read_parquet(path: Path, *, wanted: Sequence[str]) -> Table:
    """Read columns of a Parquet file as they are typed there.

    Whole numbers stay whole and exact beside nulls, decimals become numbers, bytes text.

    Raises:
        InputError: If a column is missing or holds lists, structures or other cells that are
            neither numbers nor text nor times, or the file is broken or has no rows.
    """
    pandas = require("pandas", extra="train")
    names = [*dict.fromkeys(wanted)]
    columns = {}
    with _open(path) as file:
        places = Header(str(path), file.schema_arrow.names).positions(names)
        rows = file.metadata.num_rows
        if rows * len(names) > max(_HARMLESS, _MOST_CELLS_A_BYTE * path.stat().st_size):
            raise InputError(
                f"{path} claims {rows:,} rows in {path.stat().st_size:,} bytes; expected a table "
                "of real rows. Write it again."
            )
        if rows == 0:
            raise InputError(f"{path} holds no rows; expected at least one.")
        # By place, as names may stand there twice or hold points.
        table = file.read(columns=[file.schema_arrow.names[place] for place in places])
        for name, place in zip(names, places, strict=True):
            column = table.column(file.schema_arrow.names[place])
            columns[name] = _plain(path, name, column)
    return Table(path, pandas.DataFrame(columns), "parquet")


def _plain(path: Path, name: str, column: Any) -> Any:
    """An Arrow column as a pandas series of numbers, text, times or nulls."""
    pyarrow = require("pyarrow", extra="train")
    pandas = require("pandas", extra="train")
    types = pyarrow.types
    kind = column.type
    if types.is_dictionary(kind):
        column = column.cast(kind.value_type)
        kind = column.type
    if types.is_decimal(kind):
        column = _undecimal(column)
    elif types.is_date(kind):
        column = column.cast(pyarrow.timestamp("s" if types.is_date32(kind) else "ms"))
    elif types.is_binary(kind) or types.is_large_binary(kind) or types.is_fixed_size_binary(kind):
        column = _as_text(path, name, column)
    elif types.is_float16(kind):
        column = column.cast(pyarrow.float32())
    elif (
        not (
            types.is_boolean(kind)
            or types.is_integer(kind)
            or types.is_floating(kind)
            or types.is_string(kind)
            or types.is_large_string(kind)
            or str(kind) == "string_view"
            or types.is_temporal(kind)
            or types.is_null(kind)
        )
        or str(kind) == "month_day_nano_interval"
    ):
        raise InputError(
            f"{path}, column {name!r}: its cells are of type {str(kind)[:80]}; expected numbers, "
            "text or times, one a row. Write the parts that matter as columns of their own."
        )
    if column.null_count and (types.is_integer(column.type) or types.is_boolean(column.type)):
        exact = {
            getattr(pyarrow, word.lower())(): getattr(pandas, f"{word}Dtype")()
            for word in ("Int8", "Int16", "Int32", "Int64", "UInt8", "UInt16", "UInt32", "UInt64")
        } | {pyarrow.bool_(): pandas.BooleanDtype()}
        return column.to_pandas(types_mapper=exact.get)
    return column.to_pandas()


def _undecimal(column: Any) -> Any:
    pyarrow = require("pyarrow", extra="train")
    if column.type.scale == 0:
        try:
            return column.cast(pyarrow.int64())
        except pyarrow.ArrowInvalid:
            return column.cast(pyarrow.string())
    return column.cast(pyarrow.float64())


def _as_text(path: Path, name: str, column: Any) -> Any:
    pyarrow = require("pyarrow", extra="train")
    try:
        if pyarrow.types.is_fixed_size_binary(column.type):
            column = column.cast(pyarrow.binary())
        return column.cast(pyarrow.string())
    except pyarrow.ArrowException:
        raise InputError(
            f"{path}, column {name!r}: its cells are bytes that are no UTF-8 text; expected "
            "numbers, text or times. Write them as such."
        ) from None


@contextmanager
def _open(path: Path) -> Iterator[Any]:
    pyarrow = require("pyarrow", extra="train")
    parquet = require("pyarrow.parquet", extra="train")
    try:
        with parquet.ParquetFile(path) as file:
            yield file
    except InputError:
        raise
    except (pyarrow.ArrowException, OSError, MemoryError, ValueError, OverflowError) as error:
        reason = next(iter(str(error).splitlines()), type(error).__name__).rstrip(".")
        reason = "".join(sign if sign.isprintable() else ascii(sign)[1:-1] for sign in reason)
        raise InputError(
            f"{path} is not a whole Parquet file: {reason[:200]}. Write or copy it again."
        ) from None
