"""ncps's wirings by recipe: their constructors, over this library's specs."""

from typing import Any

from liquidtime import wirings
from liquidtime.compat.ncps.wirings.wiring import Wiring
from liquidtime.wirings import Circuit


class FullyConnected(Wiring):
    """Every synapse; see `liquidtime.wirings.FullyConnected`.

    Args:
        units: Number of neurons.
        output_dim: Number of motor neurons; all of them if None.
        erev_init_seed: Seed of the polarities.
        self_connections: Whether a neuron has a synapse onto itself.
    """

    def __init__(
        self,
        units: int,
        output_dim: int | None = None,
        erev_init_seed: int = 1111,
        self_connections: bool = True,
    ) -> None:
        super().__init__(units)
        output_dim = units if output_dim is None else output_dim
        self.set_output_dim(output_dim)
        self.self_connections = self_connections
        self._erev_init_seed = erev_init_seed
        self._spec = wirings.FullyConnected(units, output_dim, self_connections, erev_init_seed)
        self.adjacency_matrix = _neurons(self._spec.build(1))

    def _wire_inputs(self) -> None:
        self.sensory_adjacency_matrix = _inputs(self._spec.build(self.input_dim))

    def get_config(self) -> dict[str, Any]:
        """The arguments of the constructor."""
        return {
            "units": self.units,
            "output_dim": self.output_dim,
            "erev_init_seed": self._erev_init_seed,
            "self_connections": self.self_connections,
        }

    @classmethod
    def from_config(cls, config: dict[str, Any]) -> "FullyConnected":
        """Make the wiring that `get_config` described."""
        return cls(**config)


class Random(Wiring):
    """A share of all synapses left out; see `liquidtime.wirings.Random`.

    Args:
        units: Number of neurons.
        output_dim: Number of motor neurons; all of them if None.
        sparsity_level: Share of absent synapses, at least 0 and below 1.
        random_seed: Seed of the synapses and their polarities.
    """

    def __init__(
        self,
        units: int,
        output_dim: int | None = None,
        sparsity_level: float = 0.0,
        random_seed: int = 1111,
    ) -> None:
        super().__init__(units)
        output_dim = units if output_dim is None else output_dim
        self.set_output_dim(output_dim)
        self.sparsity_level = sparsity_level
        self._random_seed = random_seed
        self._spec = wirings.Random(units, output_dim, sparsity_level, random_seed)
        self.adjacency_matrix = _neurons(self._spec.build(1))

    def _wire_inputs(self) -> None:
        self.sensory_adjacency_matrix = _inputs(self._spec.build(self.input_dim))

    def get_config(self) -> dict[str, Any]:
        """The arguments of the constructor."""
        return {
            "units": self.units,
            "output_dim": self.output_dim,
            "sparsity_level": self.sparsity_level,
            "random_seed": self._random_seed,
        }

    @classmethod
    def from_config(cls, config: dict[str, Any]) -> "Random":
        """Make the wiring that `get_config` described."""
        return cls(**config)


class NCP(Wiring):
    """A neural circuit policy; see `liquidtime.wirings.NCP`.

    ncps draws the synapses between neurons when the number of inputs becomes known; here they are
    there from the start.

    Args:
        inter_neurons: Number of inter neurons.
        command_neurons: Number of command neurons.
        motor_neurons: Number of motor neurons, the outputs.
        sensory_fanout: Inter neurons that each input reaches.
        inter_fanout: Command neurons that each inter neuron reaches.
        recurrent_command_synapses: Synapses between command neurons, at most as many as there are
            pairs.
        motor_fanin: Command neurons that reach each motor neuron.
        seed: Seed of the synapses and their polarities.
    """

    def __init__(
        self,
        inter_neurons: int,
        command_neurons: int,
        motor_neurons: int,
        sensory_fanout: int,
        inter_fanout: int,
        recurrent_command_synapses: int,
        motor_fanin: int,
        seed: int = 22222,
    ) -> None:
        super().__init__(inter_neurons + command_neurons + motor_neurons)
        self.set_output_dim(motor_neurons)
        self._spec = wirings.NCP(
            inter_neurons,
            command_neurons,
            motor_neurons,
            sensory_fanout,
            inter_fanout,
            min(recurrent_command_synapses, command_neurons**2),
            motor_fanin,
            seed,
        )
        self.adjacency_matrix = _neurons(self._spec.build(1))

    def _wire_inputs(self) -> None:
        self.sensory_adjacency_matrix = _inputs(self._spec.build(self.input_dim))

    @property
    def num_layers(self) -> int:
        """Inter, command and motor neurons: three."""
        return 3

    def get_neurons_of_layer(self, layer_id: int) -> list[int]:
        """The inter (0), command (1) or motor neurons (2)."""
        if layer_id not in (0, 1, 2):
            raise ValueError(f"layer_id is {layer_id}; expected 0, 1 or 2.")
        motor = self._spec.motor_neurons
        command = motor + self._spec.command_neurons
        bounds = ((command, self.units), (motor, command), (0, motor))
        return list(range(*bounds[layer_id]))

    def get_type_of_neuron(self, neuron_id: int) -> str:
        """`"motor"`, `"command"` or `"inter"`."""
        motor = self._spec.motor_neurons
        if neuron_id < motor:
            return "motor"
        return "command" if neuron_id < motor + self._spec.command_neurons else "inter"

    def get_config(self) -> dict[str, Any]:
        """The arguments of the constructor."""
        names = (
            "inter_neurons",
            "command_neurons",
            "motor_neurons",
            "sensory_fanout",
            "inter_fanout",
            "recurrent_command_synapses",
            "motor_fanin",
            "seed",
        )
        return {name: getattr(self._spec, name) for name in names}

    @classmethod
    def from_config(cls, config: dict[str, Any]) -> "NCP":
        """Make the wiring that `get_config` described."""
        return cls(**config)


class AutoNCP(NCP):
    """An NCP sized by three numbers; see `liquidtime.wirings.AutoNCP`.

    Args:
        units: Number of neurons, at least `output_size + 2`.
        output_size: Number of motor neurons.
        sparsity_level: Share of absent synapses between one layer and the next.
        seed: Seed of the synapses and their polarities.
    """

    def __init__(
        self, units: int, output_size: int, sparsity_level: float = 0.5, seed: int = 22222
    ) -> None:
        spec = wirings.AutoNCP(units, output_size, sparsity_level, seed).ncp()
        super().__init__(
            spec.inter_neurons,
            spec.command_neurons,
            spec.motor_neurons,
            spec.sensory_fanout,
            spec.inter_fanout,
            spec.recurrent_command_synapses,
            spec.motor_fanin,
            spec.seed,
        )
        self._sparsity_level = sparsity_level

    def get_config(self) -> dict[str, Any]:
        """The arguments of the constructor."""
        return {
            "units": self.units,
            "output_size": self.output_dim,
            "sparsity_level": self._sparsity_level,
            "seed": self._spec.seed,
        }


def _neurons(circuit: Circuit) -> Any:
    return circuit.adjacency.astype("int32")


def _inputs(circuit: Circuit) -> Any:
    return circuit.sensory_adjacency.astype("int32")
