"""Importance of variables: what the score loses without each, with intervals."""

from collections.abc import Sequence

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from liquidtime.plot import style


@style.figure
def importance_bars(
    names: Sequence[str],
    value: np.ndarray,
    low: np.ndarray,
    high: np.ndarray,
    *,
    what: str = "loss of score",
    width: float = 9.0,
    ax: Axes | None = None,
) -> Figure:
    """A bar a variable, the first on top, with its interval.

    Args:
        names: Of the variables.
        value: What the score loses, one a variable.
        low: Lower ends of the intervals, NaN where there is none.
        high: Upper ends.
        what: Label of the axis.
        width: Width of a new figure, in inches.
        ax: Axes to draw into; by default those of a new figure.
    """
    figure, axes = style.panel(ax, width, 0.9 + 0.28 * max(2, len(names)))
    places = np.arange(len(names))[::-1]
    clear = np.asarray(low) > 0
    colours = [style.colour(0) if each else style.FAINT for each in clear]
    axes.barh(places, value, height=0.62, color=colours)
    reach = np.stack([np.asarray(value) - low, np.asarray(high) - value])
    axes.errorbar(
        value,
        places,
        xerr=np.maximum(np.nan_to_num(reach), 0.0),
        fmt="none",
        ecolor=style.INK,
        elinewidth=1.1,
        capsize=2.5,
    )
    axes.axvline(0.0, color=style.INK, linewidth=1.0)
    style.tidy(axes, x=what, title="Variables")
    axes.grid(False, axis="y")
    axes.spines["left"].set_visible(False)
    style.name_ticks(axes.yaxis, places, names, fontsize=style.SMALL, color=style.INK)
    axes.tick_params(axis="y", length=0)
    axes.set_ylim(-0.6, len(names) - 0.4)
    return figure
