"""A connectome: who has how many synapses of which kind onto whom, and what each neuron is."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from liquidtime.brain.connectome.transmitters import UNKNOWN, canonical
from liquidtime.errors import InputError
from liquidtime.kernels.network import edges
from liquidtime.kernels.network.edges import Edges
from liquidtime.optional import require

if TYPE_CHECKING:
    import pandas


class Indices(np.ndarray):
    """Numbers of neurons, as `Connectome.find` gives them: never taken for names."""


Neurons = int | str | Sequence[int] | Sequence[str] | NDArray | Mapping[str, Any]
"""Names, indices, a boolean mask, or conditions on columns such as `{"type": "KC"}`."""


@dataclass(frozen=True, eq=False, repr=False)
class Connectome:
    """N neurons, the chemical synapses between them and, apart, the gap junctions.

    Attributes:
        neurons: One row a neuron, in the order of their indices; the index holds their names,
            each once. Columns that liquidtime knows: `type` (cell type), `group` (sensory,
            inter, motor, …), `transmitter`, and `x`, `y`, `z` (µm). Others are kept.
        synapses: The chemical synapses.
        classes: Names of the classes of edges, as a rule transmitters.
        gap_junctions: Electrical synapses, each listed in both directions with the same count;
            None where there are none.
        name: Of the connectome.
    """

    neurons: pandas.DataFrame
    synapses: Edges
    classes: tuple[str, ...] = (UNKNOWN,)
    gap_junctions: Edges | None = None
    name: str = field(default="connectome", kw_only=True)

    def __post_init__(self) -> None:
        for what, found in (("synapses", self.synapses), ("gap_junctions", self.gap_junctions)):
            if found is not None and found.neurons != len(self.neurons):
                raise InputError(
                    f"{what} reach {found.neurons} targets, but the table has "
                    f"{len(self.neurons)} neurons; expected as many."
                )
        if not self.neurons.index.is_unique:
            twice = self.neurons.index[self.neurons.index.duplicated()][0]
            raise InputError(f"the neuron {twice!r} is named twice; expected each name once.")
        if len(self.synapses) and int(self.synapses.classes.max()) >= len(self.classes):
            raise InputError(
                f"an edge has the class {int(self.synapses.classes.max())}, but only "
                f"{len(self.classes)} classes are named: {', '.join(self.classes)}."
            )
        if len(self.classes) > 256:
            raise InputError(f"there are {len(self.classes)} classes; expected at most 256.")

    @classmethod
    def from_edges(
        cls,
        pre: ArrayLike,
        post: ArrayLike,
        counts: ArrayLike = 1,
        *,
        neurons: pandas.DataFrame | Sequence[str] | int | None = None,
        transmitter: ArrayLike | None = None,
        gap_junctions: tuple[ArrayLike, ArrayLike, ArrayLike] | None = None,
        name: str = "connectome",
    ) -> Connectome:
        """Build a connectome from lists of edges.

        Args:
            pre: [E], presynaptic neurons, by name or, where `neurons` is a number or the table's
                index is 0, 1, …, by index.
            post: [E], postsynaptic neurons.
            counts: [E], synapses of each edge, or one number for all. Edges that come twice are
                merged.
            neurons: The table of neurons, their names, or their number; by default the sorted
                names that occur.
            transmitter: [E], of each edge. By default that of the presynaptic neuron in the
                table's column `transmitter`, else unknown.
            gap_junctions: (neurons, neurons, counts) of pairs in any direction, each pair once
                or in both directions with the same count.
            name: Of the connectome.

        Raises:
            InputError: If a neuron is not in the table, or a count is negative.
        """
        pre, post = np.asarray(pre), np.asarray(post)
        pairs = None if gap_junctions is None else [np.asarray(part) for part in gap_junctions]
        if neurons is None:
            ends = [pre, post] + ([] if pairs is None else pairs[:2])
            neurons = np.unique(np.concatenate(ends)).tolist()
        table = _table(neurons)
        size = len(table)
        sources, targets = _positions(table, pre), _positions(table, post)
        if transmitter is None:
            known = table["transmitter"] if "transmitter" in table else [UNKNOWN] * size
            of_neuron, names = _classes(known)
            kinds = of_neuron[sources]
        else:
            kinds, names = _classes(np.broadcast_to(np.asarray(transmitter), sources.shape))
        gaps = None
        if pairs is not None:
            one, other = _positions(table, pairs[0]), _positions(table, pairs[1])
            gaps = symmetric(one, other, pairs[2], size)
        found = edges.from_pairs(sources, targets, counts, kinds, size)
        return cls(table, found, names, gaps, name=name)

    def __len__(self) -> int:
        return len(self.neurons)

    def __repr__(self) -> str:
        gaps = 0 if self.gap_junctions is None else len(self.gap_junctions) // 2
        return (
            f"Connectome({self.name!r}: {len(self):,} neurons, {len(self.synapses):,} edges with "
            f"{self.synapses.total:,.0f} synapses, {gaps:,} gap junctions; "
            f"{', '.join(self.classes)})"
        )

    @property
    def nbytes(self) -> int:
        """Memory of the edges in bytes, the table of neurons left aside."""
        gaps = 0 if self.gap_junctions is None else self.gap_junctions.nbytes
        return self.synapses.nbytes + gaps

    def find(self, neurons: Neurons) -> Indices:
        """The indices of some neurons.

        Where the table's names are themselves numbers, such as those of a fly's neurons, whole
        numbers are names. What this method gave, or a part of it, is taken for indices everywhere.

        Args:
            neurons: A name or several, an index or several, a boolean mask [N], or conditions on
                columns of the table that must all hold, such as `{"group": "sensory"}` or
                `{"type": ["AVA", "AVB"]}`.

        Raises:
            InputError: If there is no such neuron or column.
        """
        if isinstance(neurons, Indices):
            return _in_range(np.atleast_1d(neurons), len(self)).view(Indices)
        if isinstance(neurons, Mapping):
            return self._matching(neurons).view(Indices)
        return self._listed(neurons).view(Indices)

    def _listed(self, neurons: Any) -> NDArray[np.int64]:
        wanted = np.atleast_1d(np.asarray(neurons))
        if wanted.size == 0:
            return np.zeros(0, dtype=np.int64)
        if wanted.dtype == bool:
            if wanted.shape != (len(self),):
                raise InputError(
                    f"the mask has shape {list(wanted.shape)}; expected [N] = [{len(self)}]."
                )
            return np.flatnonzero(wanted)
        if wanted.dtype.kind in "iu" and not _by_number(self.neurons):
            return _in_range(wanted, len(self))
        return _positions(self.neurons, wanted).astype(np.int64)

    def _matching(self, conditions: Mapping[str, Any]) -> NDArray[np.int64]:
        kept = np.ones(len(self), dtype=bool)
        for column, values in conditions.items():
            if column not in self.neurons:
                raise InputError(
                    f"the table of neurons has no column {column!r}; expected one of "
                    f"{', '.join(map(str, self.neurons.columns)) or 'none: it has no columns'}."
                )
            wanted = [values] if isinstance(values, str | bytes) else np.atleast_1d(values).tolist()
            kept &= self.neurons[column].isin(wanted).to_numpy()
        if not kept.any():
            raise InputError(f"no neuron has {dict(conditions)}.")
        return np.flatnonzero(kept)

    def select(self, neurons: Neurons) -> Connectome:
        """The part of the connectome that lies among some neurons, in the order of the table."""
        kept = np.zeros(len(self), dtype=bool)
        kept[self.find(neurons)] = True
        number = np.cumsum(kept, dtype=np.int32) - 1

        def among(found: Edges) -> Edges:
            targets = found.targets()
            both = kept[found.sources] & kept[targets]
            return edges.from_pairs(
                number[found.sources[both]],
                number[targets[both]],
                found.counts[both],
                found.classes[both],
                int(kept.sum()),
            )

        gaps = None if self.gap_junctions is None else among(self.gap_junctions)
        table = self.neurons.loc[kept]
        return Connectome(table, among(self.synapses), self.classes, gaps, name=self.name)

    def with_transmitters(self, transmitter: Mapping[Any, str] | Sequence[str]) -> Connectome:
        """The same with other transmitters, which decide the class of each neuron's edges.

        Args:
            transmitter: One a neuron, in the order of the table, or by name; neurons that a
                mapping leaves out become unknown.
        """
        table = self.neurons.copy()
        if isinstance(transmitter, Mapping):
            transmitter = [transmitter.get(name, UNKNOWN) for name in table.index]
        of_neuron, names = _classes(transmitter)
        table["transmitter"] = [names[kind] for kind in of_neuron]
        found = self.synapses.with_classes(of_neuron[self.synapses.sources])
        return dataclasses.replace(self, neurons=table, synapses=found, classes=names)

    def to_frame(self) -> pandas.DataFrame:
        """The chemical edges as a table: pre, post, count, transmitter; names, not indices."""
        pandas = require("pandas", extra="brain")
        labels = self.neurons.index.to_numpy()
        return pandas.DataFrame(
            {
                "pre": labels[self.synapses.sources],
                "post": labels[self.synapses.targets()],
                "count": self.synapses.counts,
                "transmitter": np.array(self.classes, dtype=object)[self.synapses.classes],
            }
        )


def symmetric(one: ArrayLike, other: ArrayLike, counts: ArrayLike, neurons: int) -> Edges:
    """Gap junctions, each in both directions. A pair that came in both must have one count.

    Raises:
        InputError: If a pair came with two different counts, or a neuron is joined to itself.
    """
    one, other = np.asarray(one), np.asarray(other)
    counts = np.broadcast_to(np.asarray(counts, dtype=np.float32), one.shape)
    if (one == other).any():
        raise InputError("a gap junction joins a neuron to itself; leave it out.")
    pandas = require("pandas", extra="brain")
    pairs = pandas.DataFrame(
        {"low": np.minimum(one, other), "high": np.maximum(one, other), "count": counts}
    )
    pairs = pairs[pairs["count"] != 0].drop_duplicates()
    twice = pairs.duplicated(["low", "high"])
    if twice.any():
        low, high, _ = pairs[twice].iloc[0]
        raise InputError(
            f"the gap junction between neurons {int(low)} and {int(high)} comes with two different "
            "counts; expected one. Take their mean or their larger one first."
        )
    low, high, number = (pairs[name].to_numpy() for name in ("low", "high", "count"))
    return edges.from_pairs(
        np.concatenate([low, high]),
        np.concatenate([high, low]),
        np.concatenate([number, number]),
        0,
        neurons,
    )


def _table(neurons: Any) -> pandas.DataFrame:
    pandas = require("pandas", extra="brain")
    if isinstance(neurons, int | np.integer):
        return pandas.DataFrame(index=pandas.RangeIndex(int(neurons)))
    if isinstance(neurons, pandas.DataFrame):
        return neurons
    return pandas.DataFrame(index=pandas.Index(neurons))


def _classes(names: Iterable[Any]) -> tuple[NDArray[np.uint8], tuple[str, ...]]:
    values, codes = np.unique(np.asarray(names, dtype=str), return_inverse=True)
    usual = [canonical(value) for value in values]
    found = tuple(sorted(set(usual))) or (UNKNOWN,)
    if len(found) > 256:
        raise InputError(f"there are {len(found)} different transmitters; expected at most 256.")
    return np.array([found.index(name) for name in usual], dtype=np.uint8)[codes], found


def _by_number(table: pandas.DataFrame) -> bool:
    return table.index.dtype.kind in "iu"


def _positions(table: pandas.DataFrame, names: NDArray) -> NDArray[np.int32]:
    pandas = require("pandas", extra="brain")
    if table.index.equals(pandas.RangeIndex(len(table))):
        return _in_range(names, len(table)).astype(np.int32)
    found = table.index.get_indexer(names)
    if (found < 0).any():
        missing = np.asarray(names)[found < 0]
        raise InputError(
            f"{len(np.unique(missing))} neurons are not in the table, the first is "
            f"{missing[0]!r}; expected names such as {table.index[0]!r}."
        )
    return found.astype(np.int32)


def _in_range(indices: NDArray, neurons: int) -> NDArray[np.int64]:
    if indices.size and indices.dtype.kind not in "iu":
        raise InputError(
            f"neurons are given as {indices.dtype}, such as {indices[0]!r}; this connectome's "
            f"neurons have no names but numbers from 0 to {neurons - 1}."
        )
    if indices.size and not (indices.min() >= 0 and indices.max() < neurons):
        wrong = indices.min() if indices.min() < 0 else indices.max()
        raise InputError(f"there is no neuron {wrong}; expected numbers from 0 to {neurons - 1}.")
    return indices.astype(np.int64)
