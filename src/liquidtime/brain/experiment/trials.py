"""What is done in which trial: a control, conditions beside it, repeats, screens."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal, cast

import numpy as np

from liquidtime.brain.experiment.condition import CONTROL, Condition
from liquidtime.brain.experiment.neurons import Chosen, NeuronWords
from liquidtime.brain.experiment.perturbation import (
    Ablate,
    Hold,
    ScaleTransmitter,
    Silence,
    Trial,
    listed,
)
from liquidtime.brain.experiment.words.trials import condition_of
from liquidtime.errors import InputError

SCREENS = ("ablate", "silence", "stimulate")


@dataclass(frozen=True, eq=False)
class Screen:
    """A condition for each single neuron.

    Attributes:
        what: To "ablate" it, to "silence" it, or to "stimulate" it alone; then the conditions
            that are not of the screen have no stimulus.
        of: Neurons, also in plain words such as "group:inter"; by default all, and of a screen of
            stimuli all that the stimuli reach.
    """

    what: Literal["ablate", "silence", "stimulate"]
    of: Chosen | None = None

    def __post_init__(self) -> None:
        if self.what not in SCREENS:
            raise InputError(f"a screen is {self.what!r}; expected one of {', '.join(SCREENS)}.")
        if isinstance(self.of, str):
            object.__setattr__(self, "of", NeuronWords(self.of, f"the screen {self.what!r}"))


Done = Trial | str | Condition | Screen
"""What may stand for one condition."""


@dataclass(frozen=True, eq=False)
class Trials:
    """Conditions side by side, each `repeats` times.

    Attributes:
        conditions: A list of what is done in each: a perturbation, several, None (a control), a
            text such as "ablate AVAL,AVAR", "silence group:inter", "hold AVAL at -40" or "scale
            gaba=0.5", a `Condition`, or a `Screen`; or a mapping from labels to such. Is a tuple
            of conditions and screens afterwards.
        repeats: Of each condition; its trials stand side by side.
        same_noise: Whether all conditions have the same noise, and only repeats another, so that
            conditions differ by what is done alone. Otherwise each trial has its own.
    """

    conditions: Sequence[Done] | Mapping[str, Done] = (None,)
    repeats: int = 1
    same_noise: bool = False

    def __post_init__(self) -> None:
        object.__setattr__(self, "conditions", _conditions(self.conditions))
        if self.repeats < 1 or not self.conditions:
            count = self.repeats if self.conditions else 0
            raise InputError(f"there are {count} trials; expected 1 or more.")

    @property
    def entries(self) -> tuple[Condition | Screen, ...]:
        """The conditions, checked."""
        return cast("tuple[Condition | Screen, ...]", self.conditions)

    @classmethod
    def of(cls, given: Trials | Screen | int | Sequence[Done] | Mapping[str, Done]) -> Trials:
        """Trials as an experiment is given them: a number, conditions, or `Trials`.

        Raises:
            InputError: If it is none of these.
        """
        if isinstance(given, Trials):
            return given
        if isinstance(given, int | np.integer):
            return cls(repeats=int(given))
        if isinstance(given, Screen):
            return cls((None, given))
        return cls(given)


def _conditions(given: Any) -> tuple[Condition | Screen, ...]:
    if isinstance(given, Mapping):
        return tuple(_condition(entry, str(label)) for label, entry in given.items())
    if isinstance(given, str) or not isinstance(given, Sequence):
        raise InputError(
            f"trials are {given!r}; expected a number, or a list of what is done in each, such as "
            '[None, "ablate AVAL"].'
        )
    found = [_condition(entry, "") for entry in given]
    if all(isinstance(entry, Condition) and not entry.label for entry in found):
        return tuple(found)
    return tuple(
        Condition(CONTROL if not entry.perturbations else f"trial {number}", entry.perturbations)
        if isinstance(entry, Condition) and not entry.label
        else entry
        for number, entry in enumerate(found)
    )


def _condition(given: Any, label: str) -> Condition | Screen:
    if isinstance(given, Condition | Screen):
        return given
    if isinstance(given, str):
        found = condition_of(given)
        return Condition(label or found.label, found.perturbations)
    known = Ablate | Silence | Hold | ScaleTransmitter
    if given is not None and not isinstance(given, known | Sequence):
        raise InputError(
            f"in a trial {given!r} is to be done; expected Ablate, Silence, Hold, "
            "ScaleTransmitter, several of them, a text or None."
        )
    done = listed(cast(Trial, given))
    if wrong := [entry for entry in done if not isinstance(entry, known)]:
        raise InputError(
            f"in a trial {wrong[0]!r} is to be done; expected Ablate, Silence, Hold or "
            "ScaleTransmitter."
        )
    return Condition(label, done)
