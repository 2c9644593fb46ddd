"""The cells of a CSV file, counted on the way to the parser, which fills short rows silently."""

from collections.abc import Iterator
from pathlib import Path

import numpy as np

from liquidtime.data.table.source import LONGEST_ROW, open_text, records, too_long
from liquidtime.errors import InputError

_NEWLINE, _RETURN, _QUOTE = 10, 13, 34


class Tally:
    """A file's text as UTF-8, with the delimiters outside quotes counted as it passes.

    A total is enough, and costs next to nothing: the parser itself refuses rows with too many
    cells, so the total is right only if no row has too few.

    Args:
        path: The file.
        encoding: Its encoding.
        delimiter: Character between cells.

    Attributes:
        delimiter: As given.
        delimiters: How many have passed outside quotes.
        exact: Whether quotes stood only where they open, close or stand for themselves. Otherwise
            the total says nothing.
    """

    def __init__(self, path: Path, encoding: str, delimiter: str) -> None:
        self._path = path
        self._text = open_text(path, encoding)
        self.delimiter = delimiter
        self._inside = False
        self._before = _NEWLINE
        self._run, self._lines, self._row = 0, 1, 1
        self.delimiters = 0
        self.exact = True

    @property
    def ended(self) -> bool:
        """Whether the text ended with a line end."""
        return self._before in (_NEWLINE, _RETURN)

    def __enter__(self) -> "Tally":
        return self

    def __exit__(self, *error: object) -> None:
        self._text.close()

    def __iter__(self) -> Iterator[bytes]:
        while data := self.read(1 << 18):
            yield data

    def read(self, size: int = -1) -> bytes:
        """Up to `size` characters, as UTF-8.

        Raises:
            InputError: If a row is too long for a table.
        """
        data = self._text.read(size).encode("utf-8", "surrogatepass")
        if data:
            self._count(np.frombuffer(data, dtype=np.uint8), b'"' in data)
            self._before = data[-1]
        return data

    def _count(self, block: np.ndarray, quoted: bool) -> None:
        signs = block == ord(self.delimiter)
        ends = block == _NEWLINE
        if not ends.any():
            ends = block == _RETURN
        outside = ends
        if quoted or self._inside:
            inside = self._quotes(block, signs, ends)
            signs &= ~inside
            outside = ends & ~inside
        self.delimiters += int(np.count_nonzero(signs))
        last = len(block) - 1 - int(np.argmax(outside[::-1])) if outside.any() else -1
        if last >= 0:
            self._run = 0
            self._row = self._lines + int(np.count_nonzero(ends[: last + 1]))
        self._lines += int(np.count_nonzero(ends))
        self._run += len(block) - 1 - last
        if self._run > LONGEST_ROW:
            raise too_long(self._path, self._row)

    def _quotes(self, block: np.ndarray, signs: np.ndarray, ends: np.ndarray) -> np.ndarray:
        """Which characters stand inside quotes, bool; a closing quote does not."""
        quotes = block == _QUOTE
        inside = np.bitwise_xor.accumulate(quotes)
        if self._inside:
            inside = ~inside
        before = np.empty_like(quotes)
        before[0] = self._before in (ord(self.delimiter), _NEWLINE, _RETURN, _QUOTE)
        np.logical_or(signs[:-1], ends[:-1], out=before[1:])
        before[1:] |= quotes[:-1]
        before[1:] |= block[:-1] == _RETURN
        self.exact &= not bool((quotes & inside & ~before).any())
        self._inside = bool(inside[-1])
        return inside


def check_cells(path: Path, tally: Tally, header: list[str], rows: int, encoding: str) -> None:
    """Refuse a CSV file with a row of too few cells.

    Args:
        path: The file.
        tally: What has passed, to the end of the file.
        header: The names; empty ones at the end need no cells, if no row has them.
        rows: Rows the parser found, the header left out.
        encoding: Of the file.

    Raises:
        InputError: That names the first such row; a last one without a line end was cut off.
    """
    width = len(header)
    if tally.exact and tally.delimiters == (width - 1) * (rows + 1):
        return
    named = width
    while named > 1 and not header[named - 1]:
        named -= 1
    short: tuple[int, int] | None = None
    full = False
    with open_text(path, encoding) as lines:
        rest = records(lines, tally.delimiter, path)
        next(rest, None)
        for line, cells in rest:
            full |= len(cells) >= width
            if len(cells) < width and (short is None or len(cells) < named):
                short = line, len(cells)
            if short is not None and (full or short[1] != named):
                is_last = line == short[0] and next(rest, None) is None
                raise _short(path, *short, width, cut_off=is_last and not tally.ended)


def _short(path: Path, line: int, count: int, width: int, *, cut_off: bool) -> InputError:
    came = f"{path}, row {line:,}: {count} cell{'s' if count > 1 else ''}"
    if cut_off:
        return InputError(
            f"{came} in the last line, which has no line end; expected {width}, as in row 1. The "
            "file seems to be cut off: copy or export it again."
        )
    return InputError(
        f"{came}; expected {width}, as in row 1. A cell was lost, or a spreadsheet has left out "
        "the empty ones at the end of the row: write all delimiters."
    )
