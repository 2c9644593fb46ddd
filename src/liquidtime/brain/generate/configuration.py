"""The configuration model: edges of given degrees, shuffled, and repaired by swaps.

An edge's source and class are one number, its label: class · N + source. Labels in order are
edges in order of class and then source, as `Edges` wants them.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from liquidtime.brain.generate.rows import (
    EDGES_A_CHUNK,
    chunks,
    in_threads,
    offsets_of,
    places_of,
    stream,
)

SHUFFLE, SWAPS = 0, 1
ROUNDS = 64
"""Two or three rounds mend a sparse network; what 64 do not, as a rule cannot be mended."""


@dataclass
class Stubs:
    """Labels of edges, ordered by target; `settle` shuffles them among the targets."""

    offsets: NDArray[np.int64]
    labels: NDArray[np.int32]
    counts: NDArray | None
    """[E], what goes with the labels, or None."""
    neurons: int
    self_connections: bool
    threads: int | None

    def settle(self, seed: int) -> int:
        """Shuffle, sort, and swap what is twice or a self-connection; leave out the rest.

        Returns:
            How many edges were left out.
        """
        stream(seed, SHUFFLE).shuffle(self.labels)
        if self.counts is not None:
            # As many draws of the same stream, so the counts go where their labels went.
            stream(seed, SHUFFLE).shuffle(self.counts)
        rows = np.arange(len(self.offsets) - 1)
        self._sort(rows)
        wrong = self._conflicts(rows)
        for number in range(ROUNDS):
            if not wrong.size:
                return 0
            rows = self._rows_of(wrong)
            self._swap(wrong, rows, stream(seed, SWAPS, number))
            wrong = self._conflicts(np.unique(rows))
        return self._leave_out(wrong)

    def _swap(self, wrong: NDArray, rows: NDArray, generator: np.random.Generator) -> None:
        partner = generator.integers(0, len(self.labels), len(wrong))
        others = self._rows_of(partner)
        coming, going = self.labels[partner], self.labels[wrong]
        good = (rows != others) & ~np.isin(partner, wrong)
        good &= ~self._has(rows, coming) & ~self._has(others, going)
        if not self.self_connections:
            good &= (coming % self.neurons != rows) & (going % self.neurons != others)
        good[good] = _alone(partner[good])
        # Two swaps of the same round must not make the same edge.
        new = np.stack((rows[good] << 32 | coming[good], others[good] << 32 | going[good]))
        good[good] = _alone(new.ravel()).reshape(new.shape).all(axis=0)
        wrong, partner = wrong[good], partner[good]
        for array in (self.labels, self.counts):
            if array is not None:
                array[wrong], array[partner] = array[partner], array[wrong]
        self._sort(np.unique(np.concatenate((rows[good], others[good]))))

    def _batches(self, rows: NDArray) -> list[NDArray]:
        places = offsets_of(self.offsets[rows + 1] - self.offsets[rows])
        return [rows[part] for part in chunks(places)]

    def _edges(self, rows: NDArray) -> tuple[NDArray, NDArray]:
        """Places of the edges of some rows, and the row of each."""
        row = np.repeat(rows, self.offsets[rows + 1] - self.offsets[rows])
        return places_of(self.offsets, rows), row

    def _sort(self, rows: NDArray) -> None:
        def sort(_: int, some: NDArray) -> None:
            places, row = self._edges(some)
            keys = row << 32 | self.labels[places]
            if self.counts is None:
                keys.sort()
                self.labels[places] = keys & 0xFFFFFFFF
            else:
                ordered = places[np.argsort(keys)]
                self.labels[places], self.counts[places] = (
                    self.labels[ordered],
                    self.counts[ordered],
                )

        in_threads(sort, self._batches(rows), self.threads)

    def _conflicts(self, rows: NDArray) -> NDArray[np.int64]:
        def find(_: int, some: NDArray) -> NDArray[np.int64]:
            places, row = self._edges(some)
            labels = self.labels[places]
            wrong = np.zeros(len(labels), dtype=bool)
            wrong[1:] = (labels[1:] == labels[:-1]) & (row[1:] == row[:-1])
            if not self.self_connections:
                wrong |= labels % np.int32(self.neurons) == row
            return places[wrong]

        found = in_threads(find, self._batches(rows), self.threads)
        return np.concatenate(found) if found else np.zeros(0, dtype=np.int64)

    def _rows_of(self, places: NDArray) -> NDArray[np.int64]:
        return np.searchsorted(self.offsets, places, "right") - 1

    def _has(self, rows: NDArray, labels: NDArray) -> NDArray[np.bool_]:
        """Whether each row has an edge of the label: bisection in all rows at once."""
        low, end = self.offsets[rows], self.offsets[rows + 1]
        high, last = end.copy(), len(self.labels) - 1
        while (searched := low < high).any():
            middle = (low + high) >> 1
            below = self.labels[np.minimum(middle, last)] < labels
            low = np.where(searched & below, middle + 1, low)
            high = np.where(searched & ~below, middle, high)
        return (low < end) & (self.labels[np.minimum(low, last)] == labels)

    def _leave_out(self, wrong: NDArray) -> int:
        if wrong.size:
            degrees = np.diff(self.offsets) - np.bincount(
                self._rows_of(wrong), minlength=len(self.offsets) - 1
            )
            self.labels = np.delete(self.labels, wrong)
            self.counts = None if self.counts is None else np.delete(self.counts, wrong)
            self.offsets = offsets_of(degrees)
        return len(wrong)

    def decoded(self) -> tuple[NDArray[np.int32], NDArray[np.uint8]]:
        """Sources, in place of the labels, and classes."""
        classes = np.empty(len(self.labels), dtype=np.uint8)
        parts = [
            slice(start, start + EDGES_A_CHUNK)
            for start in range(0, len(self.labels), EDGES_A_CHUNK)
        ]

        def decode(_: int, part: slice) -> None:
            labels = self.labels[part]
            np.floor_divide(labels, self.neurons, out=classes[part], casting="unsafe")
            np.remainder(labels, self.neurons, out=labels)

        in_threads(decode, parts, self.threads)
        return self.labels, classes


def _alone(values: NDArray) -> NDArray[np.bool_]:
    """Which values occur once."""
    _, codes, numbers = np.unique(values, return_inverse=True, return_counts=True)
    return numbers[codes] == 1
