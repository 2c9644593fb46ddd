"""torch's PackedSequence: series of unequal length, packed step by step."""

from collections.abc import Sequence
from typing import Any, NamedTuple

import torch
from torch import Tensor
from torch.nn.utils.rnn import PackedSequence, pack_padded_sequence, pad_packed_sequence

from liquidtime.data import ragged
from liquidtime.data.convert.arrays import Clock, from_rows
from liquidtime.data.convert.clocks import read_clocks, step_numbers
from liquidtime.data.series import IrregularSeries
from liquidtime.errors import InputError


class PackedSeries(NamedTuple):
    """Series as packed sequences over the same steps; `from_packed(*packed)` goes back.

    Attributes:
        values: Packed [T, D] float32, 0 where not observed.
        times: Packed [T] float64.
        mask: Packed [T, D] bool.
    """

    values: PackedSequence
    times: PackedSequence
    mask: PackedSequence


def from_packed(
    values: PackedSequence,
    times: PackedSequence | None = None,
    mask: PackedSequence | None = None,
    *,
    static: Any = None,
    target: Any = None,
    ids: Any = None,
    features: Sequence[str] | None = None,
    classes: Sequence[str] | None = None,
) -> IrregularSeries:
    """Series from packed sequences, in the order in which they were before packing.

    Args:
        values: Packed [T, D], or [T] for one feature; NaN is not observed.
        times: Packed [T] over the same steps; 0, 1, 2, ... where they are left out.
        mask: Packed [T, D] bool, False where nothing was observed.
        static: [N, S], NaN where missing.
        target: One a series: [N] whole numbers for classes, [N] or [N, K] floats for values.
        ids: N names of the series.
        features: D names.
        classes: Names of the classes.

    Returns:
        The series.

    Raises:
        InputError: If the sequences are not over the same steps.
    """
    rows, lengths = _unpack("values", values)
    if rows.dim() == 1:
        rows = rows[:, None]
    if rows.dim() != 2:
        raise InputError(f"values is packed from {list(rows.shape)}; expected [steps, D].")

    def beside(name: str, packed: PackedSequence) -> Tensor:
        part, own = _unpack(name, packed)
        if not torch.equal(own, lengths):
            raise InputError(
                f"{name} has the lengths {own.tolist()}; values has {lengths.tolist()}. Pack both "
                "with the same lengths."
            )
        return part

    if times is None:
        clock = step_numbers(lengths)
    else:
        stamps = beside("times", times)
        stamps = stamps.reshape(len(rows)) if stamps.numel() == len(rows) else stamps
        parts = read_clocks(stamps.split(lengths.tolist()))[0]
        clock = Clock(torch.cat(parts))
    return from_rows(
        rows.to(torch.float64),
        clock,
        lengths,
        mask=None if mask is None else beside("mask", mask).bool().reshape(rows.shape),
        static=static,
        target=target,
        ids=ids,
        features=features,
        classes=classes,
    )


def to_packed(series: IrregularSeries) -> PackedSeries:
    """The series as packed sequences.

    Raises:
        InputError: If a series has no rows; a packed sequence cannot hold it.
    """
    empty = (series.lengths == 0).nonzero().flatten()
    if len(empty) or not len(series):
        which = f"series {int(empty[0])} has no rows" if len(empty) else "there are no series"
        raise InputError(
            f"{which}; a PackedSequence needs one row at least. Leave such series out: "
            "series.select(series.lengths > 0)."
        )
    lengths = series.lengths.cpu()

    def pack(rows: Tensor) -> PackedSequence:
        block = ragged.pad(rows, series.lengths)
        return pack_padded_sequence(block, lengths, batch_first=True, enforce_sorted=False)

    return PackedSeries(pack(series.values), pack(series.times), pack(series.mask))


def _unpack(name: str, packed: PackedSequence) -> tuple[Tensor, Tensor]:
    if not isinstance(packed, PackedSequence):
        raise InputError(
            f"{name} is a {type(packed).__name__}; expected a torch.nn.utils.rnn.PackedSequence."
        )
    block, lengths = pad_packed_sequence(packed, batch_first=True)
    return ragged.unpad(block.detach().cpu(), lengths), lengths
