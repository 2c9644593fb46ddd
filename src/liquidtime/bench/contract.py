"""What a benchmark case is: something to time, and what must hold before it is timed."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from matplotlib.figure import Figure

from liquidtime.bench.gate import Check
from liquidtime.bench.setting import Setting, Tell
from liquidtime.bench.table import BenchTable

Group = Mapping[str, Any]
"""One measurement, as JSON can hold it."""


def _no_figures(groups: Sequence[Group]) -> dict[str, Figure]:
    return {}


def _no_notes(setting: Setting) -> list[str]:
    return []


@dataclass(frozen=True, kw_only=True)
class Case:
    """A case: a file with one as `CASE` is found by `liquidtime bench`.

    Attributes:
        name: Its key in the record.
        checks: Compares what will be timed with the truth; of a check that fails nothing is timed.
        measure: Times; yields a group of the record for each size and number of threads.
        tables: What is printed of its groups.
        figures: What is drawn of them, by file name.
        notes: What could not be had here.
        legend: What the columns of its tables mean.
    """

    name: str
    checks: Callable[[Setting, Tell], Iterator[Check]]
    measure: Callable[[Setting, Tell], Iterator[Group]]
    tables: Callable[[Sequence[Group]], list[BenchTable]]
    figures: Callable[[Sequence[Group]], dict[str, Figure]] = _no_figures
    notes: Callable[[Setting], list[str]] = _no_notes
    legend: str = ""
