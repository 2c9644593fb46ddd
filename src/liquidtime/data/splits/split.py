"""Training, validation and test parts, as series numbers."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Self

import numpy as np

from liquidtime.errors import InputError

PARTS = ("train", "validation", "test")


@dataclass(frozen=True, eq=False)
class Split:
    """Which series belong to which part.

    Attributes:
        train: int64 series numbers to fit on.
        validation: int64 series numbers that choose the epoch and the settings.
        test: int64 series numbers that are looked at once, at the end.

    Raises:
        InputError: If a series is named twice, in one part or in two.
    """

    train: np.ndarray
    validation: np.ndarray
    test: np.ndarray

    def __post_init__(self) -> None:
        for name in PARTS:
            part = np.asarray(getattr(self, name))
            if part.ndim != 1 or (part.size and part.dtype.kind not in "iu"):
                raise InputError(
                    f"the {name} part has shape {list(part.shape)} and dtype {part.dtype}; "
                    "expected a list of series numbers."
                )
            object.__setattr__(self, name, part.astype(np.int64))
        everything = np.concatenate([self.train, self.validation, self.test])
        numbers, counts = np.unique(everything, return_counts=True)
        if (counts > 1).any():
            raise InputError(
                f"series {numbers[counts > 1][0]} is named {counts.max()} times in the split; "
                "expected every series in one part at most, or the test would leak."
            )

    def to_dict(self) -> dict[str, list[int]]:
        """The parts as lists, for JSON."""
        return {
            "train": self.train.tolist(),
            "validation": self.validation.tolist(),
            "test": self.test.tolist(),
        }

    @classmethod
    def from_dict(cls, mapping: Mapping[str, Any]) -> Self:
        """The inverse of `to_dict`."""
        return cls(*(np.asarray(mapping[name], dtype=np.int64) for name in PARTS))
