"""Bit streams (Lechner and Hasani, 2020): is the number of ones in a string of bits odd?

110,000 random strings of 2 to 31 bits, made on the spot with the published random numbers: 100,000
to learn from and 10,000 to be tested on. Parity cannot be told from any part of a string, so a
network has to carry one bit of memory over all of it.

Cite: M. Lechner, R. Hasani, "Learning long-term dependencies in irregularly-sampled time series",
arXiv:2006.04418.
"""

from typing import Literal, NamedTuple

import numpy as np
import torch

from liquidtime.data.series import IrregularSeries
from liquidtime.data.splits import Split
from liquidtime.errors import InputError

Encoding = Literal["dense", "event"]
LONGEST = 31
_SHORTEST = 2
PARTS = (100_000, 1234984), (10_000, 48736)
"""Strings and seed of the training and of the test part, as published."""
_DRAWS = 40
"""Random numbers laid in for a string: at most 32 are used, but for lengths drawn in vain."""


class Strings(NamedTuple):
    """N strings of bits, one behind another.

    Attributes:
        bits: 0 and 1, int64 [R].
        lengths: int64 [N], sum R.
    """

    bits: np.ndarray
    lengths: np.ndarray

    @property
    def codes(self) -> np.ndarray:
        """A number for each string, int64 [N]; equal for equal strings alone."""
        starts = np.cumsum(self.lengths) - self.lengths
        powers = np.repeat(starts + self.lengths - 1, self.lengths) - np.arange(len(self.bits))
        # The one before the first bit tells 01 from 001.
        return np.add.reduceat(self.bits << powers, starts) + (1 << self.lengths)

    @property
    def parity(self) -> np.ndarray:
        """1 where the number of ones is odd, int64 [N]."""
        return np.add.reduceat(self.bits, np.cumsum(self.lengths) - self.lengths) % 2


def draw(count: int, seed: int) -> Strings:
    """Random strings by the published random numbers: a length, then its bits, string by string.

    Args:
        count: How many.
        seed: Of NumPy's legacy generator.
    """
    # `randint` of a range takes the lowest bits of one 32-bit number, and another number where they
    # lie beyond the range. So all of them can be drawn at once, and read in turn.
    random = np.random.RandomState(seed)
    raw = random.randint(0, 2**32, size=_DRAWS * count + 1000, dtype=np.uint32)
    beyond = LONGEST - _SHORTEST
    tries = (raw & 31).tolist()
    starts, lengths, at = [], [], 0
    for _ in range(count):
        while tries[at] > beyond:
            at += 1
        starts.append(at + 1)
        lengths.append(tries[at] + _SHORTEST)
        at += lengths[-1] + 1
    sizes = np.array(lengths, dtype=np.int64)
    rows = np.repeat(np.array(starts) - np.cumsum(sizes) + sizes, sizes) + np.arange(sizes.sum())
    return Strings((raw[rows] & 1).astype(np.int64), sizes)


def load(encoding: Encoding = "event") -> tuple[IrregularSeries, Split]:
    """The published strings.

    Args:
        encoding: "dense": a row a bit. "event": a row where the bit is another than the one before,
            and one at the end of the string, as published; what is left out is told by the time.

    Returns:
        100,000 series to learn from and 10,000 to test on, and the split that says so; it has no
        validation part. Feature: the bit. Times count bits from 1. Target: class 1 where the number
        of ones is odd. Ids such as "train:17".

    Raises:
        InputError: If the encoding is unknown.
    """
    parts = [draw(count, seed) for count, seed in PARTS]
    whole = Strings(*(np.concatenate(pair) for pair in zip(*parts, strict=True)))
    names = zip(("train", "test"), PARTS, strict=True)
    ids = [f"{name}:{n}" for name, (count, _) in names for n in range(count)]
    train, test = np.split(np.arange(len(ids)), [PARTS[0][0]])
    return series_of(whole, encoding, ids), Split(train, train[:0], test)


def series_of(
    strings: Strings, encoding: Encoding, ids: list[str] | None = None
) -> IrregularSeries:
    """Strings as series; see `load`.

    Raises:
        InputError: If the encoding is unknown.
    """
    if encoding not in ("dense", "event"):
        raise InputError(f'encoding is {encoding!r}; expected "dense" or "event".')
    bits, lengths = strings
    owners = np.repeat(np.arange(len(lengths)), lengths)
    ends = np.cumsum(lengths)
    places = np.arange(len(bits)) - np.repeat(ends - lengths, lengths) + 1
    kept = np.ones(len(bits), dtype=bool)
    if encoding == "event":
        kept[1:] = bits[1:] != bits[:-1]
        kept[ends - lengths] = True
        kept[ends - 1] = True
    values = torch.from_numpy(bits[kept].astype(np.float32)).unsqueeze(1)
    return IrregularSeries(
        values=values,
        times=torch.from_numpy(places[kept].astype(np.float64)),
        mask=torch.ones_like(values, dtype=torch.bool),
        lengths=torch.from_numpy(np.bincount(owners[kept], minlength=len(lengths))),
        target=torch.from_numpy(strings.parity),
        ids=np.array([str(n) for n in range(len(lengths))] if ids is None else ids, dtype=object),
        features=("bit",),
        target_names=("parity",),
        classes=("even", "odd"),
    )
