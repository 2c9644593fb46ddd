"""How a task's parts are made. Imports no torch."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from liquidtime.data import IrregularSeries, Split


@dataclass(frozen=True, kw_only=True)
class Protocol:
    """How parts are made and what may look at which.

    Attributes:
        about: For the reader of a report: where the parts come from, and what chose the epoch.
        split: (series, seed) to the parts, which name every series once.
        statistics: What standardising is fitted on; "all" leaks, and is a trap.
        traps: What flatters the result, each in a sentence; empty for a clean protocol.
    """

    about: str
    split: "Callable[[IrregularSeries, int], Split]"
    statistics: Literal["training", "all"] = "training"
    traps: tuple[str, ...] = ()
