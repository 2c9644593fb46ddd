"""The compiled kernels: recurrences of NumPy arrays, float32 and C-contiguous unless said.

Weights are packed when an object is made; the arrays may change or go afterwards. All results are
written into arrays that the caller gives. Shapes are checked; a wrong one raises `ValueError`.
B batch, T time, D input features, H hidden units (N neurons), U backbone units, K heads.
"""

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float32]
Flags = NDArray[np.bool_]
Indices = NDArray[np.int64]
Pair = tuple[Array, Array]
"""Weight [out, in] and bias [out]."""
Memory = tuple[Array, Array, Array]
"""Weights [4H, D] and [4H, H] and bias [4H] of an LSTM: candidate, input, forget, output."""
Group = tuple[Indices, Indices, Flags, Array, Array, Array | None, Array | None]
"""Neurons [n], sources [s], mask [n, s + n], heads [K·n, s + n] and [K·n], decay and target [n]."""
Synapses = tuple[Array, Array, Array, Array, Flags | None]
"""Conductance, midpoint, steepness, reversal potential and mask, [P, N] each."""
SynapseGradients = tuple[Array, Array, Array, Array]

def isa() -> str:
    """The instruction set in use."""

def isas() -> list[str]:
    """Those that this build and this processor have, the fastest first."""

def use_isa(name: str) -> None:
    """Use another one for objects made from now on."""

def has_bfloat16() -> bool:
    """Whether the processor multiplies bfloat16 with the instruction set in use."""

def fma_peak(seconds: float, bfloat16: bool = False) -> float:
    """Multiply-adds of one thread as fast as they go, in GFLOP/s; the best within the time."""

def may_run(x: Array, elapsed: Array, active: Flags | None) -> bool:
    """Whether elapsed [B, T] is finite and not negative, and x [B, T, D] finite at active steps."""

class _Recurrence:
    @property
    def input_size(self) -> int: ...
    @property
    def hidden_size(self) -> int: ...
    @property
    def saved_size(self) -> int:
        """Numbers that a step of a sample leaves for the backward pass, besides its output."""

    def forward(
        self,
        x: Array,
        h: Array,
        c: Array | None,
        elapsed: Array,
        active: Flags | None,
        dropout: Sequence[Array],
        output: Array,
        h_last: Array,
        c_last: Array | None,
        saved: Array | None,
        memories: Array | None,
        threads: int,
    ) -> None:
        """Run over x [B, T, D] with elapsed [B, T] of any strides, into the arrays from output on.

        `saved` [T, B, saved_size] and, with memory, `memories` [B, T, H] are for `backward`.
        """

class CfC(_Recurrence):
    """Fully connected CfC."""

    def __init__(
        self,
        variant: str,
        activation: str,
        input_size: int,
        hidden_size: int,
        backbone: Sequence[Pair],
        heads: Pair,
        decay: Array | None,
        target: Array | None,
        memory: Memory | None,
        layout: str,
        one_elapsed: float | None,
        bfloat16: bool,
        differentiable: bool,
        differentiable_elapsed: bool,
    ) -> None: ...
    def backward(
        self,
        x: Array,
        h: Array,
        c: Array | None,
        elapsed: Array,
        active: Flags | None,
        dropout: Sequence[Array],
        output: Array,
        h_last: Array,
        c_last: Array | None,
        saved: Array | None,
        memories: Array | None,
        threads: int,
        d_output: Array,
        d_h_last: Array,
        d_c_last: Array | None,
        d_x: Array | None,
        d_h: Array,
        d_c: Array | None,
        d_elapsed: Array | None,
        gradients: tuple[list[Pair], Pair, Array | None, Array | None, Memory | None],
    ) -> None:
        """Gradients of what `forward` was given, from those of what it returned."""

class Wired(_Recurrence):
    """Wired CfC."""

    def __init__(
        self,
        variant: str,
        input_size: int,
        hidden_size: int,
        groups: Sequence[Group],
        memory: Memory | None,
        layout: str,
        differentiable: bool,
        differentiable_elapsed: bool,
    ) -> None: ...
    def backward(
        self,
        x: Array,
        h: Array,
        c: Array | None,
        elapsed: Array,
        active: Flags | None,
        dropout: Sequence[Array],
        output: Array,
        h_last: Array,
        c_last: Array | None,
        saved: Array | None,
        memories: Array | None,
        threads: int,
        d_output: Array,
        d_h_last: Array,
        d_c_last: Array | None,
        d_x: Array | None,
        d_h: Array,
        d_c: Array | None,
        d_elapsed: Array | None,
        gradients: tuple[list[tuple[Array, Array, Array | None, Array | None]], Memory | None],
    ) -> None:
        """As `CfC.backward`; gradients of absent synapses are 0."""

class LTC(_Recurrence):
    """LTC; x has been mapped by the caller."""

    def __init__(
        self,
        integrator: str,
        unfolds: int,
        membrane_capacitance: Array,
        leak_conductance: Array,
        leak_potential: Array,
        recurrent: Synapses,
        sensory: Synapses,
    ) -> None: ...
    def backward(
        self,
        x: Array,
        h: Array,
        c: Array | None,
        elapsed: Array,
        active: Flags | None,
        dropout: Sequence[Array],
        output: Array,
        h_last: Array,
        c_last: Array | None,
        saved: Array | None,
        memories: Array | None,
        threads: int,
        d_output: Array,
        d_h_last: Array,
        d_c_last: Array | None,
        d_x: Array | None,
        d_h: Array,
        d_c: Array | None,
        d_elapsed: Array | None,
        gradients: tuple[Array, Array, Array, SynapseGradients, SynapseGradients],
    ) -> None:
        """As `CfC.backward`; gradients of absent synapses are 0."""

class Reservoir:
    """Random liquid units; see `liquidtime.kernels.reservoir.call`, whose arrays these are."""

    def __init__(
        self,
        kind: NDArray[np.int32],
        channels: NDArray[np.int32],
        weights: Array,
        rate: Array,
        second: Array,
        frequency: Array,
        phase: Array,
        gain: Array,
        steepness: Array,
        midpoint: Array,
    ) -> None: ...
    @property
    def units(self) -> int: ...
    def pool(
        self,
        values: Array,
        mask: Flags,
        times: NDArray[np.float64],
        lengths: Indices,
        thresholds: Array,
        between: float,
        features: Array,
        threads: int,
    ) -> None:
        """Put what is kept of all responses into features [B, K, 5 + 4 P]."""

    def respond(
        self,
        values: Array,
        mask: Flags,
        times: NDArray[np.float64],
        lengths: Indices,
        between: float,
        responses: Array,
        threads: int,
    ) -> None:
        """Put responses at points spread evenly over each series into responses [B, S, K]."""

class Stream:
    """Layers, read-out and state of several streams; see `liquidtime.deploy.Stream`."""

    def __init__(
        self,
        layers: Sequence[
            tuple[
                CfC | Wired | LTC,
                tuple[Array | None, Array | None],
                int,
                tuple[Array | None, Array | None],
            ]
        ],
        projection: Pair | None,
        head: Pair | None,
        readout: str,
        streams: int,
        threads: int,
    ) -> None: ...
    @property
    def input_size(self) -> int: ...
    @property
    def output_size(self) -> int: ...
    def step(
        self,
        x: Array,
        elapsed: float | Array = 1.0,
        active: Flags | None = None,
        out: Array | None = None,
    ) -> Array:
        """One step of [D] or [S, D]; elapsed a float or [S]."""

    def run(self, x: Array, elapsed: Array) -> Array:
        """Steps [T, D] or [S, T, D] with elapsed [S, T]."""

    def reset(self, stream: int) -> None:
        """Set a stream's state to zeros."""

    def get_state(self) -> list[Array]:
        """Copies of all there is to remember."""

    def set_state(self, parts: Sequence[Array]) -> None:
        """The way back."""

def sorted_rows(
    sources: NDArray[np.int32],
    targets: NDArray[np.int32],
    counts: Array,
    classes: NDArray[np.uint8],
    neurons: int,
) -> tuple[Indices, NDArray[np.int32], Array, NDArray[np.uint8]]:
    """Edges as rows by target, equal ones merged: offsets, sources, counts, classes."""

class WeightedEdges:
    """Sums over edges whose weights change, and their derivatives; keeps the arrays it is given."""

    def __init__(
        self,
        offsets: Indices,
        source: NDArray[np.int32],
        classes: NDArray[np.uint8],
        source_offsets: Indices,
        place: NDArray[np.int32],
        class_count: int,
    ) -> None: ...
    def sums(self, weights: Array, emitted: Array, sums: Array, threads: int) -> None: ...
    def by_emitted(self, weights: Array, d_sums: Array, d_emitted: Array, threads: int) -> None: ...
    def by_weights(self, emitted: Array, d_sums: Array, d_weights: Array, threads: int) -> None: ...

def block_width(rows: int, edges: int, emitters: int, per_synapse: bool) -> int:
    """How many emitters a block of sources holds in a graph of that size."""

class Graph:
    """Edges laid out for sums over synapses."""

    def __init__(
        self,
        offsets: Indices,
        sources: NDArray[np.int32],
        counts: NDArray[np.int8] | NDArray[np.int16] | Array | None,
        classes: NDArray[np.uint8] | None,
        class_count: int,
        source_count: int,
        synapses: tuple[Array, Array, Array, Array] | None,
        emitters_a_block: int = 0,
        rows_a_tile: int = 0,
        threads: int = 1,
        block_limits: Indices | None = None,
    ) -> None: ...
    @property
    def nbytes(self) -> int: ...
    @property
    def emitters(self) -> int: ...
    @property
    def tiles(self) -> int: ...

Given = tuple[NDArray[np.int32], Array]
"""Neurons [n] and values [steps, n, 1 or B]."""
GivenPair = tuple[NDArray[np.int32], Array, Array]
"""Neurons [n], conductances and drives, or clamps at the ends and in the middles of steps."""
NetworkTrace = tuple[str, NDArray[np.int32], Array, int]
"""Variable, neurons [n], where it goes [samples, n, B] and steps from sample to sample."""

class Network:
    """A graph of neurons with its state; see csrc/network. R rows, S sources, B trials."""

    def __init__(self, graph: Graph, trials: int, constants: dict[str, Any]) -> None:
        """Constants by name, None for none; capacitances come as 1 / pF.

        inverse_capacitance, leak_conductance, leak_current, slope, shift [R] and synaptic_time [R]
        or None; unit_conductance and reversal_potential [K]; class_scale [K, B] or None;
        output_gate and contact_gate [S, B] or None; delay and own int32 [R]; gaps: offsets
        [R + 1], sources and conductances [J], or None; compensated: a flag, by default false.
        """

    def forget(self) -> None: ...
    def start(self, potentials: Array, activation: Array | None = None) -> None: ...
    def adopt(self, potentials: Array) -> None: ...
    def deliver(
        self,
        sources: NDArray[np.int32],
        emitted: Array,
        potentials: Array | None,
        ahead: int,
        half: bool = False,
    ) -> None: ...
    def advance(
        self,
        steps: int,
        stride: tuple[float, str, str],
        current: Given | None,
        conductance: GivenPair | None,
        clamp: GivenPair | None,
        traces: Sequence[NetworkTrace],
        threads: int,
    ) -> None:
        """Make steps; the stride is dt, the scheme, and "whole", "first_half" or "second_half"."""

    def send_on_delta(self, epsilon: float, threads: int) -> None: ...
    def delta_error(self, threads: int) -> float: ...
    def sums(self, out: Array, threads: int) -> None: ...
    def potentials(self, half: bool = False) -> Array: ...
    def activations(self, half: bool = False) -> Array: ...
    def state(self) -> dict[str, Array]: ...
    def restore(self, state: dict[str, Array], step: int, continued: bool) -> None: ...
    @property
    def step(self) -> int: ...
    @property
    def continued(self) -> bool: ...
    @property
    def work_share(self) -> float: ...
    @property
    def graph_bytes(self) -> int: ...
