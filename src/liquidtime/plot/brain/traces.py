"""Traces of a few neurons, laid over one another, or of many, stacked."""

from collections.abc import Sequence

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from liquidtime.errors import InputError
from liquidtime.plot import style

MOST_OVERLAID = 12
_STIMULUS = "#e69f00"
_MOST_POINTS = 4000


@style.figure
def traces(
    times: np.ndarray,
    values: np.ndarray,
    *,
    names: Sequence[str],
    units: str = "mV",
    quantity: str = "membrane potential",
    stimulus: Sequence[tuple[float, float, str]] | None = None,
    stacked: bool | None = None,
    title: str = "",
    ax: Axes | None = None,
) -> Figure:
    """Values over time, one line a neuron; of several trials each thinly, and their mean.

    Args:
        times: [T], rising, ms.
        values: [T, N], or [R, T, N] of R trials. Where values are NaN the line is broken; the mean
            is over the trials that have a value.
        names: N names; they stand beside the lines.
        units: Of the values.
        quantity: What the values are.
        stimulus: (start, end, label) of each stimulus, ms; it is shaded.
        stacked: Whether lines are set one above the other, each around its own median, with a
            scale bar. By default those of more than twelve neurons, which could not be told apart.
        title: Set over the left end.
        ax: Axes to draw into; by default those of a new figure.

    Raises:
        InputError: If shapes do not fit, or more than twelve lines are to be overlaid.
    """
    times, trials = checked(times, values, names)
    count = trials.shape[2]
    if stacked is None:
        stacked = count > MOST_OVERLAID
    if not stacked and count > MOST_OVERLAID:
        raise InputError(
            f"values hold {count} neurons; expected at most {MOST_OVERLAID} to overlay, or "
            "stacked=True."
        )
    mean = mean_of_trials(trials)
    kept = _kept(len(times))
    height = float(np.clip(1.2 + 0.24 * count, 3.2, 16.0)) if stacked else 3.6
    figure, axes = style.panel(ax, 9.0, height)
    draw = _draw_stacked if stacked else _draw_overlaid
    draw(axes, times[kept], trials[:, kept], mean[kept], names, units)
    label = "" if stacked else style.measured(quantity, units)
    style.tidy(axes, x="time (ms)", y=label, title=title, grid=not stacked)
    if stacked:
        axes.spines["left"].set_visible(False)
        axes.tick_params(axis="y", length=0)
        axes.grid(True, axis="x", color=style.GRID, linewidth=0.8)
    axes.set_xlim(times[0], times[-1] if len(times) > 1 else times[0] + 1.0)
    shade(axes, stimulus)
    return figure


def checked(
    times: np.ndarray, values: np.ndarray, names: Sequence[str] | None
) -> tuple[np.ndarray, np.ndarray]:
    """Times [T] and values as [R, T, N], both float64.

    Raises:
        InputError: If shapes do not fit or times do not rise.
    """
    times, values = np.asarray(times, np.float64), np.asarray(values, np.float64)
    if values.ndim not in (2, 3) or 0 in values.shape:
        raise InputError(
            f"values has shape {list(values.shape)}; expected [T, N] or [R, T, N], none of them 0."
        )
    trials = values if values.ndim == 3 else values[None]
    if times.shape != trials.shape[1:2]:
        raise InputError(
            f"times has shape {list(times.shape)}; expected [T] = [{trials.shape[1]}], as values "
            "has."
        )
    if not np.isfinite(times).all() or (np.diff(times) <= 0).any():
        raise InputError("times do not rise at every step; expected finite, rising times.")
    if names is not None and len(names) != trials.shape[2]:
        raise InputError(f"names holds {len(names)} entries; expected N = {trials.shape[2]}.")
    return times, np.where(np.isfinite(trials), trials, np.nan)


def mean_of_trials(trials: np.ndarray) -> np.ndarray:
    """The mean [T, N] over the trials that have a value; NaN where none has.

    Args:
        trials: [R, T, N].
    """
    known = np.isfinite(trials).sum(axis=0)
    return np.where(known > 0, np.nansum(trials, axis=0) / np.maximum(known, 1), np.nan)


def shade(axes: Axes, stimulus: Sequence[tuple[float, float, str]] | None) -> None:
    """Shade when something was done to the network, with its label at the top.

    Args:
        axes: Of time in ms; is changed in place.
        stimulus: (start, end, label) of each stimulus, ms.
    """
    for start, end, label in stimulus or ():
        axes.axvspan(start, end, color=_STIMULUS, alpha=0.16, linewidth=0, zorder=0)
        axes.annotate(
            label,
            (start, 1.0),
            xycoords=("data", "axes fraction"),
            xytext=(3, -3),
            textcoords="offset points",
            va="top",
            fontsize=style.SMALL,
            color="#8a6100",
            zorder=4,
        )


def direct_labels(
    axes: Axes,
    heights: Sequence[float],
    names: Sequence[str],
    styles: Sequence[str],
    *,
    fractions: bool = False,
) -> None:
    """Names to the right of where lines end, as near as they have room, each tied to its line.

    Args:
        axes: With their limits set; is changed in place.
        heights: Where each line ends, in the data's units; NaN for a line that is nowhere.
        names: Of the lines.
        styles: The colour of each.
        fractions: Whether heights are fractions of the axes.
    """
    low, high = (0.0, 1.0) if fractions else axes.get_ylim()
    least = 1.25 * style.SMALL / 72 / style.inches(axes)
    places = (np.nan_to_num(np.asarray(heights, float), nan=low) - low) / (high - low)
    places = np.clip(places, 0.0, 1.0)
    order = np.argsort(places, kind="stable")
    spread = _apart(places[order], least)
    aside = np.abs(spread - places[order]).max(initial=0.0) > 0.2 * least
    reach = (16 if aside else 6) / 72 / style.inches(axes, width=True)
    for place, line in zip(spread, order, strict=True):
        axes.annotate(
            str(names[line]),
            (1.0, places[line]),
            xycoords="axes fraction",
            xytext=(1.0 + reach, place),
            textcoords="axes fraction",
            va="center",
            fontsize=style.SMALL,
            color=styles[line],
            parse_math=False,
            annotation_clip=False,
            arrowprops={
                "arrowstyle": "-",
                "color": styles[line],
                "linewidth": 0.7,
                "shrinkA": 1.0,
                "shrinkB": 0.0,
                "relpos": (0.0, 0.5),
            }
            if aside
            else None,
        )


def _apart(places: np.ndarray, least: float) -> np.ndarray:
    """Rising places moved as little as keeps them this far apart, within 0 to 1 where they fit."""
    # In places less k times the distance they only must not fall: blocks that do take their mean.
    blocks: list[list[float]] = []
    for k, place in enumerate(places.tolist()):
        blocks.append([place - k * least, 1.0])
        while len(blocks) > 1 and blocks[-2][0] > blocks[-1][0]:
            value, weight = blocks.pop()
            before, many = blocks[-1]
            blocks[-1] = [(before * many + value * weight) / (many + weight), many + weight]
    level = np.repeat([value for value, _ in blocks], [int(weight) for _, weight in blocks])
    # Clipping both ends of a rising row leaves it rising.
    highest = 1.0 - (len(places) - 1) * least
    return np.clip(level, 0.0, max(0.0, highest)) + least * np.arange(len(places))


def _draw_overlaid(
    axes: Axes,
    times: np.ndarray,
    trials: np.ndarray,
    mean: np.ndarray,
    names: Sequence[str],
    units: str,
) -> None:
    colours = [str(style.colour(n)) for n in range(len(names))]
    ends = []
    for n, shade_of in enumerate(colours):
        if len(trials) > 1:
            axes.plot(times, trials[:, :, n].T, color=shade_of, linewidth=0.6, alpha=0.35)
        dashes = "-" if n < len(style.COLOURS) else (0, (5, 2))
        axes.plot(
            times,
            mean[:, n],
            color=shade_of,
            linewidth=1.8,
            linestyle=dashes,
            marker="o" if len(times) == 1 else None,
        )
        known = mean[np.isfinite(mean[:, n]), n]
        ends.append(known[-1] if len(known) else np.nan)
    if not np.isfinite(mean).any():
        axes.set_ylim(0.0, 1.0)
    axes.margins(x=0.0)
    axes.set_ylim(axes.get_ylim())
    direct_labels(axes, ends, names, colours)


def _draw_stacked(
    axes: Axes,
    times: np.ndarray,
    trials: np.ndarray,
    mean: np.ndarray,
    names: Sequence[str],
    units: str,
) -> None:
    count = len(names)
    known = np.isfinite(mean).any(axis=0)
    middle, reach = np.zeros(count), np.zeros(count)
    middle[known] = np.nanmedian(mean[:, known], axis=0)
    reach[known] = np.nanmax(mean[:, known], axis=0) - np.nanmin(mean[:, known], axis=0)
    offset = (float(np.percentile(reach[known], 90)) if known.any() else 0.0) or 1.0
    heights = -offset * np.arange(count)
    colours = np.array([style.INK, "#52606d"])[np.arange(count) % 2]
    for n in range(count):
        if len(trials) > 1:
            shifted = trials[:, :, n].T - middle[n] + heights[n]
            axes.plot(times, shifted, color=style.FAINT, linewidth=0.4, alpha=0.6)
        axes.plot(times, mean[:, n] - middle[n] + heights[n], color=colours[n], linewidth=1.0)
    every = -(-count // 60)
    style.name_ticks(axes.yaxis, heights[::every], names[::every])
    axes.set_ylim(heights[-1] - 1.1 * offset, 2.0 * offset)
    size = _round_down(1.5 * offset)
    right = axes.get_yaxis_transform()
    axes.plot([1.012, 1.012], [-size, 0.0], color=style.INK, lw=2, transform=right, clip_on=False)
    axes.text(
        1.02,
        -size / 2,
        f"{size:g} {units}" if units != "1" else f"{size:g}",
        transform=right,
        va="center",
        fontsize=style.SMALL,
        color=style.INK,
    )


def _kept(length: int) -> np.ndarray:
    if length <= _MOST_POINTS:
        return np.arange(length)
    return np.unique(np.linspace(0, length - 1, _MOST_POINTS).round().astype(int))


def _round_down(value: float) -> float:
    ten = 10.0 ** np.floor(np.log10(value))
    return float(max(size for size in (1, 2, 5) if size * ten <= value * (1 + 1e-9)) * ten)
