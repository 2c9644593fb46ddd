"""Packed files, unpacked as they are read; one that is cut short or damaged says so itself."""

import bz2
import io
import lzma
import zlib
from collections.abc import Callable
from pathlib import Path
from typing import Any, NamedTuple

from liquidtime.errors import InputError

_BLOCK = 65_536
# A few kilobytes can unpack to more than the memory holds. Tables shrink to a tenth or twentieth.
_MOST_SHRUNK = 200
_HARMLESS = 1 << 27


class Packing(NamedTuple):
    """One way of packing.

    Attributes:
        name: What people call it.
        magic: The first bytes of such a file.
        suffix: How such files are usually named.
        decoder: Makes what unpacks one stream.
    """

    name: str
    magic: bytes
    suffix: str
    decoder: Callable[[], Any]


PACKINGS = (
    Packing("gzip", b"\x1f\x8b", ".gz", lambda: _Gzip()),
    Packing("bzip2", b"BZh", ".bz2", bz2.BZ2Decompressor),
    Packing("xz", b"\xfd7zXZ\x00", ".xz", lambda: lzma.LZMADecompressor(lzma.FORMAT_XZ)),
)


def packing(head: bytes) -> Packing | None:
    """The way in which a file that begins with these bytes is packed, if it is."""
    return next((kind for kind in PACKINGS if head.startswith(kind.magic)), None)


class Unpacked(io.RawIOBase):
    """The bytes inside a packed file, streams one behind the other.

    Args:
        path: The file.
        kind: How it is packed.

    Raises:
        InputError: While reading: if the file ends too early, is damaged, goes on behind its end
            with bytes of no stream, or is so small beside what it unpacks to that it is no table.
    """

    def __init__(self, path: Path, kind: Packing) -> None:
        self._path, self._kind = path, kind
        self._file = path.open("rb")
        self._decoder = kind.decoder()
        self._taken = self._given = 0

    def readable(self) -> bool:
        """Always."""
        return True

    def close(self) -> None:
        """Close the packed file."""
        self._file.close()
        super().close()

    def readinto(self, buffer: Any) -> int:
        """Fill the buffer, or some of it; 0 at the end."""
        while True:
            if self._decoder.eof:
                rest = self._decoder.unused_data.lstrip(b"\0") or self._more().lstrip(b"\0")
                if not rest:
                    if self._taken < self._size():
                        continue
                    return 0
                if not self._kind.magic.startswith(rest[: len(self._kind.magic)]):
                    raise self._damaged("bytes of no packed stream stand behind its end")
                self._decoder = self._kind.decoder()
                out = self._unpack(rest, len(buffer))
            else:
                data = self._more() if self._decoder.needs_input else b""
                if not data and self._decoder.needs_input:
                    raise InputError(
                        f"{self._path} ends too early: the {self._kind.name} stream in it has no "
                        "end. Copy or pack it again."
                    )
                out = self._unpack(data, len(buffer))
            if out:
                buffer[: len(out)] = out
                self._check_growth(len(out))
                return len(out)

    def _more(self) -> bytes:
        data = self._file.read(_BLOCK)
        self._taken += len(data)
        return data

    def _size(self) -> int:
        return self._path.stat().st_size

    def _unpack(self, data: bytes, most: int) -> bytes:
        try:
            return self._decoder.decompress(data, most)
        except (OSError, EOFError, ValueError, zlib.error, lzma.LZMAError) as error:
            raise self._damaged(str(error)) from None

    def _damaged(self, reason: str) -> InputError:
        return InputError(
            f"{self._path} is damaged: as {self._kind.name} it cannot be unpacked "
            f"({reason.rstrip('.')}). Copy or pack it again."
        )

    def _check_growth(self, more: int) -> None:
        self._given += more
        if self._given > max(_HARMLESS, _MOST_SHRUNK * self._taken):
            raise InputError(
                f"{self._path} unpacks to more than {_MOST_SHRUNK} times its size; expected a "
                "table. If it is one, unpack it and give the unpacked file."
            )


class _Gzip:
    """`zlib` for one gzip stream, with the manners of `bz2` and `lzma`."""

    def __init__(self) -> None:
        self._stream = zlib.decompressobj(wbits=31)

    @property
    def eof(self) -> bool:
        return self._stream.eof

    @property
    def needs_input(self) -> bool:
        return not self._stream.unconsumed_tail

    @property
    def unused_data(self) -> bytes:
        return self._stream.unused_data

    def decompress(self, data: bytes, most: int) -> bytes:
        return self._stream.decompress(self._stream.unconsumed_tail + data, most)
