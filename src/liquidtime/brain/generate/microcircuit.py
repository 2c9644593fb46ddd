"""The cortical microcircuit of Potjans and Diesmann: 1 mm² of early sensory cortex."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
from numpy.typing import NDArray

from liquidtime.brain.connectome.graph import Connectome
from liquidtime.brain.generate.rows import SIGNS, chunks, in_threads, offsets_of, stream
from liquidtime.errors import InputError
from liquidtime.kernels.network.edges import Edges
from liquidtime.optional import require

POPULATIONS = ("L23e", "L23i", "L4e", "L4i", "L5e", "L5i", "L6e", "L6i")
SIZES = (20683, 5834, 21915, 5479, 4850, 1065, 14395, 2948)
PROBABILITIES = (
    (0.1009, 0.1689, 0.0437, 0.0818, 0.0323, 0.0, 0.0076, 0.0),
    (0.1346, 0.1371, 0.0316, 0.0515, 0.0755, 0.0, 0.0042, 0.0),
    (0.0077, 0.0059, 0.0497, 0.135, 0.0067, 0.0003, 0.0453, 0.0),
    (0.0691, 0.0029, 0.0794, 0.1597, 0.0033, 0.0, 0.1057, 0.0),
    (0.1004, 0.0622, 0.0505, 0.0057, 0.0831, 0.3726, 0.0204, 0.0),
    (0.0548, 0.0269, 0.0257, 0.0022, 0.06, 0.3158, 0.0086, 0.0),
    (0.0156, 0.0066, 0.0211, 0.0166, 0.0572, 0.0197, 0.0396, 0.2252),
    (0.0364, 0.001, 0.0034, 0.0005, 0.0277, 0.008, 0.0658, 0.1443),
)
"""Of at least one synapse from a neuron (column) onto another (row): Table 5 of the paper."""

BY_CLASS = (0, 2, 4, 6, 1, 3, 5, 7)
"""Populations in the order of their edges in a row: excitatory ones first."""

DEGREES, SOURCES = 0, 1


def cortical_microcircuit(
    scale: float = 1.0,
    *,
    in_degree_scale: float = 1.0,
    seed: int = 0,
    threads: int | None = None,
    name: str = "cortical microcircuit",
) -> Connectome:
    """The network of Potjans and Diesmann (2014): 8 populations, 77,169 neurons, 0.3e9 synapses.

    Between two populations there are K = ln(1 - p) / ln(1 - 1 / (N_pre N_post)) synapses (their
    equation 1), whose targets and sources are drawn uniformly and independently, so that some
    edges have several synapses and a few neurons reach themselves, as in the paper. Synapses only:
    the paper's weights, delays and background input are not here.

    Args:
        scale: Of the numbers of neurons, above 0 to 1. In-degrees stay, as in the authors' code
            for NEST, so a small network is dense and its edges have more synapses.
        in_degree_scale: Of all in-degrees. Equal to `scale`, it keeps the probabilities instead.
        seed: Whole number from 0.
        threads: By default as many as there are cores.
        name: Of the connectome.

    Returns:
        Neurons in the paper's order, population in the column `type` (L23e, L23i, … L6i) and
        transmitter excitatory or inhibitory. At full scale 1.7 GB.

    Raises:
        InputError: If a scale lies outside.

    References:
        T. C. Potjans, M. Diesmann: The cell-type specific cortical microcircuit. Cerebral Cortex
        24 (2014), 785-806.
    """
    if not 0 < scale <= 1 or not 0 < in_degree_scale < math.inf:
        raise InputError(
            f"scale is {scale} and in_degree_scale {in_degree_scale}; expected a scale above 0 to "
            "1 and a positive scale of in-degrees."
        )
    pandas = require("pandas", extra="brain")
    sizes = np.maximum(1, np.round(np.array(SIZES) * scale)).astype(np.int64)
    starts = offsets_of(sizes)
    neurons = int(starts[-1])
    totals = synapse_numbers(scale, in_degree_scale)
    drawn = np.zeros((neurons, len(sizes)), dtype=np.int64)
    for post, size in enumerate(sizes):
        rows, generator = slice(starts[post], starts[post + 1]), stream(seed, DEGREES, post)
        for pre, total in enumerate(totals[post]):
            drawn[rows, pre] = generator.multinomial(total, np.full(size, 1 / size))
    per_pair = float((drawn.max(axis=0) / sizes).max())
    if (largest := per_pair + 10 * math.sqrt(per_pair) + 20) > np.iinfo(np.int16).max:
        raise InputError(
            f"an edge would have {largest:,.0f} synapses; expected at most 32767. Take a smaller "
            "in_degree_scale or a larger scale."
        )
    dtype = np.dtype(np.int8 if largest <= np.iinfo(np.int8).max else np.int16)
    found = _edges(drawn, starts, seed, threads, dtype)
    kinds = np.repeat(np.arange(len(sizes)), sizes)
    table = pandas.DataFrame(
        {
            "type": np.array(POPULATIONS, dtype=object)[kinds],
            "transmitter": np.array(SIGNS, dtype=object)[kinds % 2],
        }
    )
    return Connectome(table, found, SIGNS, name=name)


def synapse_numbers(scale: float = 1.0, in_degree_scale: float = 1.0) -> NDArray[np.int64]:
    """[8, 8], the number of synapses onto each population (row) from each (column)."""
    pairs = np.outer(SIZES, SIZES).astype(np.float64)
    full = np.log1p(-np.array(PROBABILITIES)) / np.log1p(-1 / pairs)
    return np.round(full * scale * in_degree_scale).astype(np.int64)


def _edges(
    drawn: NDArray[np.int64],
    starts: NDArray[np.int64],
    seed: int,
    threads: int | None,
    dtype: np.dtype[Any],
) -> Edges:
    """Draw sources with replacement and merge those that a target drew more than once.

    Args:
        drawn: [N, 8], synapses onto each neuron from each population.
        starts: [9], where each population begins.
        seed: Of the streams.
        threads: Of the pool.
        dtype: Of the counts.
    """
    room = offsets_of(drawn.sum(axis=1))
    sources = np.empty(room[-1], dtype=np.int32)
    counts = np.empty(room[-1], dtype=dtype)
    classes = np.empty(room[-1], dtype=np.uint8)
    degrees = np.zeros(len(drawn), dtype=np.int64)
    parts = [p for post in range(len(starts) - 1) for p in chunks(room, *starts[post : post + 2])]

    def fill(chunk: int, rows: slice) -> None:
        some = drawn[rows]
        block, there = _draw(stream(seed, SOURCES, chunk), some, starts)
        new = there.copy()
        new[:, 1:] &= block[:, 1:] != block[:, :-1]
        degrees[rows] = new.sum(axis=1)
        first, end = room[rows.start], room[rows.start] + int(degrees[rows].sum())
        sources[first:end] = block[new]
        places = np.flatnonzero(new[there])
        counts[first:end] = np.diff(places, append=int(some.sum()))
        inhibitory = np.zeros(block.shape[1], dtype=np.uint8)
        inhibitory[some.max(axis=0)[list(BY_CLASS[:4])].sum() :] = 1
        classes[first:end] = np.broadcast_to(inhibitory, block.shape)[new]

    in_threads(fill, parts, threads)
    offsets = offsets_of(degrees)
    for rows in parts:
        length = offsets[rows.stop] - offsets[rows.start]
        here, there = offsets[rows.start], room[rows.start]
        for array in (sources, counts, classes):
            array[here : here + length] = array[there : there + length]
    for array in (sources, counts, classes):
        array.resize(offsets[-1], refcheck=False)
    return Edges(offsets, sources, counts, classes)


def _draw(
    generator: np.random.Generator, drawn: NDArray[np.int64], starts: NDArray[np.int64]
) -> tuple[NDArray[np.int32], NDArray[np.bool_]]:
    """Sources in the order of class and number, each row filled up between populations with -1."""
    widths = drawn.max(axis=0, initial=0)
    block = np.empty((len(drawn), widths.sum()), dtype=np.int32)
    column = 0
    for pre in BY_CLASS:
        width = int(widths[pre])
        part = block[:, column : column + width]
        part[...] = generator.integers(starts[pre], starts[pre + 1], part.shape, dtype=np.int32)
        part[np.arange(width) < width - drawn[:, pre, None]] = -1
        part.sort(axis=1)
        column += width
    return block, block >= 0
