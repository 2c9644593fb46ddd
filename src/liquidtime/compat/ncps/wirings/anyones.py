"""Wirings of ncps and those of this package alike: what layers ask of them."""

import contextlib
from typing import Any, Protocol

import numpy as np

from liquidtime.wirings import Circuit


class AnyWiring(Protocol):
    """A wiring of ncps, or one of this package: what tells it from a number of units."""

    def is_built(self) -> bool:
        """Whether the number of inputs is known."""
        ...

    def build(self, input_dim: int, /) -> Any:
        """Draw the circuit."""
        ...


def circuit_of(wiring: Any) -> Circuit:
    """The circuit of a built wiring, of this module or of ncps.

    Its layers are kept if synapses run forward through them. Otherwise all neurons make one layer.

    Raises:
        ValueError: If the wiring is not built.
    """
    if wiring.sensory_adjacency_matrix is None:
        raise ValueError("the number of inputs is not known yet: call build(input_dim) first.")
    outputs = wiring.units if wiring.output_dim is None else wiring.output_dim
    matrices = wiring.adjacency_matrix, wiring.sensory_adjacency_matrix
    if wiring.num_layers > 1:
        layers = tuple(tuple(wiring.get_neurons_of_layer(i)) for i in range(wiring.num_layers))
        names = tuple(wiring.get_type_of_neuron(layer[0]) for layer in layers)
        with contextlib.suppress(ValueError):
            return Circuit(*matrices, outputs, layers, names)
    return Circuit(*matrices, outputs)


def built(wiring: Any, input_size: int | None) -> Any:
    """A layer's wiring, built for its number of inputs; None if it must know that itself.

    A wiring of ncps that is built already is left alone, since it would draw more synapses.

    Raises:
        ValueError: If the number of inputs is not known, or another.
    """
    if input_size is not None and not wiring.is_built():
        wiring.build(input_size)
    if not wiring.is_built():
        raise ValueError(
            "the wiring does not know the number of inputs; give it to the cell, or call "
            "wiring.build(input_size) first."
        )
    if input_size is not None and wiring.input_dim != input_size:
        raise ValueError(
            f"the wiring was built for {wiring.input_dim} inputs; the layer has {input_size}. "
            "Make a wiring for each layer."
        )
    return wiring


def is_wiring(units: object) -> bool:
    """Whether a layer's `units` is a wiring, of this module or of ncps.

    Raises:
        ValueError: If it is neither that nor a whole number.
    """
    if isinstance(units, int | np.integer):
        return False
    if all(hasattr(units, name) for name in ("adjacency_matrix", "get_neurons_of_layer")):
        return True
    raise ValueError(
        f"units is a {type(units).__name__}; expected a number of units, or a wiring of "
        "liquidtime.compat.ncps.wirings or ncps.wirings."
    )
