"""Options of the worm's study. Imports no torch."""

from dataclasses import dataclass

from liquidtime.runs.options import check_at_least

LEAST = 3


@dataclass(frozen=True, kw_only=True)
class Options:
    """Options of `liquidtime study worm-atlas`."""

    splits: int = 5
    """How often the stimulated neurons are halved anew, to fit and test on."""
    seed: int = 0
    """Seed of the first split; the next ones count up."""
    least: int = LEAST
    """Responses that a pair must have to count, on either half."""
    repeats: int = 1000
    """Draws of the bootstrap."""
    nulls: int = 10
    """Connectomes of each kind with their structure destroyed, a split; each is fitted anew."""
    starts: int = 3
    """Of each fit of the model."""
    amplitudes: tuple[float, ...] = (1.0, 10.0)
    """Currents, in pA, at which the full nonlinear model is simulated; none to leave it out."""

    def __post_init__(self) -> None:
        check_at_least(self, 1, "splits", "least", "repeats", "starts")
        check_at_least(self, 0, "seed", "nulls")

    @property
    def folder(self) -> str:
        """What to call a study of these options."""
        return "worm-atlas"
