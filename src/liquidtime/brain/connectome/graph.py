"""A connectome: who has how many synapses of which kind onto whom, and what each neuron is."""

from __future__ import annotations

import dataclasses
import warnings
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from liquidtime.brain.connectome.names import Names, hint, read_names, read_together
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
            each once: whole numbers, or text. Columns that liquidtime knows: `type` (cell type),
            `group` (sensory, inter, motor, …), `transmitter`, and `x`, `y`, `z` (µm). Others are
            kept.
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
        object.__setattr__(self, "neurons", named(self.neurons))
        for what, found in (("synapses", self.synapses), ("gap_junctions", self.gap_junctions)):
            if found is not None and found.neurons != len(self.neurons):
                raise InputError(
                    f"{what} reach {found.neurons} targets, but the table has "
                    f"{len(self.neurons)} neurons; expected as many."
                )
            if found is not None and len(found) and found.sources.max() >= len(self.neurons):
                raise InputError(
                    f"{what} come from neuron {found.sources.max()}; expected indices from 0 to "
                    f"{len(self.neurons) - 1}."
                )
        if self.gap_junctions is not None:
            check_symmetric(self.gap_junctions)
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
        signed: bool = False,
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
            signed: Whether a negative count means an inhibitory edge. Then the classes are
                "excitatory" and "inhibitory", and counts are the absolute values.
            gap_junctions: (neurons, neurons, counts) of pairs in any direction, each pair once
                or in both directions with the same count.
            name: Of the connectome.

        Raises:
            InputError: If a neuron is not in the table, a name may be rounded (see
                `Connectome.find`), or a count is negative.
        """
        given = [Names("pre", pre), Names("post", post)]
        if gap_junctions is not None:
            given += [Names(f"gap_junctions[{n}]", gap_junctions[n]) for n in range(2)]
        pre, post, *pairs = read_together(given)
        if neurons is None:
            neurons = np.unique(np.concatenate([pre, post, *pairs])).tolist()
        table = named(_table(neurons))
        size = len(table)
        if signed:
            if transmitter is not None:
                raise InputError("both signed and transmitter are given; expected one of them.")
            counts = np.asarray(counts, dtype=np.float64)
            transmitter = np.where(counts < 0, "inhibitory", "excitatory")
            counts = np.abs(counts)
        sources, targets = _positions(table, pre), _positions(table, post)
        if transmitter is None:
            known = table["transmitter"] if "transmitter" in table else [UNKNOWN] * size
            of_neuron, names = _classes(known)
            kinds = of_neuron[sources]
        else:
            kinds, names = _classes(np.broadcast_to(np.asarray(transmitter), sources.shape))
        gaps = None
        if gap_junctions is not None:
            one, other = (_positions(table, names) for names in pairs)
            gaps = symmetric(one, other, gap_junctions[2], size)
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
        Floats that are whole numbers are taken for these below 2^53, and refused from there on,
        where neighbouring ids become the same float.

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
        if np.ndim(neurons) > 1:
            raise InputError(f"neurons have the shape {list(np.shape(neurons))}; expected a list.")
        if _is_mask(neurons):
            mask = np.atleast_1d(np.asarray(neurons))
            if mask.shape != (len(self),):
                raise InputError(
                    f"the mask has shape {list(mask.shape)}; expected [N] = [{len(self)}]."
                )
            return np.flatnonzero(mask)
        wanted = read_names(neurons, "neurons")
        if wanted.size == 0:
            return np.zeros(0, dtype=np.int64)
        if wanted.dtype.kind in "iu" and not _by_number(self.neurons):
            return self._unlike_names(_in_range(wanted, len(self)))
        return _positions(self.neurons, wanted).astype(np.int64)

    def _unlike_names(self, indices: NDArray[np.int64]) -> NDArray[np.int64]:
        for index in indices.tolist():
            if str(index) in self.neurons.index:
                raise InputError(
                    f"{index} may mean the neuron with the name {str(index)!r} or the one with the "
                    f"index {index}, {self.neurons.index[index]!r}; expected names as text."
                )
        return indices

    def _matching(self, conditions: Mapping[str, Any]) -> NDArray[np.int64]:
        kept = np.ones(len(self), dtype=bool)
        for column, values in conditions.items():
            if column not in self.neurons:
                raise InputError(
                    f"the table of neurons has no column {column!r}; expected one of "
                    f"{', '.join(map(str, self.neurons.columns)) or 'none: it has no columns'}."
                )
            wanted = [values] if isinstance(values, str | bytes) else np.atleast_1d(values)
            kept &= _isin(self.neurons[column], wanted, column)
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

        Raises:
            InputError: If there is no such neuron, or there are not as many as neurons.
        """
        table = self.neurons.copy()
        if isinstance(transmitter, Mapping):
            told = np.full(len(table), UNKNOWN, dtype=object)
            told[self.find(list(transmitter))] = list(transmitter.values())
            transmitter = told.tolist()
        if len(transmitter) != len(table):
            raise InputError(
                f"there are {len(transmitter)} transmitters; expected one for each of "
                f"{len(table)} neurons."
            )
        of_neuron, names = _classes(transmitter)
        table["transmitter"] = [names[kind] for kind in of_neuron]
        found = self.synapses.with_classes(of_neuron[self.synapses.sources])
        return dataclasses.replace(self, neurons=table, synapses=found, classes=names)

    def to_frame(self, *, gap_junctions: bool = False) -> pandas.DataFrame:
        """The edges as a table, which `read_edges` reads back: pre, post, count, transmitter.

        Neurons without edges and the columns of the table of neurons are not in it; keep `neurons`
        beside it.

        Args:
            gap_junctions: Whether to list the gap junctions too, each once, with a column `kind`,
                "chemical" or "gap". Without, a warning says how many are left out.
        """
        pandas = require("pandas", extra="brain")
        labels, gaps = self.neurons.index.to_numpy(), self.gap_junctions
        chemical = {
            "pre": labels[self.synapses.sources],
            "post": labels[self.synapses.targets()],
            "count": self.synapses.counts,
            "transmitter": np.array(self.classes, dtype=object)[self.synapses.classes],
        }
        if not gap_junctions:
            if gaps is not None and len(gaps):
                warnings.warn(
                    f"{len(gaps) // 2:,} gap junctions are left out; to_frame(gap_junctions=True) "
                    "lists them.",
                    UserWarning,
                    stacklevel=2,
                )
            return pandas.DataFrame(chemical)
        found = [pandas.DataFrame({**chemical, "kind": "chemical"})]
        if gaps is not None:
            targets = gaps.targets()
            once = gaps.sources < targets
            ends = {"pre": labels[gaps.sources[once]], "post": labels[targets[once]]}
            counts = {"count": gaps.counts[once], "transmitter": "", "kind": "gap"}
            found.append(pandas.DataFrame({**ends, **counts}))
        return pandas.concat(found, ignore_index=True)


def check_symmetric(gaps: Edges) -> None:
    """Raise InputError unless each gap junction is there in both directions with one count."""
    one, other = gaps.sources.astype(np.int64), gaps.targets().astype(np.int64)
    there, back = np.lexsort((one, other)), np.lexsort((other, one))
    ends = (one[there] == other[back]) & (other[there] == one[back])
    right = ends & (gaps.counts[there] == gaps.counts[back]) & (one[there] != other[there])
    if not right.all():
        edge = there[int((~right).argmax())]
        raise InputError(
            f"the gap junction between neurons {one[edge]} and {other[edge]} is not there once in "
            "each direction with the same count; Connectome.from_edges(gap_junctions=…) takes each "
            "pair once."
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


def named(table: pandas.DataFrame) -> pandas.DataFrame:
    """A table of neurons whose index holds names: whole numbers or text, each once.

    Raises:
        InputError: If a name comes twice, is missing or may be rounded.
    """
    pandas = require("pandas", extra="brain")
    index = table.index
    if isinstance(index, pandas.RangeIndex):
        return table
    names = read_names(index)
    if names.dtype.kind != index.dtype.kind or not np.array_equal(names, index):
        table = table.set_axis(pandas.Index(names, name=index.name, tupleize_cols=False), axis=0)
    if not table.index.is_unique:
        twice = table.index[table.index.duplicated()][0]
        raise InputError(f"the neuron {twice!r} is named twice; expected each name once.")
    return table


def _table(neurons: Any) -> pandas.DataFrame:
    pandas = require("pandas", extra="brain")
    if isinstance(neurons, pandas.DataFrame):
        return neurons
    if isinstance(neurons, str | bool):
        raise InputError(f"neurons are {neurons!r}; expected a table, a list of names or a number.")
    if isinstance(neurons, int | np.integer):
        if neurons < 0:
            raise InputError(f"there are {neurons} neurons; expected 0 or more.")
        return pandas.DataFrame(index=pandas.RangeIndex(int(neurons)))
    return pandas.DataFrame(index=pandas.Index(read_names(neurons), tupleize_cols=False))


def _is_mask(neurons: Any) -> bool:
    if isinstance(neurons, Sequence):
        return bool(neurons) and all(type(one) is bool for one in neurons)
    return str(getattr(neurons, "dtype", "")) in ("bool", "boolean")


def _isin(column: Any, wanted: Any, name: str) -> NDArray[np.bool_]:
    """[N], where a column has one of some values; ids among them stay exact."""
    if getattr(column.dtype, "kind", "O") in "iu":
        wanted = read_names(wanted, f"the values of {name!r}")
        if wanted.dtype.kind not in "iu":
            return np.zeros(len(column), dtype=bool)
    elif getattr(column.dtype, "kind", "O") == "f":
        large = [one for one in wanted if isinstance(one, int | float | np.number) and one >= 2**53]
        if large:
            raise InputError(
                f"the column {name!r} holds floating-point numbers, which tell no neighbouring ids "
                f"of 2^53 or more apart, such as {large[0]}; keep it as whole numbers ('Int64') or "
                "text."
            )
    return column.isin(list(wanted)).to_numpy(dtype=bool)


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
    """[n], where names, read by `read_names`, stand in a table."""
    pandas = require("pandas", extra="brain")
    if table.index.equals(pandas.RangeIndex(len(table))):
        return _in_range(names, len(table)).astype(np.int32)
    found = table.index.get_indexer(pandas.Index(names, tupleize_cols=False))
    if (found < 0).any():
        missing = list(dict.fromkeys(names[found < 0].tolist()))
        example = f"expected names such as {table.index[0]!r}" if len(table) else "it is empty"
        near = hint(missing[0], table)
        raise InputError(
            f"{len(missing)} neurons are not in the table, the first is {missing[0]!r}; "
            f"{example}.{' ' if near else ''}{near}"
        )
    return found.astype(np.int32)


def _in_range(indices: NDArray, neurons: int) -> NDArray[np.int64]:
    if indices.size and indices.dtype.kind not in "iu":
        raise InputError(
            f"neurons are given by names such as {indices[0]!r}; this connectome's "
            f"neurons have no names but numbers from 0 to {neurons - 1}."
        )
    if indices.size and not (indices.min() >= 0 and indices.max() < neurons):
        wrong = indices.min() if indices.min() < 0 else indices.max()
        raise InputError(f"there is no neuron {wrong}; expected numbers from 0 to {neurons - 1}.")
    return indices.astype(np.int64)
