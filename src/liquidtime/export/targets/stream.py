"""One safetensors file for `liquidtime.deploy.Stream`: NumPy alone, a step in microseconds."""

from collections.abc import Mapping
from pathlib import Path

import numpy as np

from liquidtime.deploy import Stream, file
from liquidtime.deploy.network import Array
from liquidtime.errors import InputError
from liquidtime.export.contract import Target
from liquidtime.export.parity import Parity, Step, measure
from liquidtime.export.trained import Trained


def write(network: Trained, path: Path) -> None:
    """Put architecture, numbers and signals into one file."""
    file.write(path, network.architecture, network.signals, network.arrays)


def check(network: Trained, path: Path) -> Parity:
    """Step a stream of the file."""
    architecture, signals, arrays = file.read(path)
    about_same = (architecture, signals) == (network.architecture, network.signals)
    if not about_same or not _same(arrays, network.arrays):
        raise InputError(f"{path} is damaged, or holds another network. Write it anew.")

    def start(streams: int) -> Step:
        # Without its signals, since the reference steps with inputs that are encoded already.
        stream = Stream(architecture, arrays, streams=streams)

        def step(x: Array, elapsed: Array, state: list[Array]) -> tuple[Array, list[Array]]:
            stream.state = state
            return np.array(stream.step(x, elapsed)), stream.state

        return step

    return measure(network, start, "liquidtime.deploy.Stream")


def _same(arrays: Mapping[str, np.ndarray], mine: Mapping[str, np.ndarray]) -> bool:
    return arrays.keys() == mine.keys() and all(
        np.array_equal(array, mine[name]) for name, array in arrays.items()
    )


TARGET = Target(
    name="stream",
    suffix=".safetensors",
    title="for `liquidtime.deploy.Stream`, NumPy and safetensors alone",
    write=write,
    check=check,
)
