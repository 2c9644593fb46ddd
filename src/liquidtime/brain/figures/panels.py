"""The single figures of a recording; None where a recording has nothing to draw."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

import numpy as np
from matplotlib.text import Text
from numpy.typing import NDArray

from liquidtime import plot
from liquidtime.brain.figures.about import About
from liquidtime.plot import style
from liquidtime.plot.brain.traces import shade

if TYPE_CHECKING:
    from matplotlib.figure import Figure

_MOST_EDGES = 1_000_000


def draw_traces(about: About, chosen: NDArray[np.int64], values: NDArray) -> Figure:
    """Of the chosen neurons; `values` is [R, T, n]."""
    return plot.traces(
        about.times,
        values,
        names=about.descriptions[chosen].tolist(),
        units=about.units,
        quantity=about.quantity,
        stimulus=about.stimuli,
        title=about.title,
    )


def draw_conditions(
    about: About, chosen: NDArray[np.int64], values: Sequence[NDArray], labels: Sequence[str]
) -> Figure | None:
    """The neurons that differ most from the control, one panel each, a line a condition."""
    if not values:
        return None
    names = about.descriptions[chosen].tolist()
    columns = min(3, len(chosen))
    rows = -(-len(chosen) // columns)
    figure = style.new_figure(3.6 * columns, 2.1 * rows + 0.5)
    panels = figure.subplots(rows, columns, sharex=True, squeeze=False)
    for place, axes in enumerate(panels.ravel()):
        if place >= len(chosen):
            axes.set_visible(False)
            continue
        for number, (label, course) in enumerate(zip(labels, values, strict=True)):
            colour = style.INK if number == 0 else style.colour(number - 1)
            dashes = "-" if number == 0 else (0, (5, 1.5))
            axes.plot(
                about.times, course[:, place], color=colour, lw=1.6, linestyle=dashes, label=label
            )
        x = "time (ms)" if place >= len(chosen) - columns else ""
        y = about.units.removeprefix("1") if place % columns == 0 else ""
        style.tidy(axes, x=x, y=y, title=names[place])
        shade(axes, [(start, stop, "") for start, stop, _ in about.stimuli])
    handles, told = panels[0, 0].get_legend_handles_labels()
    figure.legend(
        handles, told, loc="outside upper right", ncols=min(4, len(told)), frameon=False,
        fontsize=style.SMALL, labelcolor=style.INK,
    )  # fmt: skip
    style.make_literal(figure.axes, figure.findobj(Text))
    return figure


def draw_heatmap(about: About, shown: NDArray[np.int64], values: NDArray, every: int) -> Figure:
    """Of all neurons, or of an even sample of them."""
    groups = about.groups(16)
    own = None if groups is None else groups[about.comparison.neurons][shown].tolist()
    title = about.title
    if len(shown) < len(about.comparison.neurons):
        title += f" ({len(shown):,} of {len(about.comparison.neurons):,} neurons)"
    figure = plot.heatmap(
        about.times[every - 1 :: every],
        values,
        names=about.names[shown].tolist(),
        groups=own,
        order="given" if own is None else "group",
        units=about.units,
        quantity=about.quantity,
        stimulus=about.stimuli,
    )
    # Above the bar that marks the stimulus.
    pad = 18 if about.stimuli else 6
    figure.axes[0].set_title(
        style.literal(title, style.LONGEST_TITLE),
        fontsize=style.NORMAL,
        color=style.INK,
        loc="left",
        fontweight="bold",
        pad=pad,
    )
    return figure


def draw_raster(about: About, trial: int, most: int) -> Figure | None:
    """Of the threshold's crossings in one trial."""
    events = about.recording.event_table
    events = events[events[:, 2] == trial]
    if not len(events):
        return None
    title = about.title
    if len(events) > most:
        kept = np.unique(np.linspace(0, len(events) - 1, most).round().astype(int))
        title += f" (one in {len(events) / most:.1f} events)"
        events = events[kept]
    groups = about.groups(16)
    return plot.raster(
        np.minimum(events[:, 0] * about.recording.dt, about.recording.duration),
        events[:, 1],
        neurons=len(about.connectome),
        groups=None if groups is None else groups.tolist(),
        duration=about.recording.duration,
        stimulus=about.stimuli,
        event="crossing",
        title=title,
    )


def draw_responses(about: About, most: int) -> Figure | None:
    """Conditions against neurons; of many neurons those that answer most."""
    comparison = about.comparison
    labels = comparison.conditions[1:]
    if len(labels) < 2:
        return None
    stimulated = all(label.startswith("stimulate ") for label in labels)
    evoked = bool(about.stimuli) and not stimulated
    values = comparison.largest if stimulated else comparison.difference
    values = (comparison.evoked if evoked else values)[:, 1:]
    shown = np.arange(len(values))
    if len(values) > most:
        shown = np.sort(
            np.argsort(-np.nanmax(np.abs(values), axis=1, initial=0.0), kind="stable")[:most]
        )
    groups = about.groups(16)
    own = None
    if groups is not None:
        distinct = list(dict.fromkeys(groups.tolist()))
        number = np.array([distinct.index(group) for group in groups[comparison.neurons][shown]])
        shown = shown[np.argsort(number, kind="stable")]
        own = groups[comparison.neurons][shown].tolist()
    what = "largest change against control" if stimulated else "mean difference to control"
    what = "answer to the stimulus, less that of the control" if evoked else what
    figure = plot.response_matrix(
        values[shown].T,
        stimulated=[label.removeprefix("stimulate ") for label in labels],
        responding=about.names[shown].tolist(),
        stimulated_groups=_groups_of_conditions(about, labels, groups),
        responding_groups=own,
        label=style.measured(what, about.units),
        title=about.connectome.name,
    )
    if not stimulated:
        figure.axes[0].set_ylabel("condition")
    return figure


def _groups_of_conditions(
    about: About, labels: Sequence[str], groups: NDArray[np.str_] | None
) -> list[str] | None:
    """The group of the one neuron that each condition names, where all do so."""
    if groups is None:
        return None
    index = about.connectome.neurons.index.astype(str)
    place = index.get_indexer([label.partition(" ")[2] for label in labels])
    return None if (place < 0).any() else groups[place].tolist()


def draw_spectrum(about: About, shown: NDArray[np.int64] | None, values: NDArray) -> Figure | None:
    """Of an even sample of neurons, from the first stimulus on."""
    times = about.times
    later = times >= min((start for start, _, _ in about.stimuli), default=0.0)
    if later.sum() < 64 or shown is None:
        return None
    return plot.spectrum(
        times[later],
        values[later],
        about.names[shown].tolist(),
        units=about.units,
        title=about.title,
    )


def draw_circuit(about: About, stimulated: Sequence[int] | NDArray, most: int) -> Figure | None:
    """Who is connected to whom, of a small connectome."""
    connectome = about.connectome
    if not 1 < len(connectome) <= most or not len(connectome.synapses):
        return None
    from liquidtime.brain.connectome.circuit import to_circuit

    groups = connectome.neurons.get("group")
    inputs = np.isin(np.arange(len(connectome)), stimulated)
    if not inputs.any() and groups is not None:
        inputs = (groups == "sensory").to_numpy()
    if not inputs.any():
        inputs[0] = True
    # A drawing names outputs alone, so all neurons are some.
    every = np.ones(len(connectome), dtype=bool)
    names = connectome.neurons.index.astype(str).to_numpy()
    return plot.wiring(
        to_circuit(connectome, inputs=inputs, outputs=every),
        input_names=names[inputs].tolist(),
        output_names=names.tolist(),
        title=connectome.name,
    )


def player_page_of(about: About, played: Mapping[str, NDArray], every: int) -> str:
    """The page that plays the recording: by condition [T, n], the one to begin with first."""
    connectome, kept = about.connectome, about.comparison.neurons
    groups = about.groups()
    table = connectome.neurons
    positions = None
    if {"x", "y", "z"} <= set(table.columns):
        positions = table[["x", "y", "z"]].to_numpy(dtype=np.float64)[kept]
        positions = positions if np.isfinite(positions).any() else None
    place = np.full(len(connectome), -1)
    place[kept] = np.arange(len(kept))
    both = {}
    for name, edges in (("edges", connectome.synapses), ("gap_edges", connectome.gap_junctions)):
        if edges is None:
            continue
        some = slice(None)
        if len(edges) > _MOST_EDGES:
            # The page keeps the strongest; a copy of all of them would be large.
            some = np.argpartition(edges.counts, -_MOST_EDGES)[-_MOST_EDGES:]
        ends = np.stack(
            [place[edges.sources[some]], place[edges.targets()[some]], edges.counts[some]], axis=1
        )
        both[name] = ends[(ends[:, :2] >= 0).all(axis=1)]
    first, control = next(iter(played)), about.comparison.conditions[0]
    beside = {label: values for label, values in played.items() if label != first}
    differences = {
        f"{label} − {control}": values - played[control]
        for label, values in played.items()
        if label != control and control in played
    }
    return plot.player_page(
        about.times[every - 1 :: every],
        played[first],
        name=first,
        beside=beside,
        differences=differences,
        names=about.names.tolist(),
        groups=None if groups is None else groups[kept].tolist(),
        positions=positions,
        edges=both.get("edges"),
        gap_edges=both.get("gap_edges"),
        value_label=style.measured(about.quantity, about.units),
        stimulus=about.stimuli,
        title=about.title if len(played) == 1 else about.heading,
    )
