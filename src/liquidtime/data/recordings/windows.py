"""Windows of recordings: around events, or one after another."""

from collections.abc import Sequence
from typing import Any, Literal, NamedTuple

import numpy as np
import torch

from liquidtime.data.convert.arrays import Clock, from_rows, label_target, numbers
from liquidtime.data.recordings.recording import Events, Recording
from liquidtime.data.series import IrregularSeries
from liquidtime.errors import InputError
from liquidtime.instants import read_instants
from liquidtime.notes import note_once

# Samples; what a multiplication by the rate may be off by.
_SLACK = 1e-6


class _Source(NamedTuple):
    """One recording: [T, C] float64, the place of time t, and the time of each place."""

    signal: np.ndarray
    rate: float | None
    times: np.ndarray | None
    name: str


def from_recording(
    signal: Any,
    rate: float | Sequence[float] | None = None,
    *,
    times: Any = None,
    at: Any = None,
    at_seconds: Any = None,
    at_samples: Any = None,
    before: float | None = None,
    after: float | None = None,
    every: float | None = None,
    length: float | None = None,
    labels: Any = None,
    step_labels: Any = None,
    classes: Sequence[str] | None = None,
    ends: Literal["cut", "drop"] = "cut",
    channels: Sequence[str] | None = None,
    names: Sequence[str] | None = None,
) -> IrregularSeries:
    """Cut windows out of recordings: around events, or one after another.

    Around events, a window holds the samples from `before` seconds ahead of the event up to, but
    without, `after` seconds behind it, and its time is 0 at the event. Otherwise windows of
    `length` seconds begin every `every` seconds, and their time is 0 at their start.

    Args:
        signal: [T] or [T, C] samples, NaN where nothing was observed; or a `Recording`, which knows
            its rate, channels and name; or a list of several.
        rate: Samples a second; one for all, or one a recording.
        times: Instead of a rate, the time of each sample in seconds, [T], rising; or dates.
        at: `Events` of the recording, such as `recording.events.select("V")`; their labels are the
            labels of the windows.
        at_seconds: [E] moments of the events in seconds since the first sample (with `times`: on
            that clock, dates where these are dates).
        at_samples: [E] moments as numbers of samples, from 0.
        before: Seconds ahead of an event.
        after: Seconds behind it.
        every: Seconds from the start of a window to that of the next; below `length` they overlap.
            By default `length`.
        length: Seconds of a window.
        labels: [E], one a window: floats are values, everything else names a class.
        step_labels: [T], one a sample, for a target at every step; None where there is none.
        classes: Names of the classes in order; sorted where they are left out.
        ends: Windows that reach beyond a recording are shorter ("cut") or left out ("drop").
        channels: C names.
        names: Names of the recordings; by default their own, or 0, 1, …

    For several recordings `times`, `at`, `at_…`, `labels` and `step_labels` are lists, too.

    Returns:
        One series a window, called "recording/event" (or "recording/window"), from 0; times in
        seconds.

    Raises:
        InputError: If arguments do not fit together, or an event lies outside of its recording.
    """
    several = isinstance(signal, list | tuple) and len(signal) > 0 and _is_recording(signal[0])
    signals: list[Any] = list(signal) if several else [signal]
    count = len(signals)
    rates = [rate] * count if rate is None or np.ndim(rate) == 0 else list(np.asarray(rate))
    given = {
        "times": times,
        "at": at,
        "at_seconds": at_seconds,
        "at_samples": at_samples,
        "labels": labels,
        "step_labels": step_labels,
        "rate": rates if several else None,
    }
    for name, one in given.items():
        if several and one is not None and (not isinstance(one, Sequence) or len(one) != count):
            raise InputError(
                f"{name} is no list of {count}; expected one entry for each of the recordings."
            )
    _check_which(given, before, after, every, length)
    if ends not in ("cut", "drop"):
        raise InputError(f'ends is {ends!r}; expected "cut" or "drop".')
    own = names if names is not None else _own_names(signals)
    if len(own) != count or len(set(own)) != count:
        raise InputError(f"names is {list(own)}; expected {count} names that differ.")
    if channels is None and isinstance(signals[0], Recording):
        channels = signals[0].channels
    parts = {k: list(v) if several and v is not None else [v] * count for k, v in given.items()}
    values, clocks, lengths, ids = [], [], [], []
    targets: list[np.ndarray] = []
    dropped = 0
    for n in range(count):
        source = _source(signals[n], rates[n], parts["times"][n], str(own[n]))
        if isinstance(signals[n], Recording) and channels != signals[n].channels and not names:
            _check_channels(signals, channels)
        events, marks = _moments(source, parts, n)
        if length is None:
            assert before is not None and after is not None
            first, last = _places(source, events, -before), _places(source, events, after)
        else:
            events, first, last = _pieces(source, length, length if every is None else every)
        size = len(source.signal)
        inside = (first >= 0) & (last <= size)
        if ends == "drop":
            kept = np.flatnonzero(inside & (last > first))
        else:
            first, last = first.clip(0, size), last.clip(0, size)
            kept = np.arange(len(events))
            if (last <= first).any():
                at_fault = int(np.argmax(last <= first))
                raise InputError(
                    f"event {at_fault} of recording {source.name!r} has no sample in its window; "
                    f"the recording has {size} samples. Is it in the right unit (at_seconds, "
                    'at_samples)? ends="drop" leaves such events out.'
                )
        dropped += len(events) - len(kept)
        marks = parts["labels"][n] if marks is None else marks
        if marks is not None:
            marks = np.asarray(marks)
            if len(marks) != len(events):
                raise InputError(
                    f"labels of recording {source.name!r} holds {len(marks)} entries; there are "
                    f"{len(events)} windows."
                )
            targets.append(marks[kept])
        for event in kept:
            rows = np.arange(first[event], last[event])
            values.append(source.signal[rows])
            clocks.append(_time(source, rows, events[event]))
            lengths.append(len(rows))
            ids.append(f"{source.name}/{event}")
            if step_labels is not None:
                steps = np.asarray(parts["step_labels"][n])
                if len(steps) != size:
                    raise InputError(
                        f"step_labels of recording {source.name!r} holds {len(steps)} entries; "
                        f"the recording has {size} samples."
                    )
                targets.append(steps[rows])
    if dropped:
        note_once(f"{dropped:,} windows reach beyond their recording and are left out.")
    if not ids:
        raise InputError("no window lies inside of a recording; expected at least one.")
    found = None
    if targets:
        what = "labels" if step_labels is None else "step_labels"
        found = label_target(np.concatenate(targets), classes, name=what)
    return from_rows(
        torch.from_numpy(np.concatenate(values)),
        Clock(torch.from_numpy(np.concatenate(clocks))),
        torch.tensor(lengths, dtype=torch.int64),
        target=None if found is None else found.target,
        ids=ids,
        features=channels,
        classes=None if found is None else found.classes,
        per_step=step_labels is not None,
    )


def _is_recording(one: Any) -> bool:
    return isinstance(one, Recording) or (hasattr(one, "shape") and np.ndim(one) > 0)


def _check_which(given: dict[str, Any], before: Any, after: Any, every: Any, length: Any) -> None:
    ways = [name for name in ("at", "at_seconds", "at_samples") if given[name] is not None]
    if length is not None or every is not None:
        if ways or before is not None or after is not None:
            raise InputError(
                "windows are either around events (at_seconds or at_samples, before, after) or one "
                "after another (length, every); both are given."
            )
        if length is None or not length > 0 or (every is not None and not every > 0):
            raise InputError(
                f"length is {length}, every {every}; expected seconds above 0: length=2.0 and, "
                "where windows overlap, every=1.0."
            )
    elif len(ways) != 1:
        raise InputError(
            f"{' and '.join(ways) or 'no events'} given; expected one of at_seconds (seconds since "
            "the first sample), at_samples (numbers of samples) and at (Events of a recording); or "
            "length, for windows one after another."
        )
    elif before is None or after is None or not before + after > 0:
        raise InputError(
            f"before is {before}, after {after}; expected seconds ahead of and behind each event, "
            "such as before=0.3, after=0.5."
        )
    if given["labels"] is not None and given["step_labels"] is not None:
        raise InputError("labels (one a window) or step_labels (one a sample): expected one.")


def _own_names(signals: list[Any]) -> list[str]:
    names = [one.name if isinstance(one, Recording) else "" for one in signals]
    plain = not all(names) or len(set(names)) < len(names)
    return [str(n) for n in range(len(signals))] if plain else names


def _check_channels(signals: list[Any], channels: Any) -> None:
    for one in signals:
        if isinstance(one, Recording) and one.channels != channels:
            raise InputError(
                f"recording {one.name!r} has the channels {', '.join(one.channels)}; the first one "
                f"has {', '.join(channels)}. Read the same of all: channels=[…]."
            )


def _source(signal: Any, rate: Any, times: Any, name: str) -> _Source:
    if isinstance(signal, Recording):
        rate = signal.rate if rate is None else rate
        signal = signal.signal
    block = numbers(f"signal of recording {name!r}", signal).numpy()
    block = block[:, None] if block.ndim == 1 else block
    if block.ndim != 2 or not len(block):
        raise InputError(
            f"signal of recording {name!r} has shape {list(block.shape)}; expected [T] or [T, C]."
        )
    if block.shape[0] < block.shape[1]:
        note_once(
            f"a signal is read as [T, C]: {block.shape[0]} samples of {block.shape[1]} channels. "
            "If it is [C, T], pass signal.T."
        )
    if (rate is None) == (times is None):
        raise InputError(
            "expected either rate, samples a second, or times, the time of each sample; "
            + ("none is given." if rate is None else "both are given.")
        )
    if rate is not None:
        if not 0 < float(rate) < float("inf"):
            raise InputError(f"rate is {rate}; expected samples a second, above 0.")
        return _Source(block, float(rate), None, name)
    clock = _seconds("times", times)
    if clock.shape != (len(block),):
        raise InputError(
            f"times of recording {name!r} has shape {list(clock.shape)}; expected "
            f"[{len(block)}], one a sample."
        )
    if not np.isfinite(clock).all():
        at = int(np.argmin(np.isfinite(clock)))
        raise InputError(
            f"times of recording {name!r} holds {clock[at]} at sample {at}; expected a finite time "
            "for every sample. Leave the samples without one out."
        )
    if (np.diff(clock) < 0).any():
        at = int(np.argmax(np.diff(clock) < 0))
        raise InputError(
            f"times of recording {name!r} go back from {clock[at]:g} to {clock[at + 1]:g} behind "
            f"sample {at}; expected times that never fall. Sort the samples by time."
        )
    return _Source(block, None, clock, name)


def _seconds(name: str, given: Any) -> np.ndarray:
    """Numbers as they are; dates as seconds since 1970, exact to a microsecond."""
    instants = read_instants(name, given)
    if instants is None:
        return numbers(name, given).numpy()
    if instants.missing.any():
        raise InputError(f"{name} holds NaT; expected a time everywhere.")
    return instants.nanoseconds / 1e9


def _moments(source: _Source, parts: dict[str, list[Any]], n: int) -> tuple[np.ndarray, Any]:
    """Where the events are: places among the samples, or times of the clock; and their labels."""
    events, marks = np.zeros(0), None
    if parts["at"][n] is not None:
        found = parts["at"][n]
        if not isinstance(found, Events):
            raise InputError(
                f"at is a {type(found).__name__}, whose numbers may be seconds or samples; say "
                "which: at_seconds=… or at_samples=…. at takes Events of a recording."
            )
        events = found.seconds
        marks = found.labels if parts["labels"][n] is None else None
        events = events * source.rate if source.rate is not None else events
    elif parts["at_samples"][n] is not None:
        events = numbers("at_samples", parts["at_samples"][n]).numpy()
        if (events != np.rint(events)).any():
            raise InputError(
                "at_samples holds fractions; expected numbers of samples. Seconds go into "
                "at_seconds."
            )
        if source.times is not None:
            if len(events) and not (events.min() >= 0 and events.max() < len(source.times)):
                raise InputError(f"at_samples lies outside of recording {source.name!r}.")
            events = source.times[events.astype(np.int64)]
    elif parts["at_seconds"][n] is not None:
        events = _seconds("at_seconds", parts["at_seconds"][n])
        events = events * source.rate if source.rate is not None else events
    if events.ndim != 1 or not np.isfinite(events).all():
        raise InputError(
            f"the events of recording {source.name!r} have shape {list(events.shape)} or are not "
            "finite; expected [E] moments."
        )
    return events, marks


def _places(source: _Source, events: np.ndarray, shift: float) -> np.ndarray:
    """The first sample at or behind some seconds from the events; beyond the ends, too."""
    if source.rate is not None:
        return np.ceil(events + shift * source.rate - _SLACK).astype(np.int64)
    assert source.times is not None
    wanted = events + shift
    found = np.searchsorted(source.times, wanted, side="left")
    found = np.where(wanted < source.times[0] - _SLACK, -1, found)
    return np.where(wanted > _end(source.times) + _SLACK, len(source.times) + 1, found)


def _end(times: np.ndarray) -> float:
    """The end of the last sample, which lasts as long as most do."""
    return float(times[-1] + (np.median(np.diff(times)) if len(times) > 1 else 0.0))


def _pieces(
    source: _Source, length: float, every: float
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Starts of windows one after another, as far as one reaches the end; first and last places."""
    if source.rate is not None:
        start, stop = 0.0, float(len(source.signal))
        length, every = length * source.rate, every * source.rate
    else:
        assert source.times is not None
        start, stop = float(source.times[0]), _end(source.times)
    count = 1 + max(0, int(np.ceil((stop - start - length) / every - _SLACK)))
    if count > max(1, len(source.signal)):
        raise InputError(
            f"recording {source.name!r} of {len(source.signal):,} samples would have {count:,} "
            "windows; expected one a sample at most. every is in seconds."
        )
    starts = start + every * np.arange(count)
    if source.rate is not None:
        first = np.ceil(starts - _SLACK).astype(np.int64)
        return starts, first, np.ceil(starts + length - _SLACK).astype(np.int64)
    return starts, _places(source, starts, 0.0), _places(source, starts, length)


def _time(source: _Source, rows: np.ndarray, event: float) -> np.ndarray:
    if source.rate is not None:
        return (rows - event) / source.rate
    assert source.times is not None
    return source.times[rows] - event
