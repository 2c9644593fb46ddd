"""Training, validation and test parts of series: at random, by group, or as somebody says."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal

import numpy as np
from tyro.conf import arg

from liquidtime.data.table.schema import TableSchema
from liquidtime.errors import InputError

if TYPE_CHECKING:
    from liquidtime.data import IrregularSeries, Split

Scale = Literal["auto", "standard", "robust"]


@dataclass(frozen=True, kw_only=True)
class PartOptions:
    """Which series are learnt from, and how channels are scaled."""

    group: Annotated[str | None, arg(metavar="COLUMN", help_behavior_hint="")] = None
    """Column, in DATA or --targets, of what series have in common (patient, device, site): those of
    one group stay in one part."""
    split: Annotated[str | None, arg(metavar="COLUMN|FILE", help_behavior_hint="")] = None
    """The parts, instead of at random: a column, or a CSV file with id and part, such as a run's
    split.csv: train, validation, test. Without validation, a share of train."""
    scale: Scale = "auto"
    """Scale of channels: mean and deviation (standard), median and IQR (robust); auto: robust where
    a few values are absurd."""

    @property
    def given(self) -> str:
        """The first option that says how to split, "" if none does."""
        return "--group" if self.group else "--split" if self.split else ""

    def record(self) -> dict[str, Any]:
        """What the run keeps of it."""
        named = {"group": self.group, "from": self.split}
        return {name: value for name, value in named.items() if value}


def parts(
    series: "IrregularSeries",
    options: PartOptions,
    tables: tuple[Sequence[Path], Path | None],
    schema: TableSchema,
    fractions: tuple[float, float, float],
    seed: int,
) -> tuple["Split", str, tuple[str, ...]]:
    """Split series.

    Args:
        series: With targets.
        options: What was asked for.
        tables: DATA and the table of targets.
        schema: Which column is what.
        fractions: Shares of the parts.
        seed: Of the cut.

    Returns:
        The split, how it was made in words, and notes.

    Raises:
        InputError: If a column or a file does not say it, or a part to learn from or validate on
            is empty.
    """
    from liquidtime.data import split_by_group, split_by_series
    from liquidtime.data.table.beside import cells_beside

    stratify, even = _classes(series)
    groups = None
    if options.group is not None:
        groups = cells_beside(*tables, schema, options.group, series.ids, "group")
    if options.split is not None:
        return _as_told(series, options, tables, schema, fractions, seed, stratify, groups)
    cut = {"fractions": fractions, "seed": seed, "stratify": stratify}
    if groups is not None:
        split = split_by_group(groups, **cut)
        unit = f"By {options.group}"
    else:
        split = split_by_series(len(series), **cut)
        unit = "By series"
    shares = " / ".join(f"{100 * share:g} %" for share in fractions)
    return split, f"{unit}, at random: {shares}{even} (seed {seed}).", ()


def _as_told(
    series: "IrregularSeries",
    options: PartOptions,
    tables: tuple[Sequence[Path], Path | None],
    schema: TableSchema,
    fractions: tuple[float, float, float],
    seed: int,
    stratify: np.ndarray | None,
    groups: list[str] | None,
) -> tuple["Split", str, tuple[str, ...]]:
    from liquidtime.data import Split, split_by_group, split_by_name, split_by_series

    assert options.split is not None
    cells, how, notes = _cells(series, options.split, tables, schema)
    try:
        split = split_by_name(cells)
    except InputError as error:
        raise InputError(f"--split {options.split}: {error}") from None
    if not len(split.train):
        raise InputError(f"--split {options.split}: no series is for train; expected some.")
    if not len(split.validation):
        share = fractions[1] / (fractions[0] + fractions[1])
        cut: dict[str, Any] = {"fractions": (1 - share, share, 0.0), "seed": seed}
        cut["stratify"] = None if stratify is None else stratify[split.train]
        if groups is None:
            inner = split_by_series(len(split.train), **cut)
        else:
            inner = split_by_group([groups[n] for n in split.train], **cut)
        split = Split(split.train[inner.train], split.train[inner.validation], split.test)
        how += f" Of train {100 * share:.3g} % are for validation, at random (seed {seed})."
    if groups is not None:
        _check_apart(split, groups, options)
        how += f" No {options.group} is in two parts."
    return split, how, notes


def _cells(
    series: "IrregularSeries",
    named: str,
    tables: tuple[Sequence[Path], Path | None],
    schema: TableSchema,
) -> tuple[list[str], str, tuple[str, ...]]:
    """The cell that names the part of each series, in words where from, and notes."""
    from liquidtime.data.table.beside import cells_beside, has_column, one_each, read_second
    from liquidtime.data.table.labels import id_column

    file = Path(named)
    column = has_column(*tables, schema, named)
    if column and file.is_file():
        raise InputError(
            f"--split {named} is a column and a file; expected one of them. For the file write "
            f"./{named}, or rename one."
        )
    if column or not file.is_file():
        try:
            cells = cells_beside(*tables, schema, named, series.ids, "part")
        except InputError as error:
            if column:
                raise
            raise InputError(f"--split {named} is no file, and as a column: {error}") from None
        return cells, f"By series, as the column {named} says.", ()
    try:
        key = schema.id_column
        table = read_second(file, schema, [key, "part"])
    except InputError:
        key = "id"
        table = read_second(file, schema, [key, "part"])
    cells = one_each(table, key, "part", series.ids, "part")
    strange = sorted({*id_column(table, key).names} - {str(one) for one in series.ids})
    notes = ()
    if strange:
        shown = ", ".join(strange[:5]) + (", …" if len(strange) > 5 else "")
        notes = (f"{file} names {len(strange):,} ids that have no series ({shown}); ignored.",)
    return cells, f"By series, as {file.name} says.", notes


def _classes(series: "IrregularSeries") -> tuple[np.ndarray | None, str]:
    """What to spread evenly over the parts: the class of each series, or the rarest one in it."""
    if series.classes is None or series.target is None:
        return None, ""
    target = series.target.numpy()
    if not series.per_step:
        return target, ", every class in the same share"
    count = len(series.classes)
    owner = np.repeat(np.arange(len(series)), series.lengths.numpy())
    there = target >= 0
    held = np.zeros((len(series), count), bool)
    held[owner[there], target[there]] = True
    steps = np.bincount(target[there], minlength=count)
    # From the commonest class to the rarest, which has the last word; -1 where there is no target.
    rarest = np.full(len(series), -1)
    for code in np.argsort(-steps, kind="stable"):
        rarest[held[:, code]] = code
    return rarest, ", series that hold a rare class in the same share"


def _check_apart(split: "Split", groups: list[str], options: PartOptions) -> None:
    seen: dict[str, str] = {}
    for name in ("train", "validation", "test"):
        for number in getattr(split, name):
            before = seen.setdefault(groups[number], name)
            if before != name:
                raise InputError(
                    f"--split {options.split}: {options.group} {groups[number]!r} is in {before} "
                    f"and in {name}; expected every group in one part. Leave --group out if that "
                    "is meant."
                )
