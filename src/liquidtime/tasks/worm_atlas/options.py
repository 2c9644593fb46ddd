"""Options of the worm's study. Imports no torch."""

from dataclasses import dataclass
from typing import Annotated

from liquidtime.runs.options import Within, check_choices

LEAST = 3


@dataclass(frozen=True, kw_only=True)
class Options:
    """Options of `liquidtime study worm-atlas`."""

    splits: Annotated[int, Within(1, 10**6)] = 5
    """How often the stimulated neurons are halved anew, to fit and test on."""
    seed: Annotated[int, Within(0)] = 0
    """Seed of the first split; the next ones count up."""
    least: Annotated[int, Within(1)] = LEAST
    """Responses that a pair must have to count, on either half."""
    repeats: Annotated[int, Within(1, 10**9)] = 1000
    """Draws of the bootstrap."""
    nulls: Annotated[int, Within(0, 10**6)] = 10
    """Connectomes of each kind with their structure destroyed, a split; each is fitted anew."""
    starts: Annotated[int, Within(1, 10**6)] = 3
    """Of each fit of the model."""
    amplitudes: tuple[float, ...] = (1.0, 10.0)
    """Currents, in pA, at which the full nonlinear model is simulated; none to leave it out."""

    def __post_init__(self) -> None:
        check_choices(self, "splits", "seed", "least", "repeats", "nulls", "starts")

    @property
    def folder(self) -> str:
        """What to call a study of these options."""
        return "worm-atlas"
