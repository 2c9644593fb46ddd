"""A wiring as a graph with ncps's names, and its picture."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

import numpy as np

from liquidtime.optional import require
from liquidtime.wirings import Circuit

if TYPE_CHECKING:
    import networkx
    from matplotlib.patches import Patch

_LAYOUTS = {
    "kamada": "kamada_kawai_layout",
    "circular": "circular_layout",
    "random": "random_layout",
    "shell": "shell_layout",
    "spring": "spring_layout",
    "spectral": "spectral_layout",
    "spiral": "spiral_layout",
}
_NEURONS = {"inter": "tab:blue", "motor": "tab:orange", "sensory": "tab:olive"}
_SYNAPSES = {"excitatory": "tab:green", "inhibitory": "tab:red"}


def to_networkx(
    circuit: Circuit, kind_of: Callable[[int], str], include_sensory: bool
) -> networkx.DiGraph:
    """A directed graph with `neuron_type` on its nodes and `polarity` on its edges."""
    graph = require("networkx", extra="train").DiGraph()
    for neuron in range(circuit.units):
        graph.add_node(f"neuron_{neuron}", neuron_type=kind_of(neuron))
    matrices = {"neuron": circuit.adjacency}
    if include_sensory:
        for i in range(circuit.input_size):
            graph.add_node(f"sensory_{i}", neuron_type="sensory")
        matrices["sensory"] = circuit.sensory_adjacency
    for kind, matrix in matrices.items():
        for source, target in np.argwhere(matrix).tolist():
            polarity = "excitatory" if matrix[source, target] > 0 else "inhibitory"
            graph.add_edge(f"{kind}_{source}", f"neuron_{target}", polarity=polarity)
    return graph


def draw(
    graph: networkx.DiGraph,
    layout: str,
    neuron_colors: dict[str, str] | None,
    synapse_colors: str | dict[str, str] | None,
    draw_labels: bool,
) -> list[Patch]:
    """Draw a graph of `to_networkx` into the current axes; see `Wiring.draw_graph`."""
    if layout not in _LAYOUTS:
        raise ValueError(f"layout is {layout!r}; expected one of {', '.join(_LAYOUTS)}.")
    networkx = require("networkx", extra="train")
    patches = require("matplotlib.patches", extra="train")
    if isinstance(synapse_colors, str):
        synapse_colors = dict.fromkeys(_SYNAPSES, synapse_colors)
    neurons, synapses = _NEURONS | (neuron_colors or {}), _SYNAPSES | (synapse_colors or {})
    places = getattr(networkx, _LAYOUTS[layout])(graph)
    networkx.draw_networkx_nodes(
        graph,
        places,
        node_color=[neurons.get(graph.nodes[node]["neuron_type"], "tab:blue") for node in graph],
    )
    networkx.draw_networkx_edges(
        graph, places, edge_color=[synapses[p] for _, _, p in graph.edges(data="polarity")]
    )
    if draw_labels:
        networkx.draw_networkx_labels(graph, places)
    return [
        patches.Patch(color=color, label=f"{kind.capitalize()} neurons")
        for kind, color in neurons.items()
    ]
