"""Precision against recall: how many alarms are right, the more of the cases are found."""

from collections.abc import Mapping

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from sklearn import metrics

from liquidtime.plot import style


@style.figure
def precision_recall_curve(
    curves: Mapping[str, tuple[np.ndarray, np.ndarray]],
    *,
    width: float = 4.4,
    ax: Axes | None = None,
) -> Figure:
    """One or several curves; the dashed line is what chance would reach.

    Args:
        curves: Label to (truth [R] of 0 and 1, score [R], higher for the positive class).
        width: Width and height of a new figure, in inches.
        ax: Axes to draw into; by default those of a new figure.
    """
    figure, axes = style.panel(ax, width, width)
    style.tidy(
        axes,
        x="found cases (recall)",
        y="right alarms (precision)",
        title="Precision and recall",
    )
    rates = {float(np.mean(truth)) for truth, _ in curves.values()}
    for number, (label, (truth, score)) in enumerate(curves.items()):
        if not np.any(truth):
            continue
        precision, recall, _ = metrics.precision_recall_curve(truth, score)
        # Before the first case is found, precision is nought over nothing: a mere stroke.
        found = recall > 0
        precision, recall = style.thin([precision[found], recall[found]])
        line = style.colour(number)
        axes.plot(recall, precision, color=line, linewidth=1.8, label=label, drawstyle="steps-post")
        chance = style.FAINT if len(rates) == 1 else line
        axes.axhline(float(np.mean(truth)), color=chance, linestyle="--", linewidth=1.0)
    style.unit_square(axes)
    style.legend(axes)
    return figure
