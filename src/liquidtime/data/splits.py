"""Training, validation and test parts: split by series, never by row."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Self

import numpy as np
from numpy.typing import ArrayLike

from liquidtime.errors import InputError


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
        for name in ("train", "validation", "test"):
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
        return cls(*(np.asarray(mapping[name], dtype=np.int64) for name in _PARTS))


_PARTS = ("train", "validation", "test")


def split_by_series(
    n: int,
    *,
    fractions: Sequence[float] = (0.7, 0.15, 0.15),
    seed: int = 0,
    stratify: ArrayLike | None = None,
) -> Split:
    """Split n series at random.

    Args:
        n: Number of series.
        fractions: Share of training, validation and test; each 0 or more, together 1. A part with
            a share above 0 gets at least one series.
        seed: The same seed gives the same split, on every machine.
        stratify: [n] class of each series, or None. With it, every class is spread over the
            parts in the same proportion, as far as whole series allow.

    Returns:
        The split; each part is sorted.

    Raises:
        InputError: If the fractions are wrong or there are fewer series than parts.
    """
    shares = np.asarray(fractions, dtype=np.float64)
    if shares.shape != (3,) or (shares < 0).any() or abs(shares.sum() - 1) > 1e-9:
        raise InputError(
            f"fractions is {tuple(fractions)}; expected three shares of 0 or more that add up to "
            "1: (train, validation, test)."
        )
    needed = int((shares > 0).sum())
    if n < needed:
        raise InputError(
            f"{n} series cannot be split into {needed} parts; expected at least one series a part."
        )
    order = np.random.default_rng(seed).permutation(n)
    if stratify is not None:
        order = _spread(order, np.asarray(stratify), n)
    ends = np.cumsum(_counts(n, shares))
    parts = np.split(order, ends[:2])
    return Split(*(np.sort(part) for part in parts))


def _counts(n: int, shares: np.ndarray) -> np.ndarray:
    """Whole numbers that add up to n, nearest to the shares, at least 1 where a share is."""
    counts = np.floor(shares * n + 1e-9).astype(np.int64)
    remainder = shares * n - counts
    for part in np.argsort(-remainder, kind="stable")[: n - counts.sum()]:
        counts[part] += 1
    for part in np.flatnonzero((shares > 0) & (counts == 0)):
        counts[counts.argmax()] -= 1
        counts[part] = 1
    return counts


def _spread(order: np.ndarray, classes: np.ndarray, n: int) -> np.ndarray:
    """Reorder so that any stretch of the order holds the classes in proportion."""
    if classes.shape != (n,):
        raise InputError(
            f"stratify has shape {list(classes.shape)}; expected [{n}], the class of each series."
        )
    _, codes = np.unique(classes, return_inverse=True)
    place = np.empty(n)
    for code in range(codes.max() + 1):
        members = np.flatnonzero(codes[order] == code)
        place[members] = (np.arange(len(members)) + 0.5) / len(members)
    return order[np.argsort(place, kind="stable")]
