"""How time grows with size."""

from collections.abc import Mapping, Sequence
from typing import NamedTuple

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import FixedLocator, FuncFormatter, LogLocator, NullFormatter, NullLocator

from liquidtime.plot import style

_MARKERS = "osD^vP"


class Timed(NamedTuple):
    """One panel: times against a size."""

    size_name: str
    lines: Mapping[str, tuple[Sequence[float], Sequence[float]]]
    """(sizes, seconds) of each contender, by its name."""
    floor: tuple[Sequence[float], Sequence[float]] | None = None
    """The same of what cannot be undercut."""


@style.figure
def time_against_size(
    rows: Mapping[str, Sequence[Timed]],
    *,
    floor_name: str = "arithmetic in float32 at the peak",
    ax: Sequence[Axes] | None = None,
) -> Figure:
    """Time against sizes, all logarithmic: a row of panels each, one panel a size.

    Args:
        rows: Panels by the name of their row, such as "forward"; the same sizes in all rows.
        floor_name: What the floor is called.
        ax: Axes to draw into, one a panel, row after row, the last of which bears the legend; by
            default those of a new figure, which has it below.
    """
    columns = len(next(iter(rows.values())))
    size = 3.4 * columns, 2.8 * len(rows) + 0.9
    figure, places = style.panels(ax, len(rows), columns, size, share_x="col", share_y="row")
    grid = [places[start : start + columns] for start in range(0, len(places), columns)]
    names = list(dict.fromkeys(n for panels in rows.values() for p in panels for n in p.lines))
    for axes_of, (row, panels) in zip(grid, rows.items(), strict=True):
        for axes, panel in zip(axes_of, panels, strict=True):
            _draw(axes, panel, names, floor_name)
            style.tidy(
                axes,
                x=panel.size_name if row == [*rows][-1] else "",
                y="milliseconds" if axes is axes_of[0] else "",
                title=row if axes is axes_of[0] else "",
            )
    if ax is not None:
        style.legend(places[-1])
        return figure
    handles = {
        str(line.get_label()): line
        for axes in places
        for line in axes.get_lines()
        if not str(line.get_label()).startswith("_")
    }
    figure.legend(
        [*handles.values()],
        [*handles],
        loc="outside lower center",
        ncols=min(len(handles), columns + 1),
        frameon=False,
        fontsize=style.SMALL,
        labelcolor=style.INK,
    )
    return figure


def _draw(axes: Axes, panel: Timed, names: Sequence[str], floor_name: str) -> None:
    axes.set_xscale("log")
    axes.set_yscale("log")
    for number, name in enumerate(names):
        if name not in panel.lines:
            continue
        sizes, seconds = panel.lines[name]
        axes.plot(
            sizes,
            1e3 * np.asarray(seconds),
            color=style.colour(number),
            linestyle="-" if number < len(style.COLOURS) else (0, (4, 2)),
            # Ours, which comes first, in front of the others.
            linewidth=2.2 if number == 0 else 1.3,
            zorder=3.0 if number == 0 else 2.0,
            marker=_MARKERS[number % len(_MARKERS)],
            markersize=4.5,
            label=name,
        )
    if panel.floor is not None:
        sizes, seconds = panel.floor
        axes.plot(
            sizes,
            1e3 * np.asarray(seconds),
            color=style.INK,
            linestyle=(0, (2, 2)),
            linewidth=1.2,
            label=floor_name,
        )
    ticks = sorted({size for sizes, _ in panel.lines.values() for size in sizes})
    axes.xaxis.set_major_locator(FixedLocator(ticks))
    axes.xaxis.set_major_formatter(
        FuncFormatter(lambda size, _: f"{size:,.0f}" if size >= 1 else f"{size:g}")
    )
    axes.xaxis.set_minor_locator(NullLocator())
    axes.yaxis.set_major_locator(LogLocator(numticks=9))
    axes.yaxis.set_major_formatter(FuncFormatter(lambda value, _: f"{value:g}"))
    axes.yaxis.set_minor_formatter(NullFormatter())
