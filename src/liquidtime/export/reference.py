"""One step of a whole network through the reference kernels: what every export must equal."""

from collections.abc import Callable
from typing import Any

import numpy as np
import torch
import torch.nn.functional as F
from torch import Tensor, nn

from liquidtime.deploy import network as deploy
from liquidtime.deploy.network import (
    Architecture,
    Array,
    CfCLayer,
    DiagonalLayer,
    LTCLayer,
    Network,
)
from liquidtime.dynamics import Synapses
from liquidtime.kernels.cfc.reference import (
    Affine,
    CfCSpec,
    CfCWeights,
    Group,
    activate,
    cfc_step,
    wired_step,
)
from liquidtime.kernels.diagonal.reference import diagonal_step
from liquidtime.kernels.ltc.network import LTCSpec, LTCWeights
from liquidtime.kernels.ltc.reference import ltc_step
from liquidtime.kernels.memory import MemoryWeights, with_memory

Cell = Callable[[Tensor, Tensor, Tensor], Tensor]
"""From x [B, D], h [B, H] and elapsed [B] to the next h."""


class ReferenceStep(nn.Module):
    """A network's step in plain PyTorch, in float32, without dropout.

    Args:
        network: The network.
    """

    def __init__(self, network: Network) -> None:
        super().__init__()
        self._network = network
        self._layers = [_layer(network.architecture, layer) for layer in network.layers]
        self._projection = _affine(network.projection)
        self._head = _affine(network.head)
        self._tables = {at: torch.from_numpy(table) for at, table in network.tables.items()}

    def forward(self, x: Tensor, elapsed: Tensor, *state: Tensor) -> tuple[Tensor, ...]:
        """One step of several streams.

        Args:
            x: Inputs, [B, D].
            elapsed: Time since each stream's previous step, [B].
            state: The parts of `Network.memory`, [B, …] each.

        Returns:
            The outputs, [B, K], and the parts of the next state.
        """
        given = self._network.architecture
        kept = 2 if given.memory else 1
        after: list[Tensor] = []
        if self._tables:
            vectors = [F.embedding(x[:, at].long(), table) for at, table in self._tables.items()]
            x = torch.cat([x[:, self._network.numbers], *vectors], dim=1)
        for step, (factor, offset) in self._layers:
            after += step(state[len(after) : len(after) + kept], x, elapsed)
            x = after[-kept][:, : given.outputs]
            x = x if factor is None else x * factor
            x = x if offset is None else x + offset
        if self._projection is not None:
            x = F.linear(x, *self._projection)
        if given.readout in ("mean", "last_mean"):
            mean, count = state[len(after) :]
            count = count + 1
            mean = mean + (x - mean) / count
            after += [mean, count]
            x = mean if given.readout == "mean" else torch.cat([x, mean], dim=-1)
        return (x if self._head is None else F.linear(x, *self._head)), *after

    def zeros(self, batch: int) -> list[Array]:
        """The state before the first step."""
        return [np.zeros((batch, width), np.float32) for width in self._network.memory.values()]

    @torch.no_grad()
    def numpy(self, x: Array, elapsed: Array, state: list[Array]) -> tuple[Array, list[Array]]:
        """The same from arrays to arrays."""
        output, *after = self(*map(torch.from_numpy, (x, elapsed, *state)))
        return output.numpy(), [part.numpy() for part in after]


def _layer(given: Architecture, layer: deploy.Layer) -> tuple[Callable[..., Any], Any]:
    """The step of a layer's state, and the factor and offset of its output."""
    if isinstance(layer, LTCLayer):
        return with_memory(_ltc(given, layer), None, "state"), _tensors(layer.output_map)
    if isinstance(layer, DiagonalLayer):
        return with_memory(_diagonal(given, layer), None, "state"), (None, None)
    memory = layer.memory and MemoryWeights(*_tensors(vars(layer.memory).values()))
    return with_memory(_cfc(given, layer), memory, given.memory or "state"), (None, None)  # pyright: ignore[reportArgumentType]


def _cfc(given: Architecture, layer: deploy.CfCLayer | deploy.WiredLayer) -> Cell:
    spec: Any = CfCSpec(given.variant, given.activation, "state")  # pyright: ignore[reportArgumentType]
    if isinstance(layer, CfCLayer):
        backbone = tuple(Affine(*_tensors(affine)) for affine in layer.backbone)
        weights = _weights(layer, backbone)
        return lambda x, h, elapsed: cfc_step(x, h, elapsed, weights, spec)
    every = tuple(_weights(group, ()) for group in layer.groups)
    groups = tuple(Group(*_tensors((group.neurons, group.sources))) for group in layer.groups)
    return lambda x, h, elapsed: wired_step(x, h, elapsed, every, groups, spec)


def _diagonal(given: Architecture, layer: DiagonalLayer) -> Cell:
    backbone = [_tensors(affine) for affine in layer.backbone]
    heads, (own,) = _tensors(layer.heads), _tensors((layer.own,))

    def step(x: Tensor, h: Tensor, elapsed: Tensor) -> Tensor:
        z = x
        for affine in backbone:
            z = activate(given.activation, F.linear(z, *affine))
        return diagonal_step(h, F.linear(z, *heads), elapsed, own)

    return step


def _weights(part: CfCLayer | deploy.Group, backbone: tuple[Affine, ...]) -> CfCWeights:
    return CfCWeights(backbone, Affine(*_tensors(part.heads)), *_tensors((part.decay, part.target)))


def _ltc(given: Architecture, layer: LTCLayer) -> Cell:
    capacitance, conductance, potential, factor, offset = _tensors(
        (
            layer.membrane_capacitance,
            layer.leak_conductance,
            layer.leak_potential,
            *layer.input_map,
        )
    )
    weights = LTCWeights(
        capacitance,
        conductance,
        potential,
        _synapses(layer.recurrent),
        _synapses(layer.sensory),
        factor,
        offset,
    )
    spec = LTCSpec(given.integrator, given.unfolds, "state")  # pyright: ignore[reportArgumentType]
    return lambda x, h, elapsed: ltc_step(x, h, elapsed, weights, spec)


def _synapses(of: deploy.Synapses) -> Synapses:
    return Synapses(*_tensors((of.conductance, of.midpoint, of.steepness, of.reversal_potential)))


def _affine(pair: tuple[Array, Array] | None) -> Affine | None:
    return None if pair is None else Affine(*_tensors(pair))


def _tensors(arrays: Any) -> list[Any]:
    return [None if array is None else torch.from_numpy(array) for array in arrays]
