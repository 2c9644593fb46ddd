"""Decision curve: what alarms gain, by how many false ones a case is worth."""

from collections.abc import Mapping

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from liquidtime.plot import style


@style.figure
def decision_curve(
    thresholds: np.ndarray,
    benefits: Mapping[str, np.ndarray],
    treat_all: np.ndarray,
    *,
    width: float = 5.2,
    ax: Axes | None = None,
) -> Figure:
    """Net benefit over the threshold, against alarms for all and for none.

    Args:
        thresholds: From which probability on there is an alarm, [T].
        benefits: Label to net benefit at each, [T].
        treat_all: Net benefit of an alarm for everybody, [T].
        width: Width of a new figure, in inches.
        ax: Axes to draw into; by default those of a new figure.
    """
    figure, axes = style.panel(ax, width, 0.75 * width)
    axes.plot(thresholds, treat_all, color=style.FAINT, linestyle="--", label="alarm for all")
    axes.axhline(0.0, color=style.INK, linewidth=1.0, label="alarm for none")
    for number, (label, benefit) in enumerate(benefits.items()):
        axes.plot(thresholds, benefit, color=style.colour(number), linewidth=1.8, label=label)
    most = max([float(treat_all.max()), *(float(each.max()) for each in benefits.values()), 1e-3])
    # Room for the legend above the lines.
    axes.set_ylim(-0.25 * most, 1.45 * most)
    axes.set_xlim(float(thresholds[0]), float(thresholds[-1]))
    style.tidy(axes, x="alarm from a probability of", y="net benefit", title="Decision curve")
    style.legend(axes, "upper right")
    return figure
