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
        parts: Seed of a run to all series, with targets, and a split that names each once. The
            series come from the package, a mirror, or by URL with a checksum; a task that reads a
            file keeps what it read, for it is asked once a run.
        statistics: What standardising is fitted on; "all" leaks, and is a trap.
        traps: What flatters the result, each in a sentence; empty for a clean protocol.
    """

    about: str
    parts: "Callable[[int], tuple[IrregularSeries, Split]]"
    statistics: Literal["training", "all"] = "training"
    traps: tuple[str, ...] = ()
