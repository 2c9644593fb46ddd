"""Synapses as strokes: excitatory solid with an arrowhead, inhibitory dashed with a bar."""

from dataclasses import dataclass

import numpy as np
from matplotlib.axes import Axes
from matplotlib.collections import LineCollection, PolyCollection
from matplotlib.lines import Line2D
from numpy.typing import NDArray

from liquidtime.plot.style import COLOURS

EXCITATORY, INHIBITORY = COLOURS[0], COLOURS[1]
_DASHES = (0, (3.2, 1.6))


@dataclass(frozen=True)
class Nodes:
    """Where the nodes of a diagram lie, in data coordinates.

    Attributes:
        centre: [n, 2].
        radius: [n].
    """

    centre: NDArray[np.float64]
    radius: NDArray[np.float64]


def bent_paths(
    source: Nodes,
    target: Nodes,
    bend: NDArray[np.float64],
    *,
    gap: float,
    points: int = 24,
) -> NDArray[np.float64]:
    """Curves from the rim of one node to the rim of another.

    Args:
        source: n nodes to start from.
        target: n nodes to end at, in the same order.
        bend: [n, 2] shift of the curve's control point from the middle; 0 gives a straight line.
        gap: Space left free before the rim of the target.
        points: Points a curve.

    Returns:
        [n, points, 2].
    """
    control = (source.centre + target.centre) / 2 + bend
    start = _rim(source.centre, control, source.radius)
    end = _rim(target.centre, control, target.radius + gap)
    t = np.linspace(0.0, 1.0, points)[None, :, None]
    return (1 - t) ** 2 * start[:, None] + 2 * t * (1 - t) * control[:, None] + t**2 * end[:, None]


def loop_paths(
    nodes: Nodes, angle: NDArray[np.float64], *, points: int = 24
) -> NDArray[np.float64]:
    """Loops from a node onto itself.

    Args:
        nodes: n nodes.
        angle: [n] direction in which the loop leaves, in radians.
        points: Points a loop.

    Returns:
        [n, points, 2]; the last point lies on the rim of the node.
    """
    size = 0.8 * nodes.radius
    out = np.stack([np.cos(angle), np.sin(angle)], axis=1)
    middle = nodes.centre + out * (nodes.radius + 0.55 * size)[:, None]
    # The part of the loop's circle outside the node, run through clockwise.
    turn = np.linspace(0.70 * np.pi, -0.70 * np.pi, points)
    around = angle[:, None] + turn[None]
    circle = np.stack([np.cos(around), np.sin(around)], axis=2)
    return middle[:, None] + size[:, None, None] * circle


def draw_synapses(
    axes: Axes,
    paths: NDArray[np.float64],
    signs: NDArray[np.int8],
    *,
    width: float,
    opacity: float,
    head: float,
    layer: float = 2.0,
) -> None:
    """Draw curves with their line style and their ends.

    Args:
        axes: Where to draw.
        paths: [n, points, 2].
        signs: [n], +1 excitatory, -1 inhibitory.
        width: Line width in points.
        opacity: From 0 to 1.
        head: Length of the arrowheads, in data units.
        layer: Drawing order; larger lies on top.
    """
    if len(paths) == 0:
        return
    direction = paths[:, -1] - paths[:, -3]
    direction /= np.maximum(np.linalg.norm(direction, axis=1, keepdims=True), 1e-12)
    across = np.stack([-direction[:, 1], direction[:, 0]], axis=1)
    tip = paths[:, -1]
    for sign, colour, style in ((1, EXCITATORY, "-"), (-1, INHIBITORY, _DASHES)):
        chosen = signs == sign
        if not chosen.any():
            continue
        axes.add_collection(
            LineCollection(
                list(paths[chosen]),
                colors=colour,
                linewidths=width,
                linestyles=[style],
                alpha=opacity,
                zorder=layer,
                capstyle="butt",
            )
        )
        end, along, side = tip[chosen], direction[chosen], across[chosen]
        if sign > 0:
            back = end - head * along
            shapes = np.stack([end, back + 0.42 * head * side, back - 0.42 * head * side], axis=1)
        else:
            back = end - 0.28 * head * along
            half = 0.55 * head * side
            shapes = np.stack([end + half, back + half, back - half, end - half], axis=1)
        opaque = min(1.0, opacity + 0.25)
        axes.add_collection(
            PolyCollection(
                list(shapes), facecolors=colour, edgecolors="none", alpha=opaque, zorder=layer + 0.1
            )
        )


def weight_of(count: int) -> tuple[float, float]:
    """Line width and opacity at which `count` strokes in one place can still be told apart.

    Args:
        count: Number of strokes.

    Returns:
        Width in points and opacity from 0 to 1.
    """
    crowd = (40.0 / max(count, 1)) ** 0.4
    return float(np.clip(1.25 * crowd, 0.55, 1.25)), float(np.clip(0.9 * crowd, 0.42, 0.85))


def legend_handles(excitatory: int, inhibitory: int) -> list[Line2D]:
    """Legend entries for both kinds of synapse, with their numbers.

    Args:
        excitatory: Number of excitatory synapses.
        inhibitory: Number of inhibitory synapses.

    Returns:
        Two handles with labels.
    """
    return [
        Line2D(
            [0, 1],
            [0, 0],
            color=EXCITATORY,
            linewidth=1.6,
            marker=">",
            markevery=[1],
            label=f"{excitatory:,} excitatory",
        ),
        Line2D(
            [0, 1],
            [0, 0],
            color=INHIBITORY,
            linewidth=1.6,
            linestyle=_DASHES,
            marker="|",
            markevery=[1],
            markeredgewidth=2.0,
            markersize=9,
            label=f"{inhibitory:,} inhibitory",
        ),
    ]


def _rim(
    centre: NDArray[np.float64], towards: NDArray[np.float64], radius: NDArray[np.float64]
) -> NDArray[np.float64]:
    way = towards - centre
    way /= np.maximum(np.linalg.norm(way, axis=1, keepdims=True), 1e-12)
    return centre + radius[:, None] * way
