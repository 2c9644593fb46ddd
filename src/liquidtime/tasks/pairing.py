"""What the same resamples of the test part say about several models: intervals, and a lead."""

import zlib
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from liquidtime.runs.folder import Folder
from liquidtime.train.folder.files import FIT, SPLIT, predictions_name
from liquidtime.train.run import Run
from liquidtime.train.score.bootstrap import RESAMPLES, OfSums, draw
from liquidtime.train.score.metrics import Scored, measures
from liquidtime.train.score.predictions import read_predictions

Draws = NDArray[np.float64]

_MANY_ROWS, _FEWER = 20_000, 200


@dataclass(frozen=True, kw_only=True)
class Paired:
    """One model less another, on the same resamples.

    Attributes:
        rival: The other's recipe.
        difference: Of the means over seeds.
        low: Lower end of the 95 % interval of the difference.
        high: Upper end.
        p: Two-sided; the share of resamples on the other side of no difference, doubled.
    """

    rival: str
    difference: float
    low: float
    high: float
    p: float


def read_scored(run: Run) -> Scored:
    """Targets and predictions of the test part of a finished run, as its folder holds them."""
    name = predictions_name("test")
    Folder(run.path, FIT).check(name)
    return read_predictions(run.path / name, run.objective)


def draws(runs: Sequence[Run], metric: str, *, resamples: int = RESAMPLES) -> Draws:
    """The metric's mean over seeds, on each resample of the test series.

    Seeds with one test part share its resamples; other test parts are drawn on their own.

    Args:
        runs: Finished runs of one model, one a seed.
        metric: Which.
        resamples: How many; of ranks of many rows at most 200.

    Returns:
        [resamples]; runs on the same parts have the same resamples, whatever the model.
    """
    found = []
    for run in runs:
        scored = read_scored(run)
        score = measures(scored)[metric]
        if not found and len(scored.cluster) > _MANY_ROWS and not isinstance(score, OfSums):
            # Scores of ranks cost a pass over all rows a resample.
            resamples = min(resamples, _FEWER)
        # Who is compared has the same series in the test part, but may have its own targets.
        seed = zlib.crc32((run.path / SPLIT).read_bytes())
        drawn = draw({metric: score}, scored.cluster, resamples=resamples, seed=seed)
        found.append(drawn[metric])
    return np.mean(found, axis=0)


def interval(values: Draws) -> tuple[float, float] | None:
    """The middle 95 % of the resamples; None where most of them are undefined."""
    finite = values[np.isfinite(values)]
    if 2 * len(finite) < len(values):
        return None
    low, high = np.percentile(finite, [2.5, 97.5])
    return float(low), float(high)


def paired(rival: str, difference: float, one: Draws, other: Draws) -> Paired | None:
    """Compare two models by `draws` over the same seeds; None where most resamples are undefined.

    Args:
        rival: Name of the other.
        difference: One's mean over seeds less the other's.
        one: [resamples], means of the one.
        other: [resamples], means of the other, on the same resamples.
    """
    gaps = (one - other)[np.isfinite(one - other)]
    ends = interval(one - other)
    if ends is None:
        return None
    # One is added above and below: no number of resamples proves that a gap never closes.
    tail = (1 + min((gaps <= 0).sum(), (gaps >= 0).sum())) / (1 + len(gaps))
    return Paired(
        rival=rival, difference=difference, low=ends[0], high=ends[1], p=min(1.0, 2 * float(tail))
    )
