"""The compiled stepping of recurrent networks."""

from types import ModuleType
from typing import Any

from liquidtime.deploy.network import DiagonalLayer, Layer, LTCLayer, Memory, Network, WiredLayer
from liquidtime.deploy.setup import Setup
from liquidtime.native import native


def compiled_steps(network: Network, setup: Setup) -> Any:
    """The extension's `Stream` of a network."""
    extension = native()
    assert extension is not None, "the caller has asked `declines` before"
    layers = []
    for layer in network.layers:
        recurrence = _recurrence(extension, network, layer, setup)
        maps = ((None, None), (None, None))
        if isinstance(layer, LTCLayer):
            maps = layer.input_map, layer.output_map
        layers.append((recurrence, maps[0], network.architecture.outputs, maps[1]))
    return extension.Stream(
        layers,
        network.projection,
        network.head,
        network.architecture.readout or "last",
        setup.streams,
        setup.threads,
    )


def declines() -> str | None:
    """Why there is none, or None."""
    return "the extension liquidtime._native is not installed" if native() is None else None


def _recurrence(extension: ModuleType, network: Network, layer: Layer, setup: Setup) -> Any:
    given = network.architecture
    assert not isinstance(layer, DiagonalLayer), "the caller has asked `declines` before"
    if isinstance(layer, LTCLayer):
        return extension.LTC(
            given.integrator,
            given.unfolds,
            layer.membrane_capacitance,
            layer.leak_conductance,
            layer.leak_potential,
            tuple(vars(layer.recurrent).values()),
            tuple(vars(layer.sensory).values()),
        )
    memory = None if layer.memory is None else _arrays(layer.memory)
    layout = given.memory or "state"
    if isinstance(layer, WiredLayer):
        return extension.Wired(
            given.variant,
            _cell_input(network, layer),
            given.hidden_size,
            [(g.neurons, g.sources, g.mask, *g.heads, g.decay, g.target) for g in layer.groups],
            memory,
            layout,
            False,
            False,
        )
    first = (*layer.backbone, layer.heads)[0][0]
    return extension.CfC(
        given.variant,
        given.activation,
        first.shape[1] - given.hidden_size,
        given.hidden_size,
        layer.backbone,
        layer.heads,
        layer.decay,
        layer.target,
        memory,
        layout,
        setup.fixed_elapsed,
        setup.bfloat16,
        False,
        False,
    )


def _arrays(memory: Memory) -> tuple[Any, ...]:
    return memory.input, memory.recurrent, memory.bias


def _cell_input(network: Network, layer: WiredLayer) -> int:
    given = network.architecture
    if given.memory == "input":
        return given.hidden_size
    return network.inputs if layer is network.layers[0] else given.outputs
