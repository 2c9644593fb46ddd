"""Folds for cross-validation."""

import numpy as np
from numpy.typing import ArrayLike

from liquidtime.data.splits.by_group import allocate, group_codes
from liquidtime.data.splits.by_series import shuffled
from liquidtime.errors import InputError

Fold = tuple[np.ndarray, np.ndarray]
"""Sorted series numbers to fit on, and those to score on."""


def folds(
    n: int,
    k: int,
    *,
    stratify: ArrayLike | None = None,
    groups: ArrayLike | None = None,
    seed: int = 0,
) -> list[Fold]:
    """Cut n series at random into k parts, each of which is scored on once.

    Args:
        n: Number of series.
        k: Number of folds, 2 or more.
        stratify: [n] class of each series, or None. With it, every class is spread over the folds
            evenly, as far as its members allow.
        groups: [n] group of each series, or None. With them, no group is on both sides.
        seed: The same seed gives the same folds, on every machine.

    Returns:
        k pairs (fit on, score on); the second ones together are all series, each once.

    Raises:
        InputError: If k is below 2, or there are fewer series or groups than folds.
    """
    if k < 2:
        raise InputError(f"{k} folds asked for; expected 2 or more.")
    if groups is None:
        if n < k:
            raise InputError(f"{n} series cannot be cut into {k} folds; ask for fewer folds.")
        parts = np.array_split(shuffled(n, seed, stratify), k)
    else:
        codes, names = group_codes(groups)
        if len(codes) != n:
            raise InputError(f"groups holds {len(codes)} entries; expected {n}, one a series.")
        if len(names) < k:
            raise InputError(
                f"{len(names)} groups cannot be cut into {k} folds; ask for at most {len(names)}."
            )
        part = allocate(codes, len(names), np.full(k, 1 / k), seed, stratify)[codes]
        parts = [np.flatnonzero(part == fold) for fold in range(k)]
    every = np.arange(n)
    return [(np.setdiff1d(every, part), np.sort(part)) for part in parts]
