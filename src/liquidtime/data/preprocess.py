"""From irregular series to the inputs of a network, with statistics of the training part only."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from typing import Any, Self

import torch
from torch import Tensor

from liquidtime.data import features as make
from liquidtime.data import ragged
from liquidtime.data.batch import Raw
from liquidtime.data.categories import learn, recode
from liquidtime.data.encoded import EncodedSeries
from liquidtime.data.series import IrregularSeries
from liquidtime.deploy.categories import UNKNOWN, Categories, Columns, columns, from_json
from liquidtime.errors import InputError

KINDS = ("values", "mask", "since")
_CATEGORIES = ("categories", "static_categories")


@dataclass(frozen=True)
class Preprocessor:
    """Standardise, fill forward, and say what was seen and how long ago.

    Fit it on the training part: `Preprocessor.fit(series.select(split.train))`. Every field is a
    plain number, string, tuple or dictionary of these, so `to_dict` goes into JSON and comes back
    equal.

    Attributes:
        variables: D names of the features it was fitted on.
        mean: D means over the observed training entries; 0 for a variable never observed, or of
            categories.
        std: D standard deviations likewise; 1 for a variable that is constant, never observed or
            of categories.
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

    @classmethod
    def fit(
        cls,
        series: IrregularSeries,
        *,
        features: Sequence[str] = KINDS,
        time_scale: float | None = None,
        clip: float = 10.0,
    ) -> Self:
        """Take means, standard deviations and the time scale from the training part.

        Args:
            series: The training part, and nothing but the training part.
            features: Any of "values" (last observed, standardised), "mask" (1 where observed in
                this row) and "since" (log(1 + time since last observed / time scale)).
            time_scale: Time that counts as 1; by default the median of the positive gaps between
                rows of one series (1 where there is none), so that the unit does not matter.
            clip: Limit of standardised values; above 0, `float("inf")` for none.

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
        if time_scale is None:
            time_scale = _median_gap(series)
        if not 0 < time_scale < float("inf"):
            raise InputError(f"time_scale is {time_scale}; expected a finite number above 0.")
        observed = _of_numbers(series.mask, series.features, series.categories)
        mean, std = _moments(series.values, observed)
        categories = learn(series.values, series.mask, series.features, series.categories)
        static_mean, static_std, static_categories = (), (), {}
        if series.static is not None:
            names, there = series.static_features or (), ~series.static.isnan()
            observed = _of_numbers(there, names, series.static_categories)
            static_mean, static_std = _moments(series.static, observed)
            static_categories = learn(series.static, there, names, series.static_categories)
        return cls(
            variables=series.features,
            mean=mean,
            std=std,
            static_variables=series.static_features or (),
            static_mean=static_mean,
            static_std=static_std,
            time_scale=float(time_scale),
            features=kinds,
            clip=float(clip),
            time_unit=series.time_unit,
            categories=categories,
            static_categories=static_categories,
        )

    @property
    def input_names(self) -> tuple[str, ...]:
        """F names, one an input, such as "HR", "rhythm = AF", "HR observed", "HR age"."""
        blocks = {
            "values": self._columns.names,
            "mask": [f"{name} observed" for name in self.variables],
            "since": [f"{name} age" for name in self.variables],
        }
        names = [name for kind in self.features for name in blocks[kind]]
        return (*names, *self._static_columns.names)

    @property
    def input_sources(self) -> tuple[tuple[str, int], ...]:
        """What each of the F inputs is made of: the block, and the number of its variable.

        A block is one of "values", "mask" and "since", or "static", which counts the static
        features.
        """
        every = range(len(self.variables))
        of = {"values": self._columns.source.tolist(), "mask": every, "since": every}
        found = [(kind, number) for kind in self.features for number in of[kind]]
        return (*found, *(("static", number) for number in self._static_columns.source.tolist()))

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
    def _columns(self) -> Columns:
        return columns(self.variables, self.categories)

    @property
    def _static_columns(self) -> Columns:
        return columns(self.static_variables, self.static_categories)

    def encode(self, series: IrregularSeries, *, reads: Collection[Raw] = ()) -> EncodedSeries:
        """The inputs of the network.

        Args:
            series: Any part, with the features and static features that this was fitted on.
            reads: Which raw parts the network reads besides: of "values", "mask" and "times".

        Returns:
            Rows of [values | mask | since | static] (the blocks asked for): values standardised,
            cut off at ± clip and filled forward, 0 (the mean) before the first observation; mask
            as 0 and 1; since as log(1 + age / time_scale), the age counted from the start of the
            series where a variable was never seen; static features standardised, 0 where missing,
            repeated in every row. A variable of categories has a column each among the values, 1
            where it is the one; all are 0 for a category that the fit never met, and where it is
            missing. `elapsed` is the gap to the previous row over `time_scale`. The raw parts are
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
        scaled, shown = _one_hot(scaled, codes, mask, self._columns, self.categories)
        blocks: list[Tensor] = []
        for kind in self.features:
            if kind == "values":
                blocks.append(make.forward_fill(scaled, shown, lengths))
            elif kind == "mask":
                blocks.append(mask.to(torch.float32))
            else:
                age = make.time_since_observed(series.times, mask, lengths)
                blocks.append(torch.log1p(age / self.time_scale).to(torch.float32))
        rows = ragged.series_of_rows(lengths)
        values, seen = [scaled], [shown]
        if series.static is not None:
            known, names = self.static_categories, self.static_variables
            codes = recode(series.static, names, series.static_categories, known)
            static = _standardise(codes, self.static_mean, self.static_std, self.clip)
            there = ~series.static.isnan()
            static, there = _one_hot(static, codes, there, self._static_columns, known)
            values.append(torch.nan_to_num(static)[rows])
            blocks.append(values[-1])
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
            if name != "time_unit" or value is not None
        }
        # Without categories a run's file is as it was before there were any.
        for name in _CATEGORIES:
            found = plain.pop(name)
            if found:
                plain[name] = {key: list(labels) for key, labels in found.items()}
        return plain

    @classmethod
    def from_dict(cls, mapping: Mapping[str, Any]) -> Self:
        """The inverse of `to_dict`."""
        plain: dict[str, Any] = {
            name: tuple(value) if isinstance(value, list) else value
            for name, value in mapping.items()
        }
        for name in _CATEGORIES:
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


def _moments(values: Tensor, observed: Tensor) -> tuple[tuple[float, ...], tuple[float, ...]]:
    """Mean and standard deviation of each column over its observed entries."""
    count = observed.sum(0).clamp_min(1)
    exact = torch.where(observed, values, torch.zeros_like(values)).to(torch.float64)
    mean = exact.sum(0) / count
    spread = torch.where(observed, exact - mean, torch.zeros_like(exact))
    std = (spread.square().sum(0) / count).sqrt()
    # The rounding of float32 gives a constant far from 0 a spread of this order, and no more.
    constant = std <= 1e-6 * mean.abs()
    std = torch.where(constant, torch.ones_like(std), std)
    return tuple(mean.tolist()), tuple(std.tolist())


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
