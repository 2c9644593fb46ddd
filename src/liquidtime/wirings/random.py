"""Synapses drawn at random between all neurons."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from liquidtime.wirings.checks import at_most, share, whole_number
from liquidtime.wirings.circuit import Circuit
from liquidtime.wirings.draw import polarities, streams


@dataclass(frozen=True)
class Random:
    """A given share of all synapses is absent, the rest is drawn evenly; one layer of neurons.

    The share holds exactly (to the nearest whole number of synapses), for the synapses between
    neurons and for those from the inputs apart. Two thirds of the synapses are excitatory in the
    mean, as in ncps. Nothing keeps a neuron of a very sparse circuit from having no synapse at all;
    `NCP` and `AutoNCP` do.

    Args:
        units: Number of neurons N.
        output_size: Number of motor neurons; all of them when left out.
        sparsity_level: Share of absent synapses, at least 0 and below 1.
        seed: Seed of the synapses and their polarities.

    Raises:
        ValueError: If the numbers do not fit together.
    """

    units: int
    output_size: int = None  # pyright: ignore[reportAssignmentType]  # an int once constructed
    sparsity_level: float = 0.5
    seed: int = 1111

    def __post_init__(self) -> None:
        whole_number("units", self.units, minimum=1)
        if self.output_size is None:
            object.__setattr__(self, "output_size", self.units)
        whole_number("output_size", self.output_size, minimum=1)
        at_most("output_size", self.output_size, self.units, "units")
        share("sparsity_level", self.sparsity_level, below_one=True)
        whole_number("seed", self.seed, minimum=0)

    def build(self, input_size: int) -> Circuit:
        """Draw the circuit.

        Args:
            input_size: Number of inputs M.

        Returns:
            A circuit of one layer; the same for the same spec and `input_size`. The synapses
            between neurons do not depend on `input_size`.
        """
        whole_number("input_size", input_size, minimum=1)
        internal, sensory = streams(self.seed)
        return Circuit(
            self._draw(internal, self.units),
            self._draw(sensory, input_size),
            self.output_size,
        )

    def _draw(self, rng: np.random.Generator, sources: int) -> NDArray[np.int8]:
        signs = polarities(rng, (sources, self.units), excitatory=2 / 3)
        absent = round(signs.size * self.sparsity_level)
        signs.flat[rng.choice(signs.size, absent, replace=False)] = 0
        return signs
