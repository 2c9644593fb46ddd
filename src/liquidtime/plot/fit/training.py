"""Training curves: loss of both parts, the metric that chose the epoch, and which epoch won."""

from collections.abc import Sequence

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator

from liquidtime.plot import style


@style.figure
def training_curves(
    train_loss: Sequence[float],
    validation_loss: Sequence[float],
    validation_metric: Sequence[float],
    *,
    metric: str,
    best_epoch: int,
    epochs: Sequence[float] | None = None,
    ax: Sequence[Axes] | None = None,
) -> Figure:
    """Loss and metric over the epochs.

    Args:
        train_loss: One number an epoch, [E].
        validation_loss: [E].
        validation_metric: [E].
        metric: Name of the metric, for the axis.
        best_epoch: The chosen epoch, from 1; it is marked.
        epochs: [E], where there is not a number for every epoch: which epochs these are.
        ax: Two axes to draw into, loss and metric; by default those of a new figure.
    """
    places = np.arange(1, len(train_loss) + 1) if epochs is None else np.asarray(epochs)
    best = int(np.flatnonzero(places == best_epoch)[0])
    figure, (left, right) = style.panels(ax, 1, 2, (9.0, 3.2))
    marker = "o" if len(places) <= 30 else None
    for number, (label, values) in enumerate(
        [("training", train_loss), ("validation", validation_loss)]
    ):
        left.plot(
            places, values, color=style.colour(number), label=label, marker=marker, markersize=3
        )
    right.plot(places, validation_metric, color=style.colour(1), marker=marker, markersize=3)
    style.tidy(left, x="epoch", y="loss", title="Loss")
    style.tidy(right, x="epoch", y=metric, title=f"{metric}, validation part")
    for axes in (left, right):
        axes.axvline(best_epoch, color=style.FAINT, linestyle="--", linewidth=1.0)
        axes.xaxis.set_major_locator(MaxNLocator(integer=True, min_n_ticks=1))
        axes.margins(x=0.04)
    peak = validation_metric[best] >= np.nanmean(validation_metric)
    right.annotate(
        f"epoch {best_epoch} chosen",
        (best_epoch, 0.03 if peak else 0.93),
        xycoords=("data", "axes fraction"),
        xytext=(-5 if best > len(places) / 2 else 5, 0),
        textcoords="offset points",
        ha="right" if best > len(places) / 2 else "left",
        fontsize=style.SMALL,
        color=style.INK,
    )
    style.legend(left)
    return figure
