"""How far each form of a liquid neuron is from the truth, and what it costs."""

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import LogLocator, NullFormatter

from liquidtime.plot import style

_MARKERS = "osD^vP*X<>"
_LABEL_GAP = 0.05
_STABLE = 10.0


class Costed(NamedTuple):
    """One family of forms, from cheap to dear; [n] each."""

    label: str
    error: np.ndarray
    cost: np.ndarray


@style.figure
def error_against_cost(
    families: Sequence[Costed],
    *,
    cost_name: str,
    error_name: str = "mean squared error at the output",
    levels: Mapping[str, float] | None = None,
    ax: Axes | None = None,
) -> Figure:
    """Error against cost, both logarithmic; each family is labelled at its right end.

    Args:
        families: What is drawn; what diverges is left out.
        cost_name: Label of the horizontal axis, with its unit.
        error_name: Label of the vertical axis.
        levels: Errors to mark by a horizontal line, with what each is.
        ax: Axes to draw into; by default those of a new figure.
    """
    figure, axes = style.panel(ax, 9.4, 6.0)
    style.tidy(axes, x=cost_name, y=error_name, title="Error against cost")
    axes.set_xscale("log")
    axes.set_yscale("log")
    ends: list[_End] = []
    for number, family in enumerate(families):
        there = np.isfinite(family.error) & (family.error > 0) & (family.error < _STABLE)
        if not there.any():
            continue
        error, cost = family.error[there], family.cost[there]
        axes.plot(
            cost,
            error,
            color=style.colour(number),
            linestyle="-" if number < len(style.COLOURS) else (0, (4, 2)),
            linewidth=1.4,
            marker=_MARKERS[number % len(_MARKERS)],
            markersize=4.5,
        )
        ends.append(_End(float(cost[-1]), float(error[-1]), family.label, style.colour(number)))
    axes.margins(x=0.03, y=0.06)
    left, right = axes.get_xlim()
    for text, level in (levels or {}).items():
        if np.isfinite(level) and level > 0:
            axes.hlines(level, left, right, color=style.INK, linestyle=(0, (2, 2)), linewidth=1.0)
            ends.append(_End(right, level, text, style.INK))
    axes.yaxis.set_major_locator(LogLocator(numticks=9))
    axes.yaxis.set_minor_formatter(NullFormatter())
    axes.set_xlim(left, right * (right / left) ** 0.5)
    _end_labels(axes, ends, right)
    return figure


class Panel(NamedTuple):
    """One neuron along one series, beside what it should be."""

    title: str
    truth: np.ndarray
    """[T]"""
    lines: Mapping[str, np.ndarray]
    """[T] each."""


@style.figure
def overlaid(
    times: np.ndarray,
    neurons: Mapping[str, Sequence[Panel]],
    *,
    time_label: str,
    ax: Sequence[Axes] | None = None,
) -> Figure:
    """Trajectories of some neurons over each other; the truth of each panel in black.

    The vertical range of a row is that of its truths, with room; a line that leaves it is cut off
    and the panel says how far it goes.

    Args:
        times: [T].
        neurons: One row of panels each, by the neuron's name; the same titles in all rows.
        time_label: Label of the time axis, with its unit.
        ax: Axes to draw into, one a panel, row after row; by default those of a new figure.
    """
    columns = len(next(iter(neurons.values())))
    size = 3.6 * columns + 0.4, 1.6 * len(neurons) + 1.2
    figure, places = style.panels(ax, len(neurons), columns, size, share_x="col", share_y="row")
    axes_of = [places[start : start + columns] for start in range(0, len(places), columns)]
    for row, (name, panels) in enumerate(neurons.items()):
        first = 0
        for column, panel in enumerate(panels):
            axes = axes_of[row][column]
            axes.plot(times, panel.truth, color=style.INK, linewidth=3.0, alpha=0.8, label="ODE")
            for number, (label, line) in enumerate(panel.lines.items()):
                axes.plot(
                    times,
                    line,
                    color=style.colour(first + number),
                    linewidth=1.3,
                    linestyle=("-", (0, (5, 2)), (0, (2, 1.5)))[number % 3],
                    label=label,
                )
            first += len(panel.lines)
            style.tidy(
                axes,
                x=time_label if row == len(neurons) - 1 else "",
                y=name if column == 0 else "",
                title=panel.title if row == 0 else "",
            )
        _limit(axes_of[row], panels)
    for axes in axes_of[-1]:
        axes.legend(
            loc="upper left",
            bbox_to_anchor=(-0.02, -0.42),
            frameon=False,
            fontsize=style.SMALL,
            labelcolor=style.INK,
        )
    return figure


class _End(NamedTuple):
    """Where a line ends, and what it is called."""

    cost: float
    error: float
    label: str
    colour: Any


def _end_labels(axes: Axes, ends: Sequence[_End], right: float) -> None:
    """A label beside each line's end, moved up or down until none covers another."""
    low, high = np.log10(axes.get_ylim())
    order = sorted(ends, key=lambda end: end.error)
    wanted = np.array([(np.log10(end.error) - low) / (high - low) for end in order])
    column = _fraction(axes, right) + 0.02
    for end, place in zip(order, spread(wanted, _LABEL_GAP), strict=True):
        axes.annotate(
            end.label,
            (end.cost, end.error),
            xycoords="data",
            xytext=(column, place),
            textcoords="axes fraction",
            fontsize=style.SMALL,
            color=end.colour,
            va="center",
            arrowprops={
                "arrowstyle": "-",
                "color": end.colour,
                "linewidth": 0.6,
                "alpha": 0.5,
                "shrinkA": 1,
                "shrinkB": 3,
                "relpos": (0.0, 0.5),
            },
        )


def _fraction(axes: Axes, x: float) -> float:
    left, right = np.log10(axes.get_xlim())
    return float((np.log10(x) - left) / (right - left))


def spread(wanted: np.ndarray, gap: float) -> np.ndarray:
    """Places near those wanted, at least `gap` apart, between 0 and 1.

    Args:
        wanted: [n], rising.
        gap: Least distance; made smaller where n places would not fit.
    """
    count = len(wanted)
    if not count:
        return wanted
    gap = min(gap, 1.0 / count)
    steps = gap * np.arange(count)
    # With the steps taken off, places may not fall: the nearest rising sequence, by pooling.
    blocks: list[list[float]] = []
    for value in wanted - steps:
        blocks.append([float(value)])
        while len(blocks) > 1 and np.mean(blocks[-2]) > np.mean(blocks[-1]):
            last = blocks.pop()
            blocks[-1] += last
    level = np.concatenate([np.full(len(block), np.mean(block)) for block in blocks])
    return np.clip(level, 0.0, 1.0 - steps[-1]) + steps


def _limit(row: Sequence[Axes], panels: Sequence[Panel]) -> None:
    near = np.concatenate([panel.truth for panel in panels])
    low, high = float(near.min()), float(near.max())
    span = max(high - low, 0.1)
    low, high = low - 0.2 * span, high + 0.2 * span
    gone = [
        [
            f"{label}: {np.nanmin(line):.3g} to {np.nanmax(line):.3g}"
            for label, line in panel.lines.items()
            if not np.isfinite(line).all() or line.max() > high or line.min() < low
        ]
        for panel in panels
    ]
    # Headroom for the notes, so that they cover no line.
    lines = max(map(len, gone))
    for axes, notes in zip(row, gone, strict=True):
        axes.set_ylim(low, high + (0.16 * (lines + 1) * span if lines else 0.0))
        if notes:
            axes.text(
                0.99,
                0.98,
                "\n".join(["outside the panel:", *notes]),
                transform=axes.transAxes,
                fontsize=style.SMALL - 2,
                color=style.INK,
                va="top",
                ha="right",
            )
