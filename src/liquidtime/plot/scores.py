"""Several models' scores with their intervals, beside what was published of them."""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from liquidtime.plot import style

_ROW, _MARGIN = 0.3, 1.1


class Score(NamedTuple):
    """One model.

    Attributes:
        label: What to call it.
        value: Its score.
        low: Lower end of its interval; None where there is none.
        high: Upper end.
        published: What was published of it; None where nothing was.
        ours: Whether it is drawn in the colour of our models.
    """

    label: str
    value: float
    low: float | None = None
    high: float | None = None
    published: float | None = None
    ours: bool = False


@style.figure
def scores(
    found: Sequence[Score],
    *,
    name: str,
    higher_is_better: bool = True,
    title: str = "",
    ax: Axes | None = None,
) -> Figure:
    """A dot and an interval a model, the best on top; published scores are hollow.

    Args:
        found: What is drawn.
        name: Of the score, for the horizontal axis.
        higher_is_better: Which way is up.
        title: Set over the left end.
        ax: Axes to draw into; by default those of a new figure.
    """
    order = sorted(found, key=lambda one: one.value, reverse=not higher_is_better)
    figure, axes = style.panel(ax, 8.0, _MARGIN + _ROW * max(2, len(order)))
    style.tidy(axes, x=name, title=title)
    for place, one in enumerate(order):
        colour = style.COLOURS[0] if one.ours else style.INK
        if one.low is not None and one.high is not None:
            axes.hlines(place, one.low, one.high, color=colour, linewidth=1.6)
        axes.plot(one.value, place, "o", color=colour, markersize=6)
        if one.published is not None:
            axes.plot(
                one.published,
                place,
                "D",
                markerfacecolor="none",
                markeredgecolor=style.COLOURS[1],
                markersize=7,
            )
    style.name_ticks(axes.yaxis, np.arange(len(order)), [one.label for one in order])
    axes.set_ylim(-0.6, max(1, len(order)) - 0.4)
    axes.margins(x=0.04)
    _key(axes, order)
    return figure


def _key(axes: Axes, order: Sequence[Score]) -> None:
    """What the marks mean, of those that are there."""
    kinds = {
        "ours": (any(one.ours for one in order), "o", style.COLOURS[0], style.COLOURS[0]),
        "others": (any(not one.ours for one in order), "o", style.INK, style.INK),
        "published": (
            any(one.published is not None for one in order),
            "D",
            "none",
            style.COLOURS[1],
        ),
    }
    for label, (there, marker, face, edge) in kinds.items():
        if there:
            axes.plot(
                [],
                [],
                marker,
                markerfacecolor=face,
                markeredgecolor=edge,
                label=label,
                markersize=6,
            )
    handles, _ = axes.get_legend_handles_labels()
    # Outside, so that it meets neither the title nor an interval.
    style.root(axes).legend(
        handles=handles,
        loc="outside upper right",
        ncols=len(handles),
        frameon=False,
        fontsize=style.SMALL,
        labelcolor=style.INK,
    )
