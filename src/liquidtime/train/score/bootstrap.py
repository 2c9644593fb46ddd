"""Percentile bootstrap over whole series."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]
Score = Callable[[Array], Array]

RESAMPLES = 1000
_CELLS_AT_ONCE = 4_000_000


@dataclass(frozen=True, eq=False)
class OfSums:
    """A score that depends on weighted sums over the rows alone, such as a mean of errors.

    The rows of one series always count alike, so that they are summed once, and a thousand
    resamples cost a product with a number a series rather than one a row.

    Attributes:
        columns: What is summed, [R, M].
        score: Sums of S weightings, [S, M], to scores, [S].
    """

    columns: Array
    score: Callable[[Array], Array]

    def __call__(self, weights: Array) -> Array:
        """The score of each of the weightings [S, R], [S]."""
        return self.score(weights @ self.columns)

    def by_series(self, member: NDArray[np.int64], count: int) -> "OfSums":
        """The same score as a function of weights [S, C] of C series.

        Args:
            member: Series of each row, [R], from 0.
            count: C.
        """
        sums = np.zeros((count, self.columns.shape[1]))
        for at, column in enumerate(self.columns.T):
            sums[:, at] = np.bincount(member, column, minlength=count)
        return OfSums(sums, self.score)


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
    found = draw(scores, cluster, resamples=resamples, seed=seed)
    return {name: middle(values, coverage=coverage) for name, values in found.items()}


def draw(
    scores: Mapping[str, Score],
    cluster: NDArray[np.int64],
    *,
    resamples: int = RESAMPLES,
    seed: int = 0,
) -> dict[str, Array]:
    """Several scores of the same resamples of series: name to [resamples], NaN where undefined.

    Equal clusters, seeds and numbers of resamples give equal resamples, so that what is scored by
    them is paired: less another's, they are resamples of the difference.

    Args:
        scores: As of `intervals`.
        cluster: As of `intervals`.
        resamples: How many times to draw.
        seed: Seed of the draws.
    """
    _, member = np.unique(cluster, return_inverse=True)
    count = int(member.max(initial=-1)) + 1
    short = {
        name: score.by_series(member, count)
        for name, score in scores.items()
        if isinstance(score, OfSums)
    }
    drawn: dict[str, list[Array]] = {name: [] for name in scores}
    for weights in _of_series(
        count, count if len(short) == len(scores) else len(member), resamples, seed
    ):
        rows = None
        for name, score in scores.items():
            if name in short:
                drawn[name].append(short[name](weights))
                continue
            rows = weights[:, member] if rows is None else rows
            drawn[name].append(score(rows))
    return {
        name: np.concatenate(parts) if parts else np.full(resamples, np.nan)
        for name, parts in drawn.items()
    }


def middle(values: Array, *, coverage: float = 0.95) -> tuple[float, float] | None:
    """The middle share of what was drawn; None where most of it is undefined.

    Args:
        values: [resamples], NaN where undefined.
        coverage: The share.
    """
    there = values[np.isfinite(values)]
    if not len(there) or len(there) * 2 < len(values):
        return None
    tail = 50.0 * (1.0 - coverage)
    low, high = np.percentile(there, [tail, 100.0 - tail])
    return float(low), float(high)


def weightings(cluster: NDArray[np.int64], resamples: int, seed: int) -> Iterator[Array]:
    """How often each row counts in each resample, some resamples [S, R] at a time.

    Equal clusters and seeds give equal resamples, so that what is scored by them is paired.
    """
    _, member = np.unique(cluster, return_inverse=True)
    count = int(member.max(initial=-1)) + 1
    for weights in _of_series(count, len(member), resamples, seed):
        yield weights[:, member]


def _of_series(count: int, rows: int, resamples: int, seed: int) -> Iterator[Array]:
    """How often each of `count` series is drawn, in as many resamples as rows leave room for."""
    if not count:
        return
    generator = np.random.default_rng(seed)
    step = max(1, _CELLS_AT_ONCE // max(count, rows))
    for start in range(0, resamples, step):
        size = min(step, resamples - start)
        yield generator.multinomial(count, np.full(count, 1.0 / count), size=size).astype(
            np.float64
        )
