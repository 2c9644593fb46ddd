"""A table as text cells, and the many files that hold the same one."""

import bz2
import csv
import gzip
import io
import lzma
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from random import Random

_PACKED = {"": bytes, ".gz": gzip.compress, ".bz2": bz2.compress, ".xz": lzma.compress}


@dataclass(frozen=True)
class Grid:
    """Cells of text under a header; an empty cell was not observed."""

    header: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]

    def column(self, name: str) -> int:
        """The place of a column."""
        return self.header.index(name)

    def with_cell(self, row: int, column: str, cell: str) -> "Grid":
        """The same table with another cell."""
        rows = [list(cells) for cells in self.rows]
        rows[row][self.column(column)] = cell
        return replace(self, rows=tuple(map(tuple, rows)))

    def with_column(self, name: str, cells: Sequence[str], place: int) -> "Grid":
        """The same table with one more column."""

        def put(values: Sequence[str], value: str) -> tuple[str, ...]:
            return (*values[:place], value, *values[place:])

        rows = tuple(put(row, cell) for row, cell in zip(self.rows, cells, strict=True))
        return Grid(put(self.header, name), rows)

    def reordered(self, order: Sequence[int]) -> "Grid":
        """The same table with its columns in another order."""

        def turn(values: Sequence[str]) -> tuple[str, ...]:
            return tuple(values[place] for place in order)

        return Grid(turn(self.header), tuple(map(turn, self.rows)))

    def chosen(self, rows: Sequence[int]) -> "Grid":
        """Some of the rows."""
        return replace(self, rows=tuple(self.rows[row] for row in rows))


@dataclass(frozen=True)
class Spelling:
    """How a table is written as text.

    Attributes:
        delimiter: Between cells.
        decimal: Before decimals.
        quoting: One of the csv module's.
        line_end: Behind each row.
        encoding: Of the file.
        packed: Suffix of the packing, or nothing.
        blanks: Blanks around the cells that are numbers.
        missing: How a cell that was not observed is written.
    """

    delimiter: str = ","
    decimal: str = "."
    quoting: int = csv.QUOTE_MINIMAL
    line_end: str = "\n"
    encoding: str = "utf-8"
    packed: str = ""
    blanks: bool = False
    missing: str = ""

    @classmethod
    def drawn(cls, random: Random) -> "Spelling":
        """Any spelling that means the same."""
        delimiter = random.choice([",", ",", ";", "\t"])
        return cls(
            delimiter=delimiter,
            decimal=random.choice([".", ","]) if delimiter != "," else ".",
            quoting=random.choice([csv.QUOTE_MINIMAL, csv.QUOTE_ALL]),
            line_end=random.choice(["\n", "\n", "\r\n"]),
            encoding=random.choice(["utf-8", "utf-8", "utf-8-sig", "latin-1", "utf-16"]),
            packed=random.choice(["", "", *_PACKED]),
            blanks=random.random() < 0.1,
            missing=random.choice(["", "", "NA", "NaN", "null", "-99"]),
        )

    @property
    def arguments(self) -> list[str]:
        """Options that tell the command line what it cannot see."""
        said = [] if self.decimal == "." else ["--decimal", self.decimal]
        if self.encoding not in ("utf-8", "utf-8-sig"):
            said += ["--encoding", self.encoding]
        return said + (["--missing", self.missing] if self.missing == "-99" else [])

    def text(self, grid: Grid) -> str:
        """The table in this spelling."""
        written = io.StringIO()
        writer = csv.writer(
            written,
            delimiter=self.delimiter,
            quoting=self.quoting,  # pyright: ignore[reportArgumentType]
            lineterminator=self.line_end,
        )
        writer.writerow(grid.header)
        writer.writerows([self.cell(cell) for cell in row] for row in grid.rows)
        return written.getvalue()

    def cell(self, cell: str) -> str:
        """A cell in this spelling."""
        if not cell:
            return self.missing
        if not _is_number(cell):
            return cell
        cell = cell.replace(".", self.decimal)
        return f" {cell} " if self.blanks else cell

    def write(self, text: str, folder: Path, stem: str) -> Path:
        """Encode, pack and write the text."""
        path = folder / f"{stem}.csv{self.packed}"
        path.write_bytes(_PACKED[self.packed](text.encode(self.encoding)))
        return path


def _is_number(cell: str) -> bool:
    try:
        float(cell)
    except ValueError:
        return False
    return True


def write_parquet(grid: Grid, numbers: Sequence[str], path: Path, random: Random) -> None:
    """Write a table as Parquet; columns in `numbers` as numbers or as text."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    columns = {}
    for place, name in enumerate(grid.header):
        cells = [row[place] or None for row in grid.rows]
        if name in numbers and random.random() < 0.8:
            columns[name] = pa.array([None if c is None else float(c) for c in cells], pa.float64())
        else:
            columns[name] = pa.array(cells, pa.string())
            if random.random() < 0.3:
                columns[name] = columns[name].dictionary_encode()
    compression = random.choice(["snappy", "gzip", "none"])
    pq.write_table(
        pa.table(columns), path, compression=compression, row_group_size=random.choice([7, 1000])
    )
