"""From measurements in the user's units to inputs of the network, and back from its outputs.

The same encoding as `liquidtime.data.Preprocessor`, one row after the other.
"""

import warnings
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from functools import cached_property
from typing import Any, Self

import numpy as np
from numpy.typing import ArrayLike, NDArray

from liquidtime.deploy.categories import (
    UNKNOWN,
    Categories,
    Columns,
    category_code,
    columns,
    from_json,
)
from liquidtime.deploy.inputs import kept_inputs
from liquidtime.errors import InputError
from liquidtime.notes import UnknownCategoryWarning

Cells = ArrayLike | Mapping[str, object] | Sequence[Mapping[str, object]]
"""Rows as arrays, or by name: one, or a sequence of some."""

_BY_NAME = ("categories", "static_categories", "dropped")
_OPTIONAL = (*_BY_NAME, "time_unit", "robust", "independent", "embedded")


@dataclass(frozen=True)
class Signals:
    """What goes in and what comes out of a trained run.

    Attributes:
        variables: Names of the D measurements of a row.
        mean: Their means in the training part.
        std: Their standard deviations.
        static_variables: Names of the S features that do not change.
        static_mean: Their means.
        static_std: Their standard deviations.
        time_scale: Time that counts as 1.
        features: Blocks of the inputs: `"values"`, `"mask"`, `"since"`.
        clip: Limit of standardised values; None for none.
        labels: Names of the classes, or of the values predicted.
        classes: Whether these are classes.
        independent: Whether they are labels, any number of which may be true at once.
        target_mean: Of each value predicted; None for classes.
        target_scale: Likewise.
        time_unit: "hours" if the training data's times were dates or durations; None for numbers
            in a unit of their own, or where a file of 0.1.0 does not say.
        categories: Of measurements that are categories (a rhythm, a ward), the names of these.
        static_categories: Likewise of static features.
        dropped: Names of the inputs that are left out of each block ("static" among them), as they
            were constant in the training part.
        robust: Names of what is scaled by median and IQR: these stand in `mean` and `std`.
        embedded: Names of what is one input, the number of its category from 1, 0 for none.
    """

    variables: tuple[str, ...]
    mean: tuple[float, ...]
    std: tuple[float, ...]
    static_variables: tuple[str, ...]
    static_mean: tuple[float, ...]
    static_std: tuple[float, ...]
    time_scale: float
    features: tuple[str, ...]
    clip: float | None
    labels: tuple[str, ...]
    classes: bool
    target_mean: tuple[float, ...] | None
    target_scale: tuple[float, ...] | None
    # Not compared: a file of 0.1.0 and the run that it was made of are the same network.
    time_unit: str | None = field(default=None, compare=False)
    categories: Categories = field(default_factory=dict)
    static_categories: Categories = field(default_factory=dict)
    independent: bool = False
    dropped: Categories = field(default_factory=dict)
    robust: tuple[str, ...] = field(default=(), compare=False)
    embedded: tuple[str, ...] = ()

    @property
    def input_size(self) -> int:
        """Number of inputs of the network."""
        return sum(len(kept) for kept in self.kept.values())

    @cached_property
    def kept(self) -> dict[str, NDArray[np.int64]]:
        """Positions of the inputs in each block that `features` lists, and in "static"."""
        blocks = {
            "values": self.columns.names,
            "mask": self.variables,
            "since": self.variables,
            "static": self.static_columns.names,
        }
        return kept_inputs(self.features, blocks, self.dropped)

    @cached_property
    def columns(self) -> Columns:
        """The inputs that the measurements make."""
        return columns(self.variables, self.categories, self.embedded)

    @cached_property
    def static_columns(self) -> Columns:
        """The inputs that features make which do not change."""
        return columns(self.static_variables, self.static_categories, self.embedded)

    @property
    def looked_up(self) -> tuple[tuple[int, int], ...]:
        """Of each variable in `embedded` that is an input: its place there and among the inputs."""
        blocks = {"values": self.columns.names, "static": self.static_columns.names}
        names = [
            blocks[kind][at] if kind in blocks else None
            for kind, kept in self.kept.items()
            for at in kept
        ]
        every = enumerate(self.embedded)
        return tuple((at, names.index(name)) for at, name in every if name in names)

    @classmethod
    def from_record(cls, record: Mapping[str, Any]) -> Self:
        """Of a run's `config.json`."""
        if (record.get("schema") or {}).get("forecast") is not None:
            raise InputError(
                "the run forecasts from a calendar, seasons and lags that no stream keeps; "
                "expected a run without. Predict with liquidtime.train.Run.predict or "
                "`liquidtime predict --last`."
            )
        objective = record["objective"]
        # What gaps were usual in training says nothing of how a row is read.
        known = {name: v for name, v in record["preprocessor"].items() if name != "gap"}
        unit = (record.get("schema") or {}).get("time_unit")
        return cls.from_dict(
            {"time_unit": unit, **known}
            | {
                "labels": objective["labels"],
                "classes": objective["kind"] == "classes",
                "independent": objective["kind"] == "labels",
                "target_mean": objective.get("mean"),
                "target_scale": objective.get("scale"),
            }
        )

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

    def to_dict(self) -> dict[str, Any]:
        """The fields, for JSON; without the unit of plain numbers."""
        plain = asdict(self)
        # Without these a file is as it was before there were any.
        return {name: v for name, v in plain.items() if v or name not in _OPTIONAL}

    def rows(self, cells: "Cells") -> NDArray[np.float64]:
        """Measurements as numbers, categories as their numbers, NaN where not measured.

        Args:
            cells: [D] or [S, D], categories by name, None or NaN where not measured; or a mapping
                from names to what was measured, or one for each of S rows.

        Returns:
            The same, [D] or [S, D]; whatever other shape came, in that shape.

        Raises:
            InputError: If a name is unknown or a cell is no number.
        """
        return _rows(cells, self._places, self.categories, "variable")

    def static_rows(self, cells: "Cells") -> NDArray[np.float64]:
        """Features that do not change, as `rows` takes measurements."""
        return _rows(cells, self._static_places, self.static_categories, "static feature")

    @cached_property
    def _places(self) -> dict[str, int]:
        return {name: at for at, name in enumerate(self.variables)}

    @cached_property
    def _static_places(self) -> dict[str, int]:
        return {name: at for at, name in enumerate(self.static_variables)}

    def predictions(self, outputs: NDArray[np.float32]) -> NDArray[np.float64]:
        """Probabilities of the classes, or values in their own unit, from outputs [.., K]."""
        raw = np.asarray(outputs, np.float64)
        if self.independent:
            return 0.5 * (1.0 + np.tanh(0.5 * raw))
        if not self.classes:
            return raw * np.asarray(self.target_scale) + np.asarray(self.target_mean)
        powers = np.exp(raw - raw.max(axis=-1, keepdims=True))
        return powers / powers.sum(axis=-1, keepdims=True)


class Encoder:
    """Turns rows of measurements into inputs, and remembers what each stream has shown.

    Args:
        signals: The encoding.
        streams: Number of streams.
        static: [S] or [streams, S] features that do not change, in their own units, categories by
            name, NaN or None where not known; also a mapping from names to what is known, or one a
            stream. The mean of the training part, or no category, stands for what is not known, and
            for all of them where None.
        raw: Give what was measured alone, NaN for what was not, also among static features.

    Raises:
        InputError: If `static` does not fit.
    """

    def __init__(
        self,
        signals: Signals,
        streams: int,
        static: Cells | None = None,
        *,
        raw: bool = False,
    ) -> None:
        self._signals = signals
        width = len(signals.static_variables)
        given = np.full(width, np.nan) if static is None else signals.static_rows(static)
        if given.shape not in ((width,), (streams, width)):
            raise InputError(
                f"static has shape {list(given.shape)}; expected [{width}] or "
                f"[{streams}, {width}]: {', '.join(signals.static_variables) or 'none'}."
            )
        scaled = _standardised(given, signals.static_mean, signals.static_std, signals.clip)
        made = signals.static_columns
        scaled = _from_one(scaled, given, signals.static_variables, signals.embedded)
        known = _one_hot(scaled, given, made)
        missing = np.isnan(given[..., made.source])
        known = np.where(missing, np.nan, known) if raw else np.nan_to_num(known)
        self._raw = raw
        self._static = np.broadcast_to(known, (streams, len(made.names)))
        self._columns = signals.columns
        self._chosen = _chosen(signals) if signals.dropped else None
        self._values = np.zeros((streams, len(self._columns.names)))
        self._ages = np.zeros((streams, len(signals.variables)))
        self._begun: NDArray[Any] = np.zeros(streams, bool)

    def encode(
        self, values: NDArray[np.float64], elapsed: NDArray[np.float64], active: NDArray[np.bool_]
    ) -> tuple[NDArray[Any], NDArray[Any]]:
        """Inputs [streams, F] and scaled gaps [streams] of one row [streams, D] each.

        Measurements not made are NaN, categories are their numbers. The first row of a stream has
        no gap, whatever is given; of raw ones, it has the time that is given.
        """
        signals = self._signals
        # Before the first row there is none; raw times begin with that row's own.
        gaps = np.where(self._begun | self._raw, elapsed, 0.0)
        observed = ~np.isnan(values)
        scaled = _standardised(values, signals.mean, signals.std, signals.clip)
        used, shown = active[:, None], observed
        if signals.categories:
            scaled = _from_one(scaled, values, signals.variables, signals.embedded)
            scaled = _one_hot(scaled, values, self._columns)
            shown = observed[:, self._columns.source]
        filled = np.where(shown, scaled, self._values)
        ages = np.where(observed, 0.0, self._ages + gaps[:, None])
        self._values = np.where(used, filled, self._values)
        self._ages = np.where(used, ages, self._ages)
        self._begun = self._begun | active
        if self._raw:
            inputs = [np.where(shown, scaled, np.nan), self._static]
            return np.concatenate(inputs, axis=1), gaps / signals.time_scale
        blocks = {
            "values": filled,
            "mask": observed,
            "since": np.log1p(ages / signals.time_scale),
        }
        parts = [blocks[kind] for kind in signals.features] + [self._static]
        inputs = np.concatenate(parts, axis=1).astype(np.float32)
        if self._chosen is not None:
            inputs = inputs[:, self._chosen]
        return np.ascontiguousarray(inputs), (gaps / signals.time_scale).astype(np.float32)

    @property
    def state(self) -> list[NDArray[Any]]:
        """What each stream has shown: values and ages [streams, D], and whether it has begun."""
        return [self._values.copy(), self._ages.copy(), self._begun.copy()]

    @state.setter
    def state(self, parts: Sequence[ArrayLike]) -> None:
        mine = (self._values, self._ages, self._begun)
        given = [np.asarray(part) for part in parts]
        if [part.shape for part in given] != [part.shape for part in mine]:
            raise ValueError("the parts of the state have other shapes than this stream's.")
        self._values, self._ages, self._begun = (
            part.astype(like.dtype) for part, like in zip(given, mine, strict=True)
        )

    def reset(self, stream: int) -> None:
        """Forget what a stream has shown."""
        self._values[stream] = self._ages[stream] = 0
        self._begun[stream] = False


def _chosen(signals: Signals) -> NDArray[np.int64]:
    """Positions of the inputs among those of whole blocks."""
    values = len(signals.columns.names)
    width = {"values": values, "mask": len(signals.variables), "since": len(signals.variables)}
    starts = np.cumsum([0, *(width[kind] for kind in signals.features)])
    parts = zip(starts, signals.kept.values(), strict=True)
    return np.concatenate([start + kept for start, kept in parts])


def _from_one(
    scaled: NDArray[np.float64],
    codes: NDArray[np.float64],
    names: Sequence[str],
    embedded: Sequence[str],
) -> NDArray[np.float64]:
    """Numbers of categories that are looked up in their own columns, from 1, 0 for unknown."""
    own = np.array([name in embedded for name in names], bool)
    return np.where(own, codes + 1, scaled) if own.any() else scaled


def _one_hot(
    scaled: NDArray[np.float64], codes: NDArray[np.float64], made: Columns
) -> NDArray[np.float64]:
    chosen = codes[..., made.source] == made.code
    return np.where(made.code == UNKNOWN, scaled[..., made.source], chosen)


def _rows(
    cells: Cells, places: Mapping[str, int], categories: Categories, what: str
) -> NDArray[np.float64]:
    if isinstance(cells, np.ndarray) and not categories and cells.dtype.kind in "biuf":
        return np.asarray(cells, np.float64)
    if isinstance(cells, Mapping):
        return _named(cells, places, categories, what)
    if isinstance(cells, Sequence) and len(cells) and isinstance(cells[0], Mapping):
        return np.stack([_rows(row, places, categories, what) for row in cells])
    if not categories:
        try:
            found = np.asarray(cells)
            if found.dtype.kind in "mMc":
                raise TypeError(f"it is of {found.dtype}")
            return found.astype(np.float64)
        except (TypeError, ValueError) as error:
            raise InputError(f"the row does not hold numbers alone ({error}).") from None
    table = np.asarray(cells, object)
    if table.ndim == 1 and table.shape == (len(places),):
        return _named(dict(zip(places, table, strict=True)), places, categories, what)
    if table.ndim == 2 and len(table):
        return np.stack([_rows(row, places, categories, what) for row in table])
    return np.empty(table.shape)


def _named(
    cells: Mapping[Any, Any], places: Mapping[str, int], categories: Categories, what: str
) -> NDArray[np.float64]:
    row = np.full(len(places), np.nan)
    for name, cell in cells.items():
        at = places.get(name)
        if at is None:
            raise InputError(
                f"the network knows no {what} {name!r}; expected some of {', '.join(places)}."
            )
        if type(cell) is float and name not in categories:
            row[at] = cell
        elif not _is_missing(cell):
            known = categories.get(name)
            row[at] = _number(name, cell) if known is None else _code(name, cell, known)
    return row


def _is_missing(cell: Any) -> bool:
    if cell is None or type(cell).__name__ in ("NAType", "NaTType"):
        return True
    return not cell.strip() if isinstance(cell, str) else bool(cell != cell)


def _number(name: str, cell: Any) -> float:
    try:
        if isinstance(cell, np.generic) and cell.dtype.kind in "mMc":
            raise TypeError
        return float(cell)
    except (TypeError, ValueError):
        raise InputError(
            f"{name!r} came as {cell!r}; expected a number, as in the training."
        ) from None


def _code(name: str, cell: Any, known: tuple[str, ...]) -> float:
    code = category_code(cell, known)
    if code == UNKNOWN:
        warnings.warn(
            f"{name}: {cell!r} is none of the categories of the training ({', '.join(known)}); it "
            "is taken as unknown.",
            UnknownCategoryWarning,
            stacklevel=5,
        )
    return code


def _standardised(
    values: NDArray[np.float64],
    mean: Sequence[float],
    std: Sequence[float],
    clip: float | None,
) -> NDArray[np.float64]:
    scaled = (values - np.asarray(mean)) / np.asarray(std)
    return scaled if clip is None else np.clip(scaled, -clip, clip)
