"""When each neuron fired, and how often all of them did."""

from collections.abc import Sequence

import numpy as np
from matplotlib.figure import Figure

from liquidtime.errors import InputError
from liquidtime.plot import style
from liquidtime.plot.brain.heatmap import mark_groups
from liquidtime.plot.brain.traces import shade


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

    Raises:
        InputError: If shapes do not fit, an index names no neuron or an event lies outside.
    """
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
    end = float(times.max(initial=0.0)) or 1.0 if duration is None else float(duration)
    if len(times) and not (times.min() >= 0 and times.max() <= end):
        raise InputError(
            f"events lie from {times.min():g} to {times.max():g} ms; expected 0 to {end:g} ms."
        )
    labels = np.full(neurons, "") if groups is None else np.array([str(g) for g in groups])
    distinct = list(dict.fromkeys(labels.tolist()))
    number = np.array([distinct.index(label) for label in labels.tolist()])
    row = np.empty(neurons, dtype=np.int64)
    order = np.argsort(number, kind="stable")
    row[order] = np.arange(neurons)

    figure = style.new_figure(9.0, float(np.clip(2.6 + 0.05 * neurons, 3.4, 8.0)))
    marks, rate = figure.subplots(2, 1, sharex=True, height_ratios=[4, 1])
    inches = figure.get_figheight() * 0.65
    size = float(np.clip(72 * inches / max(neurons, 1) * 0.8, 1.8, 14.0))
    bins = np.linspace(0.0, end, int(np.clip(end / 5, 20, 200)) + 1)
    for k in range(len(distinct)):
        own = number[who] == k
        line = style.colour(k) if groups is not None else style.INK
        marks.plot(
            times[own],
            row[who[own]],
            linestyle="none",
            marker="|" if size > 2.5 else ".",
            markersize=size if size > 2.5 else 3.2,
            markeredgewidth=0.9 if size > 2.5 else 0.0,
            color=line,
            rasterized=own.sum() > 5000,
        )
        counts, _ = np.histogram(times[own], bins)
        # Events a bin to events a second of each neuron.
        hertz = counts / (np.diff(bins) / 1e3) / max(int((number == k).sum()), 1)
        rate.stairs(hertz, bins, color=line, linewidth=1.3)
    style.tidy(marks, y=f"neuron (of {neurons:,})", title=title, grid=False)
    marks.set_ylim(neurons - 0.5, -0.5)
    if groups is not None:
        mark_groups(marks, labels[order])
        marks.set_ylabel("")
    style.tidy(rate, x="time (ms)", y=f"{event}s per\nneuron (Hz)")
    rate.set_ylim(bottom=0.0)
    marks.set_xlim(0.0, end)
    shade(marks, stimulus)
    shade(rate, [(start, stop, "") for start, stop, _ in stimulus or ()])
    return figure
