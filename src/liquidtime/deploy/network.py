"""What a network is made of, without PyTorch: names, sizes and arrays, read off its state dict.

A network is a stack of layers, each a recurrence with the maps around it; then a projection, if
any; then a read-out, if any. Its numbers stay in the arrays of the state dict, under their names
there, so that a file of them is a file of the trained network.
"""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray

from liquidtime.errors import InputError

Array = NDArray[Any]
"""Of float32."""
State = Mapping[str, np.ndarray]

HEADS = {"gated": 4, "no_gate": 4, "closed_form": 1, "relaxation": 2}
STANDING = ("fused", "exponential")
STEPPED = ("last", "mean", "last_mean")
"""Read-outs that need no more of the past than a mean."""
TABLES = "embedding.tables."
"""What the names of tables begin with."""
_OF_ONE_KIND = ("variant", "activation", "integrator", "unfolds")


@dataclass(frozen=True)
class Architecture:
    """What the arrays do not say."""

    kind: str
    """`"cfc"`, `"ltc"` or `"diagonal_cfc"`."""
    layers: int
    input_size: int
    hidden_size: int
    outputs: int
    """Units of each layer that go on: the motor neurons of a wired one, all of another."""
    memory: str | None = None
    """Layout of mixed memory, `"state"` or `"input"`; None without."""
    variant: str = "gated"
    activation: str = "lecun_tanh"
    integrator: str = "fused"
    unfolds: int = 6
    readout: str | None = None
    """What the head reads: `"last"`, `"mean"` or `"last_mean"`; None for a network without head."""
    looked_up: tuple[tuple[int, int], ...] = ()
    """Places among the inputs that hold numbers of categories, each behind that of its table."""

    reads_raw = False
    """It reads encoded inputs."""

    def __post_init__(self) -> None:
        # As JSON has them, they are lists.
        object.__setattr__(self, "looked_up", tuple((int(t), int(p)) for t, p in self.looked_up))
        if self.kind == "ltc" and self.integrator not in STANDING:
            raise InputError(
                f"the network integrates with {self.integrator!r}; a stream has 'fused' and "
                "'exponential'. Train with one of these, or step the PyTorch layer."
            )
        if self.kind == "ltc" and self.memory is not None:
            raise InputError(
                "the network is an LTC with mixed memory, which a stream does not have; step the "
                "PyTorch layer."
            )

    @property
    def features(self) -> frozenset[str]:
        """What it asks of a backend beyond a plain step."""
        return frozenset() if self.memory is None else frozenset({"mixed_memory"})

    @property
    def summary(self) -> tuple[str, str]:
        """Its kind and its size, in words."""
        own = {"cfc": f" {self.variant!r}", "ltc": f" {self.integrator!r}"}.get(self.kind, "")
        return f"{self.kind}{own}", f"{self.layers} × {self.hidden_size} units"

    def to_dict(self) -> dict[str, Any]:
        """The fields, for JSON; without what is looked up where that is nothing."""
        return {name: part for name, part in asdict(self).items() if part or name != "looked_up"}

    @classmethod
    def from_config(
        cls,
        model: Mapping[str, Any],
        input_size: int,
        per_step: bool,
        looked_up: tuple[tuple[int, int], ...] = (),
    ) -> Self:
        """Of the `model` options that a run's config.json holds: of one model, or as in 0.1.0.

        Raises:
            InputError: If such a network cannot step.
        """
        kind = model["kind"]
        if model["bidirectional"]:
            raise InputError(BIDIRECTIONAL)
        wired = model.get("wiring", "none") != "none"
        readout = "last" if per_step else model["readout"]
        check_head(readout, model.get("summaries", False), model.get("head_units", 0))
        return cls(
            kind=kind,
            layers=model["num_layers"],
            input_size=input_size,
            hidden_size=model["hidden_size"],
            outputs=model["wiring_outputs"] if wired else model["hidden_size"],
            memory=model.get("memory_layout", "state") if model.get("mixed_memory") else None,
            readout=readout,
            looked_up=looked_up,
            **{name: model[name] for name in _OF_ONE_KIND if name in model},
        )


def check_head(readout: str, summaries: bool, head_units: int) -> None:
    """Check that what reads the layer out can be done step by step, in constant memory.

    Raises:
        InputError: If not.
    """
    for what, way, wrong in (
        (f"reads out by {readout!r}", "readout='last_mean'", readout not in STEPPED),
        ("sees summaries of the series", "summaries=False", summaries),
        ("has a head with hidden units", "head_units=0", head_units > 0),
    ):
        if wrong:
            raise InputError(
                f"the network {what}, which a stream does not have; expected one of "
                f"{', '.join(STEPPED)} and a linear head. Fit with {way}, or predict with "
                "liquidtime.train.Run.predict."
            )


BIDIRECTIONAL = (
    "the network is bidirectional and cannot step: its backward direction needs the whole series."
)


@dataclass(frozen=True)
class Memory:
    """An LSTM: weights [4H, D] and [4H, H], bias [4H]."""

    input: Array
    recurrent: Array
    bias: Array


@dataclass(frozen=True)
class Group:
    """Wired neurons that step together, as `liquidtime.kernels.cfc.reference.Group`."""

    neurons: NDArray[np.int64]
    sources: NDArray[np.int64]
    mask: NDArray[np.bool_]
    heads: tuple[Array, Array]
    decay: Array | None
    target: Array | None


@dataclass(frozen=True)
class CfCLayer:
    """A fully connected CfC."""

    backbone: list[tuple[Array, Array]]
    heads: tuple[Array, Array]
    decay: Array | None
    target: Array | None
    memory: Memory | None


@dataclass(frozen=True)
class WiredLayer:
    """A wired CfC."""

    groups: list[Group]
    memory: Memory | None


@dataclass(frozen=True)
class DiagonalLayer:
    """A diagonal CfC."""

    backbone: list[tuple[Array, Array]]
    heads: tuple[Array, Array]
    own: Array
    """[2, H], weights of the units' own states: of the target, of the rate."""


@dataclass(frozen=True)
class Synapses:
    """From P sources to N targets, [P, N] each; conductance is 0 where the mask is False."""

    conductance: Array
    midpoint: Array
    steepness: Array
    reversal_potential: Array
    mask: NDArray[np.bool_]


@dataclass(frozen=True)
class LTCLayer:
    """An LTC with the maps of its inputs and outputs: factor and offset, None for 1 and 0."""

    membrane_capacitance: Array
    leak_conductance: Array
    leak_potential: Array
    recurrent: Synapses
    sensory: Synapses
    input_map: tuple[Array | None, Array | None]
    output_map: tuple[Array | None, Array | None]


Layer = CfCLayer | WiredLayer | LTCLayer | DiagonalLayer


@dataclass(frozen=True)
class Network:
    """A network as a stream needs it."""

    architecture: Architecture
    layers: list[Layer]
    projection: tuple[Array, Array] | None
    head: tuple[Array, Array] | None
    tables: dict[int, Array] = field(default_factory=dict)
    """Of the inputs that are looked up, by their places: a vector a row."""

    @classmethod
    def of(cls, architecture: Architecture, state: State) -> Self:
        """Read the layers off a state dict.

        Args:
            architecture: What it does not say.
            state: Arrays under the names of the modules.

        Raises:
            InputError: If an array is missing.
        """
        prefix = prefix_of(state)
        try:
            tables = {
                place: _float(state[f"{TABLES}{table}.weight"])
                for table, place in architecture.looked_up
            }
            width = architecture.input_size + sum(part.shape[1] - 1 for part in tables.values())
            layers = [
                _layer(architecture, state, prefix, index, width)
                for index in range(architecture.layers)
            ]
            return cls(
                architecture,
                layers,
                _linear(state, f"{prefix}projection.", optional=True),
                _linear(state, f"{outer_of(state)}head.", optional=True),
                tables,
            )
        except KeyError as error:
            raise InputError(
                f"the network's file lacks {error.args[0]!r}; it belongs to another network, or "
                "was written by another version. Export the network anew."
            ) from error

    @property
    def numbers(self) -> list[int]:
        """Places of the inputs that are read as they are; the vectors stand behind them."""
        return [at for at in range(self.architecture.input_size) if at not in self.tables]

    @property
    def inputs(self) -> int:
        """What the first layer reads."""
        return len(self.numbers) + sum(table.shape[1] for table in self.tables.values())

    @property
    def width(self) -> int:
        """Of what the last layer puts out, projected if it is."""
        return self.architecture.outputs if self.projection is None else len(self.projection[1])

    @property
    def memory(self) -> dict[str, int]:
        """What it remembers between steps, name to width, zeros at first.

        For each layer `h0`, `h1`, …, with mixed memory `c0`, `c1`, … after each; then, where the
        head reads means, `mean` and `count` of the steps so far.
        """
        given = self.architecture
        kinds = "hc" if given.memory else "h"
        names = [f"{kind}{layer}" for layer in range(given.layers) for kind in kinds]
        means = {"mean": self.width, "count": 1} if given.readout in ("mean", "last_mean") else {}
        return dict.fromkeys(names, given.hidden_size) | means


def outer_of(state: State) -> str:
    """What all names begin with: those of a network behind tables lie below `network.`."""
    return "network." if f"{TABLES}0.weight" in state else ""


def prefix_of(state: State) -> str:
    """What the names of the layers begin with: a `Predictor`'s lie below `recurrent.`."""
    prefix = f"{outer_of(state)}recurrent."
    return prefix if any(name.startswith(prefix) for name in state) else ""


def _layer(architecture: Architecture, state: State, prefix: str, index: int, width: int) -> Layer:
    cell = f"{prefix}cells.{index}."
    if architecture.kind == "ltc":
        return _ltc(state, cell, architecture.outputs if index else width)
    if architecture.kind == "diagonal_cfc":
        heads = _linear(state, f"{cell}heads.")
        return DiagonalLayer(_backbone(state, cell), heads, _float(state[f"{cell}own"]))
    memory = None
    if architecture.memory is not None:
        parts = ("input_weight", "recurrent_weight", "bias")
        memory = Memory(*(_float(state[f"{prefix}memories.{index}.{part}"]) for part in parts))
    if f"{cell}neurons_0" in state:
        return WiredLayer(_groups(state, cell, HEADS[architecture.variant]), memory)
    group = f"{cell}groups.0."
    own = (_optional(state, f"{group}decay"), _optional(state, f"{group}target"))
    return CfCLayer(_backbone(state, group), _linear(state, f"{group}heads."), *own, memory)


def _backbone(state: State, name: str) -> list[tuple[Array, Array]]:
    layers = []
    while f"{name}backbone.{len(layers)}.weight" in state:
        layers.append(_linear(state, f"{name}backbone.{len(layers)}."))
    return layers


def _groups(state: State, cell: str, heads: int) -> list[Group]:
    groups = []
    while (name := f"{cell}neurons_{len(groups)}") in state:
        group = f"{cell}groups.{len(groups)}."
        mask = state[f"{group}mask"].astype(bool)
        weight, bias = _linear(state, f"{group}heads.")
        groups.append(
            Group(
                np.ascontiguousarray(state[name], np.int64),
                np.ascontiguousarray(state[name.replace("neurons_", "sources_")], np.int64),
                np.ascontiguousarray(mask.reshape(heads, -1, mask.shape[1]).any(0)),
                (np.where(mask, weight, np.float32(0)), bias),
                _optional(state, f"{group}decay"),
                _optional(state, f"{group}target"),
            )
        )
    return groups


def _ltc(state: State, cell: str, inputs: int) -> LTCLayer:
    leak_potential = _float(state[f"{cell}leak_potential"])
    neurons = len(leak_potential)
    return LTCLayer(
        _softplus(state[f"{cell}raw_membrane_capacitance"]),
        _softplus(state[f"{cell}raw_leak_conductance"]),
        leak_potential,
        _synapses(state, f"{cell}recurrent.", neurons, neurons),
        _synapses(state, f"{cell}sensory.", inputs, neurons),
        (_optional(state, f"{cell}input_map.weight"), _optional(state, f"{cell}input_map.bias")),
        (_optional(state, f"{cell}output_map.weight"), _optional(state, f"{cell}output_map.bias")),
    )


def _synapses(state: State, name: str, sources: int, targets: int) -> Synapses:
    places = state[f"{name}source"], state[f"{name}target"]

    def dense(values: np.ndarray) -> Array:
        matrix = np.zeros((sources, targets), np.float32)
        matrix[places] = values
        return matrix

    mask = np.zeros((sources, targets), bool)
    mask[places] = True
    return Synapses(
        dense(_softplus(state[f"{name}raw_conductance"])),
        dense(state[f"{name}midpoint"]),
        dense(state[f"{name}steepness"]),
        dense(state[f"{name}reversal_potential"]),
        mask,
    )


def _softplus(raw: np.ndarray) -> Array:
    return np.logaddexp(0.0, raw.astype(np.float64)).astype(np.float32)


def _float(array: np.ndarray) -> Array:
    return np.ascontiguousarray(array, np.float32)


def _optional(state: State, name: str) -> Array | None:
    return _float(state[name]) if name in state else None


def _linear(state: State, name: str, optional: bool = False) -> Any:
    if optional and f"{name}weight" not in state:
        return None
    return _float(state[f"{name}weight"]), _float(state[f"{name}bias"])
