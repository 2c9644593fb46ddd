"""One recording: a signal of some channels at a steady rate, and what was marked in it."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime

import numpy as np

from liquidtime.errors import InputError


@dataclass(frozen=True, eq=False)
class Events:
    """What was marked in a recording; E events in order of time.

    Attributes:
        seconds: [E] float64, since the start of the recording.
        labels: [E] text, such as the kinds of beats.
        durations: [E] float64 seconds, 0 for a moment, NaN where unknown.
    """

    seconds: np.ndarray
    labels: np.ndarray
    durations: np.ndarray

    @classmethod
    def none(cls) -> "Events":
        """No events."""
        return cls(np.zeros(0), np.zeros(0, dtype=object), np.zeros(0))

    def __len__(self) -> int:
        return len(self.seconds)

    def select(self, *labels: str) -> "Events":
        """Those with one of these labels.

        Raises:
            InputError: If none has one, which is mostly a slip.
        """
        kept = np.isin(self.labels.astype(str), list(labels))
        if not kept.any():
            there = sorted(set(map(str, self.labels)))
            raise InputError(
                f"no event is labelled {', '.join(map(repr, labels))}; there are "
                f"{', '.join(map(repr, there[:30])) or 'no events'}."
            )
        return Events(self.seconds[kept], self.labels[kept], self.durations[kept])


@dataclass(frozen=True, eq=False)
class Recording:
    """A signal; T samples, C channels.

    Attributes:
        signal: [T, C] float32, NaN where nothing was observed.
        rate: Samples a second.
        channels: C names.
        units: C units, such as "mV"; empty where unknown.
        name: What it is called, such as the record's name.
        events: What was marked in it.
        start: Date and time of the first sample, if known.
    """

    signal: np.ndarray
    rate: float
    channels: tuple[str, ...]
    units: tuple[str, ...] = ()
    name: str = ""
    events: Events = field(default_factory=Events.none)
    start: datetime | None = None

    def __repr__(self) -> str:
        return (
            f"Recording({self.name!r}, {len(self.signal) / self.rate:g} s at {self.rate:g} Hz, "
            f"channels {', '.join(self.channels)}; {len(self.events)} events)"
        )


def on_one_clock(
    where: str, signals: Sequence[np.ndarray], rates: Sequence[float], names: Sequence[str]
) -> tuple[np.ndarray, float]:
    """Channels of several rates at the fastest one, NaN between the samples of slower ones.

    Args:
        where: The file, for messages.
        signals: C arrays.
        rates: C rates.
        names: C names.

    Returns:
        [T, C] float32 and the rate.

    Raises:
        InputError: If a rate is no whole part of the fastest one, or not above 0.
    """
    for name, own in zip(names, rates, strict=True):
        if not 0 < own < float("inf"):
            raise InputError(
                f"{where}: {name!r} has {own:g} samples a second by its header; expected more "
                "than 0. Correct the header."
            )
    rate = max(rates)
    size = max(len(signal) * round(rate / own) for signal, own in zip(signals, rates, strict=True))
    block = np.full((size, len(signals)), np.nan, dtype=np.float32)
    for at, (signal, own) in enumerate(zip(signals, rates, strict=True)):
        ratio = rate / own
        if abs(ratio - round(ratio)) > 1e-6 * ratio:
            raise InputError(
                f"{where}: {names[at]!r} has {own:g} samples a second, another channel {rate:g}, "
                "which is no multiple. Read them apart: channels=[…]."
            )
        with np.errstate(over="ignore"):
            block[: len(signal) * round(ratio) : round(ratio), at] = signal
        if np.isinf(block[:, at]).any():
            raise InputError(
                f"{where}: values of {names[at]!r} are larger than 32 bits hold; expected physical "
                "values. Correct the gain in the header."
            )
    return block, float(rate)


def chosen(where: str, names: Sequence[str], wanted: Sequence[str | int] | None) -> list[int]:
    """The numbers of the channels wanted by name or number; all where none are named.

    Raises:
        InputError: If there is no such channel, several are called so, or none is wanted.
    """
    if wanted is None:
        return list(range(len(names)))
    found = []
    count = len(names)
    for one in [wanted] if isinstance(wanted, str | int) else wanted:
        if isinstance(one, int):
            places = [one % count] if -count <= one < count else []
        else:
            places = [n for n, name in enumerate(names) if name == one]
        if len(places) != 1:
            what = "several channels are" if len(places) > 1 else "no channel is"
            raise InputError(
                f"{where}: {what} called {one!r}; it has {', '.join(map(repr, names))}. "
                f"Numbers, 0 to {count - 1}, do, too."
            )
        found.append(places[0])
    if not found:
        raise InputError(
            f"{where}: channels is empty; expected some of {', '.join(map(repr, names))}, or None "
            "for all."
        )
    return found


def distinct(names: Sequence[str]) -> tuple[str, ...]:
    """Names of channels, a number behind those that come again."""
    found: list[str] = []
    for name in names:
        count, new = 2, name
        while new in found:
            new, count = f"{name} {count}", count + 1
        found.append(new)
    return tuple(found)
