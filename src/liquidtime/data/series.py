"""The container: N series of unequal length, each with its own times, some entries not observed."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, fields, replace
from functools import cached_property
from typing import NamedTuple, Self

import numpy as np
import torch
from torch import Tensor

from liquidtime.data import card, ragged
from liquidtime.data.categories import joined, named, recode
from liquidtime.data.checks import check_series
from liquidtime.data.stamps import Stamps
from liquidtime.deploy.categories import Categories
from liquidtime.errors import InputError


class PaddedSeries(NamedTuple):
    """The same series as one padded block; B series, T the longest length.

    Attributes:
        values: [B, T, D] float32, 0 where not observed and behind the end.
        times: [B, T] float64; behind the end the last time is repeated, so that times never fall
            (0 for a series without rows).
        mask: [B, T, D] bool, True where observed.
        lengths: [B] int64.
        static: [B, S] float32 or None.
        target: [B] int64 or [B, K] float32, one a series; [B, T] int64 (-1 behind the end) or
            [B, T, K] float32 (NaN behind the end), one a step; or None.
    """

    values: Tensor
    times: Tensor
    mask: Tensor
    lengths: Tensor
    static: Tensor | None
    target: Tensor | None


@dataclass(frozen=True, eq=False, repr=False)
class IrregularSeries:
    """N series of unequal length, row after row: R rows in all, D features, S static features.

    A row is one moment of one series at which at least something may have been observed. The
    constructor checks everything and copies nothing; `liquidtime.data.convert` builds one from
    data frames, lists, NaN-padded arrays, packed sequences and PyPOTS dictionaries.

    Attributes:
        values: [R, D] float32, 0 where not observed, finite.
        times: [R] float64, in the unit of the data, finite, never falling inside a series (equal
            times are allowed).
        mask: [R, D] bool, True where observed.
        lengths: [N] int64, rows per series, sum R; zeros are allowed.
        static: [N, S] float32 or None; NaN where missing.
        target: None, or one a series: [N] int64 class numbers from 0, [N, K] float32 (NaN = not
            known, of some of K targets); or one a step: [R] int64 (-1 = none), [R, K] float32
            (NaN = none).
        ids: [N] numpy array of int or object; 0 to N - 1 where none are given.
        features: D names; "x0", "x1", ... where none are given.
        static_features: S names; "static0", ... where none are given; None without static.
        target_names: K names of a regression target (one name for a class); optional.
        classes: Names of the classes, in the order of their numbers; optional.
        per_step: Whether the target is one a step.
        time_unit: "hours" where the times were read from dates or durations, so that such a fit
            is not used on plain numbers without a word; None for numbers in the data's own unit.
        categories: Of features that hold categories (a rhythm, a ward), the names of these; the
            values of such a feature are their numbers, from 0.
        static_categories: Likewise of static features.
        stamps: [R], the time of each row as the data has it (dates with their zone), where this is
            more than `times` tells: predictions give it back. None where there is none, and where
            rows were taken away without them.

    Raises:
        InputError: If a shape, a dtype or a content is wrong; the message names the field and,
            where it can, the series and the position.
    """

    values: Tensor
    times: Tensor
    mask: Tensor
    lengths: Tensor
    static: Tensor | None = None
    target: Tensor | None = None
    ids: np.ndarray = field(default_factory=lambda: np.zeros(0, dtype=np.int64))
    features: tuple[str, ...] = ()
    static_features: tuple[str, ...] | None = None
    target_names: tuple[str, ...] | None = None
    classes: tuple[str, ...] | None = None
    per_step: bool = False
    time_unit: str | None = None
    categories: Categories = field(default_factory=dict)
    static_categories: Categories = field(default_factory=dict)
    stamps: Stamps | None = None

    def __post_init__(self) -> None:
        ids = np.arange(len(self.lengths)) if _none_given(self.ids) else np.asarray(self.ids)
        fill = {
            "ids": ids,
            "features": _names(self.features, "x", self.values) or (),
            "static_features": _names(self.static_features, "static", self.static),
        }
        for name in ("target_names", "classes"):
            given = getattr(self, name)
            fill[name] = None if given is None else tuple(str(entry) for entry in given)
        for name, of in (("categories", "features"), ("static_categories", "static_features")):
            fill[name] = named(getattr(self, name), fill[of] or (), name)
        if self.stamps is not None and len(self.stamps) != len(self.times):
            # Of `replace` with other rows; a time on the wrong row would be worse than none.
            fill["stamps"] = None
        for name, value in fill.items():
            object.__setattr__(self, name, value)
        check_series(self)

    def __len__(self) -> int:
        return len(self.lengths)

    def __repr__(self) -> str:
        parts = [f"{len(self)} series", f"{len(self.times)} rows", f"{self.feature_count} features"]
        if self.static is not None:
            parts.append(f"{self.static.shape[1]} static")
        if self.target is not None:
            one = "step" if self.per_step else "series"
            what = "class" if self.target.dim() == 1 else f"{self.target.shape[1]} values"
            parts.append(f"target: {what} per {one}")
        return f"IrregularSeries({', '.join(parts)})"

    def _repr_html_(self) -> str:
        """What a notebook shows."""
        counts: dict[str, int] = {}
        if self.classes is not None and self.target is not None and self.target.dim() == 1:
            known = self.target[self.target >= 0]
            numbers = torch.bincount(known, minlength=len(self.classes)).tolist()
            counts = dict(zip(self.classes, numbers, strict=True))
        return card.html(repr(self), self.lengths, self.times, self.mask, self.features, counts)

    @property
    def feature_count(self) -> int:
        """D, the number of features."""
        return self.values.shape[1]

    @cached_property
    def offsets(self) -> Tensor:
        """[N + 1] int64: series n holds the rows `offsets[n]` up to `offsets[n + 1]`."""
        return ragged.offsets(self.lengths)

    def select(self, index: Tensor | np.ndarray | Sequence[int] | slice) -> Self:
        """Some of the series, in the order asked for.

        Args:
            index: Series numbers (negative ones count from the end, repeats are allowed), a bool
                array of length N, or a slice.

        Returns:
            A new container; the tensors are copies.

        Raises:
            InputError: If a number is out of range or a bool array has another length.
        """
        chosen = torch.as_tensor(_series_numbers(index, len(self)), device=self.lengths.device)
        rows = ragged.rows_of(self.lengths, chosen)
        target = self.target
        if target is not None:
            target = target[rows] if self.per_step else target[chosen]
        return replace(
            self,
            values=self.values[rows],
            times=self.times[rows],
            mask=self.mask[rows],
            lengths=self.lengths[chosen],
            static=None if self.static is None else self.static[chosen],
            target=target,
            ids=self.ids[chosen.cpu().numpy()],
            stamps=None if self.stamps is None else self.stamps.take(rows.cpu().numpy()),
        )

    def __getitem__(self, index: int | slice) -> Self:
        if isinstance(index, slice):
            return self.select(index)
        number = int(index)
        if not -len(self) <= number < len(self):
            raise IndexError(f"series {number} was asked for; there are {len(self)}")
        return self.select([number])

    def __iter__(self) -> Iterator[Self]:
        return (self[number] for number in range(len(self)))

    @classmethod
    def concatenate(cls, parts: Sequence["IrregularSeries"]) -> "IrregularSeries":
        """Several containers as one, in the order given.

        Args:
            parts: At least one; features, static features, names, classes and the kind of target
                must be the same in all.

        Raises:
            InputError: If there are none or they do not fit together.
        """
        if not parts:
            raise InputError("concatenate got no series; it expects at least one IrregularSeries.")
        first = parts[0]
        for name in (
            "features",
            "static_features",
            "target_names",
            "classes",
            "per_step",
            "time_unit",
        ):
            for number, part in enumerate(parts):
                if getattr(part, name) != getattr(first, name):
                    raise InputError(
                        f"{name} of part {number} is {getattr(part, name)!r}; "
                        f"part 0 has {getattr(first, name)!r}. Bring them to the same first."
                    )
        kinds = {None if p.target is None else (p.target.dtype, p.target.dim()) for p in parts}
        if len(kinds) > 1:
            raise InputError(
                f"the parts have different kinds of target ({kinds}); all must have the same kind, "
                "or none."
            )

        found = joined([part.categories for part in parts])
        static = joined([part.static_categories for part in parts])
        parts = [part.with_categories(found, static) for part in parts]
        first = parts[0]

        def join(name: str) -> Tensor | None:
            tensors = [getattr(part, name) for part in parts]
            return None if tensors[0] is None else torch.cat(tensors)

        names = ("values", "times", "mask", "lengths", "static", "target")
        ids = np.concatenate([part.ids for part in parts])
        stamps = Stamps.concatenate([part.stamps for part in parts])
        return replace(first, ids=ids, stamps=stamps, **{name: join(name) for name in names})

    def with_categories(self, categories: Categories, static_categories: Categories) -> Self:
        """The same with the categories in another order, or with more of them.

        Args:
            categories: Of every feature that holds categories, at least those that occur.
            static_categories: Likewise of static features.

        Raises:
            InputError: If one that occurs is missing, or a feature holds numbers.
        """
        if categories == self.categories and static_categories == self.static_categories:
            return self
        values = recode(self.values, self.features, self.categories, categories)
        static, names = self.static, self.static_features or ()
        if static is not None:
            codes = recode(static, names, self.static_categories, static_categories)
            static = torch.where(static.isnan(), static, codes)
        return replace(
            self,
            values=torch.where(self.mask, values, torch.zeros_like(values)),
            static=static,
            categories=categories,
            static_categories=static_categories,
        )

    def pad(self) -> PaddedSeries:
        """The series as one padded block; see `PaddedSeries`."""
        lengths = self.lengths
        target = self.target
        if target is not None and self.per_step:
            target = ragged.pad(target, lengths, -1 if target.dim() == 1 else float("nan"))
        return PaddedSeries(
            values=ragged.pad(self.values, lengths),
            times=ragged.pad_times(self.times, lengths),
            mask=ragged.pad(self.mask, lengths, False),
            lengths=lengths,
            static=self.static,
            target=target,
        )

    def equals(self, other: "IrregularSeries") -> bool:
        """Whether both hold exactly the same; NaN equals NaN, names and ids count."""
        for entry in fields(self):
            mine, theirs = getattr(self, entry.name), getattr(other, entry.name)
            if type(mine) is not type(theirs):
                return False
            if isinstance(mine, Tensor):
                same = mine.dtype == theirs.dtype and torch.equal(
                    torch.nan_to_num(mine, nan=torch.pi), torch.nan_to_num(theirs, nan=torch.pi)
                )
                if mine.is_floating_point():
                    same = same and torch.equal(mine.isnan(), theirs.isnan())
            elif isinstance(mine, np.ndarray):
                same = np.array_equal(mine, theirs)
            else:
                same = mine == theirs
            if not same:
                return False
        return True


def _none_given(ids: np.ndarray | None) -> bool:
    return ids is None or np.asarray(ids).shape == (0,)


def _names(
    given: Sequence[str] | None, stem: str, columns: Tensor | None
) -> tuple[str, ...] | None:
    if given:
        return tuple(str(name) for name in given)
    if not isinstance(columns, Tensor) or columns.dim() != 2:
        return None
    return tuple(f"{stem}{number}" for number in range(columns.shape[1]))


def _series_numbers(index: Tensor | np.ndarray | Sequence[int] | slice, count: int) -> np.ndarray:
    if isinstance(index, slice):
        return np.arange(count)[index]
    wanted = np.asarray(index.cpu() if isinstance(index, Tensor) else index)
    if wanted.size == 0:
        return np.zeros(0, dtype=np.int64)
    if wanted.dtype == bool:
        if wanted.shape != (count,):
            raise InputError(
                f"the bool index has shape {list(wanted.shape)}; expected [{count}], one a series."
            )
        return np.flatnonzero(wanted)
    if wanted.ndim != 1 or wanted.dtype.kind not in "iu":
        raise InputError(
            f"the index has shape {list(wanted.shape)} and dtype {wanted.dtype}; expected a list "
            "of series numbers, a bool array or a slice."
        )
    wrong = wanted[(wanted < -count) | (wanted >= count)]
    if wrong.size:
        raise InputError(f"series {wrong[0]} was asked for; there are {count}.")
    return np.where(wanted < 0, wanted + count, wanted).astype(np.int64)
