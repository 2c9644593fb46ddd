"""A table file, opened: its format by its first bytes, its cells as text, its rows by line."""

import bz2
import csv
import gzip
import io
import lzma
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any

from liquidtime.data.table.columns import nearest
from liquidtime.errors import InputError

PARQUET_MAGIC = b"PAR1"
_OPENERS = {b"\x1f\x8b": gzip.open, b"BZh": bz2.open, b"\xfd7zXZ\x00": lzma.open}
_FOREIGN = {
    b"PK\x03\x04": "a zip archive or an Excel workbook",
    b"\xd0\xcf\x11\xe0": "an old Excel workbook",
    b"\x89HDF": "an HDF5 file",
    b"ARROW1": "an Arrow (Feather) file",
    b"%PDF": "a PDF document",
}


@dataclass(frozen=True, eq=False)
class Table:
    """The rows of a file and how to find them in it again.

    Attributes:
        path: The file, as the user named it.
        frame: pandas data frame of the wanted columns, header names stripped.
        format: "csv" or "parquet".
        delimiter: Character between the cells of a CSV file.
        encoding: Encoding of a CSV file.
    """

    path: Path
    frame: Any
    format: str
    delimiter: str = ","
    encoding: str = "utf-8"

    def __len__(self) -> int:
        return len(self.frame)

    def place(self, position: int, column: str | None = None) -> str:
        """Where the row at `position` (0-based) stands: "x.csv, row 7, column 'HR'"."""
        where = f"{self.path}, row {self.row(position):,}"
        return where if column is None else f"{where}, column {column!r}"

    def row(self, position: int) -> int:
        """Line of the file on which that row begins, header = 1; for Parquet the row, from 1."""
        if self.format == "parquet":
            return int(position) + 1
        with open_text(self.path, self.encoding) as lines:
            for count, (line, _) in enumerate(records(lines, self.delimiter)):
                if count == position + 1:
                    return line
        return int(position) + 2


def open_bytes(path: Path) -> IO[bytes]:
    """The file's bytes, unpacked when it is gzip, bzip2 or xz."""
    opener = _opener(path)
    return path.open("rb") if opener is None else opener(path, "rb")


def is_packed(path: Path) -> bool:
    """Whether the file is gzip, bzip2 or xz."""
    return _opener(path) is not None


def _opener(path: Path) -> Any:
    with path.open("rb") as file:
        head = file.read(8)
    return next((opener for magic, opener in _OPENERS.items() if head.startswith(magic)), None)


def open_text(path: Path, encoding: str) -> io.TextIOWrapper:
    """The file's text; a UTF-8 byte order mark is skipped."""
    encoding = "utf-8-sig" if encoding.lower().replace("_", "-") in ("utf-8", "utf8") else encoding
    try:
        return io.TextIOWrapper(open_bytes(path), encoding=encoding, newline="")
    except LookupError:
        raise InputError(
            f"encoding is {encoding!r}; expected one that Python knows, such as 'utf-8', "
            "'latin-1', 'cp1252' or 'utf-16'."
        ) from None


def records(lines: IO[str], delimiter: str) -> Iterator[tuple[int, list[str]]]:
    """The records of a CSV file that are not blank, with the line on which each begins."""
    reader = csv.reader(lines, delimiter=delimiter)
    line = 1
    for cells in reader:
        if cells and not (len(cells) == 1 and not cells[0].strip()):
            yield line, cells
        line = reader.line_num + 1


def look_at(path: Path) -> str:
    """The format of the file at `path`: "csv" or "parquet".

    Raises:
        InputError: If it is missing, a folder, empty, or of another format than its name says.
    """
    if not path.exists():
        folder = path.parent
        names = [entry.name for entry in folder.iterdir()] if folder.is_dir() else []
        close = nearest(path.name, names)
        hint = f" Did you mean {folder / close}?" if close else " Check the path."
        raise InputError(f"{path}: no such file; expected a CSV or Parquet table.{hint}")
    if path.is_dir():
        raise InputError(
            f"{path} is a folder; expected one CSV or Parquet file. Join its files into one table."
        )
    try:
        with path.open("rb") as file:
            head = file.read(8)
    except OSError as error:
        raise InputError(f"{path} cannot be read: {error.strerror}.") from None
    if not head:
        raise InputError(
            f"{path} is empty (0 bytes); expected a header line and rows. "
            "Was it written to the end, or is this the right file?"
        )
    if head.startswith(PARQUET_MAGIC):
        return "parquet"
    if path.suffix.lower() in (".parquet", ".pq"):
        raise InputError(
            f"{path} is named as Parquet, but begins with {head[:4]!r}; expected {PARQUET_MAGIC!r}."
            " Rename it to .csv if it is text, else write it again."
        )
    for magic, what in _FOREIGN.items():
        if head.startswith(magic):
            raise InputError(
                f"{path} is {what}; expected a CSV or Parquet table. "
                "Save the sheet or table as CSV and give that file."
            )
    return "csv"
