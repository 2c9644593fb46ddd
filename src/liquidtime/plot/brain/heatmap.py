"""The activity of all neurons as an image: time to the right, one row a neuron."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Literal

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from liquidtime.errors import InputError
from liquidtime.plot import style
from liquidtime.plot.brain.traces import checked, mean_of_trials

if TYPE_CHECKING:
    from matplotlib.collections import QuadMesh

MOST_ROWS = 1200
MOST_NAMES = 60
_UNKNOWN = "#d5dae0"


@style.figure
def heatmap(
    times: np.ndarray,
    values: np.ndarray,
    names: Sequence[str] | None = None,
    groups: Sequence[str] | None = None,
    *,
    order: Literal["given", "peak", "group"] = "given",
    units: str = "mV",
    quantity: str = "membrane potential",
    stimulus: Sequence[tuple[float, float, str]] | None = None,
    title: str = "",
    ax: Axes | None = None,
) -> Figure:
    """An image of values over time.

    Of more than 1,200 neurons, neighbouring rows are averaged, and the axis says so. Colours span
    all but one value in two hundred at either end; what is not finite is grey.

    Args:
        times: [T], rising, ms; a value is drawn until the next time.
        values: [T, N], or [R, T, N] of R trials, of which the mean is drawn.
        names: N names, written where they have room.
        groups: N labels.
        order: Of the rows from the top: as given; by the time of each neuron's largest value; or
            by group and, within, by that time.
        units: Of the values.
        quantity: What the values are.
        stimulus: (start, end, label) of each stimulus, ms; its ends are marked.
        title: Set over the left end.
        ax: Axes to draw into; by default those of a new figure.

    Raises:
        InputError: If shapes do not fit, or rows are to be grouped and there are no groups.
    """
    times, trials = checked(times, values, names)
    shown = mean_of_trials(trials)
    count = shown.shape[1]
    labels = _labels(groups, order, count)
    rows = _rows(shown, order, labels)
    block = -(-count // MOST_ROWS)
    figure, axes = style.panel(ax, 9.0, float(np.clip(1.6 + 0.16 * count, 2.6, 7.0)))
    mesh = _draw(axes, times, _averaged(shown[:, rows].T, block), block, count)
    what = "neuron" if block == 1 else f"neuron (rows are means of {block})"
    style.tidy(axes, x="time (ms)", y=what, title=title, grid=False)
    if order == "group":
        mark_groups(axes, labels[rows])
        axes.set_ylabel("" if block == 1 else f"rows are means of {block} neurons")
    elif names is not None and count <= MOST_NAMES:
        style.name_ticks(axes.yaxis, range(count), [names[row] for row in rows])
        axes.set_ylabel("")
    _mark_stimuli(axes, stimulus or ())
    bar = style.colour_bar(mesh, axes, aspect=24)
    bar.set_ylabel(style.measured(quantity, units), fontsize=style.SMALL, color=style.INK)
    return figure


def _labels(groups: Sequence[str] | None, order: str, count: int) -> np.ndarray:
    """[N], what each neuron's group is called."""
    if groups is not None and len(groups) != count:
        raise InputError(f"groups holds {len(groups)} entries; expected N = {count}.")
    if order not in ("given", "peak", "group"):
        raise InputError(f'order is {order!r}; expected "given", "peak" or "group".')
    if order == "group" and groups is None:
        raise InputError('order is "group", but groups is None; expected N labels.')
    return np.array([str(group) for group in groups or [""] * count])


def _rows(shown: np.ndarray, order: str, labels: np.ndarray) -> np.ndarray:
    """[N], the neuron of each row from the top."""
    if order == "given":
        return np.arange(shown.shape[1])
    peak = np.argmax(np.where(np.isfinite(shown), shown, -np.inf), axis=0)
    if order == "peak":
        return np.argsort(peak, kind="stable")
    number = {label: k for k, label in enumerate(dict.fromkeys(labels.tolist()))}
    return np.lexsort((peak, [number[label] for label in labels.tolist()]))


def _draw(axes: Axes, times: np.ndarray, image: np.ndarray, block: int, count: int) -> "QuadMesh":
    """The image [rows, T], each row as high as the neurons that it is the mean of."""
    known = image[np.isfinite(image)]
    low, high = np.percentile(known, [0.5, 99.5]) if len(known) else (0.0, 1.0)
    if high <= low:
        low, high = low - 0.5, high + 0.5
    gap = float(np.median(np.diff(times))) if len(times) > 1 else 1.0
    edges = np.append(times, times[-1] + gap)
    borders = np.minimum(np.arange(len(image) + 1) * block, count) - 0.5
    axes.set_facecolor(_UNKNOWN)
    mesh = axes.pcolormesh(
        edges, borders, np.ma.masked_invalid(image), cmap="magma", vmin=low, vmax=high
    )
    mesh.set_rasterized(True)
    axes.set_ylim(count - 0.5, -0.5)
    return mesh


def mark_groups(axes: Axes, labels: np.ndarray) -> None:
    """Names of groups along the vertical axis, and a line where one ends.

    Args:
        axes: With one unit a row, the first row at 0; is changed in place.
        labels: [N], of the rows in the order in which they are drawn; each group in one piece.
    """
    ends = np.append(np.flatnonzero(labels[1:] != labels[:-1]) + 1, len(labels))
    starts = np.append(0, ends[:-1])
    style.name_ticks(axes.yaxis, (starts + ends - 1) / 2, labels[starts])
    axes.tick_params(axis="y", length=0)
    for end in ends[:-1]:
        axes.axhline(end - 0.5, color=style.FAINT, linewidth=0.8)


def _mark_stimuli(axes: Axes, stimulus: Sequence[tuple[float, float, str]]) -> None:
    """Stimuli as a bar over the image, whose colours shading would change; lines at their ends."""
    for start, end, label in stimulus:
        for moment in (start, end):
            axes.axvline(moment, color="white", linewidth=1.0, linestyle=(0, (4, 3)))
        line = axes.get_xaxis_transform()
        axes.plot(
            [start, end],
            [1.012, 1.012],
            color="#e69f00",
            linewidth=3.0,
            solid_capstyle="butt",
            transform=line,
            clip_on=False,
        )
        axes.annotate(
            label,
            (end, 1.012),
            xycoords=line,
            xytext=(4, 0),
            textcoords="offset points",
            va="center",
            fontsize=style.SMALL,
            color="#8a6100",
        )


def _averaged(image: np.ndarray, block: int) -> np.ndarray:
    """Means of `block` neighbouring rows; of the last ones maybe fewer."""
    if block == 1:
        return image
    starts = np.arange(0, len(image), block)
    known = np.isfinite(image)
    counts = np.add.reduceat(known, starts, axis=0, dtype=np.int64)
    sums = np.add.reduceat(np.where(known, image, 0.0), starts, axis=0)
    return np.where(counts > 0, sums / np.maximum(counts, 1), np.nan)
