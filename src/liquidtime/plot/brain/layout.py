"""Where the neurons of a page lie: where they are in the animal, or a disc for each group."""

from collections.abc import Sequence
from typing import Any

import numpy as np

from liquidtime.errors import InputError

_GOLDEN_ANGLE = np.pi * (3.0 - np.sqrt(5.0))


def disc_layout(
    labels: Sequence[str], members: np.ndarray, degrees: np.ndarray
) -> tuple[np.ndarray, list[list[Any]]]:
    """A disc of evenly spread dots for each group, side by side, in rows if there are many.

    Args:
        labels: Names of G groups; sensory ones and inputs come first, motor ones and outputs last.
        members: [N], the group of each neuron.
        degrees: [N]; neurons of high degree lie in the middle of their disc.

    Returns:
        Positions [N, 2], the second axis upwards, and (label, x, top, neurons) of each disc.
    """
    sizes = np.bincount(members, minlength=len(labels))
    order = sorted(range(len(labels)), key=lambda group: _rank(labels[group]))
    gap = 0.35 * np.sqrt(sizes.max()) + 2.0
    radii = np.sqrt(sizes) + 0.5
    rows = max(1, round(float(np.sqrt(len(order) / 5.0))))
    per_row = -(-len(order) // rows)
    widest = max(
        float(sum(2 * radii[group] + gap for group in order[start : start + per_row]))
        for start in range(0, len(order), per_row)
    )
    stretch = float(np.clip(2.2 * 2 * radii.max() * rows / widest, 1.0, 1.7))
    spots, discs, top = np.zeros((len(members), 2)), [], 0.0
    for start in range(0, len(order), per_row):
        row = order[start : start + per_row]
        tallest = max(radii[group] for group in row)
        left = -stretch * sum(2 * radii[group] + gap for group in row) / 2
        for group in row:
            own = np.flatnonzero(members == group)
            own = own[np.argsort(-degrees[own], kind="stable")]
            far, turn = np.sqrt(np.arange(len(own)) + 0.5), _GOLDEN_ANGLE * np.arange(len(own))
            x = left + stretch * (radii[group] + gap / 2)
            spots[own, 0] = x + stretch * far * np.cos(turn)
            spots[own, 1] = top - tallest + far * np.sin(turn)
            discs.append([labels[group], float(x), top - tallest + radii[group], len(own)])
            left += stretch * (2 * radii[group] + gap)
        top -= 2 * tallest + gap
    return spots, discs


def boxed(
    positions: np.ndarray | None, labels: list[str], members: np.ndarray, edges: list[np.ndarray]
) -> tuple[np.ndarray, list[list[Any]]]:
    """Positions within a box around 0 whose longest side is 2.

    Args:
        positions: [N, 2] or [N, 3], or None for a disc of each group.
        labels: Names of the groups.
        members: [N], the group of each neuron.
        edges: Pairs of indices, [E, 2] each, from which degrees are counted.

    Returns:
        Positions [N, 2] or [N, 3], and the discs of `disc_layout` in the same coordinates.

    Raises:
        InputError: If `positions` has another shape.
    """
    neurons = len(members)
    discs: list[list[Any]] = []
    if positions is None:
        ends = np.concatenate([pairs.ravel() for pairs in edges])
        spots, discs = disc_layout(labels, members, np.bincount(ends, minlength=neurons))
    else:
        spots = np.array(positions, dtype=np.float64)
        if spots.ndim != 2 or spots.shape[0] != neurons or spots.shape[1] not in (2, 3):
            raise InputError(
                f"positions has shape {list(spots.shape)}; expected [{neurons}, 2] or "
                f"[{neurons}, 3]."
            )
        lost = ~np.isfinite(spots).all(axis=1)
        if lost.any():
            seen = spots[~lost] if not lost.all() else np.zeros((1, spots.shape[1]))
            middle, low = (seen.min(axis=0) + seen.max(axis=0)) / 2, seen[:, 1].min()
            disc, _ = disc_layout([""], np.zeros(int(lost.sum()), int), np.zeros(int(lost.sum())))
            wide = float(np.ptp(seen, axis=0).max()) or 1.0
            disc -= (disc.min(axis=0) + disc.max(axis=0)) / 2
            disc *= 0.3 * wide / (float(np.ptp(disc, axis=0).max()) or 1.0)
            spots[lost] = middle
            corner = np.array([middle[0], low - disc[:, 1].max() - 0.05 * wide])
            spots[lost, :2] = corner + disc
    middle = (spots.min(axis=0) + spots.max(axis=0)) / 2
    half = float(np.ptp(spots, axis=0).max()) / 2 or 1.0
    for disc in discs:
        disc[1:3] = [(disc[1] - middle[0]) / half, (disc[2] - middle[1]) / half]
    return (spots - middle) / half, discs


def _rank(label: str) -> int:
    word = label.lower()
    if word.startswith(("sens", "input")):
        return 0
    return 2 if word.startswith(("motor", "output")) else 1
