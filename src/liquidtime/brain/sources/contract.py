"""What is asked of a connectome, what is found, and what a source of them is."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

from liquidtime.brain.connectome.graph import Connectome
from liquidtime.brain.connectome.transmitters import FLY
from liquidtime.brain.neurons.graded import Parameters
from liquidtime.errors import InputError


@dataclass(frozen=True)
class Wanted:
    """What the options say about the connectome; see `liquidtime simulate --help`."""

    network: str
    neurons: str | None
    in_degree: int | None
    files: tuple[Path, ...]
    pre: str
    post: str
    count: str | None
    transmitter: str | None
    seed: int
    scaled: bool
    """Whether a unit conductance is set."""
    signed: bool = False


class Found(NamedTuple):
    """A connectome, the constants that came with it, and a short name for folders."""

    connectome: Connectome
    parameters: Parameters
    name: str
    notes: list[str]


@dataclass(frozen=True)
class Source:
    """Connectomes of one name.

    Attributes:
        name: Of it.
        find: Reads or makes the connectome, and refuses what means nothing for it.
    """

    name: str
    find: Callable[[Wanted], Found]


def found(
    connectome: Connectome, name: str, notes: list[str] | None = None, *, fly: bool = False
) -> Found:
    """A connectome with the usual constants, or those of flies, where glutamate inhibits."""
    parameters = Parameters(reversal_potential=FLY) if fly else Parameters()
    return Found(connectome, parameters, name, notes or [])


def size(wanted: Wanted) -> int | None:
    """How many neurons are wanted; None if that is not said.

    Raises:
        InputError: If it is no number.
    """
    if wanted.neurons is None:
        return None
    text = wanted.neurons.replace(",", "").replace("_", "")
    if not text.isdigit() or int(text) < 2:
        raise InputError(
            f"--neurons is {wanted.neurons!r}; expected how many neurons {wanted.network} shall "
            "have, such as 1000."
        )
    return int(text)


def refuse(wanted: Wanted, *options: str) -> None:
    """Raise InputError if something is said that means nothing for this network."""
    for option in options:
        if getattr(wanted, option):
            raise InputError(
                f"--{option.replace('_', '-')} means nothing for {wanted.network}; leave it out."
            )
