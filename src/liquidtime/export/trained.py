"""A trained network on its way out."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any, Self

import numpy as np

from liquidtime.deploy import file, kinds
from liquidtime.deploy.network import Architecture, Network
from liquidtime.deploy.signals import Signals
from liquidtime.errors import InputError


@dataclass(frozen=True, eq=False)
class Trained:
    """What a target is given to write.

    Attributes:
        architecture: Kinds and sizes of its layers.
        arrays: Its numbers, under their names in the PyTorch modules.
        signals: What goes in and comes out in the user's terms; None where not known.
    """

    architecture: Architecture
    arrays: Mapping[str, np.ndarray]
    signals: Signals | None = None

    def __post_init__(self) -> None:
        if not isinstance(self.architecture, Architecture):
            raise InputError(
                f"the network is of kind {self.architecture.kind!r}, which no format of an export "
                "holds: recurrent networks alone have one. Stream.load takes the run's folder as "
                "it is, without PyTorch, and Stream.save writes one file of it."
            )

    @classmethod
    def load(cls, path: Path | str) -> Self:
        """Read a network.

        Args:
            path: The folder that `liquidtime fit` wrote, or a file of the target `stream`.

        Raises:
            InputError: If there is no network, or one that cannot step.
        """
        architecture, signals, arrays = file.read(Path(path))
        return cls(architecture, arrays, signals)

    @classmethod
    def from_module(cls, network: Any, signals: Signals | None = None) -> Self:
        """Take over a `CfC`, an `LTC` or a `Predictor` that is in memory.

        Args:
            network: It; its numbers are copied.
            signals: How its inputs are encoded, if known.

        Raises:
            InputError: If it cannot step.
        """
        return cls(*kinds.from_module(network), signals)

    @cached_property
    def network(self) -> Network:
        """The numbers sorted into layers, each with its kind.

        Raises:
            InputError: If one is missing.
        """
        return Network.of(self.architecture, self.arrays)
