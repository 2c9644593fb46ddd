"""The cells of a CSV file, counted on the way to the parser.

The parser fills short rows with nothing, and cuts long ones where it is told which columns to read.
"""

from collections.abc import Iterator
from pathlib import Path

import numpy as np

from liquidtime.data.table.source import LONGEST_ROW, open_text, records, too_long
from liquidtime.errors import InputError

_NEWLINE, _RETURN, _QUOTE = 10, 13, 34
_ONE, _TOP, _ALL = np.uint64(1), np.uint64(63), ~np.uint64(0)
# Arrays of this size stay in the cache, and in memory that the process already holds.
_BLOCK = 1 << 16


class Tally:
    """A file's text as UTF-8, with the delimiters of each row counted as it passes.

    Args:
        path: The file.
        encoding: Its encoding.
        delimiter: Character between cells.
        width: Cells of a row.
        each: Count each row by itself. Else the total is looked at alone, which costs less and
            will do where the parser itself refuses rows of too many cells.

    Attributes:
        delimiter: As given.
        delimiters: How many have passed outside quotes.
        even: Whether every row but for blank ones had its `width` cells, as far as can be told.
    """

    def __init__(
        self, path: Path, encoding: str, delimiter: str, width: int, *, each: bool
    ) -> None:
        self._path = path
        self._text = open_text(path, encoding)
        self._width, self._each = width, each
        self._pending = 0
        self.delimiter = delimiter
        self._inside = False
        self._before = _NEWLINE
        self._run, self._lines, self._row = 0, 1, 1
        self.delimiters = 0
        self.even = True

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
            InputError: If a row is too long for a table, or the text is none.
        """
        data = self._text.read(size).encode("utf-8", "surrogatepass")
        if data:
            if b"\0" in data:
                line = self._lines + data.count(b"\n", 0, data.index(b"\0"))
                raise InputError(
                    f"{self._path}, row {line:,}: a character is 0; expected text. The file is "
                    "damaged, binary or of another encoding: export it again as UTF-8."
                )
            text = np.frombuffer(data, dtype=np.uint8)
            quoted = b'"' in data
            for at in range(0, len(text), _BLOCK):
                block = text[at : at + _BLOCK]
                self._count(block, quoted)
                self._before = block[-1]
        return data

    def _count(self, block: np.ndarray, quoted: bool) -> None:
        signs = block == ord(self.delimiter)
        ends = block == _NEWLINE
        if not ends.any():
            ends = block == _RETURN
        outside = ends
        if quoted or self._inside:
            free = self._unquoted(block, signs, ends)
            signs &= free
            outside = ends & free
        if self._each:
            self._check_rows(signs, outside)
        self.delimiters += int(np.count_nonzero(signs))
        self._lines += int(np.count_nonzero(ends))
        last = _last(outside)
        if last >= 0:
            self._run = 0
            self._row = self._lines - int(np.count_nonzero(ends[last + 1 :]))
        self._run += len(block) - 1 - last
        if self._run > LONGEST_ROW:
            raise too_long(self._path, self._row)

    def _check_rows(self, signs: np.ndarray, ends: np.ndarray) -> None:
        """Compare the delimiters before each line end with those of a row, or of a blank line."""
        found = ends[np.flatnonzero(signs | ends)]
        at = np.flatnonzero(found)
        counts = np.diff(at, prepend=-1) - 1
        if len(at):
            counts[0] += self._pending
            self._pending = 0
        self._pending += len(found) - (int(at[-1]) + 1 if len(at) else 0)
        self.even &= bool(((counts == self._width - 1) | (counts == 0)).all())

    def _unquoted(self, block: np.ndarray, signs: np.ndarray, ends: np.ndarray) -> np.ndarray:
        """Which characters stand outside quotes, bool; a closing quote does."""
        marks = block == _QUOTE
        quotes = _packed(marks)
        inside = _odd(quotes)
        if self._inside:
            inside = ~inside
        # Elsewhere a quote is a character like others to the parser, and nothing is certain.
        marks |= signs
        marks |= ends
        marks |= block == _RETURN
        allowed = _packed(marks)
        behind = allowed << _ONE
        behind[1:] |= allowed[:-1] >> _TOP
        behind[0] |= self._before in (ord(self.delimiter), _NEWLINE, _RETURN, _QUOTE)
        self.even &= not (quotes & inside & ~behind).any()
        free = np.unpackbits((~inside).view(np.uint8), count=len(block), bitorder="little")
        self._inside = not free[-1]
        return free.view(bool)


def _packed(marks: np.ndarray) -> np.ndarray:
    """Marks as bits, the first one the lowest of the first word of 64."""
    bits = np.zeros(-(-len(marks) // 64) * 8, dtype=np.uint8)
    bits[: -(-len(marks) // 8)] = np.packbits(marks, bitorder="little")
    return bits.view("<u8")


def _odd(bits: np.ndarray) -> np.ndarray:
    """Where an odd number of bits is set up to and including each place, as bits."""
    words = bits.copy()
    # 64 places at once: each shift doubles how far the count reaches.
    for shift in (1, 2, 4, 8, 16, 32):
        words ^= words << np.uint64(shift)
    before = np.zeros(len(words), dtype=bool)
    np.logical_xor.accumulate(words[:-1] >> _TOP != 0, out=before[1:])
    words[before] ^= _ALL
    return words


def _last(marks: np.ndarray) -> int:
    """The last place that is marked, or -1."""
    size = 4096
    while True:
        found = np.flatnonzero(marks[-size:])
        if len(found):
            return max(0, len(marks) - size) + int(found[-1])
        if size >= len(marks):
            return -1
        size *= 64


def check_cells(path: Path, tally: Tally, header: list[str], rows: int, encoding: str) -> None:
    """Refuse a CSV file with a row of more or fewer cells than the header.

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
    if tally.even and tally.delimiters == (width - 1) * (rows + 1):
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
            if len(cells) > width:
                raise too_many(path, line, len(cells), width)
            full |= len(cells) == width
            if len(cells) < width and (short is None or len(cells) < named):
                short = line, len(cells)
            if short is not None and (full or short[1] != named):
                is_last = line == short[0] and next(rest, None) is None
                raise _short(path, *short, width, cut_off=is_last and not tally.ended)


def too_many(path: Path, line: int, count: int, width: int) -> InputError:
    """The error about a row of too many cells."""
    return InputError(
        f"{path}, row {line:,}: {count} cells; expected {width}, as in row 1. "
        'Put text that holds the delimiter between double quotes ("a, b"); '
        "write decimals with a point; or add the missing column names to row 1."
    )


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
