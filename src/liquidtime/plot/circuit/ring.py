"""The ring: neurons of one layer on a circle, the inputs in a column beside it."""

from collections.abc import Sequence

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import Patch

from liquidtime.plot import style
from liquidtime.plot.circuit.nodes import INPUT_FILL, MOTOR_FILL, draw_nodes, evenly, prepare
from liquidtime.plot.circuit.strokes import (
    Nodes,
    bent_paths,
    draw_synapses,
    legend_handles,
    loop_paths,
    weight_of,
)
from liquidtime.plot.style import INK
from liquidtime.wirings import Circuit

_PLAIN_FILL = "#cfe8dc"


@style.figure
def draw_ring(
    circuit: Circuit,
    *,
    input_names: Sequence[str] | None,
    output_names: Sequence[str] | None,
    title: str | None,
    ax: Axes | None,
) -> Figure:
    """Draw a small circuit without layers.

    Args:
        circuit: A circuit of few synapses.
        input_names: M names, or None.
        output_names: One name a motor neuron, or None.
        title: Text above the diagram, or None.
        ax: Axes to draw into, or None for a new figure.

    Returns:
        The figure.
    """
    units, inputs_count = circuit.units, circuit.input_size
    size = 0.45
    ring = max(2.6, 2.2 * size * units / np.pi)
    span = min(2.0 * ring, 1.3 * (inputs_count - 1))
    inputs_x = -ring - 4.0
    letters = max((len(name) for name in input_names or ()), default=0) * 0.2
    outside = max((len(name) for name in output_names or ()), default=0) * 0.2
    limits = (
        inputs_x - 1.2 - letters,
        ring + 1.8 + outside,
        -ring - 2.6,
        ring + (2.6 if title else 1.8),
    )
    figure, axes, points = prepare(ax, limits, unit_inches=float(np.clip(3.2 / ring, 0.3, 0.7)))

    angle = np.pi / 2 - 2 * np.pi * np.arange(units) / units
    out = np.stack([np.cos(angle), np.sin(angle)], axis=1)
    neurons = Nodes(ring * out, np.full(units, size))
    left = np.stack([np.full(inputs_count, inputs_x), evenly(inputs_count, span)], axis=1)
    side = min(0.8 * size, 0.4 * span / max(inputs_count - 1, 1)) if inputs_count > 1 else size
    inputs = Nodes(left, np.full(inputs_count, side))
    head = 7.0 / points

    rows, cols = np.nonzero(circuit.sensory_adjacency)
    width, opacity = weight_of(len(rows))
    paths = bent_paths(
        Nodes(inputs.centre[rows], inputs.radius[rows]),
        Nodes(neurons.centre[cols], neurons.radius[cols]),
        np.zeros((len(rows), 2)),
        gap=0.06,
    )
    signs = circuit.sensory_adjacency[rows, cols]
    draw_synapses(axes, paths, signs, width=width, opacity=0.7 * opacity, head=head)

    rows, cols = np.nonzero(circuit.adjacency)
    width, opacity = weight_of(len(rows))
    own = rows[rows == cols]
    loops = loop_paths(Nodes(neurons.centre[own], neurons.radius[own]), angle[own])
    signs = circuit.adjacency[own, own]
    draw_synapses(axes, loops, signs, width=width, opacity=opacity, head=head, layer=3.0)
    rows, cols = rows[rows != cols], cols[rows != cols]
    way = neurons.centre[cols] - neurons.centre[rows]
    # Each bends to its own right, so that the two ways between a pair lie apart.
    bend = 0.22 * np.stack([way[:, 1], -way[:, 0]], axis=1)
    paths = bent_paths(
        Nodes(neurons.centre[rows], neurons.radius[rows]),
        Nodes(neurons.centre[cols], neurons.radius[cols]),
        bend,
        gap=0.06,
    )
    signs = circuit.adjacency[rows, cols]
    draw_synapses(axes, paths, signs, width=width, opacity=opacity, head=head, layer=3.0)

    motor = np.arange(units) < circuit.output_size
    fills = [MOTOR_FILL if is_motor else _PLAIN_FILL for is_motor in motor]
    numbers = [str(n) for n in range(units)]
    draw_nodes(axes, neurons, numbers, fill=fills, points_per_unit=points)
    numbers = [str(i) for i in range(inputs_count)]
    draw_nodes(axes, inputs, numbers, fill=INPUT_FILL, square=True, points_per_unit=points)
    for i, name in enumerate(input_names or ()):
        x, y = inputs.centre[i]
        axes.text(x - side - 0.2, y, name, ha="right", va="center", size=9, color=INK)
    for j, name in enumerate(output_names or ()):
        x, y = neurons.centre[j] + out[j] * (size + 0.85)
        align = "left" if out[j, 0] > 0.1 else "right" if out[j, 0] < -0.1 else "center"
        axes.text(x, y, name, ha=align, va="center", size=9, color=INK)
    _draw_words(axes, circuit, (inputs_x, span / 2 + side + 0.6), title, limits)
    return figure


def _draw_words(
    axes: Axes,
    circuit: Circuit,
    header: tuple[float, float],
    title: str | None,
    limits: tuple[float, float, float, float],
) -> None:
    axes.text(
        *header,
        f"inputs · {circuit.input_size}",
        ha="center",
        va="center",
        size=10,
        weight="bold",
        color=INK,
    )
    if title:
        axes.text(
            (limits[0] + limits[1]) / 2, limits[3] - 0.5, title, ha="center", va="center", size=13
        )
    both = (circuit.sensory_adjacency, circuit.adjacency)
    handles: list = legend_handles(
        sum(int((matrix > 0).sum()) for matrix in both),
        sum(int((matrix < 0).sum()) for matrix in both),
    )
    handles.append(Patch(facecolor=MOTOR_FILL, edgecolor=INK, label=f"{circuit.output_size} motor"))
    rest = circuit.units - circuit.output_size
    if rest:
        handles.append(Patch(facecolor=_PLAIN_FILL, edgecolor=INK, label=f"{rest} other neurons"))
    legend = axes.legend(
        handles=handles,
        loc="lower center",
        ncols=len(handles),
        frameon=False,
        fontsize=9,
        handlelength=2.6,
        title=f"{circuit.sensory_synapse_count:,} sensory and {circuit.synapse_count:,} internal "
        "synapses",
        title_fontsize=9,
    )
    legend.get_title().set_color(INK)
