"""Calibration: does a risk of 30 % come true in 30 of 100 cases?"""

from collections.abc import Sequence

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from liquidtime.plot import style

_Z = 1.959964


def calibration_bins(
    truth: np.ndarray, probability: np.ndarray, bins: int | None = None
) -> dict[str, np.ndarray]:
    """Group predictions into bins of nearly equal size and compare them with what happened.

    Equal sizes rather than equal widths: where most risks are small, bins of equal width leave
    a few cases to each of the high ones.

    Args:
        truth: 0 and 1, [R].
        probability: Predicted, [R].
        bins: Bins at most; by default ten, or fewer, so that each holds twenty rows. Equal
            predictions are never parted.

    Returns:
        Of each bin: `predicted` (mean), `observed` (share of ones), `low` and `high` (95 %
        interval of Wilson), `count` and `positives`.
    """
    bins = max(1, min(10, len(truth) // 20)) if bins is None else bins
    order = np.argsort(probability, kind="stable")
    truth, probability = np.asarray(truth)[order], np.asarray(probability)[order]
    cuts = np.linspace(0, len(truth), min(bins, max(1, len(truth))) + 1).round().astype(int)
    # Equal predictions belong together: a cut inside them moves to their end.
    cuts[1:-1] = [np.searchsorted(probability, probability[cut], "left") for cut in cuts[1:-1]]
    cuts = np.unique(cuts)
    starts, ends = cuts[:-1], cuts[1:]
    count = (ends - starts).astype(np.float64)
    sums = np.concatenate([[0.0], np.cumsum(truth)])
    mass = np.concatenate([[0.0], np.cumsum(probability)])
    positives = sums[ends] - sums[starts]
    observed = positives / count
    low, high = wilson(observed, count)
    return {
        "predicted": (mass[ends] - mass[starts]) / count,
        "observed": observed,
        "low": low,
        "high": high,
        "count": count,
        "positives": positives,
    }


def wilson(observed: np.ndarray, count: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """The 95 % interval of Wilson of shares that were observed in so many cases."""
    centre = (observed + _Z**2 / (2 * count)) / (1 + _Z**2 / count)
    half = np.sqrt(observed * (1 - observed) / count + _Z**2 / (4 * count**2))
    half *= _Z / (1 + _Z**2 / count)
    return np.clip(centre - half, 0.0, observed), np.clip(centre + half, observed, 1.0)


@style.figure
def calibration_curve(
    truth: np.ndarray,
    probability: np.ndarray,
    *,
    bins: int | None = None,
    width: float = 4.4,
    ax: Sequence[Axes] | None = None,
) -> Figure:
    """Observed against predicted, with intervals, over the number of cases at each risk.

    Args:
        truth: 0 and 1, [R].
        probability: Predicted, [R].
        bins: As in `calibration_bins`.
        width: Width of a new figure, in inches.
        ax: Two axes to draw into, the curve and the cases; by default those of a new figure.
    """
    found = calibration_bins(truth, probability, bins)
    size = width, width * 1.25
    figure, (axes, below) = style.panels(ax, 2, 1, size, heights=[4, 1], share_x="col")
    axes.plot([0, 1], [0, 1], color=style.FAINT, linestyle="--", linewidth=1.0)
    reach = np.stack([found["observed"] - found["low"], found["high"] - found["observed"]])
    axes.errorbar(
        found["predicted"],
        found["observed"],
        yerr=np.maximum(reach, 0.0),
        color=style.colour(0),
        marker="o",
        markersize=5,
        linewidth=1.4,
        elinewidth=1.2,
        capsize=3,
    )
    style.tidy(axes, y="share that came true", title="Calibration")
    most = max(found["high"].max(), np.max(probability, initial=0.0))
    limit = min(1.0, float(np.ceil(most * 10.0)) / 10.0)
    for panel in (axes, below):
        panel.set_xlim(-0.02 * limit, 1.02 * limit)
    axes.set_ylim(-0.02 * limit, 1.02 * limit)
    edges = np.linspace(0.0, limit, 21)
    stacked = [probability[np.asarray(truth) == 1], probability[np.asarray(truth) == 0]]
    below.hist(
        stacked,
        bins=edges.tolist(),
        stacked=True,
        color=[style.colour(1), style.GRID],
        label=["came true", "did not"],
        edgecolor=style.FAINT,
        linewidth=0.4,
    )
    style.tidy(below, x="predicted probability", y="cases", grid=False)
    style.legend(below)
    return figure
