"""A wiring as ncps keeps it: matrices that are filled synapse by synapse."""

from typing import TYPE_CHECKING, Any

import numpy as np

from liquidtime.compat.ncps.wirings.anyones import circuit_of
from liquidtime.compat.ncps.wirings.graph import draw, to_networkx
from liquidtime.wirings import Circuit

if TYPE_CHECKING:
    import networkx
    from matplotlib.patches import Patch


class Wiring:
    """Neurons without synapses, to be wired by hand; the base of ncps's other wirings.

    Unlike a `liquidtime.wirings.Circuit` it can be written to, and it learns the number of inputs
    from the layer that it is given to.

    Args:
        units: Number of neurons N.

    Attributes:
        adjacency_matrix: [N, N], row = source, column = target: +1, −1 or 0.
        sensory_adjacency_matrix: [M, N], likewise; None before `build`.
        input_dim: Number of inputs M; None before `build`.
        output_dim: Number of motor neurons, which come first.
    """

    def __init__(self, units: int) -> None:
        self.units = units
        self.adjacency_matrix = np.zeros((units, units), dtype=np.int32)
        self.sensory_adjacency_matrix: Any = None
        self.input_dim: Any = None
        self.output_dim: Any = None

    @property
    def output_size(self) -> int:
        """`output_dim` under the name that the rest of this library uses."""
        return self.units if self.output_dim is None else self.output_dim

    @property
    def num_layers(self) -> int:
        """Number of layers of neurons."""
        return 1

    def get_neurons_of_layer(self, layer_id: int) -> list[int]:
        """The neurons of a layer, in the order in which layers are updated."""
        if not 0 <= layer_id < self.num_layers:
            raise ValueError(f"layer_id is {layer_id}; expected 0 to {self.num_layers - 1}.")
        return list(range(self.units))

    def get_type_of_neuron(self, neuron_id: int) -> str:
        """`"motor"` or `"inter"`; for an NCP also `"command"`."""
        return "motor" if neuron_id < self.output_size else "inter"

    def is_built(self) -> bool:
        """Whether the number of inputs is known."""
        return self.input_dim is not None

    def build(self, input_dim: int) -> Circuit:
        """Set the number of inputs, and wire them where the class says how.

        A second call with the same number changes nothing (in ncps it draws more synapses).

        Returns:
            The circuit, so that `liquidtime.nn` takes this object for a wiring too.

        Raises:
            ValueError: If the wiring was built for another number of inputs.
        """
        if self.input_dim is None:
            self.set_input_dim(input_dim)
            self._wire_inputs()
        if self.input_dim != input_dim:
            raise ValueError(
                f"the wiring was built for {self.input_dim} inputs; the layer has {input_dim}. "
                "Make a wiring for each layer."
            )
        return self.to_circuit()

    def _wire_inputs(self) -> None:
        """Nothing here: inputs are wired by hand."""

    def set_input_dim(self, input_dim: int) -> None:
        """Set the number of inputs, none of them wired."""
        self.input_dim = input_dim
        self.sensory_adjacency_matrix = np.zeros((input_dim, self.units), dtype=np.int32)

    def set_output_dim(self, output_dim: int) -> None:
        """Set the number of motor neurons."""
        self.output_dim = output_dim

    def add_synapse(self, src: int, dest: int, polarity: int) -> None:
        """Wire neuron `src` to neuron `dest`, with polarity +1 or −1."""
        _check_synapse(src, self.units, dest, self.units, polarity)
        self.adjacency_matrix[src, dest] = polarity

    def add_sensory_synapse(self, src: int, dest: int, polarity: int) -> None:
        """Wire input `src` to neuron `dest`, with polarity +1 or −1; after `build`."""
        if self.input_dim is None:
            raise ValueError("the number of inputs is not known yet: call build(input_dim) first.")
        _check_synapse(src, self.input_dim, dest, self.units, polarity)
        self.sensory_adjacency_matrix[src, dest] = polarity

    @property
    def synapse_count(self) -> int:
        """Number of synapses between neurons."""
        return int(np.count_nonzero(self.adjacency_matrix))

    @property
    def sensory_synapse_count(self) -> int:
        """Number of synapses from the inputs."""
        if self.sensory_adjacency_matrix is None:
            raise ValueError("the number of inputs is not known yet: call build(input_dim) first.")
        return int(np.count_nonzero(self.sensory_adjacency_matrix))

    def erev_initializer(self, shape: object = None, dtype: object = None) -> np.ndarray:
        """Initial reversal potentials: the polarities. The arguments have no effect."""
        return np.copy(self.adjacency_matrix)

    def sensory_erev_initializer(self, shape: object = None, dtype: object = None) -> np.ndarray:
        """The same for the synapses from the inputs."""
        return np.copy(self.sensory_adjacency_matrix)

    def to_circuit(self) -> Circuit:
        """The finished circuit of a built wiring, as `liquidtime.wirings` knows it."""
        return circuit_of(self)

    def get_config(self) -> dict[str, Any]:
        """What `from_config` needs to make the same wiring: numbers and lists."""
        sensory = self.sensory_adjacency_matrix
        return {
            "units": self.units,
            "adjacency_matrix": self.adjacency_matrix.tolist(),
            "sensory_adjacency_matrix": None if sensory is None else sensory.tolist(),
            "input_dim": self.input_dim,
            "output_dim": self.output_dim,
        }

    @classmethod
    def from_config(cls, config: dict[str, Any]) -> "Wiring":
        """Make the wiring that `get_config` described."""
        wiring = cls(config["units"])
        wiring.adjacency_matrix = np.array(config["adjacency_matrix"], dtype=np.int32)
        if config["sensory_adjacency_matrix"] is not None:
            sensory = np.array(config["sensory_adjacency_matrix"], dtype=np.int32)
            wiring.sensory_adjacency_matrix = sensory
        wiring.input_dim, wiring.output_dim = config["input_dim"], config["output_dim"]
        return wiring

    def get_graph(self, include_sensory_neurons: bool = True) -> "networkx.DiGraph":
        """The wiring as a networkx graph; nodes are named `neuron_0` and `sensory_0`.

        Raises:
            ValueError: If the number of inputs is not known yet.
        """
        return to_networkx(self.to_circuit(), self.get_type_of_neuron, include_sensory_neurons)

    def draw_graph(
        self,
        layout: str = "shell",
        neuron_colors: dict[str, str] | None = None,
        synapse_colors: str | dict[str, str] | None = None,
        draw_labels: bool = False,
    ) -> "list[Patch]":
        """Draw the wiring into the current matplotlib axes.

        `liquidtime.plot.wiring` draws a circuit that can be read; this is for code that
        expects ncps's picture.

        Args:
            layout: A layout of networkx: `"shell"`, `"spring"`, `"circular"`, `"kamada"`,
                `"random"`, `"spectral"` or `"spiral"`.
            neuron_colors: By `"sensory"`, `"inter"`, `"command"` and `"motor"`.
            synapse_colors: By `"excitatory"` and `"inhibitory"`, or one colour.
            draw_labels: Whether to write the neurons' names.

        Returns:
            Handles for a legend.
        """
        return draw(self.get_graph(), layout, neuron_colors, synapse_colors, draw_labels)


def _check_synapse(src: int, sources: int, dest: int, units: int, polarity: int) -> None:
    if not (0 <= src < sources and 0 <= dest < units):
        raise ValueError(
            f"the synapse runs from {src} to {dest}; expected sources from 0 to {sources - 1} and "
            f"targets from 0 to {units - 1}."
        )
    if polarity not in (-1, 1):
        raise ValueError(f"polarity is {polarity!r}; expected +1 (excitatory) or -1 (inhibitory).")
