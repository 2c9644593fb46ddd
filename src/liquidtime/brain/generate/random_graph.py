"""Random networks: a fixed number of sources for every neuron, or Erdős–Rényi."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from liquidtime.brain.connectome.graph import Connectome
from liquidtime.brain.generate.counts import CountDistribution, distribution
from liquidtime.brain.generate.rows import (
    SIGNS,
    chunks,
    first_inhibitory,
    in_threads,
    offsets_of,
    signed_table,
    stream,
)
from liquidtime.errors import InputError
from liquidtime.kernels.network.edges import Edges

DEGREES, SOURCES = 0, 1


def random(
    neurons: int,
    in_degree: int | None = None,
    *,
    probability: float | None = None,
    inhibitory: float = 0.2,
    counts: int | CountDistribution = 1,
    self_connections: bool = False,
    seed: int = 0,
    threads: int | None = None,
    name: str = "random",
) -> Connectome:
    """A network in which all sources are equally likely.

    Every neuron's set of sources is uniform among all sets of its size. An edge costs 6 bytes
    where its counts fit into int8, and the work needs little more.

    Args:
        neurons: N.
        in_degree: Number of different sources of every neuron. Either this or `probability`.
        probability: Of an edge between any two neurons, each pair on its own (Erdős and Rényi,
            1959, in Gilbert's form); in-degrees are binomial.
        inhibitory: Share of inhibitory neurons, the last ones of the table; their edges have the
            class "inhibitory". The usual fifth of cortex by default.
        counts: Synapses of an edge, or a distribution such as `geometric(3.6)`.
        self_connections: Whether a neuron may be its own source.
        seed: Whole number from 0; the same seed gives the same network.
        threads: By default as many as there are cores.
        name: Of the connectome.

    Returns:
        N neurons with the column `transmitter`, classes excitatory and inhibitory.

    Raises:
        InputError: If there are more sources than neurons, or an argument lies outside.
    """
    first = first_inhibitory(neurons, inhibitory)
    synapses = distribution(counts)
    choices = neurons if self_connections else neurons - 1
    degrees = _degrees(neurons, choices, in_degree, probability, seed)
    offsets = offsets_of(degrees)
    sources = np.empty(offsets[-1], dtype=np.int32)
    numbers = np.empty(offsets[-1], dtype=synapses.dtype)
    classes = np.empty(offsets[-1], dtype=np.uint8)

    def fill(chunk: int, rows: slice) -> None:
        generator = stream(seed, SOURCES, chunk)
        block, kept = distinct(generator, choices, degrees[rows])
        if not self_connections:
            block += block >= np.arange(rows.start, rows.stop, dtype=np.int32)[:, None]
        part = slice(offsets[rows.start], offsets[rows.stop])
        sources[part] = block.ravel() if kept is None else block[kept]
        np.greater_equal(sources[part], first, out=classes[part].view(bool))
        synapses.fill(generator, numbers[part])

    in_threads(fill, chunks(offsets), threads)
    found = Edges(offsets, sources, numbers, classes)
    return Connectome(signed_table(neurons, first), found, SIGNS, name=name)


def distinct(
    generator: np.random.Generator, choices: int, degrees: NDArray
) -> tuple[NDArray[np.int32], NDArray[np.bool_] | None]:
    """For each row so many different numbers below `choices`, sorted.

    Whatever comes twice in a row is drawn anew until nothing does. All numbers are alike in this,
    so every set of the row's size is equally likely.

    Args:
        generator: Random numbers.
        choices: How many numbers there are.
        degrees: [R], how many each row needs.

    Returns:
        int32 [R, D] and where in it the numbers are, bool [R, D]; None where they are everywhere.
    """
    widest = int(degrees.max(initial=0))
    if 2 * int(degrees.sum()) > choices * len(degrees):
        absent, outside = distinct(generator, choices, choices - degrees)
        present = np.ones((len(degrees), choices), dtype=bool)
        row = np.broadcast_to(np.arange(len(degrees))[:, None], absent.shape)
        where = ... if outside is None else outside
        present[row[where], absent[where]] = False
        every = np.broadcast_to(np.arange(choices, dtype=np.int32), present.shape)
        return every.copy(), present
    block = generator.integers(0, choices, (len(degrees), widest), dtype=np.int32)
    ragged = int(degrees.min(initial=widest)) < widest
    kept = np.arange(widest) < degrees[:, None] if ragged else None
    nothing = np.int32(choices)
    if kept is not None:
        block[~kept] = nothing
    block.sort(axis=1)
    affected, part = np.arange(len(degrees)), block
    while True:
        twice = part[:, 1:] == part[:, :-1]
        if ragged:
            twice &= part[:, 1:] != nothing
        again = np.flatnonzero(twice.any(axis=1))
        if not again.size:
            return block, kept
        affected, part, twice = affected[again], part[again], twice[again]
        part[:, 1:][twice] = generator.integers(0, choices, int(twice.sum()), dtype=np.int32)
        part.sort(axis=1)
        block[affected] = part


def _degrees(
    neurons: int, choices: int, in_degree: int | None, probability: float | None, seed: int
) -> NDArray:
    if (in_degree is None) == (probability is None):
        raise InputError(
            f"in_degree is {in_degree} and probability {probability}; expected one of the two."
        )
    if probability is not None:
        if not 0 <= probability <= 1:
            raise InputError(f"probability is {probability}; expected 0 to 1.")
        return stream(seed, DEGREES).binomial(choices, probability, neurons)
    if in_degree is None or int(in_degree) != in_degree or not 0 <= in_degree <= choices:
        raise InputError(
            f"in_degree is {in_degree}; expected a whole number from 0 to {choices}, as there are "
            f"{neurons} neurons and a neuron's sources differ. Make more neurons or larger counts."
        )
    return np.full(neurons, int(in_degree), dtype=np.int64)
