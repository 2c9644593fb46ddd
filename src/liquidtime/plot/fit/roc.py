"""Receiver operating characteristic: found cases against false alarms."""

from collections.abc import Mapping

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from sklearn import metrics

from liquidtime.plot import style


@style.figure
def roc_curve(
    curves: Mapping[str, tuple[np.ndarray, np.ndarray]],
    *,
    width: float = 4.4,
    ax: Axes | None = None,
) -> Figure:
    """One or several curves.

    Args:
        curves: Label to (truth [R] of 0 and 1, score [R], higher for the positive class).
        width: Width and height of a new figure, in inches.
        ax: Axes to draw into; by default those of a new figure.
    """
    figure, axes = style.panel(ax, width, width)
    style.tidy(
        axes,
        x="false alarms (1 − specificity)",
        y="found cases (sensitivity)",
        title="ROC",
    )
    axes.plot([0, 1], [0, 1], color=style.FAINT, linestyle="--", linewidth=1.0)
    for number, (label, (truth, score)) in enumerate(curves.items()):
        if len(np.unique(truth)) < 2:
            continue
        alarms, found, _ = metrics.roc_curve(truth, score)
        alarms, found = style.thin([alarms, found])
        axes.plot(alarms, found, color=style.colour(number), linewidth=1.8, label=label)
    style.unit_square(axes)
    style.legend(axes, "lower right")
    return figure
