"""Neural circuit policies: sensory, inter, command and motor neurons, sparsely wired forward."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from liquidtime.wirings.checks import at_most, whole_number
from liquidtime.wirings.circuit import Circuit
from liquidtime.wirings.draw import polarities, streams


@dataclass(frozen=True)
class NCP:
    """A neural circuit policy: inputs → inter → command (recurrent) → motor neurons.

    1. Every input reaches `sensory_fanout` inter neurons; an inter neuron that none reached
       gets as many inputs as its peers have in the mean, at least one.
    2. Every inter neuron reaches `inter_fanout` command neurons; unreached ones as above.
    3. `recurrent_command_synapses` synapses are drawn between command neurons, a neuron onto
       itself included.
    4. Every motor neuron is reached by `motor_fanin` command neurons; a command neuron that
       reaches none gets as many motor neurons as its peers have in the mean, at least one.

    Each synapse is excitatory or inhibitory with even odds. Neurons are numbered motor first, then
    command, then inter.

    Note:
        The numbers of synapses are those of ncps, with one departure: ncps draws recurrent
        synapses with repetition and so ends with fewer than asked; here they are all different.
        The generator is another one, so the same seed wires another circuit than ncps's.

    Args:
        inter_neurons: Number of inter neurons.
        command_neurons: Number of command neurons.
        motor_neurons: Number of motor neurons, the outputs.
        sensory_fanout: Inter neurons that each input reaches.
        inter_fanout: Command neurons that each inter neuron reaches.
        recurrent_command_synapses: Synapses between command neurons.
        motor_fanin: Command neurons that reach each motor neuron.
        seed: Seed of the synapses and their polarities.

    Raises:
        ValueError: If a fan-out, fan-in or number of synapses is larger than can be met.

    References:
        Lechner et al., Neural circuit policies enabling auditable autonomy, Nature Machine
        Intelligence 2, 2020, Methods.
    """

    inter_neurons: int
    command_neurons: int
    motor_neurons: int
    sensory_fanout: int
    inter_fanout: int
    recurrent_command_synapses: int
    motor_fanin: int
    seed: int = 22222

    def __post_init__(self) -> None:
        for name in ("inter_neurons", "command_neurons", "motor_neurons"):
            whole_number(name, getattr(self, name), minimum=1)
        for name in ("sensory_fanout", "inter_fanout", "motor_fanin"):
            whole_number(name, getattr(self, name), minimum=1)
        whole_number("recurrent_command_synapses", self.recurrent_command_synapses, minimum=0)
        whole_number("seed", self.seed, minimum=0)
        command = self.command_neurons
        at_most("sensory_fanout", self.sensory_fanout, self.inter_neurons, "inter neurons")
        at_most("inter_fanout", self.inter_fanout, command, "command neurons")
        at_most("motor_fanin", self.motor_fanin, command, "command neurons")
        at_most(
            "recurrent_command_synapses",
            self.recurrent_command_synapses,
            command**2,
            "pairs of command neurons",
        )

    @property
    def units(self) -> int:
        """Number of neurons N, all layers together."""
        return self.motor_neurons + self.command_neurons + self.inter_neurons

    @property
    def output_size(self) -> int:
        """Number of motor neurons."""
        return self.motor_neurons

    def build(self, input_size: int) -> Circuit:
        """Draw the circuit.

        Args:
            input_size: Number of inputs M.

        Returns:
            A circuit with the layers "inter", "command", "motor"; the same for the same spec and
            `input_size`. The synapses between neurons do not depend on `input_size`.
        """
        whole_number("input_size", input_size, minimum=1)
        motor = np.arange(self.motor_neurons)
        command = np.arange(self.command_neurons) + self.motor_neurons
        inter = np.arange(self.inter_neurons) + self.motor_neurons + self.command_neurons
        internal, sensory = streams(self.seed)

        adjacency = polarities(internal, (self.units, self.units), excitatory=0.5)
        present = np.zeros(adjacency.shape, dtype=bool)
        present[np.ix_(inter, command)] = _fan_out(
            internal, len(inter), len(command), self.inter_fanout
        )
        present[np.ix_(command, command)] = _anywhere(
            internal, len(command), self.recurrent_command_synapses
        )
        # A fan-in is a fan-out seen from the other end.
        present[np.ix_(command, motor)] = _fan_out(
            internal, len(motor), len(command), self.motor_fanin
        ).T

        sensory_adjacency = polarities(sensory, (input_size, self.units), excitatory=0.5)
        reached = np.zeros(sensory_adjacency.shape, dtype=bool)
        reached[:, inter] = _fan_out(sensory, input_size, len(inter), self.sensory_fanout)
        return Circuit(
            adjacency * present,
            sensory_adjacency * reached,
            self.output_size,
            tuple(tuple(group.tolist()) for group in (inter, command, motor)),
            ("inter", "command", "motor"),
        )


def _fan_out(
    rng: np.random.Generator, sources: int, targets: int, fan_out: int
) -> NDArray[np.bool_]:
    """Wire every source to `fan_out` targets, then every target left out to some sources."""
    present = np.zeros((sources, targets), dtype=bool)
    for row in present:
        row[rng.choice(targets, fan_out, replace=False)] = True
    mean_fan_in = min(max(sources * fan_out // targets, 1), sources)
    for target in np.flatnonzero(~present.any(axis=0)):
        present[rng.choice(sources, mean_fan_in, replace=False), target] = True
    return present


def _anywhere(rng: np.random.Generator, neurons: int, count: int) -> NDArray[np.bool_]:
    """Draw `count` different synapses between the neurons of one layer."""
    present = np.zeros((neurons, neurons), dtype=bool)
    present.flat[rng.choice(present.size, count, replace=False)] = True
    return present
