"""Parts at random, split by series, never by row."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import ArrayLike

from liquidtime.data.splits.split import Split
from liquidtime.errors import InputError


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
    shares = check_shares(fractions)
    needed = int((shares > 0).sum())
    if n < needed:
        raise InputError(
            f"{n} series cannot be split into {needed} parts; expected at least one series a part. "
            "Cut a long series into segments first, or split it in time (--chronological)."
        )
    order = shuffled(n, seed, stratify)
    ends = np.cumsum(_counts(n, shares))
    parts = np.split(order, ends[:2])
    return Split(*(np.sort(part) for part in parts))


def check_shares(fractions: Sequence[float]) -> np.ndarray:
    """Three shares that add up to 1, as an array.

    Raises:
        InputError: If they are none.
    """
    shares = np.asarray(fractions, dtype=np.float64)
    if shares.shape != (3,) or not (shares >= 0).all() or abs(shares.sum() - 1) > 1e-9:
        hint = ""
        if shares.shape == (3,) and (shares >= 0).all() and np.isclose(shares.sum(), 100):
            hint = f" Of percents, these are {' '.join(f'{share:g}' for share in shares / 100)}."
        raise InputError(
            f"fractions is {tuple(fractions)}; expected three shares of 0 or more that add up to "
            f"1: (train, validation, test).{hint}"
        )
    return shares


def shuffled(n: int, seed: int, stratify: ArrayLike | None) -> np.ndarray:
    """Series numbers in random order, of which any stretch holds the classes in proportion.

    Args:
        n: Number of series.
        seed: The same seed gives the same order, on every machine.
        stratify: [n] class of each series, or None.

    Raises:
        InputError: If `stratify` has another shape.
    """
    order = np.random.default_rng(seed).permutation(n)
    return order if stratify is None else _spread(order, np.asarray(stratify), n)


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
