"""How benchmark cases are run."""

from collections.abc import Callable
from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True)
class Setting:
    """How cases are run.

    Attributes:
        threads: Numbers of threads to time with.
        repeats: Rounds of everything that is timed.
        seed: Of the order in which turns are taken.
        quick: Tiny sizes, to see that it works.
        sweep: Vary sizes for figures, too.
    """

    threads: tuple[int, ...] = (1, 2)
    repeats: int = 15
    seed: int = 0
    quick: bool = False
    sweep: bool = False

    @property
    def burst_seconds(self) -> float:
        """About how long a turn takes."""
        return 0.005 if self.quick else 0.05


Tell = Callable[[str], None]
"""Is told what is being done."""
