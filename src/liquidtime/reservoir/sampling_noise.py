"""What chance does to features of series that were observed at uneven times.

Had the same thing been observed at other moments its features would differ, and a read-out should
not hear the difference. Copies of a series that lack some of its rows show in which directions
features move then; see `liquidtime.reservoir.ridge.Noise`.
"""

from collections.abc import Callable

import numpy as np
import torch

from liquidtime.data.batch import Batch, Batchable
from liquidtime.reservoir.features import BATCH, Features
from liquidtime.reservoir.ridge import Noise

KEPT = 0.7
"""Share of its rows that a copy keeps."""
STRENGTH = 0.3
"""How much all copies of a series count, its own features counting 1. By left-out series of
training parts, anything from 0.1 to 1 is about as good."""
_FEWEST = 4
"""A series with fewer rows has no copies."""


def sampling_noise(
    features: Features,
    training: Batchable,
    series: np.ndarray,
    standardised: Callable[[np.ndarray], np.ndarray],
    copies: int,
    random: np.random.Generator,
) -> Noise:
    """How features of series move where rows are left out by chance.

    Args:
        features: The units.
        training: Holds the series.
        series: [N], their numbers.
        standardised: What the read-out is given of features.
        copies: Of each series.
        random: Which rows are left out.

    Returns:
        Differences, each owned by a place in `series`.
    """
    places = np.flatnonzero(training.lengths.numpy()[series] >= _FEWEST)
    found = []
    for start in range(0, len(places), BATCH):
        batch = training.batch(series[places[start : start + BATCH]])
        whole = standardised(features.of_batch(batch))
        found.append([])
        for _ in range(copies):
            copy = thinned(batch, features.steady, random)
            found[-1].append(standardised(features.of_batch(copy)) - whole)
    if not found:
        return Noise(np.empty((0, 0), np.float32), places)
    joined = np.concatenate([np.concatenate(copy) for copy in zip(*found, strict=True)])
    # Fewer rows also move all series alike, which says nothing about chance.
    joined -= joined.mean(0)
    joined *= np.float32(np.sqrt(STRENGTH / copies))
    return Noise(joined, np.tile(places, copies))


def thinned(batch: Batch, steady: np.ndarray, random: np.random.Generator) -> Batch:
    """The same series without some of their rows; what steady channels say is not lost."""
    lengths = batch.lengths.numpy()
    values, mask = batch.raw("values").numpy(), batch.raw("mask").numpy()
    # Of each series those of the smallest numbers, in the order in which they came.
    drawn = random.random(mask.shape[:2])
    drawn[np.arange(mask.shape[1]) >= lengths[:, None]] = np.inf
    kept = np.round(KEPT * lengths).astype(int)
    chosen = np.argsort(drawn, axis=1)[:, : kept.max(initial=0)]
    # Behind its end a series repeats its last row's time.
    last = np.sort(np.where(np.arange(chosen.shape[1]) < kept[:, None], chosen, -1), axis=1)[:, -1:]
    chosen = np.sort(np.where(np.arange(chosen.shape[1]) < kept[:, None], chosen, last), axis=1)
    some = np.arange(len(lengths))[:, None], chosen
    fewer, seen = values[some], mask[some]
    seen &= (np.arange(chosen.shape[1]) < kept[:, None])[:, :, None]
    first = mask.argmax(1)
    everywhere = np.arange(len(lengths))[:, None], first, np.arange(mask.shape[2])
    fewer[:, 0, steady] = values[everywhere][:, steady]
    seen[:, 0, steady] = mask[everywhere][:, steady]
    return batch._replace(
        values=torch.from_numpy(fewer),
        mask=torch.from_numpy(seen),
        times=torch.from_numpy(batch.raw("times").numpy()[some]),
        lengths=torch.from_numpy(kept),
    )
