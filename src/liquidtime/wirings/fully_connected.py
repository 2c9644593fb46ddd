"""Every neuron wired to every neuron."""

from dataclasses import dataclass

import numpy as np

from liquidtime.wirings.checks import at_most, whole_number
from liquidtime.wirings.circuit import Circuit
from liquidtime.wirings.draw import polarities, streams


@dataclass(frozen=True)
class FullyConnected:
    """All synapses present, one layer of neurons.

    Two thirds of the synapses are excitatory in the mean, as in ncps.

    Args:
        units: Number of neurons N.
        output_size: Number of motor neurons; all of them when left out.
        self_connections: Whether a neuron has a synapse onto itself.
        seed: Seed of the polarities.

    Raises:
        ValueError: If the numbers do not fit together.
    """

    units: int
    output_size: int = None  # pyright: ignore[reportAssignmentType]  # an int once constructed
    self_connections: bool = True
    seed: int = 1111

    def __post_init__(self) -> None:
        whole_number("units", self.units, minimum=1)
        if self.output_size is None:
            object.__setattr__(self, "output_size", self.units)
        whole_number("output_size", self.output_size, minimum=1)
        at_most("output_size", self.output_size, self.units, "units")
        whole_number("seed", self.seed, minimum=0)

    def build(self, input_size: int) -> Circuit:
        """Draw the circuit.

        Args:
            input_size: Number of inputs M.

        Returns:
            A circuit of one layer; the same for the same spec and `input_size`.
        """
        whole_number("input_size", input_size, minimum=1)
        internal, sensory = streams(self.seed)
        adjacency = polarities(internal, (self.units, self.units), excitatory=2 / 3)
        if not self.self_connections:
            np.fill_diagonal(adjacency, 0)
        sensory_adjacency = polarities(sensory, (input_size, self.units), excitatory=2 / 3)
        return Circuit(adjacency, sensory_adjacency, self.output_size)
