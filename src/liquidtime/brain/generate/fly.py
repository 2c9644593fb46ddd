"""A random network of the size and degrees of a fly's brain, for benchmarks."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from liquidtime.brain.connectome.graph import Connectome
from liquidtime.brain.generate.counts import geometric
from liquidtime.brain.generate.degrees import degree_matched
from liquidtime.brain.generate.rows import SIGNS, first_inhibitory, stream
from liquidtime.errors import InputError

SIGMA = 1.0
SYNAPSES_AN_EDGE = 54.5e6 / 15_091_983
INHIBITORY = 1 / 3
DEGREES = 3


def fly_like(
    neurons: int = 138_639,
    edges: int = 15_091_983,
    *,
    seed: int = 0,
    threads: int | None = None,
    name: str = "fly-like",
) -> Connectome:
    """A benchmark of the shape of FlyWire's connectome, version 783. It is not a fly.

    The numbers of neurons, of edges and of synapses (54.5 million) are those of Dorkenwald et al.
    (2024). The rest only looks like it: in- and out-degrees are log-normal and independent of one
    another (the logarithm's standard deviation is 1, a round number), counts are geometric, and
    the last third of the neurons is inhibitory. Who is joined to whom is chance, with none of the
    fly's cell types, neuropils or circuits.

    Args:
        neurons: N.
        edges: Number of edges, at most N (N - 1) / 4. Small dense networks with such uneven
            degrees do not exist; some edges are then left out, with a warning.
        seed: Whole number from 0.
        threads: By default as many as there are cores.
        name: Of the connectome.

    Raises:
        InputError: If there are too many edges.
    """
    if not 0 <= edges <= neurons * (neurons - 1) // 4:
        raise InputError(
            f"{edges} edges are wanted among {neurons} neurons; expected 0 to "
            f"{neurons * (neurons - 1) // 4}, a quarter of all pairs. Make more neurons."
        )
    first = first_inhibitory(neurons, INHIBITORY)
    generator = stream(seed, DEGREES)
    incoming = _spread(edges, generator.lognormal(0, SIGMA, neurons), neurons - 1)
    outgoing = _spread(edges, generator.lognormal(0, SIGMA, neurons), neurons - 1)
    return degree_matched(
        incoming,
        outgoing,
        transmitters=np.array(SIGNS)[(np.arange(neurons) >= first).astype(int)],
        counts=geometric(SYNAPSES_AN_EDGE),
        seed=seed,
        threads=threads,
        name=name,
    )


def _spread(total: int, weights: NDArray, limit: int) -> NDArray[np.int64]:
    """Whole numbers that add up to the total, in proportion to the weights but for a limit."""
    full = np.zeros(len(weights), dtype=bool)
    while True:
        rest = total - limit * int(full.sum())
        shares = np.where(full, limit, weights * (rest / weights[~full].sum()))
        above = (shares > limit) & ~full
        if not above.any():
            break
        full |= above
    numbers = np.floor(shares).astype(np.int64)
    fractions = np.where(full, -1.0, shares - numbers)
    missing = total - int(numbers.sum())
    numbers[np.argsort(-fractions, kind="stable")[:missing]] += 1
    return numbers
