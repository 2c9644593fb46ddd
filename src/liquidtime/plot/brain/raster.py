"""When each neuron fired, and how often all of them did."""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from liquidtime.errors import InputError
from liquidtime.plot import style
from liquidtime.plot.brain.heatmap import mark_groups
from liquidtime.plot.brain.traces import shade


@style.figure
def raster(
    times_of_events: np.ndarray,
    neurons_of_events: np.ndarray,
    *,
    neurons: int | None = None,
    groups: Sequence[str] | None = None,
    duration: float | None = None,
    stimulus: Sequence[tuple[float, float, str]] | None = None,
    event: str = "spike",
    title: str = "",
    ax: Sequence[Axes] | None = None,
) -> Figure:
    """A mark for every event, and below it the rate of events of a mean neuron.

    Args:
        times_of_events: [E], ms, in any order.
        neurons_of_events: [E], the index of the neuron of each event.
        neurons: How many neurons there are. By default as many as `groups` has labels, else as
            many as the largest index asks for.
        groups: N labels; neurons of a group are drawn together and in one colour.
        duration: Length of the recording, ms; by default until the last event.
        stimulus: (start, end, label) of each stimulus, ms; it is shaded.
        event: What an event is, in the singular.
        title: Set over the left end.
        ax: Two axes to draw into, events and rate; by default those of a new figure.

    Raises:
        InputError: If shapes do not fit, an index names no neuron or an event lies outside.
    """
    events = _events(times_of_events, neurons_of_events, neurons, groups)
    end = _end(events.times, duration)
    count = len(events.labels)
    size = 9.0, float(np.clip(2.6 + 0.05 * count, 3.4, 8.0))
    figure, (marks, rate) = style.panels(ax, 2, 1, size, heights=[4, 1], share_x="col")
    _draw_marks(marks, events, coloured=groups is not None)
    _draw_rates(rate, events, end, coloured=groups is not None)
    style.tidy(marks, y=f"neuron (of {count:,})", title=title, grid=False)
    marks.set_ylim(count - 0.5, -0.5)
    if groups is not None:
        mark_groups(marks, events.labels[events.order])
        marks.set_ylabel("")
    style.tidy(rate, x="time (ms)", y=f"{event}s per\nneuron (Hz)")
    rate.set_ylim(bottom=0.0)
    for axes in (marks, rate):
        axes.set_xlim(0.0, end)
    shade(marks, stimulus)
    shade(rate, [(start, stop, "") for start, stop, _ in stimulus or ()])
    return figure


class _Events(NamedTuple):
    """What fired when: E events of N neurons."""

    times: np.ndarray
    """[E], ms."""
    who: np.ndarray
    """[E], indices of neurons."""
    labels: np.ndarray
    """[N], what each neuron's group is called."""
    group: np.ndarray
    """[N], each neuron's group, numbered in the order in which they first occur."""
    order: np.ndarray
    """[N], neurons group by group, as they are drawn from the top."""


def _events(
    times_of_events: np.ndarray,
    neurons_of_events: np.ndarray,
    neurons: int | None,
    groups: Sequence[str] | None,
) -> _Events:
    times, who = np.asarray(times_of_events, np.float64), np.asarray(neurons_of_events)
    if times.ndim != 1 or times.shape != who.shape:
        raise InputError(
            f"times_of_events has shape {list(times.shape)} and neurons_of_events "
            f"{list(who.shape)}; expected [E] both."
        )
    who = who.astype(np.int64)
    if neurons is None:
        neurons = len(groups) if groups is not None else int(who.max(initial=0)) + 1
    if groups is not None and len(groups) != neurons:
        raise InputError(f"groups holds {len(groups)} entries; expected N = {neurons}.")
    if len(who) and (who.min() < 0 or who.max() >= neurons):
        wrong = int(who.min() if who.min() < 0 else who.max())
        raise InputError(f"an event is of neuron {wrong}; expected indices 0 to {neurons - 1}.")
    labels = np.array([str(group) for group in groups or [""] * neurons])
    number = {label: k for k, label in enumerate(dict.fromkeys(labels.tolist()))}
    group = np.array([number[label] for label in labels.tolist()], dtype=np.int64)
    return _Events(times, who, labels, group, np.argsort(group, kind="stable"))


def _end(times: np.ndarray, duration: float | None) -> float:
    end = float(times.max(initial=0.0)) or 1.0 if duration is None else float(duration)
    if len(times) and not (times.min() >= 0 and times.max() <= end):
        raise InputError(
            f"events lie from {times.min():g} to {times.max():g} ms; expected 0 to {end:g} ms."
        )
    return end


def _draw_marks(axes: Axes, events: _Events, *, coloured: bool) -> None:
    count = len(events.labels)
    row = np.empty(count, dtype=np.int64)
    row[events.order] = np.arange(count)
    # As high as a row, as long as that can be told from a dot.
    height = float(np.clip(72 * style.inches(axes) / max(count, 1) * 0.8, 1.8, 14.0))
    strokes = height > 2.5
    for k in range(events.group.max(initial=0) + 1):
        own = events.group[events.who] == k
        axes.plot(
            events.times[own],
            row[events.who[own]],
            linestyle="none",
            marker="|" if strokes else ".",
            markersize=height if strokes else 3.2,
            markeredgewidth=0.9 if strokes else 0.0,
            color=style.colour(k) if coloured else style.INK,
            rasterized=own.sum() > 5000,
        )


def _draw_rates(axes: Axes, events: _Events, end: float, *, coloured: bool) -> None:
    bins = np.linspace(0.0, end, int(np.clip(end / 5, 20, 200)) + 1)
    for k in range(events.group.max(initial=0) + 1):
        counts, _ = np.histogram(events.times[events.group[events.who] == k], bins)
        # Events a bin to events a second of each neuron.
        hertz = counts / (np.diff(bins) / 1e3) / max(int((events.group == k).sum()), 1)
        line = style.colour(k) if coloured else style.INK
        axes.stairs(hertz, bins, color=line, linewidth=1.3)
