"""What the figures of one recording share: names, groups, marks, and who is drawn."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from liquidtime.brain.connectome.graph import Connectome
from liquidtime.brain.experiment.recording import Recording
from liquidtime.brain.figures.comparison import Comparison
from liquidtime.kernels.network.catalogue import variables

Span = tuple[float, float, str]
"""Begin and end of a stimulus (ms), and what it is."""

MOST_LINES, MOST_CHANGED = 10, 6


class About:
    """What the panels share: see `figures.draw`."""

    def __init__(
        self,
        recording: Recording,
        name: str,
        comparison: Comparison,
        condition: str,
        stimuli: tuple[Span, ...],
        title: str,
    ) -> None:
        self.recording, self.comparison, self.condition = recording, comparison, condition
        self.number = comparison.conditions.index(condition)
        self.connectome = recording.connectome
        self.times = recording.times(name)
        variable = variables()[recording.series[name].record.variable]
        self.units, self.quantity = variable.units, variable.quantity
        end = recording.duration
        self.stimuli = merged(
            [(start, min(stop, end), label) for start, stop, label in stimuli if start < end]
        )
        self.heading = self.title = title or self.connectome.name
        if len(comparison.conditions) > 1:
            self.title += f", {condition}"

    @property
    def names(self) -> NDArray[np.str_]:
        """[n], of the recorded neurons."""
        index = self.connectome.neurons.index.to_numpy()
        return index[self.comparison.neurons].astype(str)

    @property
    def descriptions(self) -> NDArray[np.str_]:
        """[n], of the recorded neurons; see `described`."""
        return np.array(described(self.connectome, self.comparison.neurons))

    def groups(self, most: int = 40) -> NDArray[np.str_] | None:
        """[N], the column that sorts all neurons into a few kinds; None where there is none."""
        table = self.connectome.neurons
        for column in ("group", "type", "transmitter"):
            if column in table and 2 <= len(table[column].unique()) <= most:
                return table[column].astype(str).to_numpy(dtype=str)
        return None

    def chosen(self, stimulated: Sequence[int] | NDArray) -> NDArray[np.int64]:
        """Places of the neurons whose traces are drawn: some stimulated ones, then those moved."""
        mine = np.flatnonzero(np.isin(self.comparison.neurons, np.asarray(stimulated, int)))
        moved = self.comparison.most_moved(self.number)
        return np.array(list(dict.fromkeys([*mine[:4], *moved[:MOST_LINES]]))[:MOST_LINES])

    def changed(self) -> NDArray[np.int64]:
        """Places of the neurons that differ most from the control in any condition."""
        by = np.abs(self.comparison.evoked) if self.stimuli else self.comparison.rms
        return np.argsort(-np.nanmax(by, axis=1, initial=0.0), kind="stable")[:MOST_CHANGED]


def described(connectome: Connectome, neurons: NDArray) -> list[str]:
    """Names of neurons; a number alone says little, so its type stands behind it."""
    table = connectome.neurons.iloc[neurons]
    if table.index.dtype.kind not in "iu" or "type" not in table:
        return table.index.astype(str).tolist()
    return [f"{name} ({kind})" for name, kind in zip(table.index, table["type"], strict=True)]


def merged(stimuli: Sequence[Span]) -> list[Span]:
    """Stimuli at the same time as one, with labels that have room."""
    by_time: dict[tuple[float, float], list[str]] = {}
    for start, stop, label in stimuli:
        by_time.setdefault((start, stop), []).append(label)
    return [
        (start, stop, labels[0][:40] if len(labels) == 1 else f"{len(labels)} stimuli")
        for (start, stop), labels in by_time.items()
    ]
