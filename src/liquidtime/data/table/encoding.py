"""A file whose bytes are not the text they are taken for: which byte, in which row."""

import codecs
import itertools
from pathlib import Path

from liquidtime.data.table.source import open_bytes
from liquidtime.errors import InputError

_MARKS = (
    (codecs.BOM_UTF32_LE, "UTF-32"),
    (codecs.BOM_UTF32_BE, "UTF-32"),
    (codecs.BOM_UTF16_LE, "UTF-16"),
    (codecs.BOM_UTF16_BE, "UTF-16"),
)


def check_start(path: Path, encoding: str) -> None:
    """Refuse UTF-16 and binary files by their first bytes, unless UTF-16 was asked for."""
    if encoding.lower().replace("-", "").replace("_", "").startswith(("utf16", "utf32")):
        return
    with open_bytes(path) as file:
        head = file.read(4096)
    for mark, name in _MARKS:
        if head.startswith(mark):
            raise InputError(
                f"{path}, row 1: byte 0 begins the mark of {name} ({mark.hex(' ')}); expected "
                f"{encoding}. Save the file as UTF-8, or give the encoding {name.lower()}."
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
        for line in itertools.chain(file, [b""]):
            try:
                decoder.decode(line, final=not line)
            except UnicodeDecodeError as error:
                # What the decoder kept from the line before stands in front of this line.
                at = error.start - (len(error.object) - len(line))
                byte = f"byte {offset + at:,} is 0x{error.object[error.start]:02x}"
                return InputError(
                    f"{path}, row {row:,}: {byte}, which is not {encoding}"
                    f"{_reading(error.object, error.start)}. Save the file as UTF-8, or give its "
                    "encoding, such as latin-1 or cp1252."
                )
            offset += len(line)
            row += line.count(b"\n")
    return InputError(f"{path} is not {encoding} text. Save it as UTF-8, or give its encoding.")


def _reading(line: bytes, at: int) -> str:
    near = line[max(0, at - 12) : at + 12].decode("cp1252", errors="replace").strip()
    return f" (as Latin-1 it would read {near!r})"
