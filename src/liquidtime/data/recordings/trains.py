"""Trains of events: the gaps between them are the signal."""

from collections.abc import Sequence
from typing import Any

import numpy as np
import torch

from liquidtime.data.convert.arrays import Clock, from_rows, label_target, numbers
from liquidtime.data.recordings.recording import Events
from liquidtime.data.series import IrregularSeries
from liquidtime.errors import InputError

_INTERVAL = "interval"


def from_events(
    times: Any,
    values: Any = None,
    *,
    labels: Any = None,
    length: int | None = None,
    features: Sequence[str] | None = None,
    classes: Sequence[str] | None = None,
    names: Sequence[str] | None = None,
) -> IrregularSeries:
    """Series whose steps are events: beats, spikes, visits, key strokes.

    Args:
        times: [E] times of one train, in any unit, never falling; or a list of them, one a train;
            or `Events` of a recording, or a list of those.
        values: [E, D] or [E] numbers beside each event, NaN where not observed; a list of them for
            several trains. By default the interval since the event before, NaN for the first.
        labels: [E] labels or numbers to predict, one an event; a list for several trains. Floats
            are values; everything else names a class, None where there is none.
        length: Cut trains into series of so many events, the last one shorter; whole by default.
        features: D names.
        classes: Names of the classes in order; sorted where they are left out.
        names: What the trains are called.

    Returns:
        The series, called as "train/piece" where they are cut, else as their trains.

    Raises:
        InputError: If the parts do not fit together, or times fall.
    """
    several = isinstance(times, list | tuple) and len(times) > 0 and np.ndim(_seconds(times[0])) > 0
    trains = [_seconds(one) for one in (times if several else [times])]
    if length is not None and length < 1:
        raise InputError(f"length is {length}; expected a number of events, 1 or more.")

    def each(name: str, given: Any) -> list[Any]:
        parts = list(given) if several else [given]
        if len(parts) != len(trains):
            raise InputError(f"{name} holds {len(parts)} trains; times holds {len(trains)}.")
        for n, part in enumerate(parts):
            if len(part) != len(trains[n]):
                raise InputError(
                    f"{name} of train {n} has {len(part)} entries; its times have {len(trains[n])}."
                )
        return parts

    clocks = [numbers(f"times of train {n}", one).numpy() for n, one in enumerate(trains)]
    for n, clock in enumerate(clocks):
        if clock.ndim != 1:
            raise InputError(f"times of train {n} has shape {list(clock.shape)}; expected [E].")
        if not np.isfinite(clock).all() or (np.diff(clock) < 0).any():
            raise InputError(f"times of train {n} fall or are not finite; sort the events by time.")
    if values is None:
        blocks = [np.diff(clock, prepend=np.nan)[:, None] for clock in clocks]
        features = (_INTERVAL,) if features is None else features
    else:
        blocks = [
            numbers(f"values of train {n}", part).numpy().reshape(len(part), -1)
            for n, part in enumerate(each("values", values))
        ]
    target, per_step = None, False
    if labels is not None:
        kinds = [np.asarray(part) for part in each("labels", labels)]
        found = label_target(np.concatenate(kinds), classes, name="labels")
        target, classes, per_step = found.target, found.classes, True
    names = list(map(str, range(len(trains)))) if names is None else list(map(str, names))
    if len(names) != len(trains):
        raise InputError(f"names holds {len(names)} names; there are {len(trains)} trains.")
    lengths, ids = [], []
    for name, clock in zip(names, clocks, strict=True):
        size = max(1, len(clock)) if length is None else length
        cuts = [min(size, len(clock) - at) for at in range(0, max(1, len(clock)), size)]
        lengths += cuts
        ids += [name] if length is None else [f"{name}/{piece}" for piece in range(len(cuts))]
    return from_rows(
        torch.from_numpy(np.concatenate(blocks)),
        Clock(torch.from_numpy(np.concatenate(clocks))),
        torch.tensor(lengths, dtype=torch.int64),
        target=target,
        ids=ids,
        features=features,
        classes=classes if target is not None else None,
        per_step=per_step,
    )


def _seconds(times: Any) -> Any:
    return times.seconds if isinstance(times, Events) else times
