"""One series from inside: hidden state over real time, when it was observed, what it predicts."""

from collections.abc import Sequence

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator

from liquidtime.plot import style


@style.figure
def series_trace(
    times: np.ndarray,
    hidden: np.ndarray,
    outputs: np.ndarray,
    *,
    labels: Sequence[str],
    output_name: str,
    observed: np.ndarray | None = None,
    truth: np.ndarray | None = None,
    probabilities: bool = True,
    time_label: str = "time",
    ax: Sequence[Axes] | None = None,
) -> Figure:
    """Hidden state as a heat map, observations and predictions over the same real time axis.

    The state after a step is drawn until the next step: that is what the network holds in between.
    Units that move together are drawn as neighbours; their order has no other meaning.

    Args:
        times: [T], never falling.
        hidden: [T, H].
        outputs: [T, K].
        labels: Names of the K outputs.
        output_name: Label of the lower panel's axis.
        observed: Variables observed at each step, [T], or None.
        truth: [T, K], what is true at each step, NaN where unknown; or None.
        probabilities: Whether outputs lie between 0 and 1.
        time_label: Label of the time axis, with its unit.
        ax: Three axes to draw into, hidden state, observations and predictions; by default those of
            a new figure.
    """
    edges = _edges(times)
    order = _by_likeness(hidden)
    figure, (heat, ticks, below) = style.panels(
        ax, 3, 1, (9.0, 6.2), heights=[3.2, 0.7, 2.2], share_x="col"
    )
    limit = float(np.abs(hidden).max()) or 1.0
    mesh = heat.pcolormesh(
        edges,
        np.arange(hidden.shape[1] + 1),
        hidden[:, order].T,
        cmap="RdBu_r",
        vmin=-limit,
        vmax=limit,
        rasterized=True,
    )
    style.tidy(heat, y="hidden unit (sorted)", title="Hidden state", grid=False)
    heat.yaxis.set_major_locator(MaxNLocator(integer=True, nbins=5))
    bar = style.colour_bar(mesh, heat, aspect=14, both=False)
    bar.set_title("state", fontsize=style.SMALL, color=style.INK, loc="left")
    counts = np.ones(len(times)) if observed is None else observed
    ticks.vlines(times, 0, counts, color=style.INK, linewidth=0.9)
    ticks.set_ylim(0, max(1.0, float(np.max(counts))) * 1.1)
    style.tidy(ticks, y="values\nseen", title="Observations", grid=False)
    ticks.yaxis.set_major_locator(MaxNLocator(integer=True, nbins=2))
    for k, label in enumerate(labels):
        shown = np.append(outputs[:, k], outputs[-1, k])
        below.step(edges, shown, where="post", color=style.colour(k), linewidth=1.8, label=label)
        if truth is not None:
            below.plot(
                times,
                truth[:, k],
                linestyle="none",
                marker="x",
                markersize=4,
                color=style.INK,
                label="true" if k == len(labels) - 1 else None,
            )
    style.tidy(below, x=time_label, y=output_name, title="Prediction so far")
    if probabilities:
        most = 1.03 if truth is not None else min(1.0, 1.15 * float(outputs.max()))
        below.set_ylim(-0.03 if truth is not None else 0.0, max(0.05, most))
    for panel in (heat, ticks, below):
        panel.xaxis.set_major_locator(_ticks(time_label))
        panel.set_xlim(edges[0], edges[-1])
    if len(labels) > 1 or truth is not None:
        style.legend(below)
    return figure


def _edges(times: np.ndarray) -> np.ndarray:
    """Where each step's cell begins, and where the last one ends: [T + 1], rising.

    Steps at the same time cannot both be seen; a sliver keeps the cells in order.
    """
    times = np.asarray(times, dtype=np.float64)
    gaps = np.diff(times)
    typical = float(np.median(gaps[gaps > 0])) if (gaps > 0).any() else 1.0
    return np.append(times, times[-1] + typical)


def _by_likeness(hidden: np.ndarray) -> np.ndarray:
    """Order of the units in which those that move together are neighbours.

    The angle in the plane of the first two principal components goes once around all shapes.
    """
    centred = hidden - hidden.mean(axis=0)
    if min(centred.shape) < 3 or not np.isfinite(centred).all():
        return np.arange(hidden.shape[1])
    _, _, loadings = np.linalg.svd(centred, full_matrices=False)
    return np.argsort(np.arctan2(loadings[1], loadings[0]), kind="stable")


def _ticks(time_label: str) -> MaxNLocator:
    """Round numbers; hours fall on parts of a day."""
    if "hour" in time_label or time_label.endswith("(h)"):
        return MaxNLocator(nbins=9, steps=[1, 1.2, 2.4, 6, 10])
    return MaxNLocator(nbins=9)
