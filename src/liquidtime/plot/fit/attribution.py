"""Why a prediction is what it is: observations coloured by what they did, and bars of totals."""

from collections.abc import Mapping, Sequence

import numpy as np
from matplotlib.axes import Axes
from matplotlib.cm import ScalarMappable
from matplotlib.colors import LinearSegmentedColormap, Normalize
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator, NullLocator

from liquidtime.plot import style

RAISED, LOWERED = style.COLOURS[1], style.COLOURS[0]
DIVERGING = LinearSegmentedColormap.from_list(
    "raised and lowered", [LOWERED, "#8fbdd8", "#e9ebee", "#eaa877", RAISED]
)
"""From what lowered, over what did nothing, to what raised; the ends differ in lightness from the
middle, so that sizes can be read in grey."""


@style.figure
def attribution_trace(
    times: np.ndarray,
    values: np.ndarray,
    amounts: np.ndarray,
    *,
    names: Sequence[str],
    unit: str,
    so_far: np.ndarray | None = None,
    so_far_name: str = "so far",
    time_label: str = "time",
    labels: Mapping[str, Sequence[str]] | None = None,
    ax: Sequence[Axes] | None = None,
) -> Figure:
    """One series: each variable's observations, coloured by what they did to the output.

    Orange raised it, blue lowered it; the larger a point, the more. Above is what was said so far,
    below when there were rows, so that gaps can be seen.

    Args:
        times: [T], never falling.
        values: [T, D], NaN where not observed.
        amounts: [T, D].
        names: Of the D variables, one panel each.
        unit: Of the amounts, such as "log-odds of death".
        so_far: [T], the output if the series ended at that row; NaN where it was not asked. None
            leaves the panel with a note, and a new figure without it.
        so_far_name: Label of its axis.
        time_label: Label of the time axis, with its unit.
        labels: Of variables that hold categories, their names.
        ax: D + 2 axes from top to bottom; by default those of a new figure.
    """
    count = len(names)
    # Without an output on the way a new figure has no panel for it.
    told = so_far is not None or ax is not None
    heights = [*[1.5] * told, *[1.0] * count, 0.35]
    size = (8.6, 0.95 + 1.05 * (told + count))
    figure, axes = style.panels(ax, len(heights), 1, size, heights=heights, share_x="col")
    *middle, last = axes[told:]
    if told:
        _draw_so_far(axes[0], times, so_far, so_far_name)
    norm = _centred(amounts)
    for panel, name, value, amount in zip(middle, names, values.T, amounts.T, strict=True):
        there = np.isfinite(value)
        panel.step(
            times[there], value[there], where="post", color=style.FAINT, linewidth=0.9, zorder=1
        )
        sizes = 16 + 70 * np.abs(amount[there]) / norm.vmax  # pyright: ignore
        panel.scatter(
            times[there],
            value[there],
            c=amount[there],
            s=sizes,
            cmap=DIVERGING,
            norm=norm,
            edgecolors=style.INK,
            linewidths=0.5,
            zorder=2,
        )
        style.tidy(panel, title=name)
        panel.yaxis.set_major_locator(MaxNLocator(nbins=3))
        panel.margins(y=0.25)
        known = (labels or {}).get(name)
        if known is not None:
            style.name_ticks(panel.yaxis, range(len(known)), known)
    last.vlines(times, 0.0, 1.0, color=style.INK, linewidth=0.9)
    last.set_ylim(0.0, 1.05)
    last.set_yticks([])
    style.tidy(last, x=time_label, y="rows", grid=False)
    last.spines["left"].set_visible(False)
    span = float(times[-1] - times[0]) or 1.0
    for panel in axes:
        panel.set_xlim(times[0] - 0.02 * span, times[-1] + 0.02 * span)
    bar = figure.colorbar(ScalarMappable(norm, DIVERGING), ax=axes, pad=0.015, aspect=40)
    bar.ax.tick_params(labelsize=style.SMALL, color=style.FAINT)
    bar.outline.set_visible(False)  # pyright: ignore[reportCallIssue]
    bar.set_label(f"lowered  ←  {unit}  →  raised", fontsize=style.SMALL, color=style.INK)
    return figure


@style.figure
def attribution_totals(
    totals: Mapping[str, float],
    *,
    unit: str,
    most: int = 15,
    title: str = "Over the whole series",
    ax: Axes | None = None,
) -> Figure:
    """How much each variable raised or lowered the output, over all time.

    Args:
        totals: Amount of each variable, in any order.
        unit: Of the amounts, such as "log-odds of death".
        most: Bars at most; what is left is one bar, "all others".
        title: Above it.
        ax: Axes to draw into; by default a new figure's.
    """
    order = sorted(totals, key=lambda name: -abs(totals[name]))
    shown = {name: totals[name] for name in order[:most]}
    if len(order) > most:
        shown[f"all {len(order) - most} others"] = sum(totals[name] for name in order[most:])
    names, amounts = list(shown), np.array(list(shown.values()))
    figure, axes = style.panel(ax, 8.6, 1.2 + 0.3 * len(names))
    places = np.arange(len(names))[::-1]
    colours = [RAISED if amount > 0 else LOWERED for amount in amounts]
    axes.barh(places, amounts, color=colours, height=0.66)
    axes.axvline(0.0, color=style.INK, linewidth=0.8)
    largest = float(np.abs(amounts).max(initial=0.0)) or 1.0
    for place, amount in zip(places, amounts, strict=True):
        axes.text(
            amount + np.copysign(0.02 * largest, amount),
            place,
            f"{amount:+.2g}",
            ha="left" if amount >= 0 else "right",
            va="center",
            fontsize=style.SMALL,
            color=style.INK,
        )
    axes.set_xlim(*_room(amounts, largest))
    style.tidy(axes, x=f"lowered  ←  {unit}  →  raised", title=title)
    axes.grid(False, axis="y")
    style.name_ticks(axes.yaxis, places, names)
    axes.tick_params(axis="y", length=0)
    axes.spines["left"].set_visible(False)
    return figure


@style.figure
def attribution_bars(
    names: Sequence[str],
    size: np.ndarray,
    low: np.ndarray,
    high: np.ndarray,
    direction: np.ndarray,
    *,
    unit: str,
    most: int = 20,
    ax: Axes | None = None,
) -> Figure:
    """The mean size of each variable's amount over many series, with intervals.

    Args:
        names: Of V variables, the most important first.
        size: [V], mean sizes.
        low: [V], lower ends of intervals.
        high: [V], upper ends.
        direction: [V], mean amounts with their sign, which gives the colour.
        unit: Of the amounts.
        most: Bars at most.
        ax: Axes to draw into; by default a new figure's.
    """
    count = min(most, len(names))
    figure, axes = style.panel(ax, 8.6, 1.3 + 0.3 * count)
    places = np.arange(count)[::-1]
    share = np.divide(direction, size, out=np.zeros(len(size)), where=size > 0)[:count]
    axes.barh(places, size[:count], color=DIVERGING(0.5 + share / 2), height=0.66)
    reach = np.stack([size - low, high - size])[:, :count].clip(min=0.0)
    axes.errorbar(
        size[:count], places, xerr=reach, fmt="none", ecolor=style.INK, elinewidth=1.0, capsize=2.5
    )
    style.tidy(axes, x=f"mean size over series, {unit}")
    axes.grid(False, axis="y")
    style.name_ticks(axes.yaxis, places, names[:count])
    axes.tick_params(axis="y", length=0)
    axes.set_xlim(left=0.0)
    bar = style.colour_bar(
        ScalarMappable(Normalize(-1.0, 1.0), DIVERGING), axes, aspect=24, both=False
    )
    bar.set_yticks([-1.0, 0.0, 1.0], ["always\nlowered", "both", "always\nraised"])
    return figure


@style.figure
def contribution_strip(
    times: np.ndarray,
    amounts: np.ndarray,
    *,
    names: Sequence[str],
    unit: str,
    time_label: str = "time",
    ax: Axes | None = None,
) -> Figure:
    """What each neuron adds to the output as time goes on.

    Args:
        times: [T], never falling.
        amounts: [T, M].
        names: Of the M neurons.
        unit: Of the amounts.
        time_label: Label of the time axis, with its unit.
        ax: Axes to draw into; by default a new figure's.
    """
    figure, axes = style.panel(ax, 8.6, 1.3 + 0.2 * len(names))
    gaps = np.diff(times)
    typical = float(np.median(gaps[gaps > 0])) if (gaps > 0).any() else 1.0
    edges = np.append(np.asarray(times, dtype=np.float64), float(times[-1]) + typical)
    mesh = axes.pcolormesh(
        edges,
        np.arange(len(names) + 1),
        amounts.T,
        cmap=DIVERGING,
        norm=_centred(amounts),
        rasterized=amounts.size > 5000,
    )
    axes.invert_yaxis()
    style.tidy(axes, x=time_label, y="neuron", grid=False)
    style.name_ticks(axes.yaxis, np.arange(len(names)) + 0.5, names)
    style.colour_bar(mesh, axes, aspect=14, both=False).set_ylabel(
        unit, fontsize=style.SMALL, color=style.INK
    )
    return figure


def _draw_so_far(axes: Axes, times: np.ndarray, so_far: np.ndarray | None, name: str) -> None:
    if so_far is None:
        axes.text(0.5, 0.5, "no output on the way", transform=axes.transAxes, ha="center")
        axes.plot(times, np.full(len(times), np.nan))
        axes.yaxis.set_major_locator(NullLocator())
    else:
        there = np.isfinite(so_far)
        axes.step(
            times[there], so_far[there], where="post", color=style.INK, linewidth=1.6, zorder=2
        )
        axes.plot(times[there][-1:], so_far[there][-1:], "o", color=style.INK, markersize=5)
        axes.yaxis.set_major_locator(MaxNLocator(nbins=4))
    style.tidy(axes, title=f"{name}, so far")


def _centred(amounts: np.ndarray) -> Normalize:
    largest = float(np.nanmax(np.abs(amounts), initial=0.0)) or 1.0
    return Normalize(-largest, largest)


def _room(amounts: np.ndarray, largest: float) -> tuple[float, float]:
    """Limits with room for the numbers beside the bars."""
    low = min(0.0, float(amounts.min(initial=0.0)))
    high = max(0.0, float(amounts.max(initial=0.0)))
    room = 0.22 * max(high - low, largest)
    return low - (room if low < 0 else 0.02 * largest), high + (room if high > 0 else 0.0)
