"""Regression: predicted against true, and the errors that are left."""

from collections.abc import Sequence

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from liquidtime.plot import style

_MANY = 3000


@style.figure
def predicted_against_true(
    target: np.ndarray,
    prediction: np.ndarray,
    *,
    name: str = "",
    width: float = 4.4,
    ax: Axes | None = None,
) -> Figure:
    """Each target beside its prediction; on the dashed line they agree.

    Args:
        target: [R].
        prediction: [R].
        name: What is predicted, with its unit.
        width: Width and height of a new figure, in inches.
        ax: Axes to draw into; by default those of a new figure.
    """
    figure, axes = style.panel(ax, width, width)
    style.tidy(axes, x=f"true {name}".strip(), y="predicted", title="Predicted against true")
    low = float(min(target.min(), prediction.min()))
    high = float(max(target.max(), prediction.max()))
    margin = 0.03 * (high - low or 1.0)
    axes.plot([low, high], [low, high], color=style.FAINT, linestyle="--", linewidth=1.0)
    axes.plot(
        target,
        prediction,
        linestyle="none",
        marker="o",
        markersize=4 if len(target) < 500 else 2.5,
        markeredgewidth=0,
        alpha=0.6 if len(target) < 500 else 0.3,
        color=style.colour(0),
        rasterized=len(target) > _MANY,
    )
    axes.set_xlim(low - margin, high + margin)
    axes.set_ylim(low - margin, high + margin)
    axes.set_aspect("equal")
    return figure


@style.figure
def residual_histogram(
    target: np.ndarray,
    prediction: np.ndarray,
    *,
    name: str = "",
    width: float = 4.4,
    ax: Sequence[Axes] | None = None,
) -> Figure:
    """Errors (predicted − true): how often which, and over the predicted value.

    Args:
        target: [R].
        prediction: [R].
        name: What is predicted, with its unit.
        width: Width and height of a new figure, in inches.
        ax: Two axes to draw into, the histogram and the errors; by default those of a new figure.
    """
    error = np.asarray(prediction) - np.asarray(target)
    figure, (above, below) = style.panels(ax, 2, 1, (width, width))
    low, high = float(error.min()), float(error.max())
    room = 1e-6 * max(1.0, abs(low), abs(high))
    # Errors that are all but equal have no range that bins could divide.
    span = (low, high) if high - low > room else (low - room, high + room)
    above.hist(error, bins=min(40, max(8, len(error) // 8)), range=span, color=style.colour(0))
    above.axvline(0.0, color=style.INK, linewidth=1.0)
    above.axvline(float(error.mean()), color=style.colour(1), linestyle="--", label="mean error")
    style.tidy(above, x="predicted − true", y="targets", title="Residuals")
    style.legend(above)
    below.plot(
        prediction,
        error,
        linestyle="none",
        marker="o",
        markersize=2.5,
        markeredgewidth=0,
        alpha=0.4,
        color=style.colour(0),
        rasterized=len(error) > _MANY,
    )
    below.axhline(0.0, color=style.INK, linewidth=1.0)
    style.tidy(below, x=f"predicted {name}".strip(), y="predicted − true")
    return figure
