"""What differs between conditions as tables: of all neurons, and one row a condition."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from liquidtime.brain.experiment.recording import Recording
from liquidtime.brain.figures.about import described
from liquidtime.brain.figures.comparison import Comparison, to_frame
from liquidtime.optional import require
from liquidtime.runs.write import write_text

if TYPE_CHECKING:
    import pandas

COMPARISON, CONDITIONS = "comparison.csv", "conditions.csv"
CHANGED = 1.0
"""In the unit of the record: a neuron that differs by more from the control has moved."""
_MOST_ROWS, _ROWS_A_CONDITION = 1_000_000, 100


def write_tables(
    folder: Path, recording: Recording, comparison: Comparison, *, evoked: bool = False
) -> list[Path]:
    """Store the differences of all neurons, and one row a condition; nothing without conditions.

    Args:
        folder: Where.
        recording: What was compared.
        comparison: Of it.
        evoked: Whether there is a stimulus, whose answer then decides the order.
    """
    many = len(comparison.conditions) - 1
    if not many:
        return []
    most = None if many * len(comparison.neurons) <= _MOST_ROWS else _ROWS_A_CONDITION
    write_text(
        folder / COMPARISON,
        to_frame(comparison, recording, most=most, evoked=evoked).to_csv(
            index=False, float_format="%.5g"
        ),
    )
    rows = condition_table(recording, comparison, evoked=evoked)
    write_text(folder / CONDITIONS, rows.to_csv(index=False, float_format="%.5g"))
    return [folder / COMPARISON, folder / CONDITIONS]


def condition_table(
    recording: Recording, comparison: Comparison, *, evoked: bool = False
) -> pandas.DataFrame:
    """One row a condition, that with the largest effect first.

    Args:
        recording: What was compared.
        comparison: Of it.
        evoked: Whether the answers to a stimulus are compared; else the courses at all moments.

    Returns:
        Columns: condition, changed (neurons whose difference to the control is above 1 in the unit
        of the record: the evoked one, or the largest at any moment), rms (of the evoked differences
        over neurons; or over neurons and time) and most (the neurons that differ most, with that
        difference).
    """
    pandas = require("pandas", extra="brain")
    labels = described(recording.connectome, comparison.neurons)
    rows = []
    for number, condition in enumerate(comparison.conditions[1:], start=1):
        largest = (comparison.evoked if evoked else comparison.largest)[:, number]
        first = comparison.most_changed(number, evoked=evoked)[:3]
        told = ", ".join(f"{labels[who]} {largest[who]:+.2g}" for who in first)
        sizes = comparison.evoked if evoked else comparison.rms
        rms = float(np.sqrt(np.nanmean(np.square(sizes[:, number]))))
        rows.append((condition, int((np.abs(largest) > CHANGED).sum()), rms, told))
    found = pandas.DataFrame(rows, columns=["condition", "changed", "rms", "most"])
    return found.sort_values("rms", ascending=False, ignore_index=True, kind="stable")
