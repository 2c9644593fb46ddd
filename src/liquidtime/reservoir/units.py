"""The random draw of the frozen units.

Kinds and ranges were chosen by cross-validation on training parts of small public sets: mostly
resonators, which tell shapes; some leaks, which tell levels; counts where channels have clocks of
their own.
"""

from dataclasses import fields
from typing import NamedTuple

import numpy as np

from liquidtime.kernels.reservoir.call import KINDS, Units

BLOCK = 16
"""Units of one kind that share their channels, for the compiled kernel steps so many at once."""
MOST_CHANNELS = 4
"""Channels that a unit reads, at most."""
SHORTEST = 0.7
"""The shortest time constant, in median gaps."""
LONGEST = 0.5
"""The longest time constant, as a share of the median span."""
_GAIN = 3.0
_LOW, _COUNT = KINDS.index("low"), KINDS.index("count")
_FEWEST = 5
"""Units that read one channel, for it to be worth while."""


class Surroundings(NamedTuple):
    """What the draw has to know of the training part.

    Attributes:
        gap: Median time between rows of a series.
        span: Median time from the first to the last row of a series.
        varying: [D] bool, channels that vary within series.
        steady: [D] bool, channels that do not, such as static features.
        sparse: Whether channels are observed at times of their own, so that when they are is news.
        window: [2], see `Features`.
        even: Whether gaps are all about alike.
        single: Whether each channel shall have units of its own, if it is observed at times of
            its own.
    """

    gap: float
    span: float
    varying: np.ndarray
    steady: np.ndarray
    sparse: bool
    window: np.ndarray
    even: bool = True
    single: bool = True


def draw(count: int, around: Surroundings, random: np.random.Generator) -> Units:
    """Draw units.

    Args:
        count: K, how many.
        around: What they shall suit.
        random: The source of all numbers.

    Returns:
        The units, those of one kind and one set of channels together.
    """
    single = _single(count, around)
    if len(single):
        mixed = draw(count - len(single), around._replace(single=False), random)
        return _sorted(single, mixed)
    alone, each = _alone(count, around)
    mixed = _kinds(-(-(count - len(alone) * each) // BLOCK), around)
    kinds = np.append(mixed, np.full(len(alone), _LOW))
    sizes = np.append(np.full(len(mixed), BLOCK), np.full(len(alone), each))
    sets = _channel_sets(kinds, alone, around, random)
    order = sorted(range(len(kinds)), key=lambda block: (kinds[block], sets[block].tolist()))
    kind = np.repeat(kinds[order], sizes[order])[:count].astype(np.int32)
    channels = np.repeat(sets[order], sizes[order], axis=0)[:count].astype(np.int32)
    weights = random.normal(size=channels.shape) * (channels >= 0)
    weights /= np.maximum(np.linalg.norm(weights, axis=1, keepdims=True), 1e-12)
    shortest = SHORTEST * around.gap
    longest = max(LONGEST * around.span, 1.01 * shortest)
    tau = np.exp(random.uniform(np.log(shortest), np.log(longest), size=count))
    ratio = np.exp(random.uniform(np.log(1.3), np.log(5.0), size=count))
    quality = np.exp(random.uniform(np.log(0.6), np.log(4.0), size=count))
    steepness = random.uniform(1.0, 4.0, size=count) * random.choice([-1.0, 1.0], size=count)
    numbers = (
        weights,
        1 / tau,
        1 / (tau * ratio),
        2 * quality / tau,
        random.uniform(0, 2 * np.pi, size=count),
        np.full(count, _GAIN),
        steepness,
        random.normal(scale=0.7, size=count),
    )
    return Units(kind, channels, *(np.ascontiguousarray(each, np.float32) for each in numbers))


def _single(count: int, around: Surroundings) -> Units:
    """Where channels have clocks of their own: leaks and counts that read one channel each.

    What a channel was like lately and all along, and how often it was looked at, says more there
    than what it is together with others. A quarter of the units at least read several.
    """
    varying, steady = np.flatnonzero(around.varying), np.flatnonzero(around.steady)
    rows: list[tuple[int, int, float]] = []
    room = count * 3 // 4 - len(steady)
    each = min(room // max(1, len(varying)), BLOCK)
    if around.single and around.sparse and each >= _FEWEST:
        counts = each * 2 // 5
        shortest = SHORTEST * around.gap
        longest = max(LONGEST * around.span, 1.01 * shortest)
        levels = np.geomspace(shortest, longest, each - counts)
        often = np.geomspace(longest / 10, 100 * longest, counts)
        rows += [(_LOW, int(channel), shortest) for channel in steady]
        rows += [(_LOW, int(channel), tau) for channel in varying for tau in levels]
        rows += [(_COUNT, int(channel), tau) for channel in varying for tau in often]
    size, width = len(rows), min(MOST_CHANNELS, len(around.varying))
    kinds, read, taus = zip(*rows, strict=True) if rows else ((), (), ())
    channels = np.full((size, width), -1, np.int32)
    channels[:, 0] = read
    rate = 1 / np.asarray(taus, float)
    weights = (channels >= 0).astype(np.float32)
    none = np.zeros(size)
    numbers = (weights, rate, rate, none, none, none + _GAIN, none + 1, none)
    return Units(
        np.asarray(kinds, np.int32), channels, *(each.astype(np.float32) for each in numbers)
    )


def _sorted(first: Units, second: Units) -> Units:
    """All of both, those of one kind and one set of channels together."""
    joined = Units(
        *(
            np.concatenate([getattr(first, entry.name), getattr(second, entry.name)])
            for entry in fields(Units)
        )
    )
    return joined.select(np.lexsort((*joined.channels.T[::-1], joined.kind)))


def _alone(count: int, around: Surroundings) -> tuple[list[np.ndarray], int]:
    """Sets of channels of leaks that read no sums, and units of each; for half of all at most.

    What a static feature says, and the level of a channel, must not have to be guessed from sums.
    Where channels are many, each has fewer units, which then fill no block.
    """
    steady, varying = np.flatnonzero(around.steady), np.flatnonzero(around.varying)
    if count <= BLOCK or not len(varying):
        return [], BLOCK
    most = max(1, count // (4 * BLOCK))
    found = np.array_split(steady, min(most, len(steady))) if len(steady) else []
    # Channels with clocks of their own have units of their own already.
    room, fewest = (count // 4, BLOCK) if around.sparse else (count // 2, _FEWEST)
    each = min(BLOCK, room // (len(found) + len(varying)))
    if each < fewest:
        return found, BLOCK
    return found + np.array_split(varying, len(varying)), each


def _kinds(blocks: int, around: Surroundings) -> np.ndarray:
    """[blocks] kinds, in shares as exact as whole blocks allow."""
    mix = SPARSE if around.sparse else DENSE
    names, shares = list(mix), np.array(list(mix.values()))
    ends = np.round(np.cumsum(shares) / shares.sum() * blocks).astype(int)
    counts = np.diff(ends, prepend=0)
    return np.repeat([KINDS.index(name) for name in names], counts)


def _channel_sets(
    kinds: np.ndarray, alone: list[np.ndarray], around: Surroundings, random: np.random.Generator
) -> np.ndarray:
    """[blocks, C] sets of channels, -1 behind the last; every channel comes round equally often.

    The last ones are those of `_alone`.
    """
    known = around.varying | around.steady
    both = np.flatnonzero(known if known.any() else np.ones_like(known))
    varying = np.flatnonzero(around.varying) if around.varying.any() else both
    width = min(MOST_CHANNELS, len(known))
    sets = np.full((len(kinds), width), -1)
    turns: dict[bool, list[int]] = {True: [], False: []}
    for block, kind in enumerate(kinds[: len(kinds) - len(alone)]):
        level = KINDS[kind] in _LEVELS
        pool = both if level else varying
        # Levels of one channel alone first of all; combinations otherwise.
        size = 1 + int(random.geometric(0.5 if around.sparse else 0.35) - 1)
        chosen: list[int] = []
        while len(chosen) < min(size, width, len(pool)):
            if not turns[level]:
                turns[level] = random.permutation(pool).tolist()
            channel = turns[level].pop()
            if channel not in chosen:
                chosen.append(channel)
        sets[block, : len(chosen)] = sorted(chosen)
    for block, part in enumerate(alone, start=len(kinds) - len(alone)):
        chosen = random.permutation(part)[:width].tolist()
        sets[block, : len(chosen)] = sorted(chosen)
    return sets


_LEVELS = ("low", "liquid")
DENSE = {"low": 0.05, "band": 0.1, "resonator": 0.85}
SPARSE = {"low": 0.35, "band": 0.15, "liquid": 0.2, "resonator": 0.1, "count": 0.2}
"""Shares of the kinds."""
