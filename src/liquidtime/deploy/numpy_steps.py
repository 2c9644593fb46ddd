"""The stepping network in NumPy: slower, needs no extension; the compiled one must equal it.

The equations are those of `liquidtime.dynamics` and `liquidtime.kernels`, in float32.
"""

import math
from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from liquidtime.deploy import rows
from liquidtime.deploy.network import (
    Array,
    CfCLayer,
    DiagonalLayer,
    Layer,
    LTCLayer,
    Memory,
    Network,
    Synapses,
    WiredLayer,
)

_erf = np.vectorize(math.erf, otypes=[np.float64])

_ACTIVATIONS: dict[str, Callable[[Array], Array]] = {
    "lecun_tanh": lambda z: np.float32(1.7159) * np.tanh(np.float32(0.666) * z),
    "silu": lambda z: z * sigmoid(z),
    "relu": lambda z: np.maximum(z, 0),
    "tanh": np.tanh,
    "gelu": lambda z: (z * 0.5 * (1 + _erf(z / math.sqrt(2)))).astype(np.float32),
}


class NumpySteps:
    """Steps several streams; the same face as the extension's `Stream`.

    Args:
        network: The network.
        streams: Number of streams.
    """

    def __init__(self, network: Network, streams: int) -> None:
        self._network = network
        self._streams = streams
        given = network.architecture
        self.input_size = network.inputs
        self._state = [np.zeros((streams, size), np.float32) for size in network.memory.values()]
        joined = network.width * (2 if given.readout == "last_mean" else 1)
        self.output_size = joined if network.head is None else len(network.head[1])

    def step(
        self,
        x: Array,
        elapsed: float | Array = 1.0,
        active: NDArray[np.bool_] | None = None,
        out: Array | None = None,
    ) -> Array:
        """One step of all streams: x [S, D], or [D] of a single one, to [S, K] or [K]."""
        shape = self._streams, self.input_size
        x, gaps, used = rows.given(x, elapsed, active, shape, np.float32)
        if not np.isfinite(x.reshape(self._streams, -1)[used]).all():
            raise ValueError("x is NaN or infinite in a stream; expected finite numbers.")
        new = self._step(x.reshape(self._streams, -1), gaps[:, None], used[:, None])
        return rows.answer(new, x, out)

    def run(self, x: Array, elapsed: Array) -> Array:
        """Steps [S, T, D], or [T, D] of a single stream, with elapsed [S, T]."""
        return rows.run(self, x, elapsed)

    def reset(self, stream: int) -> None:
        """Forget what a stream has seen."""
        for part in self._state:
            part[stream] = 0

    def get_state(self) -> list[Array]:
        """Copies of all there is to remember."""
        return [part.copy() for part in self._state]

    def set_state(self, parts: list[Array]) -> None:
        """The way back."""
        rows.put_back(self._state, parts)

    def _step(self, x: Array, elapsed: Array, used: NDArray[np.bool_]) -> Array:
        given, network = self._network.architecture, self._network
        parts = iter(self._state)
        for layer in network.layers:
            h = next(parts)
            c = next(parts) if given.memory else None
            if isinstance(layer, LTCLayer):
                x = mapped(x, layer.input_map)
                new = ltc_step(x, h, elapsed, layer, given.integrator, given.unfolds)
            elif isinstance(layer, DiagonalLayer):
                new = diagonal_step(x, h, elapsed, layer, given.activation)
            else:
                new, memory = cfc_step(x, h, c, elapsed, layer, self._network)
                if c is not None and memory is not None:
                    c[:] = np.where(used, memory, c)
            h[:] = np.where(used, new, h)
            x = h[:, : given.outputs]
            if isinstance(layer, LTCLayer):
                x = mapped(x, layer.output_map)
        if network.projection is not None:
            x = linear(x, *network.projection)
        if given.readout in ("mean", "last_mean"):
            mean, count = parts
            count += used
            mean += np.where(used, (x - mean) / np.maximum(count, 1), 0)
            x = mean if given.readout == "mean" else np.concatenate([x, mean], axis=1)
        return x.astype(np.float32) if network.head is None else linear(x, *network.head)


def sigmoid(z: Array) -> Array:
    """1 / (1 + e^−z)."""
    return (0.5 * (1 + np.tanh(0.5 * z))).astype(z.dtype)


def linear(x: Array, weight: Array, bias: Array) -> Array:
    """W x + b, row by row."""
    return x @ weight.T + bias


def mapped(x: Array, maps: tuple[Array | None, Array | None]) -> Array:
    """Factor and offset, feature by feature."""
    factor, offset = maps
    x = x if factor is None else x * factor
    return x if offset is None else x + offset


def lstm_step(x: Array, h: Array, c: Array, memory: Memory) -> tuple[Array, Array]:
    """What the memory puts out, and what it keeps."""
    gates = x @ memory.input.T + h @ memory.recurrent.T + memory.bias
    candidate, write, forget, output = np.split(gates, 4, axis=1)
    c = sigmoid(forget) * c + sigmoid(write) * np.tanh(candidate)
    return sigmoid(output) * np.tanh(c), c


def cfc_step(
    x: Array, h: Array, c: Array | None, elapsed: Array, layer: Layer, network: Network
) -> tuple[Array, Array | None]:
    """The next state and memory of a CfC layer."""
    given = network.architecture
    assert isinstance(layer, CfCLayer | WiredLayer)
    if layer.memory is not None:
        assert c is not None
        remembered, c = lstm_step(x, h, c, layer.memory)
        x, h = (x, remembered) if given.memory == "state" else (remembered, h)
    if isinstance(layer, CfCLayer):
        z = through(layer.backbone, np.concatenate([x, h], axis=1), given.activation)
        heads = linear(z, *layer.heads)
        return tail(given.variant, h, heads, elapsed, layer.decay, layer.target), c
    seen, new = x, np.empty_like(h)
    for group in layer.groups:
        own = h[:, group.neurons]
        heads = linear(np.concatenate([seen[:, group.sources], own], axis=1), *group.heads)
        stepped = tail(given.variant, own, heads, elapsed, group.decay, group.target)
        new[:, group.neurons] = stepped
        seen = np.concatenate([seen, stepped], axis=1)
    return new, c


def diagonal_step(
    x: Array, h: Array, elapsed: Array, layer: DiagonalLayer, activation: str
) -> Array:
    """The next state of a diagonal CfC layer."""
    heads = linear(through(layer.backbone, x, activation), *layer.heads)
    own = np.concatenate([layer.own[0] * h, layer.own[1] * h], axis=1)
    return tail("relaxation", h, heads + own, elapsed, None, None)


def through(backbone: list[tuple[Array, Array]], z: Array, activation: str) -> Array:
    """What the heads read."""
    for weight, bias in backbone:
        z = _ACTIVATIONS[activation](linear(z, weight, bias))
    return z


def tail(
    variant: str,
    h: Array,
    heads: Array,
    elapsed: Array,
    decay: Array | None,
    target: Array | None,
) -> Array:
    """From the state before and the heads to the next state."""
    if variant == "closed_form":
        assert decay is not None and target is not None
        return target - target * np.exp(-elapsed * (np.abs(decay) + np.abs(heads))) * heads
    if variant == "relaxation":
        f, r = np.split(heads, 2, axis=1)
        rate = np.logaddexp(np.float32(0), r)
        return h - (np.tanh(f) - h) * np.expm1(-rate * elapsed)
    f, g, a, b = np.split(heads, 4, axis=1)
    gate = sigmoid(a * elapsed + b)
    if variant == "no_gate":
        return np.tanh(f) + gate * np.tanh(g)
    return np.tanh(f) * (1 - gate) + np.tanh(g) * gate


def drive(potentials: Array, synapses: Synapses) -> tuple[Array, Array]:
    """Conductance and current of all synapses onto each target."""
    opening = sigmoid(synapses.steepness * (potentials[:, :, None] - synapses.midpoint))
    opened = synapses.conductance * opening
    return opened.sum(1), (synapses.reversal_potential * opened).sum(1)


def ltc_step(
    x: Array, v: Array, elapsed: Array, layer: LTCLayer, integrator: str, unfolds: int
) -> Array:
    """The next potentials of an LTC layer."""
    conductance_in, current_in = drive(x, layer.sensory)
    conductance_in = conductance_in + layer.leak_conductance
    current_in = current_in + layer.leak_conductance * layer.leak_potential
    interval, capacitance = elapsed / np.float32(unfolds), layer.membrane_capacitance
    for _ in range(unfolds):
        conductance, current = drive(v, layer.recurrent)
        conductance, current = conductance + conductance_in, current + current_in
        if integrator == "fused":
            v = (capacitance * v + interval * current) / (capacitance + interval * conductance)
        else:
            rate = interval / capacitance
            z = -rate * conductance
            phi = np.where(z == 0, 1, np.expm1(z) / np.where(z == 0, 1, z)).astype(v.dtype)
            v = v + rate * (current - conductance * v) * phi
    return v
