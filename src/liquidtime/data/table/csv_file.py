"""Read a CSV file: the delimiter found, every wanted cell kept as text or parsed as a number.

pandas parses numbers on its fast path; when one is broken, the file is read again as text, so that
the caller can name the cell.
"""

import csv
import warnings
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from liquidtime.data.table.columns import check_columns
from liquidtime.data.table.cut_off import check_end
from liquidtime.data.table.encoding import check_start, undecodable
from liquidtime.data.table.numbers import MISSING
from liquidtime.data.table.schema import TableSchema
from liquidtime.data.table.source import Table, open_text, records
from liquidtime.errors import InputError
from liquidtime.optional import require

_DELIMITERS = {",": "comma", ";": "semicolon", "\t": "tab"}


def read_csv(
    path: Path, schema: TableSchema, *, text: Sequence[str], numbers: Sequence[str]
) -> Table:
    """Read the wanted columns of a CSV file.

    Args:
        path: The file; may be gzip, bzip2 or xz.
        schema: For its delimiter, decimal sign, encoding and missing cells.
        text: Columns to keep as text.
        numbers: Columns to parse as float64; they stay text if a cell does not parse.

    Raises:
        InputError: If a column is missing, or the file is no CSV of that encoding.
    """
    check_start(path, schema.encoding)
    header, delimiter = read_header(path, schema)
    wanted = [*dict.fromkeys([*text, *numbers])]
    check_columns(f"{path}, row 1", header, wanted)
    position = {name: header.index(name) for name in wanted}
    floats = [position[name] for name in numbers if name not in text]
    frame = None
    if floats:
        frame = _parse(path, schema, delimiter, len(header), floats)
    if frame is None:
        frame = _parse(path, schema, delimiter, len(header), [])
    if frame is None or len(frame) == 0:
        raise InputError(
            f"{path}: the header (row 1) is followed by no rows; expected at least one. "
            "Was the file written to the end?"
        )
    frame = frame[list(position.values())]
    frame.columns = wanted
    table = Table(path, frame, "csv", delimiter, schema.encoding)
    check_end(table, len(header))
    return table


def read_header(path: Path, schema: TableSchema) -> tuple[list[str], str]:
    """The column names, stripped, and the delimiter between them."""
    try:
        with open_text(path, schema.encoding) as lines:
            first = next((line for line in lines if line.strip()), "")
    except UnicodeDecodeError:
        raise undecodable(path, schema.encoding) from None
    except OSError as error:
        raise InputError(f"{path} cannot be unpacked: {error}.") from None
    if not first:
        raise InputError(f"{path} holds blank lines only; expected a header line and rows.")
    candidates = [schema.delimiter] if schema.delimiter else list(_DELIMITERS)
    headers = {sign: next(csv.reader([first], delimiter=sign)) for sign in candidates}
    delimiter = max(headers, key=lambda sign: len(headers[sign]))
    header = [name.strip() for name in headers[delimiter]]
    if len(header) == 1:
        names = ", ".join(_DELIMITERS.get(sign, repr(sign)) for sign in candidates)
        raise InputError(
            f"{path}, row 1: one column only ({header[0][:60]!r}); expected columns with one of "
            f"these between them: {names}. Give the delimiter if it is another."
        )
    return header, delimiter


def _parse(path: Path, schema: TableSchema, delimiter: str, width: int, floats: list[int]) -> Any:
    """Parse the whole file; None when a number does not parse."""
    pandas = require("pandas", extra="train")
    missing = sorted(MISSING | set(schema.missing))
    kinds = {at: "float64" if at in floats else "str" for at in range(width)}
    try:
        with open_text(path, schema.encoding) as lines, warnings.catch_warnings():
            warnings.simplefilter("error", pandas.errors.ParserWarning)
            return pandas.read_csv(
                lines,
                sep=delimiter,
                decimal=schema.decimal,
                header=0,
                names=range(width),
                index_col=False,
                dtype=kinds,
                keep_default_na=False,
                na_values=dict.fromkeys(floats, missing),
                na_filter=bool(floats),
                low_memory=False,
            )
    except UnicodeDecodeError:
        raise undecodable(path, schema.encoding) from None
    except pandas.errors.ParserWarning:
        raise InputError(
            f"{path}: the rows hold more cells than the header's {width}. Expected as many; "
            "add the missing column names to row 1, or remove a delimiter at the end of the rows."
        ) from None
    except pandas.errors.ParserError as error:
        raise _uneven(path, schema, delimiter, width, str(error)) from None
    except EOFError as error:
        raise InputError(f"{path} ends too early: {error}. Copy or pack it again.") from None
    except ValueError:
        if not floats:
            raise
        return None


def _uneven(path: Path, schema: TableSchema, delimiter: str, width: int, reason: str) -> InputError:
    with open_text(path, schema.encoding) as lines:
        for line, cells in records(lines, delimiter):
            if len(cells) > width:
                return InputError(
                    f"{path}, row {line:,}: {len(cells)} cells; expected {width}, as in row 1. "
                    'Put text that holds the delimiter between double quotes ("a, b"); '
                    "write decimals with a point."
                )
    return InputError(
        f"{path} is not a CSV file: {reason.removeprefix('Error tokenizing data. C error: ')}. "
        "Is a double quote left open?"
    )
