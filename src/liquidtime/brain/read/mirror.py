"""A mirror may hold a published file compressed, or one that is published inside an archive."""

import gzip
import hashlib
import os
from pathlib import Path

from liquidtime.data.sources import MIRROR, Source
from liquidtime.errors import InputError


def in_mirror(source: Source) -> Path | None:
    """The copy of a file in the folder that LIQUIDTIME_MIRROR names, as it is or as `<file>.gz`.

    Args:
        source: The file; its checksum is that of the file before compression.

    Returns:
        The path of the copy, or None where the mirror has none, or there is no mirror.

    Raises:
        InputError: If the copy has the wrong checksum.
    """
    folder = os.environ.get(MIRROR)
    if not folder:
        return None
    plain = Path(folder).expanduser() / source.set / source.file
    for path in (plain, plain.with_name(f"{plain.name}.gz")):
        if path.is_file():
            came = _sha256(path)
            if came != source.sha256:
                raise InputError(
                    f"{path} has the SHA-256 {came} (unpacked); expected {source.sha256}. Replace "
                    f"it by the file from {source.url}, or delete it."
                )
            return path
    return None


def _sha256(path: Path) -> str:
    with gzip.open(path) if path.suffix == ".gz" else path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()  # pyright: ignore[reportArgumentType]
