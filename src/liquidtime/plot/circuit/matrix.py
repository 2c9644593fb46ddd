"""The adjacency as a picture: one row a source, one column a target, for circuits of any size."""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from matplotlib.axes import Axes
from matplotlib.collections import EllipseCollection, PolyCollection
from matplotlib.colors import ListedColormap
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from numpy.typing import NDArray

from liquidtime.plot import style
from liquidtime.plot.circuit.strokes import EXCITATORY, INHIBITORY
from liquidtime.plot.style import FAINT, INK
from liquidtime.wirings import Circuit

_SHAPES_UP_TO = 90
"""Rows up to which inhibitory entries are discs and excitatory ones squares; above, pixels."""


@style.figure
def draw_matrix(
    circuit: Circuit,
    *,
    input_names: Sequence[str] | None,
    output_names: Sequence[str] | None,
    title: str | None,
    ax: Axes | None,
) -> Figure:
    """Draw the sensory and the internal adjacency, one above the other.

    Args:
        circuit: Any circuit.
        input_names: M names, or None for numbers.
        output_names: One name a motor neuron, or None for numbers.
        title: Text above the picture, or None.
        ax: Axes to draw into, or None for a new figure.

    Returns:
        The figure.
    """
    figure, picture = _picture(circuit, ax)
    axes, inputs, units = picture.axes, circuit.input_size, circuit.units
    order = picture.order
    for matrix, top in (
        (circuit.sensory_adjacency[:, order], 0.0),
        (circuit.adjacency[np.ix_(order, order)], picture.top),
    ):
        _draw_entries(axes, matrix, top, pixels=max(inputs, units) > _SHAPES_UP_TO)
        bottom = top + len(matrix)
        frame = np.array([(0, top), (units, top), (units, bottom), (0, bottom)])
        axes.add_collection(
            PolyCollection([frame], facecolors="none", edgecolors=INK, linewidths=0.9, zorder=4)
        )
    _draw_layer_lines(axes, circuit, picture.top)
    _name_entries(picture, circuit, input_names, output_names)
    axes.set_xlim(-0.3, units + 0.3)
    axes.set_ylim(picture.top + units + 0.3, -0.3)
    axes.set_aspect("equal")
    axes.spines[:].set_visible(False)
    if title:
        axes.set_title(title, size=13, pad=28)
    _draw_legend(axes, circuit)
    return figure


class _Picture(NamedTuple):
    """Where the two matrices lie in the axes, a row or column being one unit."""

    axes: Axes
    order: NDArray[np.int64]
    """Neurons, layer after layer."""
    top: float
    """Where the matrix of the neurons begins, below that of the inputs."""
    cell: float
    """Size of a unit on paper, in inches."""


def _picture(circuit: Circuit, ax: Axes | None) -> tuple[Figure, _Picture]:
    rows, columns = circuit.input_size + circuit.units, circuit.units
    gap = max(1.0, 0.03 * rows)
    cell = float(np.clip(8.0 / (rows + gap), 0.02, 0.34))
    figure, axes = style.panel(ax, max(columns * cell, 2.4) + 2.2, (rows + gap) * cell + 1.9)
    if ax is not None:
        cell = style.inches(ax) / (rows + gap)
    order = np.array([neuron for layer in circuit.layers for neuron in layer])
    return figure, _Picture(axes, order, circuit.input_size + gap, cell)


def _name_entries(
    picture: _Picture,
    circuit: Circuit,
    input_names: Sequence[str] | None,
    output_names: Sequence[str] | None,
) -> None:
    """Names, else numbers, of rows and columns: of as many as have room."""
    axes, order, top, cell = picture
    inputs, units = circuit.input_size, circuit.units
    size = float(np.clip(0.62 * cell * 72, 4.0, 9.0))
    every = max(1, int(np.ceil(7.0 / (cell * 72))))
    motor = range(circuit.output_size)
    given = {n: str(name) for n, name in zip(motor, output_names or motor, strict=True)}
    texts = [given.get(n, str(n)) for n in order.tolist()]
    left = [str(name) for name in input_names or range(inputs)]
    shown, sources = np.arange(0, units, every), np.arange(0, inputs, every)
    style.name_ticks(axes.xaxis, shown + 0.5, [texts[i] for i in shown], size=size)
    if output_names:
        axes.tick_params(axis="x", rotation=90)
    style.name_ticks(
        axes.yaxis,
        np.concatenate([sources + 0.5, top + shown + 0.5]),
        [left[i] for i in sources] + [texts[i] for i in shown],
        size=size,
    )
    axes.tick_params(length=0, pad=2)
    for text, neuron in zip(axes.get_xticklabels(), order[shown], strict=True):
        if neuron < circuit.output_size < units:
            text.set_fontweight("bold")
    outputs = "all of them outputs" if circuit.output_size == units else "outputs in bold"
    axes.set_xlabel(f"to neuron ({units}, {outputs})", size=10)
    widest = max(len(text) for text in left + texts)
    for text, middle in (
        (f"from input ({inputs})", inputs / 2),
        (f"from neuron ({units})", top + units / 2),
    ):
        axes.annotate(
            text,
            (0, middle),
            xytext=(-12 - 0.68 * size * widest, 0),
            textcoords="offset points",
            rotation=90,
            ha="center",
            va="center",
            size=10,
            annotation_clip=False,
        )


def _draw_entries(ax: Axes, matrix: np.ndarray, top: float, *, pixels: bool) -> None:
    rows, columns = matrix.shape
    if pixels:
        ax.imshow(
            matrix,
            cmap=ListedColormap([INHIBITORY, "white", EXCITATORY]),
            vmin=-1,
            vmax=1,
            extent=(0, columns, top + rows, top),
            interpolation="none",
            aspect="equal",
        )
        return
    y, x = np.nonzero(matrix > 0)
    corner = np.stack([x + 0.08, y + top + 0.08], axis=1)[:, None]
    square = corner + 0.84 * np.array([[0, 0], [1, 0], [1, 1], [0, 1]])
    ax.add_collection(PolyCollection(list(square), facecolors=EXCITATORY, edgecolors="none"))
    y, x = np.nonzero(matrix < 0)
    discs = EllipseCollection(
        np.full(len(x), 0.66),
        np.full(len(x), 0.66),
        np.zeros(len(x)),
        units="xy",
        offsets=np.stack([x + 0.5, y + top + 0.5], axis=1),
        offset_transform=ax.transData,
        facecolors=INHIBITORY,
        edgecolors="none",
    )
    ax.add_collection(discs)


def _draw_layer_lines(ax: Axes, circuit: Circuit, top: float) -> None:
    """Thin lines between the layers, and the layers' names on the right."""
    if len(circuit.layers) == 1:
        return
    ends = np.cumsum([len(layer) for layer in circuit.layers])
    for end in ends[:-1]:
        ax.plot([0, circuit.units], [top + end, top + end], color=FAINT, linewidth=0.7)
        ax.plot([end, end], [0, circuit.input_size], color=FAINT, linewidth=0.7)
        ax.plot([end, end], [top, top + circuit.units], color=FAINT, linewidth=0.7)
    starts = np.concatenate([[0], ends[:-1]])
    for name, start, end in zip(circuit.layer_names, starts, ends, strict=True):
        middle = top + (start + end) / 2
        ax.annotate(
            name,
            (circuit.units, middle),
            xytext=(5, 0),
            textcoords="offset points",
            va="center",
            size=9,
            color=INK,
            annotation_clip=False,
        )


def _draw_legend(ax: Axes, circuit: Circuit) -> None:
    both = (circuit.sensory_adjacency, circuit.adjacency)
    positive = sum(int((matrix > 0).sum()) for matrix in both)
    negative = sum(int((matrix < 0).sum()) for matrix in both)
    marks = {"linestyle": "none", "markeredgewidth": 0.0}
    ax.legend(
        handles=[
            Line2D([], [], marker="s", color=EXCITATORY, label=f"{positive:,} excitatory", **marks),
            Line2D([], [], marker="o", color=INHIBITORY, label=f"{negative:,} inhibitory", **marks),
        ],
        loc="lower center",
        bbox_to_anchor=(0.5, 1.0),
        ncols=2,
        frameon=False,
        fontsize=9,
        handletextpad=0.2,
    )
