"""Edges as compressed rows: for each target the sources it listens to."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import ArrayLike, NDArray

from liquidtime.errors import InputError
from liquidtime.native import native

COUNT_DTYPES = (np.dtype(np.int8), np.dtype(np.int16), np.dtype(np.float32))
"""The smallest that holds all numbers of synapses exactly is used."""


@dataclass(frozen=True, eq=False, repr=False)
class Edges:
    """E edges onto N targets, sorted by target, within a target by class and then by source.

    A source may have several edges onto one target only where their classes differ.

    Attributes:
        offsets: int64 [N + 1]; the edges of target i are `offsets[i]` to `offsets[i + 1] - 1`.
        sources: int32 [E], index of the presynaptic neuron.
        counts: int8, int16 or float32 [E], number of synapses of the edge, or another weight ≥ 0.
        classes: uint8 [E], index into the connectome's `classes`.
    """

    offsets: NDArray[np.int64]
    sources: NDArray[np.int32]
    counts: NDArray[np.int8] | NDArray[np.int16] | NDArray[np.float32]
    classes: NDArray[np.uint8]

    def __post_init__(self) -> None:
        expected = (
            ("offsets", self.offsets, (np.int64,)),
            ("sources", self.sources, (np.int32,)),
            ("counts", self.counts, COUNT_DTYPES),
            ("classes", self.classes, (np.uint8,)),
        )
        for name, array, dtypes in expected:
            if array.dtype not in dtypes or array.ndim != 1:
                names = " or ".join(np.dtype(dtype).name for dtype in dtypes)
                raise InputError(
                    f"{name} is {array.dtype} {list(array.shape)}; expected {names} in one "
                    "dimension. Connectome.from_edges takes any."
                )
        if not len(self.offsets):
            raise InputError("offsets are empty; expected [N + 1], 0 first.")
        lengths = {len(self.sources), len(self.counts), len(self.classes), int(self.offsets[-1])}
        if len(lengths) != 1 or self.offsets[0] != 0:
            raise InputError(
                f"offsets end at {self.offsets[-1]} and begin at {self.offsets[0]}, but there are "
                f"{len(self.sources)} sources, {len(self.counts)} counts and {len(self.classes)} "
                "classes; expected as many, from 0 on."
            )
        if (falls := np.diff(self.offsets) < 0).any():
            neuron = int(falls.argmax())
            raise InputError(
                f"the offsets of neuron {neuron} are {self.offsets[neuron]} to "
                f"{self.offsets[neuron + 1]}; expected offsets that do not fall."
            )
        for first, last in self.rows():
            self._check_rows(first, last)

    def _check_rows(self, first: int, last: int) -> None:
        """Raise InputError where rows hold what no network can have."""
        part = slice(self.offsets[first], self.offsets[last])
        sources, counts, classes = self.sources[part], self.counts[part], self.classes[part]
        rises = np.ones(len(sources), dtype=bool)
        np.greater(sources[1:], sources[:-1], out=rises[1:])
        if classes.size and classes.min() != classes.max():
            rises[1:] &= classes[1:] == classes[:-1]
            rises[1:] |= classes[1:] > classes[:-1]
        starts = self.offsets[first:last] - self.offsets[first]
        rises[starts[starts < len(sources)]] = True
        fine = counts.min(initial=0) >= 0 and np.isfinite(counts.max(initial=0))
        if fine and sources.min(initial=0) >= 0 and rises.all():
            return
        right = (counts >= 0) & (sources >= 0) & np.isfinite(counts)
        edge = int((~(right & rises)).argmax())
        target = int(np.searchsorted(self.offsets, edge + self.offsets[first], "right")) - 1
        what = f"the edge from neuron {sources[edge]} to neuron {target}"
        if sources[edge] < 0:
            raise InputError(f"{what} has no source; expected indices of at least 0.")
        if not right[edge]:
            raise InputError(f"{what} has the count {counts[edge]}; expected a finite number ≥ 0.")
        raise InputError(
            f"{what} comes twice or out of order; expected the edges of a target sorted by class "
            "and then by source, each once. Connectome.from_edges takes any order."
        )

    def __len__(self) -> int:
        return len(self.sources)

    @property
    def neurons(self) -> int:
        """Number of targets N."""
        return len(self.offsets) - 1

    @property
    def nbytes(self) -> int:
        """Memory of the arrays in bytes."""
        return sum(a.nbytes for a in (self.offsets, self.sources, self.counts, self.classes))

    @cached_property
    def total(self) -> float:
        """The sum of all counts."""
        return float(self.counts.sum(dtype=np.float64))

    @property
    def in_degree(self) -> NDArray[np.int64]:
        """[N], number of edges onto each neuron."""
        return np.diff(self.offsets)

    def out_degree(self, neurons: int | None = None) -> NDArray[np.int64]:
        """[N], number of edges from each neuron."""
        return np.bincount(self.sources, minlength=neurons or self.neurons)

    def targets(self) -> NDArray[np.int32]:
        """int32 [E], the postsynaptic neuron of each edge."""
        return np.repeat(np.arange(self.neurons, dtype=np.int32), self.in_degree)

    def rows(self, edges_a_chunk: int = 1 << 22) -> Iterator[tuple[int, int]]:
        """Ranges of targets with about that many edges each, for work on few at a time."""
        first = 0
        while first < self.neurons:
            limit = self.offsets[first] + edges_a_chunk
            # At least one target, though it alone may have more edges than a chunk.
            last = max(first + 1, int(np.searchsorted(self.offsets, limit, "right")) - 1)
            yield first, last
            first = last

    def where(self, kept: NDArray[np.bool_]) -> Edges:
        """The edges of which `kept` [E] is true."""
        # As many edges as are kept before the end of a row are before it in the new one.
        ends = np.concatenate(([0], np.cumsum(kept, dtype=np.int64)))[self.offsets]
        return Edges(ends, self.sources[kept], self.counts[kept], self.classes[kept])

    def with_classes(self, classes: NDArray[np.uint8]) -> Edges:
        """The same edges with other classes [E], sorted anew."""
        return from_pairs(self.sources, self.targets(), self.counts, classes, self.neurons)


def none(neurons: int) -> Edges:
    """No edges among so many neurons."""
    empty = np.zeros(0, dtype=np.int32)
    return Edges(
        np.zeros(neurons + 1, np.int64), empty, empty.astype(np.int8), empty.astype(np.uint8)
    )


def from_pairs(
    sources: ArrayLike, targets: ArrayLike, counts: ArrayLike, classes: ArrayLike, neurons: int
) -> Edges:
    """Sort a list of edges, in any order, into rows; equal ones are merged and their counts added.

    Args:
        sources: [E], indices of presynaptic neurons.
        targets: [E], indices of postsynaptic neurons.
        counts: [E] or one number for all, finite and not negative; edges of count 0 are left out.
        classes: [E] or one for all, 0 to 255.
        neurons: N.

    Raises:
        InputError: If an index or a count lies outside.
    """
    pre, post = _indices("sources", sources, neurons), _indices("targets", targets, neurons)
    if pre.shape != post.shape:
        raise InputError(f"there are {len(pre)} sources and {len(post)} targets; expected as many.")
    weights = np.broadcast_to(np.asarray(counts, dtype=np.float32), pre.shape)
    numbers = np.asarray(classes)
    if numbers.size and not (numbers.min() >= 0 and numbers.max() <= 255):
        raise InputError(f"classes run from {numbers.min()} to {numbers.max()}; expected 0 to 255.")
    kinds = np.broadcast_to(numbers.astype(np.uint8), pre.shape)
    if not (np.isfinite(weights).all() and (weights >= 0).all()):
        raise InputError(
            "counts hold negative or non-finite numbers; expected numbers of synapses or other "
            "weights ≥ 0. What is inhibitory is told by the transmitter, not by a sign."
        )
    # Kernels pad with edges of count 0 and pass over them, so no edge of its own may have it.
    if not weights.all():
        there = weights > 0
        pre, post, weights, kinds = pre[there], post[there], weights[there], kinds[there]
    extension = native()
    build = _sorted_rows if extension is None else extension.sorted_rows
    offsets, ordered, summed, sorted_kinds = build(
        np.ascontiguousarray(pre),
        np.ascontiguousarray(post),
        np.ascontiguousarray(weights),
        np.ascontiguousarray(kinds),
        neurons,
    )
    return Edges(offsets, ordered, narrowed(summed), sorted_kinds)


def narrowed(counts: ArrayLike) -> NDArray:
    """Counts in the smallest of `COUNT_DTYPES` that holds them exactly."""
    array = np.asarray(counts)
    if array.size and not (array.min() >= 0 and np.isfinite(array.max())):
        raise InputError(
            f"counts run from {array.min()} to {array.max()}; expected finite numbers ≥ 0."
        )
    largest = array.max(initial=0)
    if largest > np.iinfo(np.int16).max or (array.dtype.kind == "f" and (array % 1 != 0).any()):
        return array.astype(np.float32)
    return array.astype(np.int8 if largest <= np.iinfo(np.int8).max else np.int16)


def _indices(name: str, values: ArrayLike, neurons: int) -> NDArray[np.int32]:
    array = np.asarray(values)
    if array.ndim != 1 or (array.size and array.dtype.kind not in "iu"):
        raise InputError(
            f"{name} are {array.dtype} {list(array.shape)}; expected whole numbers in one "
            "dimension."
        )
    if array.size and not (array.min() >= 0 and array.max() < neurons):
        wrong = array.min() if array.min() < 0 else array.max()
        raise InputError(f"{name} hold {wrong}; expected indices from 0 to {neurons - 1}.")
    return array.astype(np.int32, copy=False)


def _sorted_rows(
    pre: NDArray, post: NDArray, weights: NDArray, kinds: NDArray, neurons: int
) -> tuple[NDArray, NDArray, NDArray, NDArray]:
    # The last key counts most: by target, then class, then source.
    order = np.lexsort((pre, kinds, post))
    pre, post, weights, kinds = pre[order], post[order], weights[order], kinds[order]
    new = np.ones(len(pre), dtype=bool)
    new[1:] = (np.diff(pre) != 0) | (np.diff(post) != 0) | (kinds[1:] != kinds[:-1])
    starts = np.flatnonzero(new)
    summed = np.add.reduceat(weights, starts) if starts.size else weights
    per_target = np.bincount(post[starts], minlength=neurons)
    offsets = np.concatenate(([0], np.cumsum(per_target, dtype=np.int64)))
    return offsets, pre[starts], summed, kinds[starts]
