"""Random liquid features of series: drawn once for a training part, then the same for all."""

from dataclasses import dataclass, field, replace
from typing import Any, Self

import numpy as np

from liquidtime.data.batch import Batch, Batchable
from liquidtime.kernels.reservoir.call import Reservoir, Units, reservoir, width
from liquidtime.reservoir.units import Surroundings, draw

BATCH = 128
"""Series at once."""
_SAMPLED = 64
_SAMPLES = 32
_CUT = {True: 1.5, False: 0.75}
"""Longest segments that are seen at their ends alone, in median gaps; whether gaps are even."""
_ALIKE = 1.2
_ABOUT = 0.2
"""Share of the span by which series may begin or end apart and still have one window."""


Arrays = tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]
"""Values [B, T, D], mask [B, T, D], times [B, T] and lengths [B]."""


@dataclass(frozen=True, eq=False)
class Features:
    """Frozen units with thresholds.

    Attributes:
        units: K of them.
        thresholds: [K, P].
        between: Responses are looked at between rows that are further apart than this.
        steady: [D] bool, channels of which only the first observation is read.
        window: [2] float64, the time from which and to which series reach where all of the
            training part begin, or end, at about one time; NaN where they do not. A series that
            begins later is taken to have had its first values since then, and one that ends sooner
            to keep its last ones until then: where in the window something happens is news.
        backend: Which kernel runs them.
        uneven: Whether rows of the training part came at uneven times; what is drawn from it does
            not ask.
    """

    units: Units
    thresholds: np.ndarray
    between: float
    steady: np.ndarray
    window: np.ndarray
    backend: str = "auto"
    uneven: bool = False
    _ready: list[Reservoir] = field(default_factory=list, repr=False, init=False)

    @classmethod
    def fit(
        cls,
        training: Batchable,
        count: int,
        thresholds: int,
        random: np.random.Generator,
        backend: str = "auto",
    ) -> Self:
        """Draw units that suit a training part, and thresholds at quantiles of their responses.

        Args:
            training: Encoded with values, mask and times.
            count: K units.
            thresholds: P of a unit.
            random: The source of all numbers.
            backend: Which kernel runs them.
        """
        around = surroundings(training)
        units = draw(count, around, random)
        empty = np.zeros((count, thresholds), np.float32)
        # A hair's breadth more, so that gaps of a regular series are not cut for their rounding.
        between = _CUT[around.even] * around.gap
        uneven = not around.even
        drawn = cls(units, empty, between, around.steady, around.window, backend, uneven)
        there = np.flatnonzero(training.lengths.numpy() > 0)
        sample = random.permutation(there)[:_SAMPLED]
        if not len(sample):
            return drawn
        responses = drawn.respond(training, np.sort(sample))
        places = random.uniform(0.02, 0.98, size=(count, thresholds))
        ordered = np.sort(np.ascontiguousarray(responses.T), axis=1)
        return replace(drawn, thresholds=_midway(ordered, places))

    @property
    def size(self) -> int:
        """Features of a series."""
        return len(self.units) * width(self.thresholds.shape[1])

    def of(self, data: Batchable, index: np.ndarray) -> np.ndarray:
        """The features of some series, [N, K · (5 + 4 P)] float32, unit by unit."""
        return self.of_batch(data.batch(index))

    def of_batch(self, batch: Batch) -> np.ndarray:
        """The features of a batch, likewise."""
        found = self._run().pool(*self._arrays(batch), self.thresholds, self.between)
        return found.reshape(len(found), -1)

    def respond(self, data: Batchable, index: np.ndarray) -> np.ndarray:
        """Responses to some series at some times, [R, K]."""
        found = self._run().respond(*self._arrays(data.batch(index)), self.between, _SAMPLES)
        return found.reshape(-1, len(self.units))

    def __getstate__(self) -> dict[str, Any]:
        # The compiled units are made anew where they are needed.
        return self.__dict__ | {"_ready": []}

    def _run(self) -> Reservoir:
        if not self._ready:
            self._ready.append(reservoir(self.units, self.backend))
        return self._ready[0]

    def _arrays(self, batch: Batch) -> Arrays:
        return arrays_of(
            batch.raw("values").numpy(),
            batch.raw("mask").numpy(),
            batch.raw("times").numpy(),
            batch.lengths.numpy(),
            self.steady,
            self.window,
        )


def _midway(ordered: np.ndarray, places: np.ndarray) -> np.ndarray:
    """Thresholds [K, P] between sorted responses [K, R], about at quantiles [K, P].

    Midway from a response to the next that is apart from it: at one of them, of which there may be
    many alike, its rounding would decide on which side it is.
    """
    count = ordered.shape[1]
    rank = np.minimum((places * count).astype(int), count - 1)
    low = np.take_along_axis(ordered, rank, axis=1)
    largest = np.maximum(-ordered[:, 0], ordered[:, -1])
    apart = 1e-4 * (ordered[:, -1] - ordered[:, 0]) + 1e-5 * np.abs(largest) + 1e-12
    bound = low + apart[:, None]
    high = np.empty_like(low)
    for unit, column in enumerate(ordered):
        after = np.searchsorted(column, bound[unit], side="right")
        high[unit] = column[np.minimum(after, count - 1)]
    return (low + np.maximum(high, bound)) / 2


def arrays_of(
    values: np.ndarray,
    mask: np.ndarray,
    times: np.ndarray,
    lengths: np.ndarray,
    steady: np.ndarray,
    window: np.ndarray,
) -> Arrays:
    """What a reservoir is handed: steady channels read once, series as long as the window."""
    if not np.isnan(window).all() and mask.shape[1]:
        values, mask, times, lengths = _stretched(values, mask, times, lengths, window)
    if steady.any() and mask.shape[1] > 1:
        # They shall not tick where nothing else is observed.
        mask = mask.copy()
        mask[:, :, steady] &= np.cumsum(mask[:, :, steady], axis=1) == 1
    return values, mask, times, lengths


def _stretched(
    values: np.ndarray, mask: np.ndarray, times: np.ndarray, lengths: np.ndarray, window: np.ndarray
) -> Arrays:
    """The same with a row before the first and one behind the last; they are empty if not needed.

    A row in which nothing is observed changes nothing but where the series ends.
    """
    count, steps, width = values.shape
    start = np.fmin(times[:, 0], window[0])
    late = (start < times[:, 0]) & (lengths > 0)
    longer = (
        np.zeros((count, steps + 2, width), values.dtype),
        np.zeros((count, steps + 2, width), mask.dtype),
    )
    longer[0][:, 0], longer[1][:, 0] = values[:, 0], mask[:, 0] & late[:, None]
    longer[0][:, 1:-1], longer[1][:, 1:-1] = values, mask
    # The last time is repeated behind the end of a series.
    end = np.fmax(times[:, -1], window[1])
    clock = np.concatenate([start[:, None], times, end[:, None]], axis=1)
    behind = np.arange(steps + 2) > lengths[:, None]
    clock = np.where(behind, end[:, None], clock)
    return longer[0], longer[1], clock, np.where(lengths > 0, lengths + 2, 0)


def surroundings(training: Batchable) -> Surroundings:
    """What the draw has to know of a training part; of at most a thousand series."""
    count = len(training.lengths)
    some = np.unique(np.linspace(0, count - 1, min(count, 1000)).astype(int))
    clocks, starts, ends, seen = [], [], [], 0
    varying = steady = None
    for start in range(0, len(some), BATCH):
        batch = training.batch(some[start : start + BATCH])
        values, mask = batch.raw("values").numpy(), batch.raw("mask").numpy()
        times, lengths = batch.raw("times").numpy(), batch.lengths.numpy()
        if varying is None or steady is None:
            varying = np.zeros(values.shape[2], bool)
            steady = np.zeros(values.shape[2], bool)
        if not mask.shape[1]:
            continue
        high = np.where(mask, values, -np.inf).max(1)
        low = np.where(mask, values, np.inf).min(1)
        varying |= (high > low).any(0)
        steady |= mask.any((0, 1))
        inside = np.arange(values.shape[1]) < lengths[:, None]
        clocks.append((times, mask & inside[:, :, None]))
        some_rows = lengths > 0
        starts.append(times[some_rows, 0])
        ends.append(times[some_rows, lengths[some_rows] - 1])
        seen += mask[inside].sum(0)
    assert varying is not None
    assert steady is not None
    steady &= ~varying
    shown = [mask[:, :, varying].any(2) for _, mask in clocks]
    gaps = [_gaps(times, rows) for (times, _), rows in zip(clocks, shown, strict=True)]
    gap = _median(gaps, 1.0)
    # Where most channels miss most rows, they have clocks of their own.
    rows = sum(int(each.sum()) for each in shown)
    sparse = bool(np.any(varying) and np.mean(seen[varying]) < 0.5 * rows)  # pyright: ignore
    start, end = (np.concatenate(part) if part else np.empty(0) for part in (starts, ends))
    span = _median([end - start], gap)
    window = np.array([-_reach(-start, span), _reach(end, span)])
    return Surroundings(gap, span, varying, steady, sparse, window, _even(gaps))


def _gaps(times: np.ndarray, shown: np.ndarray) -> np.ndarray:
    """Between rows [B, T] that show something: empty ones, of a grid with holes, do not count."""
    series, row = np.nonzero(shown)
    gap = np.diff(times[series, row])[series[1:] == series[:-1]]
    return gap[gap > 0]


def _even(gaps: list[np.ndarray]) -> bool:
    joined = np.concatenate(gaps) if gaps else np.empty(0)
    if not len(joined):
        return True
    low, high = np.quantile(joined, [0.1, 0.9])
    return bool(high <= _ALIKE * low)


def _reach(ends: np.ndarray, span: float) -> float:
    """The latest of some ends, if they are about the same but not quite; else NaN."""
    if not len(ends):
        return np.nan
    low, high = np.quantile(ends, [0.05, 0.95])
    latest = min(float(ends.max()), float(high) + _ABOUT * span)
    return latest if 0 < high - low <= _ABOUT * span else np.nan


def _median(parts: list[np.ndarray], otherwise: float) -> float:
    joined = np.concatenate(parts) if parts else np.empty(0)
    joined = joined[joined > 0]
    return float(np.median(joined)) if len(joined) else otherwise
