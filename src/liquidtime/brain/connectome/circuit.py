"""Between a connectome and the wiring of a layer, so that a worm's circuit trains as an LTC."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

from liquidtime.brain.connectome.graph import Connectome, Neurons
from liquidtime.brain.connectome.transmitters import reversal_potentials
from liquidtime.optional import require
from liquidtime.wirings import Circuit


def to_circuit(
    connectome: Connectome,
    *,
    inputs: Neurons,
    outputs: Neurons,
    among: Neurons | None = None,
    excites_above: float = -40.0,
    reversal_potential: Mapping[str, float] | None = None,
) -> Circuit:
    """Wire a layer like a part of a connectome.

    Every input of the layer reaches one sensory neuron; the outputs of the layer are the chosen
    neurons in their order. A circuit holds signs: counts are left out, several edges between two
    neurons become one with the sign of most synapses, and gap junctions are left out.

    Args:
        connectome: Who is connected to whom.
        inputs: Sensory neurons, one an input, M of them.
        outputs: Motor neurons, one an output.
        among: The neurons that the layer consists of, besides inputs and outputs; None for all.
        excites_above: mV; a class of edges with a reversal potential above it excites.
        reversal_potential: mV by transmitter, as in `Parameters`.

    Returns:
        A circuit whose neurons are the outputs, then the rest in the order of the table.

    Raises:
        InputError: If a neuron does not exist.

    Examples:
        >>> from liquidtime.brain import Connectome
        >>> from liquidtime.nn import LTC
        >>> chain = Connectome.from_edges(["a", "b"], ["b", "c"], transmitter=["ach", "gaba"])
        >>> layer = LTC(1, wiring=to_circuit(chain, inputs="a", outputs="c"))
    """
    sensory, motor = connectome.find(inputs), connectome.find(outputs)
    inner = np.arange(len(connectome)) if among is None else connectome.find(among)
    rest = np.setdiff1d(np.union1d(inner, sensory), motor)
    order = np.concatenate([motor, rest])
    place = np.full(len(connectome), -1)
    place[order] = np.arange(len(order))
    edges = connectome.synapses
    potentials = reversal_potentials(connectome.classes, reversal_potential)
    sign = np.where(potentials > excites_above, 1.0, -1.0)[edges.classes] * edges.counts
    sources, targets = place[edges.sources], place[edges.targets()]
    kept = (sources >= 0) & (targets >= 0)
    balance = np.zeros((len(order), len(order)))
    np.add.at(balance, (sources[kept], targets[kept]), sign[kept])
    sensory_adjacency = np.zeros((len(sensory), len(order)))
    sensory_adjacency[np.arange(len(sensory)), place[sensory]] = 1
    return Circuit(_signs(balance), _signs(sensory_adjacency), len(motor))


def from_circuit(circuit: Circuit) -> Connectome:
    """The circuit of a layer as a connectome with one synapse an edge.

    Args:
        circuit: Whose inputs become sensory neurons `input 0`, `input 1`, …, and whose neurons
            become `neuron 0`, `neuron 1`, ….

    Returns:
        A connectome with the classes "excitatory" and "inhibitory".
    """
    pandas = require("pandas", extra="brain")
    inputs, units = circuit.input_size, circuit.units
    names = [f"input {i}" for i in range(inputs)] + [f"neuron {i}" for i in range(units)]
    group = ["sensory"] * inputs + ["inter"] * units
    for motor in range(circuit.output_size):
        group[inputs + motor] = "motor"
    table = pandas.DataFrame({"group": group}, index=pandas.Index(names))
    matrix = np.zeros((inputs + units, inputs + units), dtype=np.int8)
    matrix[:inputs, inputs:] = circuit.sensory_adjacency
    matrix[inputs:, inputs:] = circuit.adjacency
    sources, targets = np.nonzero(matrix)
    kinds = np.where(matrix[sources, targets] > 0, "excitatory", "inhibitory")
    labels = np.array(names)
    return Connectome.from_edges(
        labels[sources], labels[targets], neurons=table, transmitter=kinds, name="circuit"
    )


def _signs(values: NDArray) -> NDArray[np.int8]:
    return np.sign(values).astype(np.int8)
