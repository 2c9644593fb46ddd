"""Read a CSV file: the delimiter found, every wanted cell kept as text or parsed as a number.

pandas parses numbers on its fast path; when one is broken, the file is read again as text, so that
the caller can name the cell.
"""

import itertools
import warnings
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from liquidtime.data.table.columns import Header
from liquidtime.data.table.files.encoding import check_start, undecodable
from liquidtime.data.table.files.tally import Tally, check_cells, too_many
from liquidtime.data.table.numbers import MISSING
from liquidtime.data.table.schema import TableSchema
from liquidtime.data.table.source import Table, open_text, records
from liquidtime.errors import InputError
from liquidtime.optional import require

_SPARE = 32
_FIRST_ROWS = 100
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
        InputError: If a column is missing, a row has more or fewer cells than the header, or the
            file is no CSV of that encoding.
    """
    header, delimiter = read_header(path, schema)
    wanted = [*dict.fromkeys([*text, *numbers])]
    position = dict(zip(wanted, header.positions(wanted), strict=True))
    # Thousands are checked by the reader of numbers, not by pandas.
    floats = [position[name] for name in numbers if name not in text and not schema.thousands]
    if floats:
        of_text = _columns_of_text(path, schema, delimiter, floats)
        floats = [at for at in floats if at not in of_text]
    frame = None
    if floats:
        frame = _parse(path, schema, delimiter, header.names, position, floats)
    if frame is None:
        frame = _parse(path, schema, delimiter, header.names, position, [])
    if frame is None or len(frame) == 0:
        raise InputError(
            f"{path}: the header (row 1) is followed by no rows; expected at least one. "
            "Was the file written to the end?"
        )
    frame = frame[list(position.values())].set_axis(wanted, axis=1)
    return Table(path, frame, "csv", delimiter, schema.encoding)


def read_header(path: Path, schema: TableSchema) -> tuple[Header, str]:
    """The column names and the delimiter between them."""
    check_start(path, schema.encoding)
    candidates = [schema.delimiter] if schema.delimiter else list(_DELIMITERS)
    found = {sign: _first_record(path, schema.encoding, sign) for sign in candidates}
    delimiter = max(found, key=lambda sign: len(found[sign][1]))
    row, names = found[delimiter]
    if not names:
        raise InputError(f"{path} holds blank lines only; expected a header line and rows.")
    if len(names) == 1:
        signs = ", ".join(_DELIMITERS.get(sign, repr(sign)) for sign in candidates)
        raise InputError(
            f"{path}, row {row}: one column only ({names[0].strip()[:60]!r}); expected columns "
            f"with one of these between them: {signs}. {_other_sign(path, schema, names[0])}"
        )
    return Header(f"{path}, row {row}", names), delimiter


def _other_sign(path: Path, schema: TableSchema, heading: str) -> str:
    """What parts the columns instead, or which lines stand above the header, in a sentence."""
    for sign in (schema.delimiter,) if schema.delimiter else _DELIMITERS:
        with open_text(path, schema.encoding) as lines:
            for row, cells in itertools.islice(records(lines, sign, path), 1, _FIRST_ROWS):
                if len(cells) > 2:
                    return f"The header seems to be row {row}: remove the lines above it."
    sign = next((each for each in "|:^~ " if heading.strip().count(each) > 1), None)
    if sign is None:
        return "Give the delimiter if it is another."
    return f"If {sign!r} stands between columns: --delimiter {sign!r}"


def _columns_of_text(
    path: Path, schema: TableSchema, delimiter: str, columns: list[int]
) -> set[int]:
    """Columns that hold text in the first rows: the others are parsed fast all the same."""
    missing, found = MISSING | set(schema.missing), set()
    try:
        with open_text(path, schema.encoding) as lines:
            for _, cells in itertools.islice(records(lines, delimiter, path), 1, _FIRST_ROWS):
                for at in columns:
                    cell = cells[at].strip() if at < len(cells) else ""
                    if cell not in missing and not _is_float(cell.replace(schema.decimal, ".")):
                        found.add(at)
    except UnicodeError:
        raise undecodable(path, schema.encoding) from None
    return found


def _is_float(cell: str) -> bool:
    try:
        float(cell)
    except ValueError:
        return False
    return True


def _first_record(path: Path, encoding: str, delimiter: str) -> tuple[int, list[str]]:
    try:
        with open_text(path, encoding) as lines:
            return next(records(lines, delimiter, path), (1, []))
    except UnicodeError:
        raise undecodable(path, encoding) from None


def _parse(
    path: Path,
    schema: TableSchema,
    delimiter: str,
    header: list[str],
    wanted: Mapping[str, int],
    floats: list[int],
) -> Any:
    """Parse the wanted columns; None when a number does not parse."""
    pandas = require("pandas", extra="train")
    width = len(header)
    # To leave columns out saves time where they are many; but then long rows are cut silently.
    spare = width - len(set(wanted.values())) > _SPARE
    used = sorted(wanted.values()) if spare else range(width)
    text, number = pandas.api.types.pandas_dtype("str"), pandas.api.types.pandas_dtype("float64")
    try:
        with (
            Tally(path, schema.encoding, delimiter, width, each=spare) as tally,
            warnings.catch_warnings(),
        ):
            warnings.simplefilter("error", pandas.errors.ParserWarning)
            frame = pandas.read_csv(
                tally,
                sep=delimiter,
                decimal=schema.decimal,
                header=0,
                names=range(width),
                index_col=False,
                usecols=used if spare else None,
                dtype=dict.fromkeys(used, text) | dict.fromkeys(floats, number),
                keep_default_na=False,
                na_values=dict.fromkeys(floats, sorted(MISSING | set(schema.missing))),
                na_filter=bool(floats),
                low_memory=False,
            )
    except UnicodeError:
        raise undecodable(path, schema.encoding) from None
    except (pandas.errors.ParserWarning, pandas.errors.ParserError) as error:
        raise _unparsed(path, schema, delimiter, width, str(error)) from None
    except InputError:
        raise
    except ValueError:
        if not floats:
            raise
        return None
    check_cells(path, tally, header, len(frame), schema.encoding)
    return frame


def _unparsed(
    path: Path, schema: TableSchema, delimiter: str, width: int, reason: str
) -> InputError:
    line = 1
    with open_text(path, schema.encoding) as lines:
        for line, cells in records(lines, delimiter, path):
            if len(cells) > width:
                return too_many(path, line, len(cells), width)
    if "EOF inside string" in reason:
        return InputError(
            f"{path}, row {line:,}: a double quote is left open in this row, to the end of the "
            'file; expected another one. Close it, or write a quote inside text twice ("").'
        )
    reason = reason.removeprefix("Error tokenizing data. C error: ").strip()
    return InputError(f"{path} is not a CSV file: {reason}. Is a double quote left open?")
