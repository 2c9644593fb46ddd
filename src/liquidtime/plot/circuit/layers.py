"""The layered circuit diagram: one column for the inputs and one for every layer."""

from collections.abc import Sequence
from itertools import pairwise
from typing import NamedTuple

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import FancyBboxPatch, Polygon
from numpy.typing import NDArray

from liquidtime.plot import style
from liquidtime.plot.circuit.nodes import INPUT_FILL, draw_nodes, evenly, fill_of, prepare
from liquidtime.plot.circuit.order import order_columns
from liquidtime.plot.circuit.strokes import (
    EXCITATORY,
    INHIBITORY,
    Nodes,
    bent_paths,
    draw_synapses,
    legend_handles,
    loop_paths,
    weight_of,
)
from liquidtime.plot.style import INK
from liquidtime.wirings import Circuit

BUNDLE_ABOVE = 300
"""More sensory synapses than this are drawn as bands, one a neuron; lines would be a blot."""

_SKIP_BEND = 0.35
"""Height of the control point of a synapse that skips a layer, over its width."""


@style.figure
def draw_layers(
    circuit: Circuit,
    *,
    input_names: Sequence[str] | None,
    output_names: Sequence[str] | None,
    title: str | None,
    ax: Axes | None,
) -> Figure:
    """Draw a circuit whose layers follow one another.

    Args:
        circuit: A circuit of two layers or more.
        input_names: M names, or None.
        output_names: One name a motor neuron, or None.
        title: Text above the diagram, or None.
        ax: Axes to draw into, or None for a new figure.

    Returns:
        The figure.
    """
    diagram = _laid_out(circuit, input_names, output_names, titled=bool(title))
    figure, axes, points = prepare(ax, diagram.limits, unit_inches=diagram.unit)
    head = float(np.clip(0.055 * 72 / points * 1.6, 0.2, 0.6))
    if diagram.bundled:
        _draw_bundle(axes, circuit, diagram.neurons, diagram.height, points)
    else:
        _draw_block(axes, circuit.sensory_adjacency, diagram.inputs, diagram.neurons, head)
        numbers = [str(i) for i in range(circuit.input_size)]
        draw_nodes(
            axes, diagram.inputs, numbers, fill=INPUT_FILL, square=True, points_per_unit=points
        )
        if input_names:
            _name(axes, diagram.inputs, input_names, "right", points)
    _draw_forward(axes, circuit, diagram.neurons, head)
    _draw_recurrent(axes, circuit, diagram.neurons, head)
    for layer, fill in zip(circuit.layers, fill_of(circuit.layer_names), strict=True):
        part = _part(diagram.neurons, np.array(layer))
        draw_nodes(axes, part, [str(n) for n in layer], fill=fill, points_per_unit=points)
    if output_names:
        motor = _part(diagram.neurons, np.arange(circuit.output_size))
        _name(axes, motor, output_names, "left", points)

    _draw_headers(axes, circuit, diagram.apart, diagram.edge + 0.25 / diagram.unit, points)
    if title:
        left, right, _, top = diagram.limits
        middle, line = (left + right) / 2, top - 0.2 / diagram.unit
        axes.text(middle, line, title, ha="center", va="center", size=13)
    _draw_legend(axes, circuit)
    return figure


class _Diagram(NamedTuple):
    """Where everything lies, in units of the drawing."""

    inputs: Nodes
    neurons: Nodes
    bundled: bool
    """Whether sensory synapses are bands, and the inputs one bar."""
    apart: float
    """Distance between columns."""
    height: float
    """Of the highest column, between the middles of its outermost nodes."""
    edge: float
    """How far nodes and arcs reach above and below the middle."""
    limits: tuple[float, float, float, float]
    """Left, right, bottom and top."""
    unit: float
    """Wished size of a unit on paper, in inches."""


def _laid_out(
    circuit: Circuit,
    input_names: Sequence[str] | None,
    output_names: Sequence[str] | None,
    *,
    titled: bool,
) -> _Diagram:
    bundled = circuit.sensory_synapse_count > BUNDLE_ABOVE
    columns = _sorted_columns(circuit, bundled)
    sizes = [1 if bundled else len(columns[0]), *(len(column) for column in columns[1:])]
    height = float(max(*sizes, 8) - 1)
    apart = max(5.0, 0.42 * height)
    spans = [height * min(1.0, (size / max(sizes)) ** 0.45) * (size > 1) for size in sizes]
    largest = 0.36 + height / 60
    radii = [
        float(np.clip(0.38 * span / max(size - 1, 1), 0.38, largest)) if size > 1 else largest
        for size, span in zip(sizes, spans, strict=True)
    ]
    inputs = Nodes(np.zeros((circuit.input_size, 2)), np.full(circuit.input_size, radii[0] * 0.85))
    inputs.centre[columns[0], 1] = evenly(len(columns[0]), spans[0])
    neurons = Nodes(np.zeros((circuit.units, 2)), np.zeros(circuit.units))
    for place, column in enumerate(columns[1:], start=1):
        neurons.centre[column, 0] = apart * place
        neurons.centre[column, 1] = evenly(len(column), spans[place])
        neurons.radius[column] = radii[place]

    # What sticks out above and below: the nodes' own size, and arcs that skip a layer.
    edge = height / 2 + max(max(radii), 0.5 * _SKIP_BEND * apart * _widest_skip(circuit))
    unit = float(np.clip(7.0 / height, 0.235, 0.55))
    letter = 0.075 / unit
    left = 0.0 if bundled else letter * _longest(input_names)
    right = letter * _longest(output_names)
    # Half a header in bold 11 point, so that the outermost ones stay on the paper.
    headers = [0.052 / unit * len(_header(circuit, i)) + 0.3 for i in (0, -1)]
    limits = (
        -max(1.6 + left, headers[0]),
        apart * (len(columns) - 1) + max(2.0 + right, headers[1]),
        -edge - (0.8 if bundled else 0.6) / unit,
        edge + (0.85 if titled else 0.5) / unit,
    )
    return _Diagram(inputs, neurons, bundled, apart, height, edge, limits, unit)


def _sorted_columns(circuit: Circuit, bundled: bool) -> list[NDArray[np.int64]]:
    """Inputs, and the neurons of each layer, from the top down so that few synapses cross."""
    columns = [np.arange(circuit.input_size), *(np.array(layer) for layer in circuit.layers)]
    sensory = circuit.sensory_adjacency[:, columns[1]] != 0
    blocks = [np.zeros_like(sensory) if bundled else sensory] + [
        circuit.adjacency[np.ix_(left, right)] != 0 for left, right in pairwise(columns[1:])
    ]
    return [column[order] for column, order in zip(columns, order_columns(blocks), strict=True)]


def _part(nodes: Nodes, which: NDArray[np.int64]) -> Nodes:
    return Nodes(nodes.centre[which], nodes.radius[which])


def _widest_skip(circuit: Circuit) -> int:
    """Columns that the widest synapse across layers spans; 0 if none skips a layer."""
    spans = [
        second - first
        for first, source in enumerate(circuit.layers)
        for second, target in enumerate(circuit.layers)
        if second > first + 1 and circuit.adjacency[np.ix_(source, target)].any()
    ]
    return max(spans, default=0)


def _longest(names: Sequence[str] | None) -> int:
    return max((len(name) for name in names or ()), default=0)


def _draw_block(
    axes: Axes, matrix: NDArray[np.int8], source: Nodes, target: Nodes, head: float
) -> None:
    """Straight synapses, each from a row of the matrix to a column."""
    rows, cols = np.nonzero(matrix)
    width, opacity = weight_of(len(rows))
    paths = bent_paths(
        Nodes(source.centre[rows], source.radius[rows]),
        Nodes(target.centre[cols], target.radius[cols]),
        np.zeros((len(rows), 2)),
        gap=0.06,
        points=3,
    )
    draw_synapses(axes, paths, matrix[rows, cols], width=width, opacity=opacity, head=head)


def _draw_forward(axes: Axes, circuit: Circuit, neurons: Nodes, head: float) -> None:
    """Synapses to later layers; those that skip a layer bend around it."""
    for first, source in enumerate(circuit.layers[:-1]):
        for second, target in enumerate(circuit.layers[first + 1 :], start=first + 1):
            rows, cols = np.nonzero(circuit.adjacency[np.ix_(source, target)])
            rows, cols = np.array(source)[rows], np.array(target)[cols]
            start, end = neurons.centre[rows], neurons.centre[cols]
            bend = np.zeros((len(rows), 2))
            if second > first + 1:
                outwards = np.where(start[:, 1] + end[:, 1] >= 0, 1.0, -1.0)
                bend[:, 1] = outwards * _SKIP_BEND * np.abs(end[:, 0] - start[:, 0])
            width, opacity = weight_of(len(rows))
            paths = bent_paths(
                Nodes(start, neurons.radius[rows]),
                Nodes(end, neurons.radius[cols]),
                bend,
                gap=0.06,
            )
            signs = circuit.adjacency[rows, cols]
            size = head * (0.55 if len(rows) > 250 else 1.0)
            draw_synapses(axes, paths, signs, width=width, opacity=opacity, head=size)


def _draw_recurrent(axes: Axes, circuit: Circuit, neurons: Nodes, head: float) -> None:
    """Synapses inside a layer: arcs run clockwise, so that two ways never coincide."""
    for layer in circuit.layers:
        group = np.array(layer)
        rows, cols = np.nonzero(circuit.adjacency[np.ix_(group, group)])
        rows, cols = group[rows], group[cols]
        width, opacity = weight_of(len(rows))
        loops = rows == cols
        own = rows[loops]
        part = Nodes(neurons.centre[own], neurons.radius[own])
        paths = loop_paths(part, np.full(len(own), 0.5 * np.pi), points=30)
        bold = {"width": width + 0.3, "opacity": min(1.0, opacity + 0.2), "head": head * 0.85}
        draw_synapses(axes, paths, circuit.adjacency[own, own], layer=3.0, **bold)
        rows, cols = rows[~loops], cols[~loops]
        drop = neurons.centre[rows, 1] - neurons.centre[cols, 1]
        bend = np.zeros((len(rows), 2))
        bend[:, 0] = np.sign(drop) * (0.6 + 0.42 * np.abs(drop))
        paths = bent_paths(
            Nodes(neurons.centre[rows], neurons.radius[rows]),
            Nodes(neurons.centre[cols], neurons.radius[cols]),
            bend,
            gap=0.06,
        )
        draw_synapses(axes, paths, circuit.adjacency[rows, cols], layer=3.0, **bold)


def _draw_bundle(
    axes: Axes, circuit: Circuit, neurons: Nodes, height: float, points: float
) -> None:
    """All inputs as one bar; each neuron's band is as high as it has sensory synapses."""
    half = 0.55
    axes.add_patch(
        FancyBboxPatch(
            (-half, -height / 2 - 0.4),
            2 * half,
            height + 0.8,
            boxstyle="round,pad=0,rounding_size=0.4",
            facecolor=INPUT_FILL,
            edgecolor=INK,
            linewidth=0.8,
            zorder=5,
        )
    )
    axes.text(
        0,
        0,
        f"{circuit.input_size} inputs",
        rotation=90,
        ha="center",
        va="center",
        size=min(11.0, 1.1 * points),
        color=INK,
        zorder=6,
    )
    positive = (circuit.sensory_adjacency > 0).sum(axis=0)
    negative = (circuit.sensory_adjacency < 0).sum(axis=0)
    most = max(int((positive + negative).max()), 1)
    for neuron in np.flatnonzero(positive + negative):
        (x, y), radius = neurons.centre[neuron], neurons.radius[neuron]
        unit = 1.7 * radius / most
        high = (positive[neuron] + negative[neuron]) * unit / 2
        border = y - high + negative[neuron] * unit
        for low, up, colour, hatch in (
            (border, y + high, EXCITATORY, None),
            (y - high, border, INHIBITORY, "////"),
        ):
            corners = [(half, low), (x - radius, low), (x - radius, up), (half, up)]
            axes.add_patch(
                Polygon(
                    corners,
                    facecolor=colour,
                    alpha=0.55,
                    edgecolor="white",
                    linewidth=0.0,
                    hatch=hatch,
                    zorder=2,
                )
            )


def _name(axes: Axes, nodes: Nodes, names: Sequence[str], align: str, points: float) -> None:
    side = -1.0 if align == "right" else 1.0
    for (x, y), radius, name in zip(nodes.centre, nodes.radius, names, strict=True):
        axes.text(
            x + side * (radius + 0.25),
            y,
            name,
            ha=align,
            va="center",
            size=min(9.0, 0.6 * points),
            color=INK,
        )


def _header(circuit: Circuit, place: int) -> str:
    names = ("inputs", *circuit.layer_names)
    sizes = (circuit.input_size, *(len(layer) for layer in circuit.layers))
    return f"{names[place]} · {sizes[place]}"


def _draw_headers(axes: Axes, circuit: Circuit, apart: float, y: float, points: float) -> None:
    for place in range(len(circuit.layers) + 1):
        axes.text(
            apart * place,
            y,
            _header(circuit, place),
            ha="center",
            va="center",
            size=min(11.0, 1.2 * points),
            weight="bold",
            color=INK,
        )


def _draw_legend(axes: Axes, circuit: Circuit) -> None:
    both = (circuit.sensory_adjacency, circuit.adjacency)
    positive = sum(int((matrix > 0).sum()) for matrix in both)
    negative = sum(int((matrix < 0).sum()) for matrix in both)
    recurrent = sum(
        np.count_nonzero(circuit.adjacency[np.ix_(layer, layer)]) for layer in circuit.layers
    )
    lines = [
        f"{circuit.sensory_synapse_count:,} sensory and {circuit.synapse_count:,} internal "
        f"synapses, {recurrent:,} of them within a layer"
    ]
    if circuit.sensory_synapse_count > BUNDLE_ABOVE:
        most = int((circuit.sensory_adjacency != 0).sum(axis=0).max())
        lines.append(f"bands are as high as a neuron has sensory synapses, {most} at most")
    legend = axes.legend(
        handles=legend_handles(positive, negative),
        loc="lower center",
        ncols=2,
        frameon=False,
        fontsize=9.5,
        handlelength=3.2,
        title="\n".join(lines),
        title_fontsize=9.5,
        borderaxespad=0.2,
    )
    legend.get_title().set_color(INK)
