"""Networks with given degrees, and the null model of a connectome that keeps its degrees."""

from __future__ import annotations

import warnings
from collections.abc import Sequence

import numpy as np
from numpy.typing import ArrayLike, NDArray

from liquidtime.brain.connectome.graph import Connectome
from liquidtime.brain.connectome.transmitters import UNKNOWN, canonical
from liquidtime.brain.generate.configuration import Stubs
from liquidtime.brain.generate.counts import CountDistribution, distribution
from liquidtime.brain.generate.rows import chunks, in_threads, offsets_of, stream
from liquidtime.errors import InputError
from liquidtime.kernels.network.edges import Edges
from liquidtime.optional import require

COUNTS = 2


def degree_matched(
    in_degrees: ArrayLike,
    out_degrees: ArrayLike,
    *,
    transmitters: Sequence[str] | NDArray | None = None,
    counts: int | CountDistribution = 1,
    self_connections: bool = False,
    seed: int = 0,
    threads: int | None = None,
    name: str = "degree-matched",
) -> Connectome:
    """A random network in which every neuron has its given numbers of sources and of targets.

    The configuration model (Bollobás, 1980): every neuron's outgoing edges are dealt to the
    incoming ones at random; edges that come twice and self-connections then change places with
    random others, in at most 64 rounds. The swaps make the draw only nearly uniform. What they
    cannot mend is left out, with a warning that says how many edges: none in sparse networks, some
    where few neurons have almost all neurons as partners.

    Args:
        in_degrees: [N], number of different sources of each neuron.
        out_degrees: [N], number of different targets of each neuron; the same sum.
        transmitters: [N], of each neuron; unknown by default. They are the classes of the edges.
        counts: Synapses of an edge, or a distribution such as `geometric(3.6)`.
        self_connections: Whether a neuron may be its own source.
        seed: Whole number from 0.
        threads: By default as many as there are cores.
        name: Of the connectome.

    Raises:
        InputError: If the sums differ, or a degree exceeds the number of partners there are.
    """
    pandas = require("pandas", extra="brain")
    synapses = distribution(counts)
    incoming = _degrees("in_degrees", in_degrees, self_connections)
    outgoing = _degrees("out_degrees", out_degrees, self_connections)
    neurons = len(incoming)
    if len(outgoing) != neurons or incoming.sum() != outgoing.sum():
        raise InputError(
            f"{neurons} in_degrees add up to {incoming.sum()} and {len(outgoing)} out_degrees to "
            f"{outgoing.sum()}; expected as many with the same sum, the number of edges."
        )
    kinds = [UNKNOWN] * neurons if transmitters is None else [canonical(t) for t in transmitters]
    if len(kinds) != neurons:
        raise InputError(f"there are {len(kinds)} transmitters; expected {neurons}, one a neuron.")
    names, of_neuron = np.unique(np.array(kinds), return_inverse=True)
    _check_labels(len(names), neurons)
    labels = (of_neuron * neurons + np.arange(neurons)).astype(np.int32)
    stubs = Stubs(
        offsets_of(incoming),
        np.repeat(labels, outgoing),
        None,
        neurons,
        self_connections,
        threads,
    )
    _warn(stubs.settle(seed))
    sources, classes = stubs.decoded()
    numbers = np.empty(len(sources), dtype=synapses.dtype)

    def fill(chunk: int, rows: slice) -> None:
        part = slice(stubs.offsets[rows.start], stubs.offsets[rows.stop])
        synapses.fill(stream(seed, COUNTS, chunk), numbers[part])

    in_threads(fill, chunks(stubs.offsets), threads)
    return Connectome(
        pandas.DataFrame({"transmitter": np.array(kinds, dtype=object)}),
        Edges(stubs.offsets, sources, numbers, classes),
        tuple(map(str, names)),
        name=name,
    )


def shuffled(
    connectome: Connectome,
    *,
    self_connections: bool = False,
    seed: int = 0,
    threads: int | None = None,
) -> Connectome:
    """A null model: the same degrees of every neuron, but partners at random.

    Every edge keeps its source, count and class and gets another target; every target keeps its
    number of edges. In the terms of Maslov and Sneppen (2002), their randomised network. The
    numbers of synapses onto a neuron are not kept, only those of its edges. Gap junctions and the
    table stay as they are. As to what the swaps cannot mend, see `degree_matched`.

    Args:
        connectome: The model of the null model.
        self_connections: Whether a neuron may be its own source. Where the connectome has some,
            they become edges to others by default.
        seed: Whole number from 0.
        threads: By default as many as there are cores.

    Raises:
        InputError: If classes times neurons exceed 2³¹.
    """
    found, neurons = connectome.synapses, len(connectome)
    _check_labels(len(connectome.classes), neurons)
    labels = found.classes.astype(np.int32)
    labels *= np.int32(neurons)
    labels += found.sources
    stubs = Stubs(
        found.offsets.copy(), labels, found.counts.copy(), neurons, self_connections, threads
    )
    _warn(stubs.settle(seed))
    sources, classes = stubs.decoded()
    assert stubs.counts is not None
    return Connectome(
        connectome.neurons,
        Edges(stubs.offsets, sources, stubs.counts, classes),
        connectome.classes,
        connectome.gap_junctions,
        name=f"{connectome.name}, shuffled",
    )


def _degrees(name: str, values: ArrayLike, self_connections: bool) -> NDArray[np.int64]:
    degrees = np.asarray(values)
    if degrees.ndim != 1 or not degrees.size or degrees.dtype.kind not in "iu":
        raise InputError(
            f"{name} are {degrees.dtype} {list(degrees.shape)}; expected whole numbers [N]."
        )
    partners = len(degrees) - (not self_connections)
    if degrees.min() < 0 or degrees.max() > partners:
        raise InputError(
            f"{name} reach from {degrees.min()} to {degrees.max()}; expected 0 to {partners}, as "
            f"there are {len(degrees)} neurons and the partners of a neuron differ."
        )
    return degrees.astype(np.int64)


def _check_labels(classes: int, neurons: int) -> None:
    if classes * neurons >= 2**31:
        raise InputError(
            f"{classes} classes times {neurons} neurons are more than 2³¹; expected fewer. "
            "Merge classes, such as to excitatory and inhibitory."
        )


def _warn(left_out: int) -> None:
    if left_out:
        warnings.warn(
            f"{left_out} edges could not be placed without a double edge or self-connection, and "
            "were left out; the degrees of some neurons fall short.",
            stacklevel=3,
        )
