"""Circuits drawn so that one can read them: layers, a ring, or the adjacency matrix."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Literal

from liquidtime.optional import require
from liquidtime.wirings import Circuit

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

LINES_UP_TO = {"layers": 1200, "ring": 400}
"""Synapses between neurons up to which lines can be told apart; above, `kind="auto"` takes the
matrix. A ring crosses far more of them than columns do."""


def wiring(
    circuit: Circuit,
    *,
    input_names: Sequence[str] | None = None,
    output_names: Sequence[str] | None = None,
    kind: Literal["auto", "layers", "ring", "matrix"] = "auto",
    title: str | None = None,
    ax: Axes | None = None,
) -> Figure:
    """Draw a circuit.

    Excitatory synapses are blue and solid with an arrowhead, inhibitory ones are red and dashed
    with a bar, so that they differ without colour too. Neurons bear their numbers. Within the
    columns of a layered diagram the nodes are sorted so that few synapses cross.

    Args:
        circuit: The circuit; a spec is built first, with `spec.build(input_size)`.
        input_names: A name for each of the M inputs.
        output_names: A name for each motor neuron, in the order of their numbers.
        kind: "layers": columns of inputs and of each layer, with synapses inside a layer as arcs;
            many sensory synapses become one band a neuron. "ring": neurons on a circle. "matrix":
            rows are sources and columns are targets. "auto": layers where the circuit has several,
            a ring where it has one, and the matrix where there are too many synapses for lines.
        title: Text above the drawing.
        ax: Axes to draw into; by default a new figure of a size that suits the circuit.

    Returns:
        The figure, `ax`'s own if that was given.

    Raises:
        TypeError: If `circuit` is not a circuit.
        ValueError: If the names do not match the circuit, or the kind does not suit it.
        ImportError: If matplotlib is not installed.
    """
    if not isinstance(circuit, Circuit):
        raise TypeError(
            f"wiring draws a Circuit, and got a {type(circuit).__name__}. Build the spec first: "
            "wiring(spec.build(input_size))."
        )
    for name, names, expected in (
        ("input_names", input_names, circuit.input_size),
        ("output_names", output_names, circuit.output_size),
    ):
        if names is not None and len(names) != expected:
            raise ValueError(
                f"{name} has {len(names)} names; expected {expected}, one for each "
                f"{name.removesuffix('_names')} of the circuit."
            )
    if kind == "auto":
        lines = "layers" if len(circuit.layers) > 1 else "ring"
        kind = lines if circuit.synapse_count <= LINES_UP_TO[lines] else "matrix"
    if kind == "layers" and len(circuit.layers) == 1:
        raise ValueError(
            "kind is 'layers', but the circuit has a single layer; take 'ring' or 'matrix'."
        )
    require("matplotlib", extra="train")
    from liquidtime.plot import style
    from liquidtime.plot.circuit.layers import draw_layers
    from liquidtime.plot.circuit.matrix import draw_matrix
    from liquidtime.plot.circuit.ring import draw_ring

    drawings = {"layers": draw_layers, "ring": draw_ring, "matrix": draw_matrix}
    if kind not in drawings:
        raise ValueError(f"kind is {kind!r}; expected 'auto', 'layers', 'ring' or 'matrix'.")
    # Long names would make the drawing as wide as they are.
    inputs, outputs = (
        None if names is None else [style.literal(str(name), style.LONGEST_TICK) for name in names]
        for names in (input_names, output_names)
    )
    return drawings[kind](circuit, input_names=inputs, output_names=outputs, title=title, ax=ax)
