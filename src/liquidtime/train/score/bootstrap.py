"""Percentile bootstrap over whole series."""

from collections.abc import Callable, Iterator, Mapping

import numpy as np
from numpy.typing import NDArray

Score = Callable[[NDArray[np.float64]], NDArray[np.float64]]

RESAMPLES = 1000
_CELLS_AT_ONCE = 4_000_000


def intervals(
    scores: Mapping[str, Score],
    cluster: NDArray[np.int64],
    *,
    resamples: int = RESAMPLES,
    coverage: float = 0.95,
    seed: int = 0,
) -> dict[str, tuple[float, float] | None]:
    """Intervals of several scores from the same resamples.

    Series are drawn with replacement and keep all their rows: rows of one series are not
    independent, and drawing rows would make the interval too narrow.

    Args:
        scores: Name to a function of row weights [S, R] that returns the score of each of the S
            weightings (`liquidtime.train.score.weighted`).
        cluster: Number of the series each row belongs to, [R], any non-negative integers.
        resamples: How many times to draw.
        coverage: Share of the resampled scores inside the interval.
        seed: Seed of the draws.

    Returns:
        For each name (low, high), or None where the score was undefined in most resamples, such
        as an AUROC of a part with one positive.
    """
    names = list(scores)
    drawn: dict[str, list[NDArray[np.float64]]] = {name: [] for name in names}
    for weights in weightings(cluster, resamples, seed):
        for name in names:
            drawn[name].append(scores[name](weights))
    tail = 50.0 * (1.0 - coverage)
    found: dict[str, tuple[float, float] | None] = {}
    for name in names:
        values = np.concatenate(drawn[name]) if drawn[name] else np.empty(0)
        values = values[np.isfinite(values)]
        if len(values) * 2 < resamples or not len(values):
            found[name] = None
        else:
            low, high = np.percentile(values, [tail, 100.0 - tail])
            found[name] = (float(low), float(high))
    return found


def weightings(
    cluster: NDArray[np.int64], resamples: int, seed: int
) -> Iterator[NDArray[np.float64]]:
    """How often each row counts in each resample, some resamples [S, R] at a time.

    Equal clusters and seeds give equal resamples, so that what is scored by them is paired.
    """
    _, member = np.unique(cluster, return_inverse=True)
    if not len(member):
        return
    count = int(member.max()) + 1
    generator = np.random.default_rng(seed)
    step = max(1, _CELLS_AT_ONCE // max(count, len(member)))
    for start in range(0, resamples, step):
        size = min(step, resamples - start)
        draws = generator.multinomial(count, np.full(count, 1.0 / count), size=size)
        yield draws.astype(np.float64)[:, member]
