"""A circuit as a small drawing for notebooks: SVG without matplotlib."""

from collections.abc import Sequence
from html import escape

import numpy as np
from numpy.typing import NDArray

# More than this, and lines hide each other; `liquidtime.plot.wiring` draws such circuits.
MOST_SYNAPSES = 400
_COLUMN, _ROW, _RADIUS = 150, 26, 9
_COLOURS = {1: "#0072b2", -1: "#d55e00"}


def sketch(
    sensory: NDArray[np.int8],
    adjacency: NDArray[np.int8],
    layers: Sequence[tuple[str, Sequence[int]]],
    output_size: int,
    summary: str,
) -> str:
    """A circuit in columns: inputs, then its layers; excitatory blue, inhibitory orange, dashed.

    Args:
        sensory: [M, N] signs of the synapses from the inputs.
        adjacency: [N, N] signs of those between neurons, row = source.
        layers: Name and neurons of each.
        output_size: How many neurons, from 0 on, are motor neurons.
        summary: The circuit in words; of one with more than 400 synapses all that is shown.

    Returns:
        HTML: the drawing, and the summary below it.
    """
    text = f"<pre>{escape(summary)}</pre>"
    if np.count_nonzero(sensory) + np.count_nonzero(adjacency) > MOST_SYNAPSES:
        return text
    columns = [[("input", i) for i in range(len(sensory))]]
    columns += [[("neuron", n) for n in layer] for _, layer in layers]
    height = _ROW * max(map(len, columns)) + 40
    places = {
        who: (60 + _COLUMN * at, 30 + (height - 30) * (row + 0.5) / len(column))
        for at, column in enumerate(columns)
        for row, who in enumerate(column)
    }
    width = 120 + _COLUMN * (len(columns) - 1)
    label = escape(summary.partition("\n")[0])
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" width="{width}" '
        f'style="max-width: 100%; background: white" role="img" aria-label="{label}" '
        'font-family="sans-serif" font-size="11" text-anchor="middle">'
    ]
    for kind, matrix in (("input", sensory), ("neuron", adjacency)):
        for source, target in np.argwhere(matrix).tolist():
            begin, end = places[kind, source], places["neuron", target]
            parts.append(_line(begin, end, int(matrix[source, target])))
    for (kind, number), (x, y) in places.items():
        motor = kind == "neuron" and number < output_size
        fill = "#e5e7eb" if kind == "input" else "#f9dfa5" if motor else "#cde7db"
        parts.append(
            f'<circle cx="{x:.0f}" cy="{y:.0f}" r="{_RADIUS}" fill="{fill}" stroke="#333"/>'
            f'<text x="{x:.0f}" y="{y + 4:.0f}">{number}</text>'
        )
    for at, name in enumerate(["inputs", *(name for name, _ in layers)]):
        parts.append(
            f'<text x="{60 + _COLUMN * at}" y="16" font-weight="bold">{escape(name)}</text>'
        )
    return "".join([*parts, "</svg>", text])


def _line(begin: tuple[float, float], end: tuple[float, float], sign: int) -> str:
    style = f'stroke="{_COLOURS[sign]}" fill="none" opacity="0.6"'
    style += ' stroke-dasharray="4 3"' if sign < 0 else ""
    (x, y), (to_x, to_y) = begin, end
    if begin == end:
        loop = f"M {x:.0f} {y - _RADIUS:.0f} c 26 -22 26 22 6 {1.4 * _RADIUS:.0f}"
        return f'<path d="{loop}" {style}/>'
    # Within a column a line would run through the neurons between.
    bend = 34 + abs(to_y - y) / 4 if x == to_x else 0
    middle = f"{(x + to_x) / 2 + bend:.0f} {(y + to_y) / 2:.0f}"
    return f'<path d="M {x:.0f} {y:.0f} Q {middle} {to_x:.0f} {to_y:.0f}" {style}/>'
