"""Networks in space: the nearer two neurons, the likelier an edge."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from liquidtime.brain.connectome.graph import Connectome
from liquidtime.brain.generate.counts import CountDistribution, distribution
from liquidtime.brain.generate.rows import (
    SIGNS,
    chunks,
    first_inhibitory,
    in_threads,
    offsets_of,
    places_of,
    signed_table,
    stream,
)
from liquidtime.errors import InputError
from liquidtime.kernels.network.edges import Edges
from liquidtime.optional import require

POSITIONS, SOURCES = 0, 1
LENGTHS_TO_CUTOFF = 6.0


def spatial(
    positions: ArrayLike | None = None,
    *,
    length_constant: float,
    in_degree: int | None = None,
    peak_probability: float | None = None,
    neurons: int | None = None,
    box: tuple[float, float, float] | None = None,
    cutoff: float | None = None,
    inhibitory: float = 0.2,
    counts: int | CountDistribution = 1,
    seed: int = 0,
    threads: int | None = None,
    name: str = "spatial",
) -> Connectome:
    """A network in which the probability of an edge falls as exp(-distance / length_constant).

    The law of Ercsey-Ravasz et al. (2013, "A predictive network model of cerebral cortical
    connectivity based on a distance rule"). Pairs farther apart than `cutoff` are never joined. In
    an endless volume of even density the share e^-c (1 + c + c² / 2) of the edges would lie beyond,
    c = cutoff / length_constant: 6.2 % at 6, 1.4 % at 8, 0.3 % at 10; in a sheet e^-c (1 + c),
    1.7 % at 6. The work grows with the number of pairs nearer than the cut-off.

    Args:
        positions: [N, 3], µm. Either these or `neurons` and `box`.
        length_constant: µm, the distance in which the probability falls by e.
        in_degree: Every neuron has so many different sources, drawn one after another in
            proportion to the law. Either this or `peak_probability`.
        peak_probability: Of an edge at distance 0; each pair is drawn on its own.
        neurons: N, placed uniformly in the box.
        box: µm, its three edges.
        cutoff: µm; by default six times `length_constant`.
        inhibitory: Share of inhibitory neurons, the last ones of the table.
        counts: Synapses of an edge, or a distribution such as `geometric(3.6)`.
        seed: Whole number from 0.
        threads: By default as many as there are cores.
        name: Of the connectome.

    Returns:
        N neurons with the columns `transmitter`, `x`, `y` and `z`; no self-connections.

    Raises:
        InputError: If an argument lies outside, or a neuron has fewer than `in_degree` others
            nearer than the cut-off.
    """
    require("scipy", extra="brain")
    space = require("scipy.spatial", extra="brain")
    reach = LENGTHS_TO_CUTOFF * length_constant if cutoff is None else cutoff
    if not (0 < length_constant < math.inf and 0 < reach < math.inf):
        raise InputError(
            f"length_constant is {length_constant} and cutoff {cutoff}; expected positive µm."
        )
    if (in_degree is None) == (peak_probability is None):
        raise InputError(
            f"in_degree is {in_degree} and peak_probability {peak_probability}; expected one of "
            "the two."
        )
    if in_degree is not None and (int(in_degree) != in_degree or in_degree < 0):
        raise InputError(f"in_degree is {in_degree}; expected a whole number from 0.")
    if peak_probability is not None and not 0 <= peak_probability <= 1:
        raise InputError(f"peak_probability is {peak_probability}; expected 0 to 1.")
    places = _positions(positions, neurons, box, seed)
    first = first_inhibitory(len(places), inhibitory)
    synapses = distribution(counts)
    tree = space.cKDTree(places)
    order = tree.indices
    parts = _parts(tree, reach, threads)

    def draw(chunk: int, part: slice) -> tuple[NDArray, NDArray, NDArray]:
        generator, targets = stream(seed, SOURCES, chunk), order[part]
        close = space.cKDTree(places[targets])
        pairs = close.sparse_distance_matrix(tree, reach, output_type="ndarray")
        pairs = pairs[targets[pairs["i"]] != pairs["j"]]
        away = pairs["v"] / length_constant
        if in_degree is None:
            kept = pairs[generator.random(len(away)) < peak_probability * np.exp(-away)]
            keys = np.sort(kept["i"] << 32 | kept["j"])
            sources, rows = keys & 0xFFFFFFFF, keys >> 32
            degrees = np.bincount(rows, minlength=len(targets))
        else:
            others = np.bincount(pairs["i"], minlength=len(targets))
            _check_enough(in_degree, others, targets, reach)
            ranks = np.log(generator.standard_exponential(len(away))) + away
            sources = _nearest(pairs, ranks, others, in_degree)
            degrees = np.full(len(targets), in_degree)
        numbers = np.empty(len(sources), dtype=synapses.dtype)
        synapses.fill(generator, numbers)
        return degrees, sources.astype(np.int32), numbers

    drawn = in_threads(draw, parts, threads)
    degrees = np.empty(len(places), dtype=np.int64)
    degrees[order] = np.concatenate([some for some, _, _ in drawn])
    offsets = offsets_of(degrees)
    sources = np.empty(offsets[-1], dtype=np.int32)
    numbers = np.empty(offsets[-1], dtype=synapses.dtype)
    for part, (_, some, their) in zip(parts, drawn, strict=True):
        where = places_of(offsets, order[part])
        sources[where], numbers[where] = some, their
    table = signed_table(len(places), first).assign(x=places[:, 0], y=places[:, 1], z=places[:, 2])
    found = Edges(offsets, sources, numbers, (sources >= first).view(np.uint8))
    return Connectome(table, found, SIGNS, name=name)


def _parts(tree: Any, reach: float, threads: int | None) -> list[slice]:
    """Ranges of the tree's order, in which neighbours stand together: a chunk of pairs each."""
    every = 16
    some = tree.data[tree.indices[::every]]
    near = tree.query_ball_point(some, reach, return_length=True, workers=threads or -1)
    # At least 8 pairs a row, so that the rows of a chunk fit into 16 bits.
    return chunks(offsets_of(np.repeat(np.maximum(near, 8), every)[: tree.n]))


def _check_enough(wanted: int, others: NDArray, targets: NDArray, reach: float) -> None:
    if others.min() < wanted:
        raise InputError(
            f"in_degree is {wanted}, but neuron {targets[others.argmin()]} has {others.min()} "
            f"others within {reach:g} µm; expected at most as many. Take a larger cutoff or "
            "fewer sources."
        )


def _nearest(pairs: NDArray, ranks: NDArray, lengths: NDArray, wanted: int) -> NDArray[np.int64]:
    """Sources of the lowest ranks of each row, ordered within the row.

    The lowest of E / w, E exponential, are a draw without replacement in proportion to w
    (Efraimidis and Spirakis, 2006); ranks are the logarithms.
    """
    if wanted == 0:
        return np.zeros(0, dtype=np.int64)
    by_row = np.argsort(pairs["i"].astype(np.uint16), kind="stable")
    table = np.full((len(lengths), lengths.max()), np.inf)
    table[np.arange(lengths.max()) < lengths[:, None]] = ranks[by_row]
    lowest = np.argpartition(table, wanted - 1, axis=1)[:, :wanted]
    sources = pairs["j"][by_row[lowest + offsets_of(lengths)[:-1, None]]]
    sources.sort(axis=1)
    return sources.ravel()


def _positions(
    positions: ArrayLike | None,
    neurons: int | None,
    box: tuple[float, float, float] | None,
    seed: int,
) -> NDArray[np.float64]:
    if (positions is None) == (neurons is None) or (neurons is None) != (box is None):
        raise InputError("expected positions [N, 3], or neurons with box; not both, not neither.")
    if neurons is not None and box is not None:
        first_inhibitory(neurons, 0)
        if np.shape(box) != (3,) or not (np.asarray(box) >= 0).all():
            raise InputError(
                f"box is {box}; expected its three edges in µm, such as (500, 500, 0)."
            )
        return stream(seed, POSITIONS).random((neurons, 3)) * np.asarray(box, dtype=np.float64)
    places = np.array(positions, dtype=np.float64)
    if places.ndim != 2 or places.shape[1] != 3 or not np.isfinite(places).all():
        raise InputError(
            f"positions are {list(places.shape)}; expected finite numbers [N, 3] in µm. In a "
            "plane, make z 0."
        )
    return places
