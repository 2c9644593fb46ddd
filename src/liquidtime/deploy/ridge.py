"""Random liquid features with their ridge, without PyTorch: sizes and arrays.

The numbers stay in the arrays of the state dict, under their names there; see
`liquidtime.models.ridge`.
"""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any, NamedTuple, Self

import numpy as np

from liquidtime.deploy.network import Array, State
from liquidtime.errors import InputError

_UNITS = "units."
_MARK = f"{_UNITS}kind"


@dataclass(frozen=True)
class Architecture:
    """What there is to say without the arrays."""

    kind: str
    """`"ridge"`."""
    units: int
    thresholds: int
    """Of each unit."""

    reads_raw = True
    """It reads measurements and when they were made, not the inputs that a recurrence is given."""
    features = frozenset[str]()
    """What it asks of a backend beyond a plain step."""

    @property
    def summary(self) -> tuple[str, str]:
        """Its kind and its size, in words."""
        return self.kind, f"{self.units} units with {self.thresholds} thresholds"

    def to_dict(self) -> dict[str, Any]:
        """The fields, for JSON."""
        return asdict(self)

    @classmethod
    def from_config(
        cls, model: Mapping[str, Any], inputs: int, per_step: bool, state: State
    ) -> Self:
        """Of a run; its arrays say all.

        Raises:
            InputError: If they are those of another network.
        """
        del inputs, per_step
        if "thresholds" not in state:
            raise InputError(
                "the run's file lacks 'thresholds'; it belongs to another network, or was written "
                "by another version."
            )
        return cls(model["kind"], *state["thresholds"].shape)


def architecture_of(module: Any, state: State) -> Architecture | None:
    """Of a PyTorch module; None if it is of another kind."""
    del module
    return Architecture("ridge", *state["thresholds"].shape) if _MARK in state else None


class Units(NamedTuple):
    """K units of C channels at most, as `liquidtime.kernels.reservoir.call.Units`."""

    kind: np.ndarray
    channels: np.ndarray
    weights: Array
    rate: Array
    second: Array
    frequency: Array
    phase: Array
    gain: Array
    steepness: Array
    midpoint: Array


@dataclass(frozen=True, eq=False)
class Network:
    """Units, and what is made of what is kept of their responses.

    Attributes:
        architecture: Its sizes.
        units: K of them.
        thresholds: [K, P].
        between: A longer segment is seen between its ends, too.
        steady: [D], channels of which only the first observation is read.
        window: [2], times from which and to which every series reaches, beyond all times for none.
        centre: [F], taken from the features.
        scale: [F], by which they are multiplied then, before they are cut off at ± 10.
        head: Weight [O, F] and bias [O] of the outputs.
    """

    architecture: Architecture
    units: Units
    thresholds: Array
    between: float
    steady: np.ndarray
    window: np.ndarray
    centre: Array
    scale: Array
    head: tuple[Array, Array]

    @classmethod
    def of(cls, architecture: Architecture, state: State) -> Self:
        """Take the arrays out of a state dict.

        Raises:
            InputError: If one is missing.
        """
        try:
            return cls(
                architecture,
                Units(*(state[_UNITS + name] for name in Units._fields)),
                state["thresholds"],
                state["between"].item(),
                state["steady"].astype(bool),
                state["window"].astype(np.float64),
                state["centre"],
                state["scale"],
                (state["head.weight"], state["head.bias"]),
            )
        except KeyError as error:
            raise InputError(
                f"the network's file lacks {error.args[0]!r}; it belongs to another network, or "
                "was written by another version. Save the network anew."
            ) from error
