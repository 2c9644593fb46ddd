"""A file whose bytes are not the text they are taken for: which byte, in which row."""

import codecs
from pathlib import Path

from liquidtime.data.table.source import open_bytes
from liquidtime.errors import InputError

_BLOCK = 1 << 20
_MARKS = (
    (codecs.BOM_UTF32_LE, "UTF-32"),
    (codecs.BOM_UTF32_BE, "UTF-32"),
    (codecs.BOM_UTF16_LE, "UTF-16"),
    (codecs.BOM_UTF16_BE, "UTF-16"),
)


def check_start(path: Path, encoding: str) -> None:
    """Refuse UTF-16 and binary files by their first bytes, unless UTF-16 was asked for."""
    name = codecs.lookup(encoding).name
    if name.startswith(("utf-16", "utf-32")):
        return
    with open_bytes(path) as file:
        head = file.read(4096)
    for mark, what in _MARKS:
        if head.startswith(mark):
            raise InputError(
                f"{path}, row 1: byte 0 begins the mark of {what} ({mark.hex(' ')}); expected "
                f"{encoding}. Save the file as UTF-8, or give the encoding {what.lower()}."
            )
    if head.startswith(codecs.BOM_UTF8) and not name.startswith("utf-8"):
        raise InputError(
            f"{path}, row 1: byte 0 begins the mark of UTF-8 ({codecs.BOM_UTF8.hex(' ')}); "
            f"expected {encoding}. Give the encoding utf-8."
        )
    at = head.find(b"\0")
    if at >= 0:
        row = head.count(b"\n", 0, at) + 1
        raise InputError(
            f"{path}, row {row}: byte {at} is 0; expected {encoding} text. The file is binary, or "
            "UTF-16 without its mark: save it as UTF-8, or give the encoding utf-16-le."
        )


def undecodable(path: Path, encoding: str) -> InputError:
    """The error that names the first byte of the file that is not of that encoding."""
    decoder = codecs.getincrementaldecoder(encoding)()
    offset, row = 0, 1
    with open_bytes(path) as file:
        while True:
            block = file.read(_BLOCK)
            try:
                decoder.decode(block, final=not block)
            except UnicodeDecodeError as error:
                # What the decoder kept from the block before stands in front of this one.
                at = error.start - (len(error.object) - len(block))
                row += error.object.count(b"\n", 0, error.start)
                byte = f"byte {offset + at:,} is 0x{error.object[error.start]:02x}"
                return InputError(
                    f"{path}, row {row:,}: {byte}, which is not {encoding}"
                    f"{_reading(error.object, error.start)}. Save the file as UTF-8, or give its "
                    "encoding, such as latin-1 or cp1252."
                )
            except UnicodeError as error:
                reason = str(error).rstrip(".")
                return InputError(f"{path} is not {encoding}: {reason}. Give its encoding.")
            if not block:
                break
            offset += len(block)
            row += block.count(b"\n")
    return InputError(f"{path} is not {encoding} text. Save it as UTF-8, or give its encoding.")


def _reading(line: bytes, at: int) -> str:
    near = line[max(0, at - 12) : at + 12].decode("cp1252", errors="replace").strip()
    return f" (as Latin-1 it would read {near!r})"
