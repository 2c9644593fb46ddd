"""Parts of whole groups: the series of a patient, a device or a site stay together."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import ArrayLike

from liquidtime.data.splits.by_series import check_shares
from liquidtime.data.splits.split import Split
from liquidtime.errors import InputError

_TRIES, _STEPS = 32, 4096


def split_by_group(
    groups: ArrayLike,
    *,
    fractions: Sequence[float] = (0.7, 0.15, 0.15),
    seed: int = 0,
    stratify: ArrayLike | None = None,
) -> Split:
    """Split series at random so that no group is in two parts.

    Args:
        groups: [n] group of each series, such as its patient.
        fractions: Share of training, validation and test, of the series; each 0 or more, together
            1. A part with a share above 0 gets at least one group.
        seed: The same seed gives the same split, on every machine.
        stratify: [n] class of each series, or None. With it, every class is spread over the parts
            in the same proportion, as far as whole groups allow.

    Returns:
        The split; each part is sorted.

    Raises:
        InputError: If the fractions or shapes are wrong, a group is missing, or there are fewer
            groups than parts.
    """
    shares = check_shares(fractions)
    codes, names = group_codes(groups)
    used = np.flatnonzero(shares > 0)
    if len(names) < len(used):
        raise InputError(
            f"{len(names)} groups cannot be split into {len(used)} parts; expected at least one "
            f"group a part. There are {len(codes)} series; leave the groups out only if series of "
            "one group tell nothing of one another, or give fewer parts a share."
        )
    part = used[allocate(codes, len(names), shares[used], seed, stratify)][codes]
    return Split(*(np.flatnonzero(part == p) for p in range(3)))


def group_codes(groups: ArrayLike) -> tuple[np.ndarray, np.ndarray]:
    """Groups as numbers [n] from 0, and their names.

    Raises:
        InputError: If there is no group for each series.
    """
    given = np.asarray(groups)
    if given.dtype.kind == "U" and isinstance(groups, list | tuple):
        # NumPy has made text of whatever stood beside text.
        given = np.array(groups, dtype=object)
    if given.ndim != 1:
        raise InputError(
            f"groups has shape {list(given.shape)}; expected [N], the group of each series."
        )
    missing = np.array([_is_missing(cell) for cell in given.tolist()], dtype=bool)
    if missing.any():
        raise InputError(
            f"the group of series {int(missing.argmax())} is missing ({int(missing.sum()):,} such "
            "series in all); expected one each. Give series without a group one of their own."
        )
    if given.dtype.kind == "O" and len({isinstance(cell, str) for cell in given}) > 1:
        raise InputError("groups mix text with numbers; expected groups of one kind.")
    names, codes = np.unique(
        given.astype(str) if given.dtype.kind == "O" else given, return_inverse=True
    )
    return codes.reshape(-1), names


def _is_missing(cell: object) -> bool:
    # pandas' NA is neither equal to itself nor not.
    return cell is None or type(cell).__name__ == "NAType" or cell != cell


def allocate(
    codes: np.ndarray,
    count: int,
    shares: np.ndarray,
    seed: int,
    stratify: ArrayLike | None = None,
) -> np.ndarray:
    """The part of each group, so that parts have their share of the series and of each class.

    Groups go one by one, in random order, to the part that lacks most of what they hold, and the
    best of some orders is taken: scikit-learn's `StratifiedGroupKFold` sorts groups instead, so
    that where sizes differ every seed gives the same split.

    Args:
        codes: [n] group of each series, from 0.
        count: Number of groups G.
        shares: [P] above 0, together 1; P is at most G.
        seed: Of the order.
        stratify: [n] class of each series, or None.

    Returns:
        int64 [G].
    """
    held = _held(codes, count, stratify)
    # Relative to all there is, so that a rare class weighs as much as a common one.
    held = held / held.sum(axis=0)
    generator = np.random.default_rng(seed)
    best, least = np.zeros(count, np.int64), np.inf
    for _ in range(max(1, min(_TRIES, _STEPS // count))):
        chosen, filled = _greedy(held, shares, generator.permutation(count))
        cost = float((((filled - shares[:, None]) ** 2) / shares[:, None]).sum())
        if cost < least:
            best, least = chosen, cost
    return best


def _greedy(
    held: np.ndarray, shares: np.ndarray, order: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    filled = np.zeros((len(shares), held.shape[1]))
    chosen = np.zeros(len(held), np.int64)
    empty = np.ones(len(shares), bool)
    for left, group in zip(range(len(order), 0, -1), order, strict=True):
        mine = held[group]
        # Growth of the sum over parts and classes of (filled - share)^2 / share.
        growth = (mine * (2 * (filled - shares[:, None]) + mine)).sum(axis=1) / shares
        if left <= empty.sum():
            growth = np.where(empty, growth, np.inf)
        part = int(growth.argmin())
        chosen[group] = part
        filled[part] += mine
        empty[part] = False
    return chosen, filled


def _held(codes: np.ndarray, count: int, stratify: ArrayLike | None) -> np.ndarray:
    """Series of each group [G, 1 + K]: all, and of each class."""
    everything = np.bincount(codes, minlength=count)[:, None]
    if stratify is None:
        return everything
    classes = np.asarray(stratify)
    if classes.shape != codes.shape:
        raise InputError(
            f"stratify has shape {list(classes.shape)}; expected [{len(codes)}], the class of each "
            "series."
        )
    names, of = np.unique(classes, return_inverse=True)
    table = np.bincount(codes * len(names) + of.reshape(-1), minlength=count * len(names))
    return np.concatenate([everything, table.reshape(count, len(names))], axis=1)
