"""Trials beside a control: how far each neuron moved, and by how much that differs."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from liquidtime.brain.experiment.recording import Recording
from liquidtime.errors import InputError
from liquidtime.optional import require

if TYPE_CHECKING:
    import pandas

_BYTES_A_BLOCK = 64 << 20


@dataclass(frozen=True, eq=False)
class Comparison:
    """What one pass over a record finds, in C conditions of n neurons.

    Trials with the same label are one condition: their mean is taken first. Everything but `low`
    and `high` counts from the moment `since` on.

    Attributes:
        conditions: C labels; the first is the control.
        neurons: [n], indices in the connectome.
        low: The smallest value of any trial.
        high: The largest one.
        before: [n, C], where a neuron stood just before `since`, less where the control did.
        response: [n, C], the farthest that a neuron moves from where it stood just before `since`,
            with its sign: its answer to a stimulus that begins then.
        latency: [n, C], ms from `since` to that moment.
        difference: [n, C], of the mean over time, to the control.
        largest: [n, C], the farthest from the control at any moment, with its sign.
        rms: [n, C], root of the mean squared difference to the control.
    """

    conditions: tuple[str, ...]
    neurons: NDArray[np.int64]
    low: float
    high: float
    before: NDArray[np.float64]
    response: NDArray[np.float64]
    latency: NDArray[np.float64]
    difference: NDArray[np.float64]
    largest: NDArray[np.float64]
    rms: NDArray[np.float64]
    evoked: NDArray[np.float64] = field(init=False)
    """[n, C], the response less that of the control, which what was there before does not touch."""

    def __post_init__(self) -> None:
        object.__setattr__(self, "evoked", self.response - self.response[:, :1])

    def without(self, removed: Mapping[str, Sequence[int]]) -> Comparison:
        """The same with NaN for the differences of neurons that a condition removes.

        An ablated neuron stands at its leak potential; how far that is from the control is no
        effect of the ablation.

        Args:
            removed: Label of a condition to indices of neurons.
        """
        names = ("before", "difference", "largest", "rms")
        found = {name: getattr(self, name).copy() for name in names}
        evoked = self.evoked.copy()
        for number, label in enumerate(self.conditions):
            gone = np.isin(self.neurons, removed.get(label, ()))
            for values in (*found.values(), evoked):
                values[gone, number] = np.nan
        changed = dataclasses.replace(self, **found)
        object.__setattr__(changed, "evoked", evoked)
        return changed

    def most_changed(self, condition: int, *, evoked: bool = False) -> NDArray[np.int64]:
        """[n], places in `neurons`, those that differ most from the control first.

        Args:
            condition: Number of it.
            evoked: Whether the answer to the stimulus counts, not the whole course.
        """
        by = np.abs(self.evoked) if evoked else self.rms
        return np.argsort(-by[:, condition], kind="stable")

    def most_moved(self, condition: int = 0) -> NDArray[np.int64]:
        """[n], places in `neurons`, those that move most first."""
        return np.argsort(-np.abs(self.response[:, condition]), kind="stable")


def compare(recording: Recording, name: str = "potential", *, since: float = 0.0) -> Comparison:
    """Compare the conditions of a recording with its first one.

    The record is read in blocks, so it may be larger than memory.

    Args:
        recording: Its `labels` tell the condition of each trial; without them each trial is one.
        name: Of the record.
        since: ms, such as the beginning of a stimulus.

    Raises:
        KeyError: If nothing was recorded under that name.
        InputError: If no sample is at or after `since`.

    Examples:
        >>> from liquidtime.brain import Connectome, Experiment, simulate
        >>> chain = Connectome.from_edges(["a", "b"], ["b", "c"], [20, 20])
        >>> poke = Experiment("a=step 50 from 20", 100.0, 0.5, trials=["control", "ablate b"])
        >>> found = simulate(chain, None, poke)
        >>> beside = compare(found, since=20.0)
        >>> bool(beside.difference[2, 1] < 0)  # c misses what b told it
        True
    """
    groups = conditions(recording)
    series, times = recording.series[name], recording.times(name)
    count, many = len(series.neurons), len(groups)
    if not len(times) or times[-1] < since:
        raise InputError(
            f"{name!r} has no sample from {since:g} ms on; expected `since` within the recording."
        )
    low, high = np.inf, -np.inf
    rest = None
    response, latency, difference, largest, squares = np.zeros((5, count, many))
    counted = 0
    for first, samples in blocks(recording, name):
        # Unlike min and max these pass on what is no number.
        low, high = np.minimum(low, samples.min()), np.maximum(high, samples.max())
        means = np.stack([samples[:, :, trials].mean(axis=2) for trials in groups.values()], axis=2)
        later = times[first : first + len(means)] >= since
        if not later.any():
            rest = means[-1]
            continue
        onset = int(np.argmax(later))
        if onset or rest is None:
            rest = means[max(onset - 1, 0)]
        means = means[later].astype(np.float64)
        counted += len(means)
        moved = means - rest
        at = np.abs(moved).argmax(axis=0)
        farthest = np.take_along_axis(moved, at[None], axis=0)[0]
        farther = np.abs(farthest) > np.abs(response)
        response = np.where(farther, farthest, response)
        latency = np.where(farther, times[first : first + len(later)][later][at] - since, latency)
        apart = means - means[:, :, :1]
        difference += apart.sum(axis=0)
        squares += np.square(apart).sum(axis=0)
        largest = _farther(largest, _farthest(apart))
    assert rest is not None
    return Comparison(
        tuple(groups),
        series.neurons.astype(np.int64),
        float(low),
        float(high),
        (rest - rest[:, :1]).astype(np.float64),
        response,
        latency,
        difference / counted,
        largest,
        np.sqrt(squares / counted),
    )


def to_frame(
    comparison: Comparison,
    recording: Recording,
    *,
    most: int | None = None,
    evoked: bool = False,
) -> pandas.DataFrame:
    """The conditions as a table, the control first, then what differs most from it first.

    Args:
        comparison: Of the recording.
        recording: Gives the names and columns of the neurons.
        most: Rows of each condition; all by default.
        evoked: Whether the answer to the stimulus decides which differ most, not the whole course.

    Returns:
        Columns: condition, neuron, type and group where the connectome has them; response (the
        farthest move from just before the stimulus, in this condition) and latency (ms from its
        beginning until then); evoked_difference (the response less that of the control) and
        before_difference (to the control just before the stimulus); and, from then on,
        mean_difference, largest_difference and rms_difference to the control at the same moments.
    """
    pandas = require("pandas", extra="brain")
    table = recording.connectome.neurons
    parts = []
    if len(comparison.conditions) < 2:
        return pandas.DataFrame()
    for number, label in enumerate(comparison.conditions):
        order = (
            comparison.most_changed(number, evoked=evoked) if number else (comparison.most_moved())
        )
        order = order[:most]
        who = comparison.neurons[order]
        columns: dict[str, object] = {"condition": label, "neuron": table.index[who]}
        columns |= {
            name: table[name].to_numpy()[who] for name in ("type", "group") if name in table
        }
        columns |= {
            "response": comparison.response[order, number],
            "latency": comparison.latency[order, number],
            "evoked_difference": comparison.evoked[order, number],
            "before_difference": comparison.before[order, number],
            "mean_difference": comparison.difference[order, number],
            "largest_difference": comparison.largest[order, number],
            "rms_difference": comparison.rms[order, number],
        }
        parts.append(pandas.DataFrame(columns))
    return pandas.concat(parts, ignore_index=True)


def conditions(recording: Recording) -> Mapping[str, list[int]]:
    """The trials of each condition, in the order in which the labels first come."""
    trials = next(iter(recording.series.values())).samples.shape[2]
    labels = list(recording.labels) or [f"trial {trial}" for trial in range(trials)]
    if len(labels) != trials:
        raise InputError(
            f"there are {len(labels)} labels; expected one for each of {trials} trials."
        )
    found: dict[str, list[int]] = {}
    for trial, label in enumerate(labels):
        found.setdefault(str(label), []).append(trial)
    return found


def blocks(recording: Recording, name: str) -> Iterator[tuple[int, NDArray]]:
    """A record piece by piece: the number of its first sample, and samples [t, n, B]."""
    samples = recording.series[name].samples
    length, *rest = samples.shape
    own = getattr(samples, "chunks", (1,))[0]
    step = max(1, _BYTES_A_BLOCK // max(1, 4 * int(np.prod(rest))))
    # Whole chunks, so that none is unpacked twice.
    step = max(own, step // own * own)
    for first in range(0, length, step):
        yield first, np.asarray(samples[first : first + step])


def _farthest(values: NDArray) -> NDArray:
    """The value with the largest size along the first axis."""
    return np.take_along_axis(values, np.abs(values).argmax(axis=0)[None], axis=0)[0]


def _farther(one: NDArray, other: NDArray) -> NDArray:
    return np.where(np.abs(other) > np.abs(one), other, one)
