"""From irregular series to the inputs of a network, with statistics of the training part only."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from functools import cached_property
from typing import Any, Self

import torch
from torch import Tensor

from liquidtime.data import features as make
from liquidtime.data import ragged
from liquidtime.data.batch import Raw
from liquidtime.data.categories import learn, recode
from liquidtime.data.encoded import EncodedSeries
from liquidtime.data.lookup import EMBED_ABOVE, Codes
from liquidtime.data.preprocess.constant import constant_inputs, tell_dropped
from liquidtime.data.preprocess.scaling import Scale, Scaling, scaling
from liquidtime.data.series import IrregularSeries
from liquidtime.deploy.categories import (
    UNKNOWN,
    Categories,
    Columns,
    columns,
    from_json,
)
from liquidtime.deploy.inputs import kept_inputs
from liquidtime.errors import InputError
from liquidtime.notes import note_once

KINDS = ("values", "mask", "since")
_NEAR = 5.0
_BY_NAME = ("categories", "static_categories", "dropped")


@dataclass(frozen=True)
class Preprocessor:
    """Standardise, fill forward, and say what was seen and how long ago.

    Fit it on the training part: `Preprocessor.fit(series.select(split.train))`. Every field is a
    plain number, string, tuple or dictionary of these, so `to_dict` goes into JSON and comes back
    equal.

    Attributes:
        variables: D names of the features it was fitted on.
        mean: D means over the observed training entries, or medians of the `robust` ones; 0 for a
            variable never observed, or of categories.
        std: D standard deviations likewise, or what the IQR of the `robust` ones says they are; 1
            for a variable that is constant, never observed or of categories.
        static_variables: S names of the static features.
        static_mean: S means over the training entries that are not missing.
        static_std: S standard deviations likewise.
        time_scale: Time, in the unit of the data, that counts as 1.
        features: Which blocks the inputs hold, in this order: "values", "mask", "since".
        clip: Standardised values are cut off at ± this. 10 keeps every honest measurement and
            takes the force out of slips of the pen (a height of 426 cm), which would otherwise
            drive the network into saturation for the rest of the series.
        time_unit: "hours" if the training part's times were dates or durations, else None; series
            of the other kind are refused.
        categories: Of variables that hold categories, those of the training part. Each is an input
            of its own, 1 where it is the one; one that training never met is 0 in all of them.
        static_categories: Likewise of static features.
        dropped: Names of the inputs that are left out, of each block ("static" among them), as they
            were constant in the training part: whether a variable was observed that always was,
            its age then, a value that never changed.
        robust: Variables and static features that are scaled by median and IQR.
        gap: Median gap between rows of one series, where the time scale is far from it.
        embedded: Variables and static features whose categories are not an input each: their one
            input is the number of the category from 1, 0 for none and for one that training never
            met, which the network looks up in a table.
    """

    variables: tuple[str, ...]
    mean: tuple[float, ...]
    std: tuple[float, ...]
    static_variables: tuple[str, ...]
    static_mean: tuple[float, ...]
    static_std: tuple[float, ...]
    time_scale: float
    features: tuple[str, ...] = KINDS
    clip: float = 10.0
    time_unit: str | None = None
    categories: Categories = field(default_factory=dict)
    static_categories: Categories = field(default_factory=dict)
    dropped: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    robust: tuple[str, ...] = ()
    gap: float | None = None
    embedded: tuple[str, ...] = ()

    @classmethod
    def fit(
        cls,
        series: IrregularSeries,
        *,
        features: Sequence[str] = KINDS,
        time_scale: float | None = None,
        clip: float = 10.0,
        scale: Scale = "auto",
        drop_constant: bool = True,
        embed: int | Collection[str] = EMBED_ABOVE,
    ) -> Self:
        """Take means, standard deviations and the time scale from the training part.

        Args:
            series: The training part, and nothing but the training part.
            features: Any of "values" (last observed, standardised), "mask" (1 where observed in
                this row) and "since" (log(1 + time since last observed / time scale)).
            time_scale: Time that counts as 1; by default the median of the positive gaps between
                rows of one series (1 where there is none), so that the unit does not matter.
            clip: Limit of standardised values; above 0, `float("inf")` for none.
            scale: "standard" takes mean and standard deviation; "robust" median and IQR / 1.349,
                which is the standard deviation of a Gaussian, wherever the IQR is above 0; "auto"
                the latter where a few values lie so far out that they would spoil the former, and
                says so once. See `liquidtime.data.preprocess.scaling`.
            drop_constant: Leave inputs out that are constant in the training part. If all are, the
                values stay.
            embed: Which variables of categories are one input, to be looked up in a table that the
                network learns: those of more categories than this number, or those named here.

        Returns:
            The fitted preprocessor.

        Raises:
            InputError: If there are no series, a feature is unknown, or a number is out of range.
        """
        if len(series) == 0:
            raise InputError("there are no series to fit on; expected at least one.")
        kinds = tuple(features)
        if not kinds or len(set(kinds)) != len(kinds) or not set(kinds) <= set(KINDS):
            raise InputError(f"features is {kinds}; expected some of {KINDS}, each once.")
        if not clip > 0:
            raise InputError(f"clip is {clip}; expected a number above 0, or inf for none.")
        gap = _median_gap(series)
        if time_scale is None:
            time_scale = gap
        if not 0 < time_scale < float("inf"):
            raise InputError(f"time_scale is {time_scale}; expected a finite number above 0.")
        observed = _of_numbers(series.mask, series.features, series.categories)
        moments = scaling(series.values, observed, series.features, scale)
        categories = learn(series.values, series.mask, series.features, series.categories)
        still, static_categories = Scaling(), {}
        if series.static is not None:
            names, there = series.static_features or (), ~series.static.isnan()
            observed = _of_numbers(there, names, series.static_categories)
            still = scaling(series.static, observed, names, scale)
            static_categories = learn(series.static, there, names, series.static_categories)
        for note in (*moments.notes, *still.notes):
            note_once(note, stacklevel=3)
        embedded = _embedded(embed, {**categories, **static_categories})
        dropped: dict[str, tuple[str, ...]] = {}
        if drop_constant:
            made = columns(series.features, categories, embedded)
            static = columns(series.static_features or (), static_categories, embedded)
            still_ones = (
                _numbers_alone(moments.constant, series.features, embedded),
                _numbers_alone(still.constant, series.static_features or (), embedded),
            )
            dropped = constant_inputs(series, kinds, *still_ones, made, static)
            tell_dropped(dropped)
        return cls(
            variables=series.features,
            mean=moments.centre,
            std=moments.width,
            static_variables=series.static_features or (),
            static_mean=still.centre,
            static_std=still.width,
            time_scale=float(time_scale),
            features=kinds,
            clip=float(clip),
            time_unit=series.time_unit,
            categories=categories,
            static_categories=static_categories,
            dropped=dropped,
            robust=(*moments.robust, *still.robust),
            gap=None if gap / _NEAR < time_scale < gap * _NEAR else gap,
            embedded=embedded,
        )

    @property
    def input_names(self) -> tuple[str, ...]:
        """F names, one an input, such as "HR", "rhythm = AF", "HR observed", "HR age"."""
        names = {
            "values": self._columns.names,
            "mask": [f"{name} observed" for name in self.variables],
            "since": [f"{name} age" for name in self.variables],
            "static": self._static_columns.names,
        }
        return tuple(names[kind][at] for kind, kept in self._kept.items() for at in kept)

    @property
    def input_sources(self) -> tuple[tuple[str, int], ...]:
        """What each of the F inputs is made of: the block, and the number of its variable.

        A block is one of "values", "mask" and "since", or "static", which counts the static
        features.
        """
        every = range(len(self.variables))
        of = {
            "values": self._columns.source.tolist(),
            "mask": every,
            "since": every,
            "static": self._static_columns.source.tolist(),
        }
        return tuple((kind, of[kind][at]) for kind, kept in self._kept.items() for at in kept)

    @property
    def raw_sources(self) -> tuple[tuple[str, int], ...]:
        """Likewise of each raw variable: "values" or "static", and its number there."""
        parts = (("values", self._columns), ("static", self._static_columns))
        return tuple((kind, at) for kind, made in parts for at in made.source.tolist())

    @property
    def input_size(self) -> int:
        """F, the number of inputs."""
        return len(self.input_names)

    @property
    def variable_count(self) -> int:
        """The number of raw variables, static ones included; a category is one of its own."""
        return len(self._columns.names) + len(self._static_columns.names)

    @property
    def looked_up(self) -> tuple[Codes, ...]:
        """The inputs and raw variables that are numbers of categories, to be looked up."""
        raw = [(kind, at) for kind, at in self.raw_sources]
        found = []
        for name in self.embedded:
            kind, names, known = "values", self.variables, self.categories
            if name in self.static_categories and name not in self.categories:
                kind, names, known = "static", self.static_variables, self.static_categories
            source = (kind, names.index(name))
            inputs = self.input_sources.index(source) if source in self.input_sources else None
            found.append(Codes(len(known[name]), inputs, raw.index(source)))
        return tuple(found)

    @cached_property
    def _kept(self) -> dict[str, Any]:
        """Positions of the inputs in each block, as tensors."""
        blocks = {
            "values": self._columns.names,
            "mask": self.variables,
            "since": self.variables,
            "static": self._static_columns.names,
        }
        return kept_inputs(self.features, blocks, self.dropped)

    @property
    def _columns(self) -> Columns:
        return columns(self.variables, self.categories, self.embedded)

    @property
    def _static_columns(self) -> Columns:
        return columns(self.static_variables, self.static_categories, self.embedded)

    def encode(self, series: IrregularSeries, *, reads: Collection[Raw] = ()) -> EncodedSeries:
        """The inputs of the network.

        Args:
            series: Any part, with the features and static features that this was fitted on.
            reads: Which raw parts the network reads besides: of "values", "mask" and "times".

        Returns:
            Rows of [values | mask | since | static] (the blocks asked for, without the inputs of
            `dropped`): values standardised,
            cut off at ± clip and filled forward, 0 (the mean) before the first observation; mask
            as 0 and 1; since as log(1 + age / time_scale), the age counted from the start of the
            series where a variable was never seen; static features standardised, 0 where missing,
            repeated in every row. A variable of categories has a column each among the values, 1
            where it is the one; all are 0 for a category that the fit never met, and where it is
            missing. One of `embedded` is its number from 1, and 0 likewise. `elapsed` is the gap to
            the previous row over `time_scale`. The raw parts are
            as `EncodedSeries` says.

        Raises:
            InputError: If the features or the static features are not those of the fit, one had
                dates for times and the other has plain numbers, or a gap is so large beside the
                time scale that 32 bits do not hold it.
        """
        self._check_names(series)
        self._check_time_unit(series)
        elapsed = self._elapsed(series)
        mask, lengths = series.mask, series.lengths
        codes = recode(series.values, series.features, series.categories, self.categories)
        scaled = _standardise(codes, self.mean, self.std, self.clip)
        scaled = _from_one(scaled, codes, self.variables, self.embedded)
        scaled, shown = _one_hot(scaled, codes, mask, self._columns, self.categories)
        blocks: list[Tensor] = []
        for kind in self.features:
            at = self._kept[kind]
            # Most are kept whole, and then not copied.
            if kind == "values":
                blocks.append(make.forward_fill(_some(scaled, at), _some(shown, at), lengths))
            elif kind == "mask":
                blocks.append(_some(mask, at).to(torch.float32))
            else:
                age = make.time_since_observed(series.times, _some(mask, at), lengths)
                blocks.append(torch.log1p(age / self.time_scale).to(torch.float32))
        rows = ragged.series_of_rows(lengths)
        values, seen = [scaled], [shown]
        if series.static is not None:
            known, names = self.static_categories, self.static_variables
            codes = recode(series.static, names, series.static_categories, known)
            static = _standardise(codes, self.static_mean, self.static_std, self.clip)
            static = _from_one(static, codes, names, self.embedded)
            there = ~series.static.isnan()
            static, there = _one_hot(static, codes, there, self._static_columns, known)
            values.append(torch.nan_to_num(static)[rows])
            blocks.append(_some(values[-1], self._kept["static"]))
            seen.append(there[rows])
        return EncodedSeries(
            inputs=torch.cat(blocks, dim=1),
            elapsed=elapsed,
            lengths=lengths,
            target=series.target,
            ids=series.ids,
            per_step=series.per_step,
            values=torch.cat(values, 1) * torch.cat(seen, 1) if "values" in reads else None,
            mask=torch.cat(seen, dim=1) if "mask" in reads else None,
            times=series.times / self.time_scale if "times" in reads else None,
        )

    def to_dict(self) -> dict[str, Any]:
        """Plain lists, numbers and strings, for JSON; without the unit of plain numbers."""
        plain: dict[str, Any] = {
            name: list(value) if isinstance(value, tuple) else value
            for name, value in asdict(self).items()
            if name not in ("time_unit", "gap") or value is not None
        }
        # Without them a run's file is as it was before there were any.
        for name in _BY_NAME:
            found = plain.pop(name)
            if found:
                plain[name] = {key: list(labels) for key, labels in found.items()}
        for name in ("robust", "embedded"):
            if not plain[name]:
                del plain[name]
        return plain

    @classmethod
    def from_dict(cls, mapping: Mapping[str, Any]) -> Self:
        """The inverse of `to_dict`."""
        plain: dict[str, Any] = {
            name: tuple(value) if isinstance(value, list) else value
            for name, value in mapping.items()
        }
        for name in _BY_NAME:
            plain[name] = from_json(plain.get(name, {}))
        return cls(**plain)

    def _elapsed(self, series: IrregularSeries) -> Tensor:
        gaps = make.elapsed_since_previous(series.times, series.lengths)
        elapsed = (gaps / self.time_scale).to(torch.float32)
        if bool(elapsed.isinf().any()):
            row = int(elapsed.isinf().nonzero()[0])
            number = int(ragged.series_of_rows(series.lengths)[row])
            raise InputError(
                f"the gap before position {int(ragged.positions(series.lengths)[row])} of series "
                f"{series.ids[number]!r} is {float(gaps[row]):g}, in units of the time scale "
                f"({self.time_scale:g}) more than 32 bits hold. Correct the times."
            )
        return elapsed

    def _check_names(self, series: IrregularSeries) -> None:
        for what, mine, theirs in (
            ("features", self.variables, series.features),
            ("static features", self.static_variables, series.static_features or ()),
        ):
            if mine == theirs:
                continue
            missing = [name for name in mine if name not in theirs]
            extra = [name for name in theirs if name not in mine]
            detail = f"missing {missing}, not expected {extra}" if missing or extra else "reordered"
            raise InputError(
                f"the {what} of these series are not those that the preprocessor was fitted on: "
                f"{detail}. Expected, in this order: {list(mine)}."
            )

    def _check_time_unit(self, series: IrregularSeries) -> None:
        if series.time_unit == self.time_unit:
            return
        kinds = {None: "plain numbers, in a unit of their own", "hours": "dates or durations"}
        say = "None" if self.time_unit is None else repr(self.time_unit)
        raise InputError(
            f"the times of these series are {kinds.get(series.time_unit, series.time_unit)}; those "
            f"of the fit were {kinds.get(self.time_unit, self.time_unit)}. Give the times as in "
            "the fit; or, if these numbers are "
            + ("of the fit's unit: " if self.time_unit is None else f"{self.time_unit}: ")
            + f"dataclasses.replace(series, time_unit={say})."
        )


def _of_numbers(observed: Tensor, names: Sequence[str], categories: Categories) -> Tensor:
    """Where columns of numbers are observed; columns of categories are nowhere."""
    if not categories:
        return observed
    numbers = [name not in categories for name in names]
    return observed & torch.tensor(numbers, device=observed.device)


def _embedded(embed: int | Collection[str], categories: Categories) -> tuple[str, ...]:
    """The variables whose categories are looked up."""
    if isinstance(embed, bool) or (isinstance(embed, int) and embed < 1):
        raise InputError(f"embed is {embed}; expected 1 or more categories, or names of variables.")
    if isinstance(embed, int):
        return tuple(name for name, labels in categories.items() if len(labels) > embed)
    wanted = [embed] if isinstance(embed, str) else list(dict.fromkeys(embed))
    for name in wanted:
        if name not in categories:
            raise InputError(
                f"embed names {name!r}, which holds no categories; expected some of "
                f"{', '.join(categories) or 'none, as no variable holds any'}."
            )
    return tuple(wanted)


def _numbers_alone(
    constant: Sequence[bool], names: Sequence[str], embedded: Collection[str]
) -> list[bool]:
    """Which never change, of numbers; what is looked up stays."""
    return [still and name not in embedded for still, name in zip(constant, names, strict=True)]


def _from_one(
    scaled: Tensor, codes: Tensor, names: Sequence[str], embedded: Collection[str]
) -> Tensor:
    """Numbers of categories that are looked up in their own columns, from 1, 0 for none."""
    for at, name in enumerate(names):
        if name in embedded:
            scaled[:, at] = codes[:, at].nan_to_num(nan=UNKNOWN) + 1
    return scaled


def _one_hot(
    scaled: Tensor, codes: Tensor, seen: Tensor, made: Columns, categories: Categories
) -> tuple[Tensor, Tensor]:
    """Standardised columns [R, D] with one a category, [R, V], and where they are observed."""
    if not categories:
        return scaled, seen
    source = torch.from_numpy(made.source).to(codes.device)
    code = torch.from_numpy(made.code).to(codes.device)
    seen = seen[:, source]
    chosen = ((codes[:, source] == code) & seen).to(scaled.dtype)
    return torch.where(code == UNKNOWN, scaled[:, source], chosen), seen


def _some(block: Tensor, kept: Any) -> Tensor:
    """The columns that are kept."""
    return block if len(kept) == block.shape[1] else block[:, torch.from_numpy(kept)]


def _standardise(
    values: Tensor, mean: Sequence[float], std: Sequence[float], clip: float
) -> Tensor:
    centre = values.new_tensor(mean, dtype=torch.float64)
    width = values.new_tensor(std, dtype=torch.float64)
    return ((values - centre) / width).clamp(-clip, clip).to(torch.float32)


def _median_gap(series: IrregularSeries) -> float:
    gaps = make.elapsed_since_previous(series.times, series.lengths)
    gaps = gaps[gaps > 0]
    return float(gaps.median()) if len(gaps) else 1.0
