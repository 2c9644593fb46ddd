"""A circuit at work: what each neuron adds to an output, and through which synapses."""

from collections.abc import Sequence
from itertools import pairwise
from typing import NamedTuple

import numpy as np
from matplotlib.axes import Axes
from matplotlib.cm import ScalarMappable
from matplotlib.collections import LineCollection
from matplotlib.colors import Normalize
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from numpy.typing import NDArray

from liquidtime.plot import style
from liquidtime.plot.circuit.nodes import INPUT_FILL, draw_nodes, evenly, prepare
from liquidtime.plot.circuit.order import order_columns
from liquidtime.plot.circuit.strokes import Nodes, bent_paths, loop_paths
from liquidtime.plot.fit.attribution import DIVERGING, LOWERED, RAISED
from liquidtime.wirings import Circuit

_APART = 6.0
_THICKEST = 5.0


@style.figure
def circuit_influence(
    circuit: Circuit,
    nodes: np.ndarray,
    sensory: np.ndarray,
    internal: np.ndarray,
    *,
    input_names: Sequence[str],
    output_name: str,
    unit: str,
    most: int = 60,
    most_inputs: int = 12,
    title: str | None = None,
    ax: Axes | None = None,
) -> Figure:
    """Draw a circuit whose colours and widths say what its parts did to one output.

    Columns are the inputs, the layers of the circuit and the output. A neuron's colour is what it
    did, a synapse's colour whether it raised (orange, solid) or lowered (blue, dashed) the output,
    and its width how much. Only the strongest synapses are drawn, so that they can be followed.

    Args:
        circuit: Says which neurons are in which layer, and which are motor neurons.
        nodes: [N], amount of each neuron; of motor neurons what they add to the output.
        sensory: [M, N], influence of the synapses of M inputs, whatever was summed to an input.
        internal: [N, N], influence of the synapses among the neurons, row the source.
        input_names: M names.
        output_name: Of the output.
        unit: Of all amounts.
        most: Synapses at most, the strongest ones.
        most_inputs: Inputs at most, the strongest ones.
        title: Text above the drawing, or None.
        ax: Axes to draw into; by default a new figure of a size that suits the circuit.

    Returns:
        The figure, `ax`'s own if that was given.
    """
    strength = np.abs(sensory).sum(1)
    kept = np.sort(np.argsort(-strength, kind="stable")[:most_inputs])
    sensory, names = (
        sensory[kept],
        [style.literal(str(input_names[at]), style.LONGEST_TICK) for at in kept.tolist()],
    )
    output_name = style.literal(output_name, style.LONGEST_TICK)
    limit = _limit(sensory, internal, most)
    columns = _columns(circuit, sensory, internal, limit)
    diagram = _laid_out(columns, names, output_name)
    figure, axes, points = prepare(ax, diagram.limits, unit_inches=0.42)
    largest = max(float(np.abs(sensory).max(initial=0.0)), float(np.abs(internal).max(initial=0.0)))
    _draw_edges(axes, diagram.inputs, diagram.neurons, sensory, limit, largest)
    _draw_within(axes, circuit, diagram.neurons, internal, limit, largest)
    motor = np.arange(circuit.output_size)
    adds = nodes[motor][:, None]
    end = Nodes(diagram.output.centre, diagram.output.radius)
    start = Nodes(diagram.neurons.centre[motor], diagram.neurons.radius[motor])
    _draw_edges(axes, start, end, adds, 0.0, float(np.abs(adds).max(initial=0.0)))
    norm = _centred(nodes)
    draw_nodes(
        axes,
        diagram.neurons,
        [str(n) for n in range(circuit.units)],
        fill=[DIVERGING(float(norm(value))) for value in nodes],
        points_per_unit=points,
    )
    blank = [""] * len(names)
    draw_nodes(axes, diagram.inputs, blank, fill=INPUT_FILL, square=True, points_per_unit=points)
    total = float(norm(adds.sum()))
    draw_nodes(axes, end, [""], fill=[DIVERGING(total)], points_per_unit=points)
    _draw_words(axes, circuit, diagram, [*names], output_name, title)
    _draw_keys(axes, norm, unit, len(input_names) - len(names), (sensory, internal), limit)
    return figure


class _Diagram(NamedTuple):
    inputs: Nodes
    neurons: Nodes
    output: Nodes
    limits: tuple[float, float, float, float]
    top: float


def _limit(sensory: np.ndarray, internal: np.ndarray, most: int) -> float:
    """The influence from which on synapses are drawn."""
    sizes = np.sort(np.abs(np.concatenate([sensory.ravel(), internal.ravel()])))[::-1]
    smallest = np.finfo(np.float64).tiny
    return max(float(sizes[min(most, len(sizes)) - 1]), smallest) if len(sizes) else smallest


def _columns(
    circuit: Circuit, sensory: np.ndarray, internal: np.ndarray, limit: float
) -> list[NDArray[np.int64]]:
    """Inputs and the neurons of each layer, sorted so that few drawn synapses cross."""
    groups = [np.array(layer) for layer in circuit.layers]
    shown, blocks = np.abs(internal) >= limit, [np.abs(sensory[:, groups[0]]) >= limit]
    for first, second in pairwise(groups):
        blocks.append(shown[np.ix_(first, second)])
    columns = [np.arange(len(sensory)), *groups]
    return [column[at] for column, at in zip(columns, order_columns(blocks), strict=True)]


def _laid_out(columns: list[NDArray[np.int64]], names: Sequence[str], output_name: str) -> _Diagram:
    height = float(max(8, *(len(column) for column in columns)) - 1) * 0.9
    units = sum(len(column) for column in columns[1:])
    radius = np.full(units, 0.42)
    centre = np.zeros((units, 2))
    for place, column in enumerate(columns[1:], start=1):
        span = height * min(1.0, (len(column) / max(map(len, columns))) ** 0.6)
        centre[column, 0] = _APART * place
        centre[column, 1] = evenly(len(column), span * (len(column) > 1))
        if len(column) > 1:
            radius[column] = min(0.42, 0.45 * span / (len(column) - 1))
    inputs = Nodes(np.zeros((len(names), 2)), np.full(len(names), 0.26))
    inputs.centre[columns[0], 1] = evenly(len(names), height * (len(names) > 1))
    right = _APART * len(columns)
    output = Nodes(np.array([[right, 0.0]]), np.array([0.55]))
    left = 0.2 * max((len(name) for name in names), default=0) + 1.2
    wide = 0.2 * len(output_name) + 1.4
    top = height / 2 + 0.9
    return _Diagram(
        inputs, Nodes(centre, radius), output, (-left, right + wide, -top - 2.0, top + 1.7), top
    )


def _draw_edges(
    axes: Axes, source: Nodes, target: Nodes, matrix: np.ndarray, limit: float, largest: float
) -> None:
    rows, cols = np.nonzero(np.abs(matrix) >= max(limit, np.finfo(np.float64).tiny))
    paths = bent_paths(
        Nodes(source.centre[rows], source.radius[rows]),
        Nodes(target.centre[cols], target.radius[cols]),
        np.zeros((len(rows), 2)),
        gap=0.06,
        points=3,
    )
    _stroke(axes, paths, matrix[rows, cols], largest)


def _draw_within(
    axes: Axes, circuit: Circuit, neurons: Nodes, internal: np.ndarray, limit: float, largest: float
) -> None:
    """Synapses to later layers straight or, past a layer, bent; inside a layer as arcs."""
    layer_of = np.zeros(circuit.units, dtype=np.int64)
    for number, layer in enumerate(circuit.layers):
        layer_of[list(layer)] = number
    rows, cols = np.nonzero(np.abs(internal) >= limit)
    own = rows == cols
    loops = loop_paths(
        Nodes(neurons.centre[rows[own]], neurons.radius[rows[own]]),
        np.full(int(own.sum()), 0.5 * np.pi),
    )
    _stroke(axes, loops, internal[rows[own], cols[own]], largest)
    rows, cols = rows[~own], cols[~own]
    way = neurons.centre[cols] - neurons.centre[rows]
    apart = layer_of[cols] - layer_of[rows]
    bend = np.zeros_like(way)
    inside, skips = apart == 0, apart > 1
    bend[inside, 0] = -np.sign(way[inside, 1]) * (0.6 + 0.35 * np.abs(way[inside, 1]))
    outwards = np.where(neurons.centre[rows, 1] + neurons.centre[cols, 1] >= 0, 1.0, -1.0)
    bend[skips, 1] = (outwards * 0.3 * np.abs(way[:, 0]))[skips]
    paths = bent_paths(
        Nodes(neurons.centre[rows], neurons.radius[rows]),
        Nodes(neurons.centre[cols], neurons.radius[cols]),
        bend,
        gap=0.06,
    )
    _stroke(axes, paths, internal[rows, cols], largest)


def _stroke(axes: Axes, paths: np.ndarray, amounts: np.ndarray, largest: float) -> None:
    for sign, colour, dashes in ((1, RAISED, "-"), (-1, LOWERED, (0, (3.0, 1.4)))):
        chosen = np.sign(amounts) == sign
        if not chosen.any():
            continue
        share = np.abs(amounts[chosen]) / (largest or 1.0)
        axes.add_collection(
            LineCollection(
                list(paths[chosen]),
                colors=colour,
                linewidths=0.5 + _THICKEST * share,
                linestyles=[dashes],
                alpha=0.75,
                zorder=2,
                capstyle="butt",
            )
        )


def _draw_words(
    axes: Axes,
    circuit: Circuit,
    diagram: _Diagram,
    names: Sequence[str],
    output_name: str,
    title: str | None,
) -> None:
    for (x, y), name in zip(diagram.inputs.centre, names, strict=True):
        axes.text(x - 0.5, y, name, ha="right", va="center", size=9, color=style.INK)
    x, y = diagram.output.centre[0]
    axes.text(x + 0.8, y, output_name, ha="left", va="center", size=9.5, color=style.INK)
    headers = ["inputs", *circuit.layer_names, "output"]
    for place, header in enumerate(headers):
        axes.text(
            _APART * place,
            diagram.top + 0.3,
            header,
            ha="center",
            va="center",
            size=10,
            weight="bold",
            color=style.INK,
        )
    if title:
        left, right, _, top = diagram.limits
        axes.text((left + right) / 2, top - 0.4, title, ha="center", va="center", size=12)


def _draw_keys(
    axes: Axes,
    norm: Normalize,
    unit: str,
    left_out: int,
    matrices: tuple[np.ndarray, np.ndarray],
    limit: float,
) -> None:
    shown = sum(int((np.abs(matrix) >= limit).sum()) for matrix in matrices)
    there = sum(int(np.count_nonzero(matrix)) for matrix in matrices)
    line = f"the {shown} strongest of {there} synapses"
    if left_out:
        line += f"; {left_out} weaker inputs left out"
    handles = [
        Line2D([], [], color=RAISED, linewidth=2.6, label="raised it"),
        Line2D([], [], color=LOWERED, linewidth=2.6, linestyle=(0, (3.0, 1.4)), label="lowered it"),
    ]
    legend = axes.legend(
        handles=handles,
        loc="lower left",
        ncols=2,
        frameon=False,
        fontsize=9,
        title=line,
        title_fontsize=9,
        alignment="left",
        borderaxespad=0.2,
    )
    legend.get_title().set_color(style.INK)
    bar = axes.inset_axes((0.68, 0.075, 0.26, 0.022))
    axes.figure.colorbar(ScalarMappable(norm, DIVERGING), cax=bar, orientation="horizontal")
    bar.tick_params(labelsize=8, color=style.FAINT)
    bar.set_title(f"neuron: {unit}", fontsize=9, color=style.INK, loc="left")


def _centred(amounts: np.ndarray) -> Normalize:
    largest = float(np.abs(amounts).max(initial=0.0)) or 1.0
    return Normalize(-largest, largest)
