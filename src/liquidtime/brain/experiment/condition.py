"""What is done to a brain under one name."""

from __future__ import annotations

from dataclasses import dataclass

from liquidtime.brain.experiment.neurons import Chosen
from liquidtime.brain.experiment.perturbation import Perturbation

CONTROL = "control"


@dataclass(frozen=True, eq=False)
class Condition:
    """What is done under one name.

    Attributes:
        label: The name; "" for none.
        perturbations: What is done to the brain.
        stimulated: Which of the neurons that stimuli reach are stimulated; None for all.
    """

    label: str
    perturbations: tuple[Perturbation, ...] = ()
    stimulated: Chosen | None = None
