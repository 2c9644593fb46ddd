"""Scores over how far ahead a forecast looks."""

from collections.abc import Mapping, Sequence

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from liquidtime.plot import style


@style.figure
def lead_scores(
    leads: Sequence[float],
    scores: Mapping[str, Sequence[float | None]],
    *,
    score: str = "RMSE",
    lead_label: str = "time ahead",
    title: str = "",
    width: float = 6.4,
    ax: Axes | None = None,
) -> Figure:
    """One line a forecast; the first one is the model, the others naive ones.

    Args:
        leads: [L].
        scores: Label to [L] scores, None where undefined.
        score: Name of the score, with its unit.
        lead_label: Label of the axis of leads, with its unit.
        title: Above the axes.
        width: Width of a new figure, in inches.
        ax: Axes to draw into; by default those of a new figure.
    """
    figure, axes = style.panel(ax, width, 3.4)
    marker = "o" if len(leads) <= 30 else None
    for number, (label, values) in enumerate(scores.items()):
        axes.plot(
            leads,
            np.array([np.nan if value is None else value for value in values]),
            color=style.colour(number),
            linestyle="-" if not number else "--",
            linewidth=1.8 if not number else 1.2,
            marker=marker,
            markersize=3,
            label=label,
        )
    style.tidy(axes, x=lead_label, y=score, title=title)
    axes.set_ylim(bottom=0)
    style.legend(axes)
    return figure
