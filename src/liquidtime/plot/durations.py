"""How long several things take, on a logarithmic axis, beside what was published."""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from liquidtime.plot import style

_ROW, _MARGIN = 0.3, 1.2


class Duration(NamedTuple):
    """One thing.

    Attributes:
        label: What to call it.
        seconds: How long it takes.
        published: Seconds that somebody published; None where nobody did.
        ours: Whether it is drawn in the colour of our models.
    """

    label: str
    seconds: float
    published: float | None = None
    ours: bool = False


@style.figure
def durations(found: Sequence[Duration], *, title: str = "", ax: Axes | None = None) -> Figure:
    """A bar a thing, the quickest on top; published durations are hollow.

    Args:
        found: What is drawn.
        title: Set over the left end.
        ax: Axes to draw into; by default those of a new figure.
    """
    order = sorted(found, key=lambda one: one.seconds, reverse=True)
    figure, axes = style.panel(ax, 8.6, _MARGIN + _ROW * max(2, len(order)))
    style.tidy(axes, x="seconds", title=title)
    axes.set_xscale("log")
    ends = [each for one in order for each in (one.seconds, one.published) if each]
    low, high = min(ends) / 2, max(ends) * 2
    for place, one in enumerate(order):
        colour = style.COLOURS[0] if one.ours else style.INK
        axes.hlines(place, low, one.seconds, color=colour, linewidth=5)
        if one.published is not None:
            axes.plot(
                one.published,
                place,
                "D",
                markerfacecolor="white",
                markeredgecolor=style.COLOURS[1],
                markersize=7,
            )
    marks = {"liquid networks": style.COLOURS[0], "others": style.INK}
    handles = [
        axes.plot([], [], color=colour, linewidth=5, label=name)[0]
        for name, colour in marks.items()
    ]
    handles += axes.plot(
        [],
        [],
        "D",
        markerfacecolor="white",
        markeredgecolor=style.COLOURS[1],
        label="published, other machines",
    )
    style.root(axes).legend(
        handles=handles,
        loc="outside upper right",
        ncols=len(handles),
        frameon=False,
        fontsize=style.SMALL,
        labelcolor=style.INK,
    )
    style.plain_decades(axes.xaxis, low, high)
    axes.set_xlim(low, high)
    axes.set_ylim(-0.6, max(1, len(order)) - 0.4)
    style.name_ticks(axes.yaxis, np.arange(len(order)), [one.label for one in order])
    return figure
