"""The adjacency as a picture: one row a source, one column a target, for circuits of any size."""

from collections.abc import Sequence

import numpy as np
from matplotlib.axes import Axes
from matplotlib.collections import EllipseCollection, PolyCollection
from matplotlib.colors import ListedColormap
from matplotlib.figure import Figure
from matplotlib.lines import Line2D

from liquidtime.plot.circuit.strokes import EXCITATORY, INHIBITORY
from liquidtime.plot.style import FAINT, INK
from liquidtime.wirings import Circuit

_SHAPES_UP_TO = 90
"""Rows up to which inhibitory entries are discs and excitatory ones squares; above, pixels."""


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
    order = np.array([neuron for layer in circuit.layers for neuron in layer])
    inputs, units = circuit.input_size, circuit.units
    gap = max(1.0, 0.03 * (inputs + units))
    rows = inputs + units
    if ax is None:
        cell = float(np.clip(8.0 / (rows + gap), 0.02, 0.34))
        figure = Figure(
            figsize=(max(units * cell, 2.4) + 2.2, (rows + gap) * cell + 1.9),
            layout="constrained",
            facecolor="white",
        )
        ax = figure.add_subplot()
    else:
        figure = ax.get_figure(root=True)
        if not isinstance(figure, Figure):
            raise TypeError("the axes given as ax belong to no figure.")
        box = ax.get_position()
        cell = float(figure.get_size_inches()[1] * box.height / (rows + gap))

    parts = (
        (circuit.sensory_adjacency[:, order], 0.0),
        (circuit.adjacency[np.ix_(order, order)], inputs + gap),
    )
    for matrix, top in parts:
        _draw_entries(ax, matrix, top, pixels=max(inputs, units) > _SHAPES_UP_TO)
        corners = np.array(
            [(0, top), (units, top), (units, top + len(matrix)), (0, top + len(matrix))]
        )
        ax.add_collection(
            PolyCollection([corners], facecolors="none", edgecolors=INK, linewidths=0.9, zorder=4)
        )
    _draw_layer_lines(ax, circuit, inputs + gap)

    size = float(np.clip(0.62 * cell * 72, 4.0, 9.0))
    every = max(1, int(np.ceil(7.0 / (cell * 72))))
    texts = [str(n) for n in order]
    for place, neuron in enumerate(order):
        if output_names and neuron < circuit.output_size:
            texts[place] = str(output_names[neuron])
    shown = np.arange(0, units, every)
    sources = np.arange(0, inputs, every)
    left = [str(name) for name in input_names or range(inputs)]
    ax.set_xticks(shown + 0.5, [texts[i] for i in shown], size=size)
    if output_names:
        ax.tick_params(axis="x", rotation=90)
    ax.set_yticks(
        np.concatenate([sources + 0.5, inputs + gap + shown + 0.5]),
        [left[i] for i in sources] + [texts[i] for i in shown],
        size=size,
    )
    ax.tick_params(length=0, pad=2)
    for text, neuron in zip(ax.get_xticklabels(), order[shown], strict=True):
        if neuron < circuit.output_size < units:
            text.set_fontweight("bold")
    ax.set_xlim(-0.3, units + 0.3)
    ax.set_ylim(rows + gap + 0.3, -0.3)
    ax.set_aspect("equal")
    ax.spines[:].set_visible(False)
    outputs = "all of them outputs" if circuit.output_size == units else "outputs in bold"
    ax.set_xlabel(f"to neuron ({units}, {outputs})", size=10)
    widest = max(len(text) for text in left + texts)
    for text, middle in (
        (f"from input ({inputs})", inputs / 2),
        (f"from neuron ({units})", inputs + gap + units / 2),
    ):
        ax.annotate(
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
    if title:
        ax.set_title(title, size=13, pad=28)
    _draw_legend(ax, circuit)
    return figure


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
