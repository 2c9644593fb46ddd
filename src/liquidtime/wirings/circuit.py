"""The finished circuit: which neuron is wired to which, with which sign, updated in which order."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from liquidtime.optional import require
from liquidtime.wirings.checks import whole_number
from liquidtime.wirings.sketch import sketch

if TYPE_CHECKING:
    import networkx

Edge = tuple[int, int] | tuple[int, int, int]


@dataclass(frozen=True, eq=False, repr=False)
class Circuit:
    """N neurons and M inputs, and the signed synapses between them.

    The arrays are copied and cannot be written to, so a circuit can be shared and hashed. Two
    circuits are equal when all their fields are.

    Args:
        adjacency: [N, N], row = source, column = target: +1 excitatory, -1 inhibitory, 0 none.
        sensory_adjacency: [M, N], the same from the inputs.
        output_size: Number of motor neurons; these are neurons 0 to `output_size - 1`.
        layers: Groups of neurons in the order in which they are updated. Every neuron is in
            exactly one group; synapses run inside a group or to a later one. By default one
            group of all neurons, which suits any circuit.
        layer_names: One name a group.

    Raises:
        ValueError: If shapes, signs, groups or names do not fit together.
    """

    adjacency: NDArray[np.int8]
    sensory_adjacency: NDArray[np.int8]
    output_size: int
    layers: tuple[tuple[int, ...], ...] = ()
    layer_names: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        adjacency = _signs("adjacency", self.adjacency)
        sensory = _signs("sensory_adjacency", self.sensory_adjacency)
        units = adjacency.shape[0]
        if adjacency.shape != (units, units) or units == 0:
            raise ValueError(
                f"adjacency has shape {list(adjacency.shape)}; expected [N, N] with at least one "
                "neuron, row = source, column = target."
            )
        if sensory.shape[1] != units:
            raise ValueError(
                f"sensory_adjacency has shape {list(sensory.shape)}; expected [M, N] = "
                f"[inputs, {units}], row = input, column = target neuron."
            )
        whole_number("output_size", self.output_size, minimum=1)
        if self.output_size > units:
            raise ValueError(
                f"output_size is {self.output_size}, but the circuit has {units} neurons; motor "
                "neurons are the neurons 0 to output_size - 1."
            )
        layers = tuple(tuple(int(n) for n in layer) for layer in self.layers)
        layers = layers or (tuple(range(units)),)
        names = tuple(self.layer_names) or _default_names(len(layers))
        _check_layers(adjacency, layers, names)
        for name, value in (
            ("adjacency", adjacency),
            ("sensory_adjacency", sensory),
            ("output_size", int(self.output_size)),
            ("layers", layers),
            ("layer_names", names),
        ):
            object.__setattr__(self, name, value)

    @classmethod
    def from_edges(
        cls,
        edges: Iterable[Edge],
        sensory_edges: Iterable[Edge],
        *,
        units: int,
        input_size: int,
        output_size: int,
        layers: Sequence[Sequence[int]] = (),
        layer_names: Sequence[str] = (),
    ) -> Circuit:
        """Build a circuit from lists of synapses, such as those of a connectome.

        Args:
            edges: Synapses between neurons, `(source, target)` or `(source, target, polarity)`;
                polarity is +1 (also when left out) or -1.
            sensory_edges: The same from inputs to neurons.
            units: Number of neurons N.
            input_size: Number of inputs M.
            output_size: Number of motor neurons, which come first.
            layers: As in the class.
            layer_names: As in the class.

        Returns:
            The circuit.

        Raises:
            ValueError: If a synapse is named twice, names a neuron or an input that does not
                exist, or has another polarity.
        """
        whole_number("units", units, minimum=1)
        whole_number("input_size", input_size, minimum=0)
        return cls(
            _matrix("edges", edges, units, units),
            _matrix("sensory_edges", sensory_edges, input_size, units),
            output_size,
            tuple(tuple(layer) for layer in layers),
            tuple(layer_names),
        )

    @property
    def units(self) -> int:
        """Number of neurons N."""
        return self.adjacency.shape[0]

    @property
    def input_size(self) -> int:
        """Number of inputs M."""
        return self.sensory_adjacency.shape[0]

    @cached_property
    def synapse_count(self) -> int:
        """Number of synapses between neurons; those from the inputs are not counted."""
        return int(np.count_nonzero(self.adjacency))

    @cached_property
    def sensory_synapse_count(self) -> int:
        """Number of synapses from the inputs."""
        return int(np.count_nonzero(self.sensory_adjacency))

    def build(self, input_size: int) -> Circuit:
        """Return this circuit, so that circuits and specs can be used alike.

        Args:
            input_size: Number of inputs the layer has.

        Returns:
            The circuit itself.

        Raises:
            ValueError: If the circuit was made for another number of inputs.
        """
        if input_size != self.input_size:
            raise ValueError(
                f"the circuit is wired to {self.input_size} inputs, but the layer has "
                f"{input_size}. Give the layer input_size={self.input_size}, or build the circuit "
                "anew from its spec."
            )
        return self

    def summary(self) -> str:
        """Describe the circuit: its size, and the synapses between each pair of layers.

        Returns:
            Several lines of text, ending without a line break.
        """
        sizes = ", ".join(
            f"{len(layer)} {name}"
            for layer, name in zip(self.layers, self.layer_names, strict=True)
        )
        lines = [
            f"{self.input_size} inputs, {self.units} neurons ({sizes}), "
            f"{self.output_size} outputs, {self.sensory_synapse_count} sensory and "
            f"{self.synapse_count} internal synapses",
            f"{'from':<12}{'to':<12}{'synapses':>9}{'excitatory':>12}{'inhibitory':>12}{'filled':>8}",
        ]
        groups = [np.array(layer) for layer in self.layers]
        blocks = [
            ("inputs", target, self.sensory_adjacency[:, group])
            for target, group in zip(self.layer_names, groups, strict=True)
        ]
        for source, rows in zip(self.layer_names, groups, strict=True):
            for target, columns in zip(self.layer_names, groups, strict=True):
                blocks.append((source, target, self.adjacency[np.ix_(rows, columns)]))
        for source, target, block in blocks:
            count = np.count_nonzero(block)
            if count:
                excitatory = np.count_nonzero(block > 0)
                lines.append(
                    f"{source:<12}{target:<12}{count:>9}{excitatory:>12}{count - excitatory:>12}"
                    f"{count / block.size:>8.0%}"
                )
        return "\n".join(lines)

    def to_networkx(self) -> networkx.DiGraph:
        """Give the circuit as a networkx graph.

        Returns:
            A directed graph. Nodes are `("input", i)` and `("neuron", j)` with the attribute
            `layer`; edges have the attribute `polarity`, +1 or -1.

        Raises:
            ImportError: If networkx is not installed.
        """
        graph = require("networkx", extra="train").DiGraph()
        graph.add_nodes_from((("input", i), {"layer": "inputs"}) for i in range(self.input_size))
        for name, layer in zip(self.layer_names, self.layers, strict=True):
            graph.add_nodes_from((("neuron", j), {"layer": name}) for j in layer)
        for kind, matrix in (("input", self.sensory_adjacency), ("neuron", self.adjacency)):
            for source, target in np.argwhere(matrix).tolist():
                polarity = int(matrix[source, target])
                graph.add_edge((kind, source), ("neuron", target), polarity=polarity)
        return graph

    def __repr__(self) -> str:
        return (
            f"Circuit(units={self.units}, input_size={self.input_size}, "
            f"output_size={self.output_size}, synapses={self.synapse_count}, "
            f"sensory_synapses={self.sensory_synapse_count}, layer_names={self.layer_names})"
        )

    def _repr_html_(self) -> str:
        """What a notebook shows."""
        layers = list(zip(self.layer_names, self.layers, strict=True))
        return sketch(
            self.sensory_adjacency, self.adjacency, layers, self.output_size, self.summary()
        )

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Circuit):
            return NotImplemented
        return (
            self.output_size == other.output_size
            and self.layers == other.layers
            and self.layer_names == other.layer_names
            and np.array_equal(self.adjacency, other.adjacency)
            and np.array_equal(self.sensory_adjacency, other.sensory_adjacency)
        )

    def __hash__(self) -> int:
        arrays = self.adjacency.tobytes(), self.sensory_adjacency.tobytes()
        return hash((*arrays, self.output_size, self.layers, self.layer_names))

    def __reduce__(self) -> tuple[Any, ...]:
        # NumPy forgets the read-only flag in a pickle; the constructor sets it again.
        fields = (self.adjacency, self.sensory_adjacency, self.output_size)
        return Circuit, (*fields, self.layers, self.layer_names)


def _signs(name: str, values: ArrayLike) -> NDArray[np.int8]:
    array = np.asarray(values)
    if array.ndim != 2:
        raise ValueError(f"{name} has shape {list(array.shape)}; expected a matrix.")
    if not np.isin(array, (-1, 0, 1)).all():
        raise ValueError(
            f"{name} has entries other than -1, 0 and +1. A circuit holds the signs of its "
            "synapses only: pass np.sign(weights)."
        )
    signs = array.astype(np.int8)
    signs.flags.writeable = False
    return signs


def _default_names(count: int) -> tuple[str, ...]:
    return ("neurons",) if count == 1 else tuple(f"layer {i}" for i in range(count))


def _check_layers(
    adjacency: NDArray[np.int8], layers: tuple[tuple[int, ...], ...], names: tuple[str, ...]
) -> None:
    units = adjacency.shape[0]
    if sorted(n for layer in layers for n in layer) != list(range(units)) or () in layers:
        raise ValueError(
            f"layers must hold every neuron from 0 to {units - 1} exactly once, and no layer may "
            "be empty."
        )
    if len(names) != len(layers) or len(set(names)) != len(names):
        raise ValueError(
            f"layer_names is {names}; expected {len(layers)} different names, one a layer."
        )
    layer_of = np.empty(units, dtype=np.int64)
    for index, layer in enumerate(layers):
        layer_of[list(layer)] = index
    sources, targets = np.nonzero(adjacency)
    back = np.flatnonzero(layer_of[sources] > layer_of[targets])
    if back.size:
        source, target = int(sources[back[0]]), int(targets[back[0]])
        raise ValueError(
            f"{back.size} synapses run back to an earlier layer, the first from neuron {source} "
            f"({names[layer_of[source]]}) to neuron {target} ({names[layer_of[target]]}). Layers "
            "are updated one after another, so synapses may run inside a layer or to a later one "
            "only. Put neurons that are wired both ways in one layer; leaving `layers` out makes "
            "one layer of all neurons, which suits any circuit."
        )


def _matrix(name: str, edges: Iterable[Edge], rows: int, columns: int) -> NDArray[np.int8]:
    matrix = np.zeros((rows, columns), dtype=np.int8)
    for edge in edges:
        if len(edge) not in (2, 3):
            raise ValueError(
                f"{name} holds {edge!r}; expected (source, target) or (source, target, polarity)."
            )
        source, target = int(edge[0]), int(edge[1])
        polarity = edge[2] if len(edge) == 3 else 1
        if not (0 <= source < rows and 0 <= target < columns):
            raise ValueError(
                f"{name} holds ({source}, {target}); expected sources from 0 to {rows - 1} and "
                f"targets from 0 to {columns - 1}."
            )
        if polarity not in (-1, 1):
            raise ValueError(
                f"{name} gives ({source}, {target}) the polarity {polarity!r}; expected +1 "
                "(excitatory) or -1 (inhibitory)."
            )
        if matrix[source, target]:
            raise ValueError(
                f"{name} names the synapse ({source}, {target}) twice. A circuit has at most one "
                "synapse from one neuron to another: merge them first."
            )
        matrix[source, target] = polarity
    return matrix
