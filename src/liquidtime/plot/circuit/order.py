"""The order of the neurons within the columns of a circuit diagram that crosses few synapses."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray


def order_columns(
    blocks: Sequence[NDArray[np.bool_]], *, sweeps: int = 12
) -> list[NDArray[np.int64]]:
    """Sort every column by the mean place of its neighbours, back and forth, and keep the best.

    Args:
        blocks: For each pair of neighbouring columns, [n_i, n_{i+1}] whether they are wired.
        sweeps: Passes over all columns, one direction each.

    Returns:
        For each column the indices of its nodes from top to bottom. The order found is never worse
        than the order given.
    """
    sizes = [block.shape[0] for block in blocks] + [blocks[-1].shape[1]]
    orders = [np.arange(size) for size in sizes]
    best, fewest = [order.copy() for order in orders], _crossings_of(blocks, orders)
    for sweep in range(sweeps):
        forward = sweep % 2 == 0
        for column in range(1, len(sizes)) if forward else range(len(sizes) - 2, -1, -1):
            links = blocks[column - 1].T if forward else blocks[column]
            fixed = orders[column - 1 if forward else column + 1]
            orders[column] = _by_barycentre(links, fixed, orders[column])
        count = _crossings_of(blocks, orders)
        if count < fewest:
            best, fewest = [order.copy() for order in orders], count
    return best


def crossings(present: NDArray[np.bool_]) -> int:
    """Count the pairs of straight lines that cross between two columns.

    Args:
        present: [n, m] whether node i on the left, from the top, is wired to node j on the right.

    Returns:
        Number of crossing pairs.
    """
    # Lines (i, j) and (k, l) cross when i < k and j > l: count, for each, those above and beyond.
    counts = present.astype(np.int64)
    above = np.cumsum(counts, axis=0) - counts
    beyond = np.cumsum(above[:, ::-1], axis=1)[:, ::-1] - above
    return int((counts * beyond).sum())


def _crossings_of(blocks: Sequence[NDArray[np.bool_]], orders: Sequence[NDArray[np.int64]]) -> int:
    pairs = zip(blocks, orders[:-1], orders[1:], strict=True)
    return sum(crossings(block[np.ix_(left, right)]) for block, left, right in pairs)


def _by_barycentre(
    links: NDArray[np.bool_], fixed: NDArray[np.int64], current: NDArray[np.int64]
) -> NDArray[np.int64]:
    """Sort nodes (rows of `links`) by the mean relative place of their neighbours (columns)."""
    neighbour_place = np.empty(len(fixed))
    neighbour_place[fixed] = (np.arange(len(fixed)) + 0.5) / len(fixed)
    own_place = np.empty(len(current))
    own_place[current] = (np.arange(len(current)) + 0.5) / len(current)
    degree = links.sum(axis=1)
    mean = np.where(degree > 0, links @ neighbour_place / np.maximum(degree, 1), own_place)
    return current[np.argsort(mean[current], kind="stable")]
