"""Samples that stay on disk until somebody looks at them."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from liquidtime.errors import InputError
from liquidtime.optional import require

SAMPLES = "recording.zarr"


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
        try:
            return self._array[key]
        # What Zarr raises of a chunk whose checksum is another.
        except ValueError as error:
            raise InputError(
                f"{self._place} is damaged ({error}). Restore it, or simulate anew."
            ) from error

    def __array__(self, dtype: Any = None, copy: bool | None = None) -> NDArray:
        del copy
        return self[:].astype(dtype or self.dtype, copy=False)
