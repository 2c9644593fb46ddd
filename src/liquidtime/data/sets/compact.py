"""A compact file of sparse irregular series: each column by its table of distinct values.

The file is a NumPy `.npz` whose members are LZMA-compressed (NumPy reads it as it is):

- `ids`, `target`: [N] int32 ids and uint8 classes.
- `lengths`: [N] uint16 rows per series.
- `gaps`: [R] uint16, whole units of time since the previous row (since 0 at the first).
- `mask`: [D, ceil(R / 8)] uint8, the bits of "observed", a feature at a time.
- `table_<d>`: float32, the distinct values of feature d, rising.
- `low_<d>`, `high_<d>`: uint8, the place in that table of each observed value of feature d, row
  after row; there is no high byte where the table holds 256 values or fewer.
"""

import io
import zipfile
from pathlib import Path
from typing import NamedTuple

import numpy as np

from liquidtime.data.assemble import Cells
from liquidtime.runs.write import write_atomically

# The earliest date that a zip file can hold: the bytes must not depend on the clock.
_DATE = (1980, 1, 1, 0, 0, 0)


class Compact(NamedTuple):
    """What a compact file holds: the rows (times in whole units), ids and classes."""

    cells: Cells
    ids: np.ndarray
    target: np.ndarray


def write_compact(path: Path, compact: Compact) -> None:
    """Write a compact file; the same content gives the same bytes.

    Args:
        path: Where to; an existing file is replaced at once, when all is written.
        compact: The content; times are whole numbers, gaps and lengths below 65,536.
    """
    arrays = _arrays(compact)

    def write(beside: Path) -> None:
        with zipfile.ZipFile(beside, "w", compression=zipfile.ZIP_LZMA) as archive:
            for name, array in arrays.items():
                stream = io.BytesIO()
                np.lib.format.write_array(stream, array, version=(1, 0), allow_pickle=False)
                entry = zipfile.ZipInfo(f"{name}.npy", date_time=_DATE)
                entry.compress_type = zipfile.ZIP_LZMA
                entry.create_system = 3
                archive.writestr(entry, stream.getvalue())

    write_atomically(path, write)


def read_compact(path: Path) -> Compact:
    """Read a compact file."""
    with np.load(path, allow_pickle=False) as file:
        ids = file["ids"].astype(np.int64)
        target = file["target"].astype(np.int64)
        lengths = file["lengths"].astype(np.int64)
        rows = int(lengths.sum())
        gaps = file["gaps"].astype(np.int64)
        bits = file["mask"]
        features = len(bits)
        values = np.zeros((rows, features), dtype=np.float32)
        mask = np.zeros((rows, features), dtype=bool)
        for d in range(features):
            observed = np.unpackbits(bits[d], count=rows).view(bool)
            codes = file[f"low_{d}"].astype(np.uint16)
            if f"high_{d}" in file:
                codes |= file[f"high_{d}"].astype(np.uint16) << np.uint16(8)
            mask[:, d] = observed
            values[observed, d] = file[f"table_{d}"][codes]
    starts = np.cumsum(lengths) - lengths
    times = np.cumsum(gaps)
    before = np.where(starts > 0, times[starts - 1], 0) if rows else starts
    times = times - np.repeat(before, lengths)
    return Compact(Cells(values, times.astype(np.float64), mask, lengths), ids, target)


def _arrays(compact: Compact) -> dict[str, np.ndarray]:
    cells = compact.cells
    gaps = np.diff(cells.times, prepend=0.0)
    starts = (np.cumsum(cells.lengths) - cells.lengths)[cells.lengths > 0]
    gaps[starts] = cells.times[starts]
    arrays = {
        "ids": compact.ids.astype(np.int32),
        "target": compact.target.astype(np.uint8),
        "lengths": _exactly(cells.lengths, np.uint16, "lengths"),
        "gaps": _exactly(gaps, np.uint16, "gaps"),
        "mask": np.packbits(np.ascontiguousarray(cells.mask.T), axis=1),
    }
    for d in range(cells.mask.shape[1]):
        table, codes = np.unique(cells.values[cells.mask[:, d], d], return_inverse=True)
        arrays[f"table_{d}"] = table
        arrays[f"low_{d}"] = (codes & 0xFF).astype(np.uint8)
        if len(table) > 256:
            arrays[f"high_{d}"] = _exactly(codes >> 8, np.uint8, f"codes of feature {d}")
    return arrays


def _exactly(array: np.ndarray, dtype: type, what: str) -> np.ndarray:
    small = array.astype(dtype)
    if not np.array_equal(small, array):
        raise ValueError(f"the {what} do not fit {np.dtype(dtype)}: {array.min()} to {array.max()}")
    return small
