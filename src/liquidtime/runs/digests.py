"""Digests of what was written, and their check when it is read back.

A finished folder holds `digests.json`: the SHA-256 of each file that is read back. Of a Zarr store
these are the metadata alone. To read gigabytes of samples once more when a simulation ends, and
again each time one of them is looked at, would cost more than to simulate; so each chunk of samples
carries a checksum of its own, which Zarr compares when it reads the chunk. Pages and figures have
no digests: nobody reads them back.
"""

import hashlib
from collections.abc import Iterable
from pathlib import Path

from liquidtime.errors import InputError
from liquidtime.runs.stored import read_json
from liquidtime.runs.write import write_json

DIGESTS = "digests.json"


def file_sha256(path: Path) -> str:
    """SHA-256 of a file, in lower-case hexadecimal digits."""
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


def write_digests(folder: Path, patterns: Iterable[str], last: tuple[str, str]) -> None:
    """Write the digests of a folder that is about to be finished.

    Args:
        folder: Of the result.
        patterns: Globs of the files that are read back.
        last: Name and text of the file that will be written next and makes the folder finished. A
            process killed before it leaves an unfinished folder, whose digests nobody asks for.
    """
    name, text = last
    found = {path for pattern in patterns for path in folder.glob(pattern) if path.is_file()}
    digests = {
        path.relative_to(folder).as_posix(): file_sha256(path)
        for path in sorted(found)
        if path.name != DIGESTS
    }
    digests[name] = hashlib.sha256(text.encode()).hexdigest()
    write_json(folder / DIGESTS, {"sha256": digests})


def check_digests(folder: Path, *names: str) -> None:
    """Check that files of a finished folder are what they were when it was finished.

    Args:
        folder: Of the result; one without digests, as version 0.1.0 left them, passes.
        names: Of the files, or of folders for all that have a digest in them; `/` between folders.
            A file without a digest passes.

    Raises:
        InputError: If one is gone, damaged or another.
    """
    path = folder / DIGESTS
    if not path.is_file():
        return
    expected = read_json(path, {"sha256": {str: str}})["sha256"]
    for name in expected:
        if not any(name == wanted or name.startswith(f"{wanted}/") for wanted in names):
            continue
        file = folder / name
        if not file.is_file():
            raise InputError(f"{file} is missing. Restore it, or make {folder} anew.")
        came = file_sha256(file)
        if came != expected[name]:
            raise InputError(
                f"{file} is damaged, or was changed or swapped since it was written: it has the "
                f"SHA-256 {came}; expected {expected[name]}. Restore it, or make {folder} anew. If "
                f"it was changed on purpose, delete {path}."
            )
