"""The times of rows as the user's data has them: dates with their zone, durations, whole numbers.

Networks count hours in float64, in which neither a zone nor the last nanosecond of a date survives.
So the cells themselves are kept beside them, and given back with the predictions.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Self

import numpy as np


@dataclass(frozen=True, eq=False)
class Stamps:
    """The time of each row, as it came.

    Attributes:
        cells: [R], a NumPy array or one of pandas, of any dtype.
    """

    cells: Any

    @classmethod
    def of(cls, given: Any) -> Self:
        """Take an array, a list, or a column or index of a data frame."""
        cells = getattr(given, "array", given)
        if isinstance(cells, list | tuple):
            array = np.empty(len(cells), dtype=object)
            array[:] = cells
            cells = array
        return cls(cells)

    def __len__(self) -> int:
        return len(self.cells)

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Stamps) or len(self) != len(other):
            return False
        return all(mine == theirs for mine, theirs in zip(self.cells, other.cells, strict=True))

    __hash__ = None  # pyright: ignore[reportAssignmentType]

    def take(self, rows: np.ndarray) -> Self:
        """Those of some rows, by number."""
        return type(self)(self.cells.take(np.asarray(rows, dtype=np.intp)))

    @classmethod
    def concatenate(cls, parts: Sequence["Stamps | None"]) -> "Stamps | None":
        """Several behind one another, in their common dtype; None where any lacks them."""
        there = [part.cells for part in parts if part is not None]
        if not there or len(there) < len(parts):
            return None
        if len(there) == 1:
            return cls(there[0])
        kinds = {(type(cells), str(cells.dtype)) for cells in there}
        if len(kinds) > 1:
            return cls.of([cell for cells in there for cell in cells])
        join = getattr(there[0], "_concat_same_type", np.concatenate)
        return cls(join(there))
