"""Neurons and inputs as shapes with their numbers, and the size of a diagram on paper."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np
from matplotlib.axes import Axes
from matplotlib.collections import PatchCollection
from matplotlib.figure import Figure
from matplotlib.patches import Circle, Patch, Rectangle

from liquidtime.plot.circuit.strokes import Nodes
from liquidtime.plot.style import INK, root

if TYPE_CHECKING:
    from matplotlib.typing import ColorType

_PALETTE = ("#cfe8dc", "#d9d3ef", "#f8dfa6", "#cfe0f2", "#f2d0d6", "#e3e6c8")
INPUT_FILL = "#e6e8eb"
MOTOR_FILL = "#f8dfa6"


def fill_of(names: Sequence[str]) -> list[str]:
    """Give every layer a colour; the three layers of an NCP always have the same ones.

    Args:
        names: Names of the layers.

    Returns:
        A colour a layer.
    """
    known = {"inter": _PALETTE[0], "command": _PALETTE[1], "motor": MOTOR_FILL}
    return [known.get(name, _PALETTE[i % len(_PALETTE)]) for i, name in enumerate(names)]


def draw_nodes(
    axes: Axes,
    nodes: Nodes,
    texts: Sequence[str],
    *,
    fill: "str | Sequence[ColorType]",
    square: bool = False,
    points_per_unit: float,
) -> None:
    """Draw nodes, with their text inside where it fits.

    Args:
        axes: Where to draw.
        nodes: Where they lie.
        texts: What is written inside.
        fill: Colour of all or of each.
        square: Squares (inputs) in place of circles (neurons).
        points_per_unit: Size of a data unit on paper, in points.
    """
    if square:
        shapes: list[Patch] = [
            Rectangle((x - r, y - r), 2 * r, 2 * r)
            for (x, y), r in zip(nodes.centre, nodes.radius, strict=True)
        ]
    else:
        shapes = [Circle((x, y), r) for (x, y), r in zip(nodes.centre, nodes.radius, strict=True)]
    fills = [fill] * len(shapes) if isinstance(fill, str) else list(fill)
    axes.add_collection(
        PatchCollection(shapes, facecolor=fills, edgecolor=INK, linewidth=0.8, zorder=5)
    )
    for (x, y), radius, text in zip(nodes.centre, nodes.radius, texts, strict=True):
        room = 2 * radius * points_per_unit
        size = min(room * 0.52, room * 1.25 / max(len(text), 1), 10.0)
        if size >= 3.5:
            axes.text(x, y, text, ha="center", va="center_baseline", size=size, color=INK, zorder=6)


def prepare(
    axes: Axes | None, limits: tuple[float, float, float, float], *, unit_inches: float
) -> tuple[Figure, Axes, float]:
    """Open a figure in which the diagram fits, or fit the diagram into given axes.

    Args:
        axes: The user's axes, or None.
        limits: Left, right, bottom and top of the diagram in data units.
        unit_inches: Wished size of a data unit on paper.

    Returns:
        The figure, the axes, and the size of a data unit in points.
    """
    left, right, bottom, top = limits
    wide, high = right - left, top - bottom
    if axes is None:
        shrink = min(1.0, 16.0 / (wide * unit_inches), 11.0 / (high * unit_inches))
        unit = unit_inches * shrink
        figure = Figure(figsize=(wide * unit, high * unit), facecolor="white")
        axes = figure.add_axes((0.0, 0.0, 1.0, 1.0))
    else:
        figure = root(axes)
        box, dots = axes.get_window_extent(), axes.figure.dpi
        unit = float(min(box.width / dots / wide, box.height / dots / high))
    axes.set_xlim(left, right)
    axes.set_ylim(bottom, top)
    axes.set_aspect("equal")
    axes.set_axis_off()
    return figure, axes, unit * 72.0


def evenly(count: int, span: float) -> np.ndarray:
    """Heights of `count` nodes spread over `span`, from the top down, centred on 0.

    Args:
        count: Number of nodes.
        span: Distance from the first to the last.

    Returns:
        [count].
    """
    return np.linspace(span / 2, -span / 2, count) if count > 1 else np.zeros(count)
