"""Which rank has which neurons, what a partition cuts, and what a rank then holds."""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from liquidtime.brain.connectome.graph import Connectome
from liquidtime.errors import InputError
from liquidtime.kernels.network import edges
from liquidtime.kernels.network.constants import Constants, SynapseShares
from liquidtime.kernels.network.edges import Edges
from liquidtime.optional import require


def even(neurons: int, parts: int) -> NDArray[np.int32]:
    """Contiguous blocks of as many neurons each, or one more.

    Args:
        neurons: N.
        parts: Number of ranks, at most N.

    Returns:
        int32 [N], the rank of each neuron.

    Raises:
        InputError: If there are fewer neurons than parts.
    """
    _check(neurons, parts)
    return (np.arange(neurons, dtype=np.int64) * parts // neurons).astype(np.int32)


def blocks(connectome: Connectome, parts: int) -> NDArray[np.int32]:
    """Contiguous blocks of neurons with about as many edges onto each block.

    It costs nothing and keeps the order of the table, which often has neighbours side by side.

    Args:
        connectome: What is to be spread.
        parts: Number of ranks, at most N.

    Returns:
        int32 [N], the rank of each neuron.

    Raises:
        InputError: If there are fewer neurons than parts.
    """
    size = len(connectome)
    _check(size, parts)
    load = np.cumsum(_load(connectome))
    limits = np.searchsorted(load, load[-1] * np.arange(1, parts) / parts)
    # Every block needs a neuron, also beside one that outweighs all others.
    number = np.arange(1, parts)
    limits = np.maximum.accumulate(np.maximum(limits, number) - number) + number
    limits = np.minimum(limits, size - parts + number)
    return np.searchsorted(limits, np.arange(size), side="right").astype(np.int32)


def metis(connectome: Connectome, parts: int, seed: int = 0) -> NDArray[np.int32]:
    """Parts with about as many edges onto each and few edges between them, found by METIS.

    Args:
        connectome: What is to be spread.
        parts: Number of ranks, at most N.
        seed: Of METIS; the same seed gives the same parts.

    Returns:
        int32 [N], the rank of each neuron.

    Raises:
        ImportError: If pymetis is not installed.
        InputError: If there are fewer neurons than parts.

    References:
        Karypis, Kumar: A fast and high quality multilevel scheme for partitioning irregular
        graphs. SIAM J. Sci. Comput. 20 (1998).
    """
    size = len(connectome)
    _check(size, parts)
    pymetis = require("pymetis", extra="brain")
    if parts == 1:
        return np.zeros(size, dtype=np.int32)
    ends = [(found.sources, found.targets()) for found in _all_edges(connectome)]
    pre = np.concatenate([sources for sources, _ in ends])
    post = np.concatenate([targets for _, targets in ends])
    apart = pre != post
    # METIS takes no loops, and an undirected graph: each edge in both directions.
    pre, post = pre[apart], post[apart]
    both = edges.from_pairs(np.concatenate([pre, post]), np.concatenate([post, pre]), 1, 0, size)
    _, found = pymetis.part_graph(
        parts,
        pymetis.CSRAdjacency(both.offsets, both.sources),
        vweights=_load(connectome),
        eweights=both.counts.astype(np.int64),
        options=pymetis.Options(seed=seed),
    )
    ranks = np.asarray(found, dtype=np.int32)
    # METIS may leave a part empty, and every rank needs a neuron: the largest gives one.
    for rank in np.setdiff1d(np.arange(parts), ranks):
        largest = np.bincount(ranks, minlength=parts).argmax()
        ranks[np.flatnonzero(ranks == largest)[-1]] = rank
    return ranks


@dataclass(frozen=True, eq=False)
class Cut:
    """What a partition cuts, for P ranks."""

    neurons: NDArray[np.int64]
    """[P]."""
    edges: NDArray[np.int64]
    """[P], onto the neurons of each rank: its work."""
    edges_cut: int
    """Edges, and gap junctions in each direction, whose ends lie on different ranks."""
    boundary: NDArray[np.int64]
    """[P, P], sources of one rank (row) that another (column) hears: what travels in a step."""

    @property
    def balance(self) -> float:
        """The largest rank's share of edges over the mean one; 1 is best."""
        mean = self.edges.mean()
        return float(self.edges.max() / mean) if mean else 1.0


def cut(connectome: Connectome, ranks: NDArray) -> Cut:
    """What a partition cuts.

    Args:
        connectome: What is spread.
        ranks: [N], the rank of each neuron.

    Raises:
        InputError: If `ranks` are no numbers from 0, one a neuron.
    """
    ranks = checked(ranks, len(connectome), None)
    parts = int(ranks.max(initial=0)) + 1
    heard = np.zeros((parts, len(connectome)), dtype=bool)
    across = 0
    for found in _all_edges(connectome):
        # Some million edges at a time: arrays over all would outweigh the connectome.
        for first, last in found.rows():
            part = slice(found.offsets[first], found.offsets[last])
            of_target = np.repeat(ranks[first:last], np.diff(found.offsets[first : last + 1]))
            sources = found.sources[part]
            crossing = ranks[sources] != of_target
            heard[of_target[crossing], sources[crossing]] = True
            across += int(crossing.sum())
    boundary = np.stack([heard[:, ranks == rank].sum(axis=1) for rank in range(parts)])
    weight = connectome.synapses.in_degree
    return Cut(
        np.bincount(ranks, minlength=parts),
        np.bincount(ranks, weights=weight, minlength=parts).astype(np.int64),
        across,
        boundary,
    )


def checked(ranks: NDArray, neurons: int, parts: int | None) -> NDArray[np.int32]:
    """A partition that was given, as int32 [N].

    Raises:
        InputError: If it does not name a rank for each neuron, or leaves a rank without neurons.
    """
    array = np.asarray(ranks)
    if array.shape != (neurons,) or array.dtype.kind not in "iu":
        raise InputError(
            f"the partition is {array.dtype} {list(array.shape)}; expected whole numbers [N] = "
            f"[{neurons}], the rank of each neuron."
        )
    most = int(array.max(initial=0)) + 1 if parts is None else parts
    if array.size and not (array.min() >= 0 and array.max() < most):
        raise InputError(
            f"the partition holds ranks from {array.min()} to {array.max()}; expected 0 to "
            f"{most - 1}: there are {most} processes."
        )
    idle = np.setdiff1d(np.arange(most), array)
    if idle.size:
        raise InputError(
            f"the partition leaves rank {idle[0]} without neurons; expected one or more for each "
            f"of {most} ranks. Start fewer processes, or take another partition."
        )
    return array.astype(np.int32)


@dataclass(frozen=True, eq=False)
class Part:
    """What one rank holds of a network."""

    rows: NDArray[np.int32]
    """[R], its neurons."""
    sources: NDArray[np.int32]
    """[S], its neurons and those that they listen to, ascending."""
    constants: Constants
    """Of its neurons; edges count sources from 0 to S - 1."""
    place: NDArray[np.int32]
    """[N], where a neuron stands among the sources, if it is one."""

    @classmethod
    def of(cls, constants: Constants, mine: NDArray[np.bool_]) -> Part:
        """The part of the neurons for which `mine` [N] is true."""
        rows = np.flatnonzero(mine).astype(np.int32)
        synapses, kept = _onto(constants.synapses, rows)
        gaps = None if constants.gaps is None else _onto(constants.gaps, rows)[0]
        listed = mine.copy()
        listed[synapses.sources] = True
        if gaps is not None:
            listed[gaps.sources] = True
        sources = np.flatnonzero(listed).astype(np.int32)
        place = np.zeros(len(mine), dtype=np.int32)
        place[sources] = np.arange(len(sources), dtype=np.int32)

        def renumbered(edges: Edges) -> Edges:
            return dataclasses.replace(edges, sources=place[edges.sources])

        def of(values: NDArray | None, which: Any) -> Any:
            return None if values is None else values[which]

        shares, gates = constants.shares, constants.gates
        found = dataclasses.replace(
            constants,
            synapses=renumbered(synapses),
            shares=None
            if shares is None
            else SynapseShares(
                shares.low[kept], shares.high[kept], shares.midpoint[kept], shares.steepness[kept]
            ),
            capacitance=constants.capacitance[rows],
            leak_conductance=constants.leak_conductance[rows],
            leak_potential=constants.leak_potential[rows],
            midpoint=constants.midpoint[rows],
            steepness=constants.steepness[rows],
            synaptic_time=of(constants.synaptic_time, rows),
            delay=constants.delay[rows],
            gaps=None if gaps is None else renumbered(gaps),
            extra={name: values[rows] for name, values in constants.extra.items()},
            gates=dataclasses.replace(
                gates,
                output=of(gates.output, sources),
                contact=of(gates.contact, sources),
                held=of(gates.held, rows),
            ),
        )
        return cls(rows, sources, found, place)


def _check(neurons: int, parts: int) -> None:
    if not 1 <= parts <= max(1, neurons):
        raise InputError(
            f"{neurons} neurons cannot be spread over {parts} ranks; expected 1 to {neurons}."
        )


def _load(connectome: Connectome) -> NDArray[np.int64]:
    """[N], the work that a neuron makes: its edges, and itself."""
    return 1 + np.sum([found.in_degree for found in _all_edges(connectome)], axis=0)


def _all_edges(connectome: Connectome) -> list[Edges]:
    gaps = connectome.gap_junctions
    return [connectome.synapses] if gaps is None else [connectome.synapses, gaps]


def _onto(edges: Edges, rows: NDArray[np.int32]) -> tuple[Edges, Any]:
    """The edges onto some targets, and where among all they are."""
    lengths = edges.in_degree[rows]
    offsets = np.concatenate([[0], np.cumsum(lengths)])
    # Rows that follow each other are one slice, without a copy.
    if len(rows) and rows[-1] - rows[0] + 1 == len(rows):
        kept = slice(int(edges.offsets[rows[0]]), int(edges.offsets[rows[-1] + 1]))
    else:
        kept = np.repeat(edges.offsets[rows] - offsets[:-1], lengths) + np.arange(offsets[-1])
    return Edges(offsets, edges.sources[kept], edges.counts[kept], edges.classes[kept]), kept
