"""The linear read-out of random liquid features, found in closed form."""

from typing import Literal, NamedTuple, Protocol

import numpy as np
import torch
from torch import Tensor

from liquidtime.data.batch import Batchable
from liquidtime.errors import InputError
from liquidtime.kernels.reservoir.call import KINDS, POOLS, width
from liquidtime.reservoir.calibrate import calibrate, cross_entropy
from liquidtime.reservoir.features import BATCH, Features
from liquidtime.reservoir.ridge import FEW, Noise, Solution, evenly, solve
from liquidtime.reservoir.sampling_noise import sampling_noise

CLIP = 10.0
"""Standardised features are cut off at ± this."""
_ENTRIES = 250_000_000
"""Numbers that the features of a training part may be, at most: 1 GB."""
_PRODUCTS = 4e11
"""Products that a Gram matrix of them may take, at most: some seconds."""

_COPIES = 4
"""Copies of a series with some of its rows, at most."""
_NOISE = 500
"""And of all series together."""


class Aim(Protocol):
    """What is to be predicted; see `liquidtime.models.contract.Goal`."""

    @property
    def kind(self) -> Literal["classes", "labels", "values"]:
        """Classes, labels of which any may be 1, or values."""
        ...

    @property
    def labels(self) -> tuple[str, ...]:
        """One an output."""
        ...

    @property
    def weights(self) -> tuple[float, ...] | None:
        """Of the classes; of labels first those of 0, then those of 1."""
        ...

    @property
    def mean(self) -> tuple[float, ...] | None:
        """Of the values."""
        ...

    @property
    def scale(self) -> tuple[float, ...] | None:
        """Of the values."""
        ...


class Found(NamedTuple):
    """A read-out.

    Attributes:
        centre: [F], mean of the features.
        scale: [F], one over their standard deviation; 0 where one does not vary or is not used.
        weight: [F, K] from standardised features to logits or standardised values.
        bias: [K].
        loss: Mean loss over the training part, of predictions for series that were left out.
    """

    centre: np.ndarray
    scale: np.ndarray
    weight: np.ndarray
    bias: np.ndarray
    loss: float


def find(
    features: Features,
    training: Batchable,
    goal: Aim,
    weights: Tensor | None,
    random: np.random.Generator,
) -> Found:
    """Fit the read-out.

    Levels (maximum, minimum, mean, …) are used beside times above thresholds if the squared error
    of left-out series is lower then by more than its standard error; likewise whether what steady
    channels say counts as much as all else; likewise levels and counts of single channels, where
    these have clocks of their own. The strength of the ridge is that of the least such error. Where
    few series were observed at uneven times, the ridge is made not to hear what chance does to
    their features, if that error is lower then.

    Args:
        features: Drawn.
        training: With targets.
        goal: What is to be predicted.
        weights: [N] of the series, or None.
        random: Chooses among the features where all are too many for memory or time.
    """
    if goal.kind not in ("classes", "labels", "values"):
        raise InputError(
            f"random liquid features predict classes, labels or numbers; asked for is the kind "
            f"{goal.kind!r}. Use another model, such as cfc."
        )
    count = len(training.lengths)
    columns = np.arange(features.size)
    most = min(_ENTRIES // count, _most(count))
    if features.size > most:
        columns = np.sort(random.permutation(columns)[: max(1024, most)])
    rows, target = _collect(features, training, columns)
    weight = np.ones(count) if weights is None else weights.numpy().astype(float)
    there = target >= 0 if goal.kind == "classes" else ~np.isnan(target).all(axis=1)
    there &= weight > 0
    if not there.any():
        raise InputError("no series has a target and a weight; expected one at least.")
    rows, target, weight = rows[there], target[there], weight[there]
    centre, scale = _moments(rows)
    _standardise(rows, centre, scale)
    pools = columns % width(features.thresholds.shape[1])
    steady, single = _steady(features)[columns], _levels(features)[columns]
    factor, solved = _choose(rows, target, weight, pools >= len(POOLS), steady, single, goal)
    copies = min(_COPIES, _NOISE // len(rows))
    if features.uneven and copies and len(rows) <= FEW:
        noise = sampling_noise(
            features,
            training,
            np.flatnonzero(there),
            lambda found: _scaled(_standardise(found[:, columns], centre, scale), factor),
            copies,
            random,
        )
        if len(noise.owner):
            quiet = _solve(_scaled(rows, factor), target, weight, goal, noise=noise)
            solved = min(solved, quiet, key=lambda one: one.error)
    used = np.flatnonzero(factor)
    if len(rows) > FEW:
        solved = _solve(_scaled(rows, factor), target, weight, goal, solved.strength)
    solved, loss = _read(solved, target, weight, goal)
    size, chosen = features.size, columns[used]
    return Found(
        _spread(centre[used], chosen, size),
        _spread(scale[used], chosen, size),
        _spread(solved.weight * factor[used, None], chosen, size),
        solved.bias,
        loss,
    )


def _most(count: int) -> int:
    """Columns of which so many rows have a Gram matrix, of rows or of columns, soon enough."""
    most = _PRODUCTS / count**2
    return int(most if most > count else np.sqrt(_PRODUCTS / count))


def _spread(found: np.ndarray, chosen: np.ndarray, size: int) -> np.ndarray:
    """Those of the chosen features among all; 0 for the others."""
    whole = np.zeros((size, *found.shape[1:]), np.float32)
    whole[chosen] = found
    return whole


def _collect(
    features: Features, training: Batchable, columns: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """Features [N, C] and targets [N] or [N, K], series by series."""
    count = len(training.lengths)
    rows = np.empty((count, len(columns)), np.float32)
    targets = []
    # Series of about one length together, so that little is padded.
    order = torch.argsort(training.lengths, stable=True).numpy()
    for start in range(0, count, BATCH):
        index = order[start : start + BATCH]
        batch = training.batch(index)
        found = features.of_batch(batch)
        rows[index] = found if len(columns) == features.size else found[:, columns]
        if batch.target is None:
            raise ValueError("the batch has no target; expected one a series.")
        targets.append(batch.target.numpy())
    target = np.concatenate(targets)
    ordered = np.empty_like(target)
    ordered[order] = target
    if ordered.dtype.kind == "f":
        ordered = ordered.reshape(count, -1).astype(float)
    return rows, ordered


def _moments(rows: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Mean of every column and one over its standard deviation; 0 where it does not vary."""
    mean = rows.mean(0, dtype=np.float64)
    square = np.zeros(rows.shape[1])
    for start in range(0, len(rows), BATCH):
        square += ((rows[start : start + BATCH] - mean) ** 2).sum(0)
    scale = np.sqrt(square / len(rows))
    # The rounding of float32, and no more.
    constant = scale <= 1e-5 * np.abs(mean) + 1e-7
    factor = np.where(constant, 0.0, 1 / np.where(constant, 1.0, scale))
    return mean.astype(np.float32), factor.astype(np.float32)


def _standardise(rows: np.ndarray, centre: np.ndarray, scale: np.ndarray) -> np.ndarray:
    """In place."""
    rows -= centre
    rows *= scale
    return np.clip(rows, -CLIP, CLIP, out=rows)


def _steady(features: Features) -> np.ndarray:
    """[F], the features of units that read steady channels alone."""
    channels = features.units.channels
    known = np.append(features.steady, True)[channels].all(axis=1) & (channels >= 0).any(axis=1)
    return np.repeat(known, width(features.thresholds.shape[1]))


def _levels(features: Features) -> np.ndarray:
    """[F], levels of units that read one channel alone; of counts, that at the end.

    None where no count reads one alone, as where all channels are observed together.
    """
    units = features.units
    pool = np.arange(width(features.thresholds.shape[1]))
    alone = (units.channels >= 0).sum(axis=1) == 1
    low = alone & (units.kind == KINDS.index("low"))
    count = alone & (units.kind == KINDS.index("count"))
    if not count.any():
        return np.zeros(features.size, bool)
    found = low[:, None] & (pool < len(POOLS)) | count[:, None] & (pool == POOLS.index("last"))
    return found.ravel()


def _scaled(rows: np.ndarray, factor: np.ndarray) -> np.ndarray:
    """Those of the columns that have a factor, times it."""
    if (factor == 1).all():
        return rows
    part = np.ascontiguousarray(rows[:, factor > 0])
    part *= factor[factor > 0]
    return part


def _choose(
    rows: np.ndarray,
    target: np.ndarray,
    weight: np.ndarray,
    above: np.ndarray,
    steady: np.ndarray,
    levels: np.ndarray,
    goal: Aim,
) -> tuple[np.ndarray, Solution]:
    """What the columns count, 0 for those that are not used, and a fit to `FEW` rows."""
    if len(rows) > FEW:
        some = evenly(len(rows), FEW)
        rows, target, weight = rows[some], target[some], weight[some]
    wanted, counted = _wanted(target, weight, goal)

    def fitted(factor: np.ndarray) -> tuple[np.ndarray, Solution, np.ndarray]:
        found = _solve(_scaled(rows, factor), target, weight, goal)
        error = np.nan_to_num(wanted[found.index] - found.left_out) ** 2
        return factor, found, error.sum(1) * counted[found.index]

    best = fitted(above.astype(np.float32))
    tries = [np.ones_like(best[0])]
    if steady.any() and not steady.all():
        # As much as all the others together.
        tries.append(np.where(steady, np.sqrt((~steady).sum() / steady.sum()), 1))
    if levels.any():
        tries.append(levels)
    for factor in tries:
        other = fitted(factor.astype(np.float32))
        gain = best[2] - other[2]
        # By more than chance would have it: of a few dozen series the errors say little.
        if gain.mean() > gain.std() / np.sqrt(len(gain)):
            best = other
    return best[:2]


def _wanted(target: np.ndarray, weight: np.ndarray, goal: Aim) -> tuple[np.ndarray, np.ndarray]:
    """What the ridge is to give, [N, K], and the weights, those of the classes included."""
    if goal.kind == "classes":
        signs = np.where(np.arange(len(goal.labels)) == target[:, None], 1.0, -1.0)
        return signs, _of_classes(target, weight, goal)
    if goal.kind == "labels":
        return 2 * target - 1, weight
    return (target - np.asarray(goal.mean)) / np.asarray(goal.scale), weight


def _of_classes(target: np.ndarray, weight: np.ndarray, goal: Aim) -> np.ndarray:
    return weight if goal.weights is None else weight * np.asarray(goal.weights)[target]


def _of_label(one: np.ndarray, weight: np.ndarray, goal: Aim, place: int) -> np.ndarray:
    """The weights of rows for one label, of which they are 1 or 0."""
    if goal.weights is None:
        return weight
    return weight * np.where(one, goal.weights[len(goal.labels) + place], goal.weights[place])


def _solve(
    rows: np.ndarray,
    target: np.ndarray,
    weight: np.ndarray,
    goal: Aim,
    near: float | None = None,
    noise: Noise | None = None,
) -> Solution:
    """A ridge; outputs that lack a target in some series are fitted without these."""
    wanted, weight = _wanted(target, weight, goal)
    there = ~np.isnan(wanted)
    if there.all() and (goal.kind != "labels" or goal.weights is None):
        return solve(rows, wanted, weight, near, noise)
    alone = []
    for place, (column, known) in enumerate(zip(wanted.T, there.T, strict=True)):
        filled = np.where(known, column, 0.0)
        counted = _of_label(filled > 0, weight, goal, place) if goal.kind == "labels" else weight
        alone.append(solve(rows, filled[:, None], counted * known, near, noise))
    index = alone[0].index
    error = sum(one.error * known.sum() for one, known in zip(alone, there.T, strict=True))
    return Solution(
        np.concatenate([one.weight for one in alone], axis=1),
        np.concatenate([one.bias for one in alone]),
        float(np.median([one.strength for one in alone])),
        index,
        np.concatenate([one.left_out for one in alone], axis=1),
        float(error / there.sum()),
    )


def _read(
    solved: Solution, target: np.ndarray, weight: np.ndarray, goal: Aim
) -> tuple[Solution, float]:
    """Logits, calibrated on the scores of left-out series, or values; and their loss."""
    if goal.kind == "values":
        return solved, solved.error
    if goal.kind == "labels":
        return _read_labels(solved, target[solved.index], weight[solved.index], goal)
    target, weight = target[solved.index], _of_classes(target, weight, goal)[solved.index]
    slope, offset = calibrate(solved.left_out, target, weight)
    logits = slope * solved.left_out + offset
    scaled = solved._replace(weight=slope * solved.weight, bias=slope * solved.bias + offset)
    return scaled, cross_entropy(logits, target, weight)


def _read_labels(
    solved: Solution, target: np.ndarray, weight: np.ndarray, goal: Aim
) -> tuple[Solution, float]:
    """The logit of each label, calibrated as that of the second of two classes."""
    slopes, offsets, losses = [], [], []
    for place, score in enumerate(solved.left_out.T):
        known = ~np.isnan(target[:, place])
        one = (target[known, place] == 1).astype(int)
        scores = score[known, None] * np.array([-1.0, 1.0])
        counted = _of_label(one == 1, weight[known], goal, place)
        slope, offset = calibrate(scores, one, counted)
        losses.append(cross_entropy(slope * scores + offset, one, counted))
        slopes.append(2 * slope)
        offsets.append(offset[1] - offset[0])
    slope = np.asarray(slopes)
    scaled = solved._replace(weight=slope * solved.weight, bias=slope * solved.bias + offsets)
    return scaled, float(np.mean(losses))
