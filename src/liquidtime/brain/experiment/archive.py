"""Arrays and what JSON can hold beside them, as one file."""

from __future__ import annotations

import json
import math
import zipfile
import zlib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from liquidtime.errors import InputError
from liquidtime.runs.write import write_atomically

ABOUT = "about"


def write_arrays(path: Path, parts: Mapping[str, NDArray], about: Mapping[str, Any]) -> None:
    """Write both, whole or not at all."""
    arrays = {**parts, ABOUT: np.frombuffer(json.dumps(dict(about)).encode(), dtype=np.uint8)}

    def write(temporary: Path) -> None:
        with temporary.open("wb") as handle:
            np.savez(handle, **arrays)

    write_atomically(path, write)


def read_arrays(path: Path) -> tuple[dict[str, NDArray], dict[str, Any]]:
    """The way back; to be called within `runs.stored.understood`.

    Raises:
        InputError: If it is no such file.
    """
    parts = _read_arrays(path)
    return parts, json.loads(parts.pop(ABOUT).tobytes())


def _read_arrays(path: Path) -> dict[str, NDArray]:
    """What `numpy.savez` wrote, if the arrays are as large as they claim to be.

    Raises:
        InputError: If one is not, before memory is taken for it.
    """
    try:
        _check_sizes(path)
        with np.load(path, allow_pickle=False) as file:
            return {name: file[name] for name in file.files}
    except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError) as error:
        raise InputError(f"it is no whole archive of arrays ({error})") from error


def _check_sizes(path: Path) -> None:
    with zipfile.ZipFile(path) as archive:
        for entry in archive.infolist():
            with archive.open(entry) as stream:
                version = np.lib.format.read_magic(stream)
                read = (
                    np.lib.format.read_array_header_1_0
                    if version == (1, 0)
                    else np.lib.format.read_array_header_2_0
                )
                shape, _, dtype = read(stream)
                size = stream.tell() + math.prod(shape) * dtype.itemsize
            if dtype.hasobject or entry.file_size != size:
                raise InputError(
                    f"{entry.filename} claims {size:,} bytes, but has {entry.file_size:,}."
                )
