"""A table file, opened: its format by its first bytes, its cells as text, its rows by line."""

import csv
import io
import stat
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Protocol, Self

import numpy as np

from liquidtime.data.table.columns import nearest
from liquidtime.data.table.files.packed import PACKINGS, Unpacked, packing
from liquidtime.errors import InputError

PARQUET_MAGIC = b"PAR1"
LONGEST_ROW = 1 << 26
"""Characters of a row, header included, above which a file is taken for no table."""
_MOST_BLANK = 1_000_000
_FOREIGN = {
    b"PK\x03\x04": "a zip archive or an Excel workbook",
    b"\xd0\xcf\x11\xe0": "an old Excel workbook",
    b"\x89HDF": "an HDF5 file",
    b"ARROW1": "an Arrow (Feather) file",
    b"%PDF": "a PDF document",
    b"\x28\xb5\x2f\xfd": "packed with Zstandard",
    b"\x04\x22\x4d\x18": "packed with LZ4",
    b"\x1f\x9d": "packed with compress",
    b"LZIP": "packed with lzip",
    b"7z\xbc\xaf\x27\x1c": "a 7-Zip archive",
    b"Rar!": "a RAR archive",
    b"MATLAB 5.0": "a MATLAB file",
    b"\x93NUMPY": "a NumPy array",
    b"SQLite format 3": "an SQLite database",
    b"$FL2": "an SPSS file",
    b"RDX": "an R data file",
    b'{"': "JSON",
    b"[{": "JSON",
    b"<!DOCTYPE": "a web page",
    b"<html": "a web page",
    b"<?xml": "XML",
    b"0       ": "a recording in EDF",
    b"\xffBIOSEMI": "a recording in BDF",
}
_KINDS = (
    (stat.S_ISFIFO, "a pipe"),
    (stat.S_ISSOCK, "a socket"),
    (stat.S_ISCHR, "a device"),
    (stat.S_ISBLK, "a device"),
)


class Lines(Protocol):
    """Text that is read line by line."""

    def readline(self, size: int = -1, /) -> str:
        """The rest of the line, or `size` characters of it."""
        ...


@dataclass(frozen=True, eq=False)
class Table:
    """The rows of a file and how to find them in it again.

    Attributes:
        path: The file, as the user named it.
        frame: pandas data frame of the wanted columns, header names stripped.
        format: "csv" or "parquet"; "files" of several; "frame" where there is no file.
        delimiter: Character between the cells of a CSV file.
        encoding: Encoding of a CSV file.
        kept: int64 [rows], the place in the file of each row of `frame`; None if it is all rows.
        parts: The files, where these are several (format "files"); without their rows.
        ends: int64, the number of rows up to the end of each part.
    """

    path: Path
    frame: Any
    format: str
    delimiter: str = ","
    encoding: str = "utf-8"
    kept: np.ndarray | None = None
    parts: tuple["Table", ...] = ()
    ends: np.ndarray | None = None

    def __len__(self) -> int:
        return len(self.frame)

    def without(self, dropped: np.ndarray) -> Self:
        """The table without some rows, bool [rows]; the others are found in the file as before."""
        kept = np.flatnonzero(~dropped)
        frame = self.frame.iloc[kept].reset_index(drop=True)
        return replace(self, frame=frame, kept=kept if self.kept is None else self.kept[kept])

    def place(self, position: int, column: str | None = None) -> str:
        """Where the row at `position` (0-based) stands: "x.csv, row 7, column 'HR'"."""
        home, at = self._home(position)
        if home.format == "frame":
            where = f"{home.path}, iloc {at}"
        else:
            where = f"{home.path}, row {home._line(at):,}"
        return where if column is None else f"{where}, column {column!r}"

    def beside(self, position: int, other: int) -> str:
        """Where one row stands, told in a sentence about another: "row 7", or "y.csv, row 7"."""
        place, (home, _) = self.place(position), self._home(other)
        return place.removeprefix(f"{home.path}, ")

    def row(self, position: int) -> int:
        """Line of its file on which that row begins, header = 1; for Parquet the row, from 1."""
        home, at = self._home(position)
        return home._line(at)

    def homes(self) -> np.ndarray | None:
        """int64 [rows], the number of the part in which each row stands; None of a single file."""
        if self.ends is None:
            return None
        positions = np.arange(len(self)) if self.kept is None else self.kept
        return np.searchsorted(self.ends, positions, side="right")

    def _home(self, position: int) -> tuple["Table", int]:
        """The file in which that row stands, and where."""
        position = int(position if self.kept is None else self.kept[position])
        if self.ends is None:
            return self, position
        part = int(np.searchsorted(self.ends, position, side="right"))
        return self.parts[part], position - (int(self.ends[part - 1]) if part else 0)

    def _line(self, at: int) -> int:
        if self.format != "csv":
            return at + 1
        with open_text(self.path, self.encoding) as lines:
            for count, (line, _) in enumerate(records(lines, self.delimiter, self.path)):
                if count == at + 1:
                    return line
        return at + 2


def open_bytes(path: Path) -> io.BufferedIOBase:
    """The file's bytes, unpacked when it is gzip, bzip2 or xz."""
    with path.open("rb") as file:
        kind = packing(file.read(8))
    return path.open("rb") if kind is None else io.BufferedReader(Unpacked(path, kind), 1 << 17)


def open_text(path: Path, encoding: str) -> io.TextIOWrapper:
    """The file's text; a UTF-8 byte order mark is skipped."""
    encoding = "utf-8-sig" if encoding.lower().replace("_", "-") in ("utf-8", "utf8") else encoding
    return io.TextIOWrapper(open_bytes(path), encoding=encoding, newline="")  # pyright: ignore


def records(lines: Lines, delimiter: str, path: Path) -> Iterator[tuple[int, list[str]]]:
    """The records of a CSV file that are not blank, with the line on which each begins.

    Raises:
        InputError: If one is too long for a table, or blank rows take no end.
    """
    reader = csv.reader(_bounded(lines, path), delimiter=delimiter)
    line, blank = 1, 0
    with _wide_cells():
        while True:
            try:
                cells = next(reader)
            except StopIteration:
                return
            except csv.Error:
                raise too_long(path, line) from None
            if cells and not (len(cells) == 1 and not cells[0].strip()):
                yield line, cells
                blank = 0
            elif (blank := blank + 1) > _MOST_BLANK:
                raise InputError(
                    f"{path}, row {line:,}: {blank:,} blank rows stand here one behind the other; "
                    "expected rows of a table. Remove them."
                )
            line = reader.line_num + 1


def too_long(path: Path, line: int) -> InputError:
    """The error about a row that is too long for a table."""
    return InputError(
        f"{path}, row {line:,}: the row is longer than {LONGEST_ROW:,} characters; expected a row "
        "of a table. Is a double quote left open, or does the file lack line ends?"
    )


def _bounded(lines: Lines, path: Path) -> Iterator[str]:
    count = 1
    while line := lines.readline(LONGEST_ROW + 1):
        if len(line) > LONGEST_ROW:
            raise too_long(path, count)
        yield line
        count += 1


@contextmanager
def _wide_cells() -> Iterator[None]:
    """Let the csv module read cells of more than 131,072 characters."""
    before = csv.field_size_limit(LONGEST_ROW)
    try:
        yield
    finally:
        csv.field_size_limit(before)


def look_at(path: Path) -> str:
    """The format of the file at `path`: "csv" or "parquet".

    Raises:
        InputError: If it is missing, a folder, empty, or of another format than its name says.
    """
    try:
        mode = path.stat().st_mode
    except FileNotFoundError:
        raise _absent(path) from None
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or str(error)
        raise InputError(
            f"{_short(path)} cannot be read: {reason}. Expected a CSV or Parquet table; check the "
            "path."
        ) from None
    if stat.S_ISDIR(mode):
        raise InputError(
            f"{path} is a folder; expected one CSV or Parquet file. Join its files into one table."
        )
    if not stat.S_ISREG(mode):
        what = next((name for test, name in _KINDS if test(mode)), "something else")
        raise InputError(
            f"{path} is no regular file but {what}; expected a CSV or Parquet file, as a table is "
            "read more than once. Write it to a file first."
        )
    try:
        with path.open("rb") as file:
            head = file.read(512)
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
                + (
                    "Unpack it, or pack it with gzip, bzip2 or xz."
                    if "packed" in what
                    else "Recordings are read in Python, by liquidtime.data.recordings."
                    if "recording" in what
                    else "Save the sheet or table as CSV and give that file."
                )
            )
    named = next((kind for kind in PACKINGS if path.suffix.lower() == kind.suffix), None)
    if named is not None and packing(head) is None and _is_binary(head):
        raise InputError(
            f"{path} is named as {named.name}, but begins with {head[:4]!r}; expected "
            f"{named.magic!r}. It is damaged or packed otherwise: copy or pack it again."
        )
    return "csv"


def _is_binary(head: bytes) -> bool:
    return any(byte < 9 or 13 < byte < 27 for byte in head)


def _short(path: Path) -> str:
    text = str(path)
    return text if len(text) <= 120 else f"{text[:100]}… ({len(text)} characters)"


def _absent(path: Path) -> InputError:
    folder = path.parent
    names: list[str] = []
    with suppress(OSError):
        names = [entry.name for entry in folder.iterdir()]
    close = nearest(path.name, names)
    hint = f" Did you mean {folder / close}?" if close else " Check the path."
    return InputError(f"{path}: no such file; expected a CSV or Parquet table.{hint}")
