"""A forecast as a fan: what was seen, what is said of what comes, and what came."""

from collections.abc import Sequence

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from liquidtime.plot import style


@style.figure
def fan_chart(
    past: tuple[np.ndarray, np.ndarray],
    ahead: np.ndarray,
    prediction: np.ndarray,
    *,
    truth: np.ndarray | None = None,
    quantiles: np.ndarray | None = None,
    levels: Sequence[float] = (),
    naive: np.ndarray | None = None,
    name: str = "value",
    naive_name: str = "naive",
    time_label: str = "time",
    ax: Axes | None = None,
) -> Figure:
    """Draw the forecasts made at one moment.

    Args:
        past: Times [T], before and up to 0, the moment of the forecast; and values [T], NaN where
            not observed.
        ahead: [L] times after the moment.
        prediction: [L].
        truth: [L] what came, NaN where unknown; or None.
        quantiles: [L, Q], shaded between the outermost pair, the next one and so on; or None.
        levels: Q shares.
        naive: [L] what a naive forecast says; or None.
        name: Of the value.
        naive_name: Of the naive forecast.
        time_label: Label of the time axis, with its unit.
        ax: Axes to draw into; by default those of a new figure.
    """
    figure, axes = style.panel(ax, 9.0, 3.6)
    own = style.colour(0)
    if quantiles is not None:
        pairs = [(low, len(levels) - 1 - low) for low in range(len(levels) // 2)]
        for low, high in pairs:
            share = 100 * (levels[high] - levels[low])
            axes.fill_between(
                ahead,
                quantiles[:, low],
                quantiles[:, high],
                color=own,
                alpha=0.18,
                linewidth=0,
                label=f"{share:g} % interval",
            )
    marker = "o" if len(ahead) == 1 else None
    axes.plot(*past, color=style.INK, linewidth=1.4, label="observed")
    if naive is not None:
        axes.plot(ahead, naive, color=style.FAINT, linestyle="--", marker=marker, label=naive_name)
    axes.plot(ahead, prediction, color=own, linewidth=1.8, marker=marker, label="forecast")
    if truth is not None:
        axes.plot(
            ahead,
            truth,
            linestyle="none",
            marker="x",
            markersize=4.5,
            color=style.INK,
            label="what came",
        )
    axes.axvline(0, color=style.FAINT, linewidth=1.0)
    style.tidy(axes, x=time_label, y=name)
    axes.margins(x=0.01)
    style.legend_above(axes)
    return figure
