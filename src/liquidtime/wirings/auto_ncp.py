"""Neural circuit policies sized by two numbers and a sparsity."""

from dataclasses import dataclass

from liquidtime.wirings.checks import share, whole_number
from liquidtime.wirings.circuit import Circuit
from liquidtime.wirings.ncp import NCP


@dataclass(frozen=True)
class AutoNCP:
    """An `NCP` whose layers and fan-outs follow from its size and its sparsity.

    Of the neurons that are not motor neurons, 40 % (rounded down, at least one) are command
    neurons and the rest inter neurons. With density = 1 - `sparsity_level`, every input reaches
    that share of the inter neurons, every inter neuron and every motor neuron that share of the
    command neurons (rounded down, at least one), and there are 2 · density · command neurons
    recurrent synapses (at least one, at most as many as there are pairs). The rule is ncps's.

    Args:
        units: Number of neurons N, at least `output_size + 2`.
        output_size: Number of motor neurons.
        sparsity_level: Share of absent synapses between one layer and the next, between 0 and 1.
        seed: Seed of the synapses and their polarities.

    Raises:
        ValueError: If there is no room for an inter and a command neuron, or the sparsity lies
            outside.
    """

    units: int
    output_size: int
    sparsity_level: float = 0.5
    seed: int = 22222

    def __post_init__(self) -> None:
        whole_number("units", self.units, minimum=3)
        whole_number("output_size", self.output_size, minimum=1)
        if self.output_size > self.units - 2:
            raise ValueError(
                f"units is {self.units} and output_size is {self.output_size}; expected at least "
                f"output_size + 2 = {self.output_size + 2} units, so that one inter and one "
                "command neuron are left. Raise units or lower output_size."
            )
        share("sparsity_level", self.sparsity_level)
        whole_number("seed", self.seed, minimum=0)

    def ncp(self) -> NCP:
        """Work the sizes and fan-outs out.

        Returns:
            The `NCP` that this spec stands for.
        """
        hidden = self.units - self.output_size
        command = max(int(0.4 * hidden), 1)
        inter = hidden - command
        density = 1.0 - self.sparsity_level
        return NCP(
            inter_neurons=inter,
            command_neurons=command,
            motor_neurons=self.output_size,
            sensory_fanout=max(int(inter * density), 1),
            inter_fanout=max(int(command * density), 1),
            recurrent_command_synapses=min(max(int(2 * command * density), 1), command**2),
            motor_fanin=max(int(command * density), 1),
            seed=self.seed,
        )

    def build(self, input_size: int) -> Circuit:
        """Draw the circuit.

        Args:
            input_size: Number of inputs M.

        Returns:
            A circuit with the layers "inter", "command", "motor"; the same for the same spec and
            `input_size`. The synapses between neurons do not depend on `input_size`.
        """
        return self.ncp().build(input_size)
