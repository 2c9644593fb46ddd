"""What a layer needs of a wiring: groups of neurons that step together, and their masks."""

from typing import NamedTuple

import numpy as np

from liquidtime.nn.checks.arguments import check_size, check_wiring
from liquidtime.wirings import Circuit, Wiring


class MaskedGroup(NamedTuple):
    """Neurons that step together, as `liquidtime.kernels.cfc.reference.Group`, and their mask."""

    neurons: np.ndarray
    sources: np.ndarray
    mask: np.ndarray
    """[n, sources + n] booleans: True where a synapse, or a neuron's own state, comes in."""


def units_of(input_size: int, hidden_size: int | None, wiring: Wiring | None) -> int:
    """The number of hidden units, from whichever of the last two arguments tells it.

    Raises:
        TypeError: If one is not what its name says, such as a wiring in the place of the size.
        ValueError: If neither tells it, or they differ.
    """
    check_size("input_size", input_size)
    if hidden_size is not None:
        check_size("hidden_size", hidden_size)
    check_wiring(wiring)
    if wiring is None:
        if hidden_size is None:
            raise ValueError("hidden_size is missing; give it, or a wiring that has the units.")
        if hidden_size < 1:
            raise ValueError(f"hidden_size is {hidden_size}; expected 1 or more.")
        return hidden_size
    if hidden_size is not None and hidden_size != wiring.units:
        raise ValueError(
            f"hidden_size is {hidden_size}, but the wiring has {wiring.units} units; leave "
            "hidden_size out or make them equal."
        )
    return wiring.units


def groups_of(circuit: Circuit) -> list[MaskedGroup]:
    """The circuit's layers in the order of stepping.

    A group reads the inputs and the new states of the groups before it, as far as a synapse leads
    from them, and of its own neurons the old states.
    """
    incoming = np.concatenate([circuit.sensory_adjacency, circuit.adjacency]) != 0
    rows = np.arange(circuit.input_size)
    groups = []
    for layer in circuit.layers:
        neurons = np.array(layer)
        reached = np.flatnonzero(incoming[rows][:, neurons].any(axis=1))
        from_sources = incoming[rows[reached]][:, neurons]
        # A neuron sees its own old state, whether or not the circuit connects it to itself.
        own = incoming[circuit.input_size + neurons][:, neurons] | np.eye(len(neurons), dtype=bool)
        groups.append(
            MaskedGroup(
                neurons,
                reached,
                np.concatenate([from_sources, own]).T,
            )
        )
        rows = np.concatenate([rows, circuit.input_size + neurons])
    return groups
