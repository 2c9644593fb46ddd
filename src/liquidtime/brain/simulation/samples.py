"""Samples that stay on disk until somebody looks at them."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from liquidtime.errors import InputError
from liquidtime.optional import require

SAMPLES = "recording.zarr"


def read_samples(folder: Path, array: Any, key: Any = ...) -> NDArray:
    """What an index names of an array in the store of a simulation.

    Raises:
        InputError: If a piece is damaged; each carries a checksum.
    """
    try:
        return np.asarray(array[key])
    # What Zarr and its codecs raise of a chunk that is not what was written.
    except (ValueError, RuntimeError, OSError) as error:
        place = folder / SAMPLES / str(array.name).strip("/")
        raise InputError(f"{place} is damaged ({error}). Restore it, or simulate anew.") from error


class Samples:
    """Samples [T, n, B] of one record in a store; an index reads what it names, as of an array.

    Args:
        folder: Of the simulation.
        name: Of the record.

    Raises:
        InputError: When a piece is read that is damaged; each carries a checksum.
    """

    def __init__(self, folder: Path, name: str) -> None:
        self._place = folder / SAMPLES / name
        self._array: Any = require("zarr", extra="brain").open_group(folder / SAMPLES, mode="r")[
            name
        ]
        self.shape: tuple[int, int, int] = self._array.shape
        self.dtype = np.dtype(self._array.dtype)

    def __len__(self) -> int:
        return self.shape[0]

    def __getitem__(self, key: Any) -> NDArray:
        return read_samples(self._place.parents[1], self._array, key)

    def __array__(self, dtype: Any = None, copy: bool | None = None) -> NDArray:
        del copy
        return self[:].astype(dtype or self.dtype, copy=False)
