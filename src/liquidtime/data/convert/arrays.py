"""What all conversions share: arrays of any kind brought to the tensors of the container."""

from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np
import torch
from torch import Tensor

from liquidtime.data.series import IrregularSeries
from liquidtime.data.single import to_single
from liquidtime.data.stamps import Stamps
from liquidtime.errors import InputError
from liquidtime.instants import read_instants


class Clock(NamedTuple):
    """When the rows were.

    Attributes:
        times: float64.
        unit: "hours" where dates or durations were read, else None: the data's own.
        stamps: The dates or durations themselves.
    """

    times: Tensor
    unit: str | None = None
    stamps: Stamps | None = None


def numbers(name: str, array: Any) -> Tensor:
    """An array, tensor or nested list of numbers as a float64 tensor on the CPU.

    Raises:
        InputError: If it holds anything but numbers.
    """
    if isinstance(array, Tensor):
        if array.is_complex():
            raise InputError(f"{name} holds complex numbers; expected real ones.")
        return array.detach().to("cpu", torch.float64)
    if read_instants(name, array) is not None:
        raise InputError(
            f"{name} holds dates or durations; expected numbers. Where they are measured values, "
            "count from a start: (dates - start) / numpy.timedelta64(1, 'h') gives hours."
        )
    try:
        found = np.asarray(array)
        if found.dtype.kind in "cV":
            raise TypeError("complex numbers" if found.dtype.kind == "c" else "records")
        if isinstance(array, np.ma.MaskedArray):
            found = np.where(np.ma.getmaskarray(array), np.nan, found)
        if found.dtype.kind == "O":
            found = _without_none(found)
        if found.dtype.kind not in "biuf":
            found = found.astype(np.float64)
    except (TypeError, ValueError) as error:
        raise InputError(
            f"{name} does not hold numbers alone ({error}); expected an array of numbers, NaN "
            "where nothing was observed."
        ) from error
    return torch.from_numpy(np.array(found, dtype=np.float64))


def _without_none(found: np.ndarray) -> np.ndarray:
    """NaN in place of pandas' NA, which is no number; None becomes one by itself."""
    none = [type(entry).__name__ in ("NAType", "NaTType") for entry in found.ravel()]
    return np.where(np.reshape(none, found.shape), np.nan, found) if any(none) else found


def from_rows(
    values: Tensor,
    clock: Clock,
    lengths: Tensor,
    *,
    mask: Tensor | None = None,
    static: Any = None,
    target: Any = None,
    ids: Any = None,
    features: Sequence[str] | None = None,
    classes: Sequence[str] | None = None,
    per_step: bool = False,
) -> IrregularSeries:
    """The container from ragged rows in float64; NaN is not observed, with or without a mask.

    Args:
        values: [R, D] float64.
        clock: [R] times, and their unit.
        lengths: [N] int64.
        mask: [R, D] bool or None.
        static: [N, S] numbers or None.
        target: As `as_target` takes it.
        ids: [N] or None.
        features: D names or None.
        classes: Names of the classes, or None.
        per_step: Whether the target is one a step.

    Raises:
        InputError: If something does not fit.
    """
    observed = ~values.isnan()
    if mask is not None:
        if mask.shape != values.shape:
            raise InputError(
                f"mask has shape {list(mask.shape)}; expected that of the values, "
                f"{list(values.shape)}."
            )
        observed = observed & mask
    names = [f"x{d}" for d in range(values.shape[1])] if features is None else list(features)
    kept = to_single("values", torch.where(observed, values, torch.nan), names)
    kept = torch.where(observed, kept, torch.zeros_like(kept))
    return IrregularSeries(
        values=kept,
        times=clock.times,
        time_unit=clock.unit,
        stamps=clock.stamps,
        mask=observed,
        lengths=lengths,
        static=None if static is None else to_single("static features", numbers("static", static)),
        target=as_target(target),
        ids=np.arange(len(lengths)) if ids is None else as_ids(ids),
        features=tuple(features) if features is not None else (),
        classes=tuple(classes) if classes is not None else None,
        per_step=per_step,
    )


def as_target(target: Any) -> Tensor | None:
    """Whole numbers (and bools) [N] become classes, int64; floats become values [N, K], float32."""
    if target is None:
        return None
    found = target.detach().cpu() if isinstance(target, Tensor) else None
    if found is None:
        array = np.asarray(target)
        if array.dtype.kind not in "biuf":
            raise InputError(
                f"target has dtype {array.dtype}; expected whole numbers from 0 for classes, "
                "floats for values. Number the classes, and give their names as classes."
            )
        found = torch.from_numpy(array.copy())
    if found.is_floating_point():
        return to_single("target", found[:, None] if found.dim() == 1 else found)
    return found.to(torch.int64)


class Labelled(NamedTuple):
    """A target, and the names of its classes if it has any.

    Attributes:
        target: int64 [M], -1 where a label is missing, or float32 [M, K].
        classes: Names of the classes.
    """

    target: Tensor
    classes: tuple[str, ...] | None


def label_target(
    labels: Any, classes: Sequence[str] | None = None, *, name: str = "target"
) -> Labelled:
    """Floats become values; everything else is the name of a class.

    Args:
        labels: [M] text, whole numbers or booleans; or [M] or [M, K] floats.
        classes: Names of the classes in order; None sorts those that occur, numbers by size.
        name: What they are, for messages.

    Raises:
        InputError: If a label is none of the classes, or labels are of several kinds.
    """
    array = labels.detach().cpu().numpy() if isinstance(labels, Tensor) else np.asarray(labels)
    if array.dtype.kind == "f" and classes is None:
        target = as_target(array)
        assert target is not None
        return Labelled(target, None)
    if array.ndim != 1:
        raise InputError(f"{name} has shape {list(array.shape)}; expected [M], a label each.")
    words = [None if _is_none(entry) else _word(entry) for entry in array.tolist()]
    names = {word for word in words if word is not None}
    order = tuple(map(str, classes)) if classes is not None else tuple(sorted(names, key=_by_size))
    strange = sorted(names - set(order))
    if strange:
        raise InputError(
            f"{name} holds {strange[0]!r}; expected one of the classes {', '.join(order)}."
        )
    number = {word: at for at, word in enumerate(order)}
    codes = [-1 if word is None else number[word] for word in words]
    return Labelled(torch.tensor(codes, dtype=torch.int64), order)


def _is_none(entry: Any) -> bool:
    # pandas' NA, which is neither equal to itself nor not.
    return entry is None or type(entry).__name__ in ("NAType", "NaTType") or entry != entry


def _word(entry: Any) -> str:
    whole = isinstance(entry, float) and entry.is_integer()
    return str(int(entry)) if whole or isinstance(entry, bool) else str(entry)


def _by_size(word: str) -> tuple[float, str]:
    try:
        return float(word), word
    except ValueError:
        return float("inf"), word


def as_ids(ids: Any) -> np.ndarray:
    """Ids as an array of whole numbers, or of Python objects (strings, tuples of a MultiIndex)."""
    if getattr(ids, "nlevels", 1) > 1 or (
        isinstance(ids, list | tuple) and any(isinstance(entry, tuple) for entry in ids)
    ):
        array = np.empty(len(ids), dtype=object)
        array[:] = list(ids)
        return array
    if getattr(getattr(ids, "dtype", None), "tz", None) is None:
        # Of numbers that could be missing and of categories of numbers, the numbers.
        ids = getattr(ids, "to_numpy", lambda: ids)()
    array = np.asarray(ids)
    if array.dtype == object and len(array) and all(type(entry) is int for entry in array):
        return array.astype(np.int64)
    return array if array.dtype.kind in "iu" else array.astype(object)


def with_gaps(series: IrregularSeries) -> Tensor:
    """The values with NaN where nothing was observed: [R, D] float32."""
    return series.values.masked_fill(~series.mask, float("nan"))
