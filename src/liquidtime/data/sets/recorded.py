"""What the readers of recorded sets share: one series a recording, one target a row."""

import zlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from liquidtime.data.convert import from_lists
from liquidtime.data.series import IrregularSeries
from liquidtime.errors import InputError


@dataclass(frozen=True, eq=False)
class Recorded:
    """One recording of T rows.

    Attributes:
        values: [T, D], NaN where not observed.
        target: [T] class numbers, or [T, K] numbers.
        times: [T] numbers, or dates; None counts rows.
    """

    values: np.ndarray
    target: np.ndarray
    times: Any = None


def series_of(
    recordings: Mapping[str, Recorded],
    features: Sequence[str],
    *,
    classes: Sequence[str] | None = None,
    targets: Sequence[str] | None = None,
) -> IrregularSeries:
    """One series a recording, called by its name, with one target a row.

    Args:
        recordings: By name, in order.
        features: D names.
        classes: Names of the classes, where targets are class numbers.
        targets: K names, where they are numbers.
    """
    every = list(recordings.values())
    times = [np.arange(len(r.values)) if r.times is None else r.times for r in every]
    made = from_lists(
        [one.values for one in every],
        times,
        target=[one.target for one in every],
        ids=list(recordings),
        features=features,
        classes=classes,
        per_step=True,
    )
    return made if targets is None else replace(made, target_names=tuple(targets))


def check_rows(place: Any, what: str, series: IrregularSeries, rows: int) -> IrregularSeries:
    """The series, if they have as many rows as are published.

    Raises:
        InputError: If not: the file was cut off, or is another one.
    """
    if len(series.times) != rows:
        raise InputError(
            f"{place} holds {len(series.times):,} rows of {what}; {rows:,} are published. Fetch "
            "it again, or read a part of your own by `read`."
        )
    return series


def columns(place: Any, frame: Any, names: Sequence[str]) -> Any:
    """Some columns of a table.

    Raises:
        InputError: If one is missing.
    """
    missing = [name for name in names if name not in frame.columns]
    if missing:
        raise InputError(
            f"{place} has no column {', '.join(map(repr, missing))}; it has "
            f"{', '.join(map(repr, frame.columns))}."
        )
    return frame[list(names)]


def numbered(place: Any, labels: np.ndarray, known: Sequence[Any]) -> np.ndarray:
    """Class numbers of labels.

    Raises:
        InputError: If one is none of the known.
    """
    order = {label: number for number, label in enumerate(known)}
    strange = sorted({str(label) for label in labels if label not in order})
    if strange:
        raise InputError(
            f"{place} has the label {strange[0]!r}; expected one of {', '.join(map(str, known))}."
        )
    return np.array([order[label] for label in labels], dtype=np.int64)


def parsed(place: Any, read: Callable[[], Any], what: str) -> Any:
    """What a parser makes of a file; what it cannot read is an `InputError` that says so."""
    try:
        return read()
    except (ValueError, OSError, EOFError, zlib.error) as error:
        raise InputError(f"{place} cannot be read: {error}. Expected {what}.") from error
