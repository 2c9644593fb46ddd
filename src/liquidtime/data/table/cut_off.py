"""A text file that was cut off in the middle of its last row."""

import csv
import io

from liquidtime.data.table.source import Table, is_packed
from liquidtime.errors import InputError

_TAIL = 65_536


def check_end(table: Table, width: int) -> None:
    """Refuse a CSV file whose last line has no end and too few cells.

    Packed files are passed over, as their checksum tells whether they are whole.

    Args:
        table: The table as read.
        width: Cells of a row, by the header.

    Raises:
        InputError: If the file ends inside its last row.
    """
    if is_packed(table.path) or table.encoding.lower().startswith(("utf-16", "utf-32")):
        return
    with table.path.open("rb") as file:
        file.seek(0, io.SEEK_END)
        file.seek(max(0, file.tell() - _TAIL))
        tail = file.read().decode(table.encoding, errors="replace")
    last = tail.replace("\r", "\n").rpartition("\n")[2]
    # A quote may hide the beginning of the row in an earlier line.
    if not last.strip() or '"' in last:
        return
    cells = next(csv.reader([last], delimiter=table.delimiter))
    if len(cells) < width:
        raise InputError(
            f"{table.place(len(table) - 1)}: the last line has {len(cells)} cells and no line end "
            f"({last[-40:]!r}); expected {width} cells. The file seems to be cut off: copy or "
            "export it again."
        )
