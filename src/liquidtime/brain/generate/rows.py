"""Chunks of rows, each with its own random stream, worked on in a pool of threads.

The size of the chunks is fixed, so what a seed makes does not depend on the number of threads.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, TypeVar

import numpy as np
from numpy.typing import NDArray

from liquidtime.errors import InputError
from liquidtime.optional import require

if TYPE_CHECKING:
    import pandas

EDGES_A_CHUNK = 1 << 18
"""A chunk's sources fit into the second level cache, and hide the cost of its seed."""

SIGNS = ("excitatory", "inhibitory")
"""The classes of edges of generated networks."""

Item = TypeVar("Item")
Result = TypeVar("Result")


def stream(seed: int, *key: int) -> np.random.Generator:
    """The random numbers of one step of the work (`key`: its number, that of the chunk)."""
    return np.random.Generator(np.random.SFC64(np.random.SeedSequence(seed, spawn_key=key)))


def chunks(offsets: NDArray[np.int64], first: int = 0, end: int | None = None) -> list[slice]:
    """Rows first to end - 1 in ranges of about `EDGES_A_CHUNK` edges each."""
    end = len(offsets) - 1 if end is None else end
    found = []
    while first < end:
        limit = offsets[first] + EDGES_A_CHUNK
        last = min(end, max(first + 1, int(np.searchsorted(offsets, limit, "right")) - 1))
        found.append(slice(first, last))
        first = last
    return found


def in_threads(
    work: Callable[[int, Item], Result], items: Sequence[Item], threads: int | None
) -> list[Result]:
    """Call work(number, item) for every item; the results in the order of the items.

    Args:
        work: NumPy that releases the interpreter's lock for most of its time.
        items: As a rule chunks of rows.
        threads: By default as many as there are cores.

    Raises:
        InputError: If there are fewer than one.
    """
    if threads is None:
        threads = os.cpu_count() or 1
    if threads < 1:
        raise InputError(f"threads is {threads}; expected at least 1, or None for all cores.")
    with ThreadPoolExecutor(threads) as pool:
        return list(pool.map(work, range(len(items)), items))


def offsets_of(degrees: NDArray) -> NDArray[np.int64]:
    """int64 [N + 1], where the edges of each row begin, from its number of edges."""
    offsets = np.zeros(len(degrees) + 1, dtype=np.int64)
    np.cumsum(degrees, out=offsets[1:])
    return offsets


def places_of(offsets: NDArray[np.int64], rows: NDArray) -> NDArray[np.int64]:
    """Places of all edges of some rows, row after row."""
    lengths = offsets[rows + 1] - offsets[rows]
    before = offsets_of(lengths)
    return np.repeat(offsets[rows] - before[:-1], lengths) + np.arange(before[-1])


def first_inhibitory(neurons: int, inhibitory: float) -> int:
    """Index of the first inhibitory neuron where the last share of them is.

    Raises:
        InputError: If there is no neuron, or the share lies outside 0 to 1.
    """
    if not 1 <= neurons < 2**31:
        raise InputError(f"there are {neurons} neurons; expected 1 to 2³¹ - 1.")
    if not 0 <= inhibitory <= 1:
        raise InputError(f"the inhibitory share is {inhibitory}; expected 0 to 1, such as 0.2.")
    return neurons - round(neurons * inhibitory)


def signed_table(neurons: int, first: int) -> pandas.DataFrame:
    """A table of neurons, excitatory before `first` and inhibitory from there."""
    pandas = require("pandas", extra="brain")
    names = np.array(SIGNS, dtype=object)[(np.arange(neurons) >= first).astype(np.int8)]
    return pandas.DataFrame({"transmitter": names})
