"""What an `IrregularSeries` must hold, and a message that names the place where it does not."""

from typing import Protocol

import numpy as np
import torch
from torch import Tensor

from liquidtime.data import ragged
from liquidtime.data.categories import check_codes
from liquidtime.deploy.categories import Categories
from liquidtime.errors import InputError
from liquidtime.instants import read_instants


class _Fields(Protocol):
    """The fields of an `IrregularSeries`, which describes them."""

    @property
    def values(self) -> Tensor: ...
    @property
    def times(self) -> Tensor: ...
    @property
    def mask(self) -> Tensor: ...
    @property
    def lengths(self) -> Tensor: ...
    @property
    def static(self) -> Tensor | None: ...
    @property
    def target(self) -> Tensor | None: ...
    @property
    def ids(self) -> np.ndarray: ...
    @property
    def features(self) -> tuple[str, ...]: ...
    @property
    def static_features(self) -> tuple[str, ...] | None: ...
    @property
    def target_names(self) -> tuple[str, ...] | None: ...
    @property
    def classes(self) -> tuple[str, ...] | None: ...
    @property
    def per_step(self) -> bool: ...
    @property
    def categories(self) -> Categories: ...
    @property
    def static_categories(self) -> Categories: ...


_LAYOUT = {
    "values": (torch.float32, 2, "[R, D]"),
    "times": (torch.float64, 1, "[R]"),
    "mask": (torch.bool, 2, "[R, D]"),
    "lengths": (torch.int64, 1, "[N]"),
    "static": (torch.float32, 2, "[N, S]"),
}


def check_series(series: _Fields) -> None:
    """Check every field of a series.

    Raises:
        InputError: With what came, what was expected, and how to mend it.
    """
    for name, (dtype, dims, layout) in _LAYOUT.items():
        tensor = getattr(series, name)
        if name == "static" and tensor is None:
            continue
        _check_tensor(name, tensor, dtype, dims, layout)
    _check_shapes(series)
    _check_names(series)
    _check_values(series)
    _check_times(series)
    if series.target is not None:
        _check_target(series, series.target)


def _check_tensor(name: str, tensor: object, dtype: torch.dtype, dims: int, layout: str) -> None:
    if (
        name == "times"
        and not isinstance(tensor, Tensor)
        and read_instants(name, tensor) is not None
    ):
        raise InputError(
            "times holds dates or durations; expected a tensor [R] of torch.float64. The "
            "converters, such as liquidtime.data.from_lists, read them as hours."
        )
    if not isinstance(tensor, Tensor):
        raise InputError(
            f"{name} is a {type(tensor).__name__}; expected a tensor {layout} of {dtype}. "
            f"Wrap it: torch.as_tensor({name}, dtype={dtype})."
        )
    if tensor.dtype != dtype:
        raise InputError(
            f"{name} has dtype {tensor.dtype}; expected {dtype}. Convert it: {name}.to({dtype})."
        )
    if tensor.dim() != dims:
        raise InputError(f"{name} has shape {list(tensor.shape)}; expected {layout}.")


def _check_shapes(series: _Fields) -> None:
    rows, count = len(series.times), len(series.lengths)
    if series.values.shape[0] != rows:
        raise InputError(
            f"values has {series.values.shape[0]} rows but times has {rows}; expected one time a "
            "row."
        )
    if series.mask.shape != series.values.shape:
        raise InputError(
            f"mask has shape {list(series.mask.shape)}; expected that of values, "
            f"{list(series.values.shape)}: one entry a value."
        )
    if count and int(series.lengths.min()) < 0:
        raise InputError(
            f"lengths[{int(series.lengths.argmin())}] is {int(series.lengths.min())}; "
            "expected 0 or more rows."
        )
    if int(series.lengths.sum()) != rows:
        raise InputError(
            f"lengths add up to {int(series.lengths.sum())} but there are {rows} rows; every row "
            "must belong to one series."
        )
    if series.static is not None and len(series.static) != count:
        raise InputError(
            f"static has shape {list(series.static.shape)}; expected [{count}, S], one row a "
            "series."
        )
    if series.ids.shape != (count,):
        raise InputError(
            f"ids has shape {list(series.ids.shape)}; expected [{count}], one a series."
        )
    devices = {t.device for t in (series.values, series.times, series.mask, series.lengths)}
    if len(devices) > 1:
        raise InputError(f"values, times, mask and lengths lie on {devices}; expected one device.")


def _check_names(series: _Fields) -> None:
    static_count = 0 if series.static is None else series.static.shape[1]
    for name, names, count in (
        ("features", series.features, series.values.shape[1]),
        ("static_features", series.static_features or (), static_count),
    ):
        if len(names) != count:
            raise InputError(f"{name} holds {len(names)} names; expected {count}: {names}.")
        twice = [entry for place, entry in enumerate(names) if entry in names[:place]]
        if twice:
            raise InputError(f"{name} holds {twice[0]!r} twice; expected names that differ.")


def _check_values(series: _Fields) -> None:
    bad = series.mask & ~torch.isfinite(series.values)
    if bool(bad.any()):
        row, column = (int(number) for number in bad.nonzero()[0])
        raise InputError(
            f"values holds {int(bad.sum())} observed entries that are not finite, the first one "
            f"({float(series.values[row, column])}) in {_place(series, row)}, feature "
            f"{series.features[column]!r}. Where nothing was observed set mask to False and the "
            "value to 0."
        )
    bad = ~series.mask & (series.values != 0)
    if bool(bad.any()):
        row, column = (int(number) for number in bad.nonzero()[0])
        raise InputError(
            f"values holds {int(bad.sum())} entries that are not 0 where mask is False, the first "
            f"one ({float(series.values[row, column])}) in {_place(series, row)}, feature "
            f"{series.features[column]!r}. Clear them: "
            "torch.where(mask, values, torch.zeros_like(values))."
        )
    if series.static is not None and bool(torch.isinf(series.static).any()):
        number, column = (int(n) for n in torch.isinf(series.static).nonzero()[0])
        names = series.static_features or ()
        raise InputError(
            f"static is infinite in series {_name(series, number)}, {names[column]!r}; expected a "
            "finite number, or NaN where it is missing."
        )
    check_codes("values", series.values, series.mask, series.features, series.categories)
    if series.static is not None:
        names, there = series.static_features or (), ~series.static.isnan()
        check_codes("static", series.static, there, names, series.static_categories)


def _check_times(series: _Fields) -> None:
    times = series.times
    bad = ~torch.isfinite(times)
    if bool(bad.any()):
        row = int(bad.nonzero()[0])
        raise InputError(
            f"times holds {int(bad.sum())} entries that are not finite, the first one "
            f"({float(times[row])}) in {_place(series, row)}; every row needs a time. Drop the "
            "rows, or fill the time in."
        )
    falls = (times[1:] < times[:-1]) & (ragged.positions(series.lengths)[1:] > 0)
    if bool(falls.any()):
        row = int(falls.nonzero()[0]) + 1
        raise InputError(
            f"times fall at {int(falls.sum())} places, first in {_place(series, row)}: "
            f"{float(times[row])} comes after {float(times[row - 1])}. Sort the rows of each "
            "series by time."
        )


def _check_target(series: _Fields, target: Tensor) -> None:
    count, one, letter = (
        (len(series.times), "row", "R") if series.per_step else (len(series.lengths), "series", "N")
    )
    if not isinstance(target, Tensor):
        raise InputError(f"target is a {type(target).__name__}; expected a tensor or None.")
    is_class = target.dim() == 1 and target.dtype == torch.int64
    if not is_class and not (target.dim() == 2 and target.dtype == torch.float32):
        raise InputError(
            f"target has shape {list(target.shape)} and dtype {target.dtype}; expected class "
            f"numbers [{letter}] of torch.int64, or values [{letter}, K] of torch.float32."
        )
    if len(target) != count:
        raise InputError(
            f"target has {len(target)} entries; expected {count}, one a {one} "
            f"(per_step={series.per_step})."
        )
    if is_class:
        _check_classes(series, target)
        return
    wrong = torch.isinf(target)
    if not series.per_step:
        # One of several targets may be unknown; a series without any is no series to learn from.
        wrong = wrong | target.isnan().all(dim=1, keepdim=True)
    if bool(wrong.any()):
        number, column = (int(n) for n in wrong.nonzero()[0])
        where = _place(series, number) if series.per_step else f"series {_name(series, number)}"
        several = series.per_step or target.shape[1] > 1
        allowed = "finite, or NaN where there is none" if several else "finite"
        raise InputError(
            f"target is {float(target[number, column])} in {where}, column {column}; expected "
            f"{allowed}. Leave the {one} out, or give it a value."
        )
    if series.target_names is not None and len(series.target_names) != target.shape[1]:
        raise InputError(
            f"target_names holds {len(series.target_names)} names; the target has "
            f"{target.shape[1]} columns."
        )


def _check_classes(series: _Fields, target: Tensor) -> None:
    lowest = -1 if series.per_step else 0
    top = None if series.classes is None else len(series.classes)
    wrong = target < lowest
    if top is not None:
        wrong = wrong | (target >= top)
    if bool(wrong.any()):
        number = int(wrong.nonzero()[0])
        where = _place(series, number) if series.per_step else f"series {_name(series, number)}"
        limit = "" if top is None else f" and below {top}, the number of classes"
        raise InputError(
            f"target is {int(target[number])} in {where}; expected class numbers from 0"
            f"{' (-1 = none)' if series.per_step else ''}{limit}."
        )


def _place(series: _Fields, row: int) -> str:
    """Where a row is, in the words of the user: its series and its position there, from 0."""
    number = int(ragged.series_of_rows(series.lengths)[row])
    position = int(ragged.positions(series.lengths)[row])
    return f"series {_name(series, number)} at position {position}"


def _name(series: _Fields, number: int) -> str:
    identity = series.ids[number]
    return repr(identity.item() if isinstance(identity, np.generic) else identity)
