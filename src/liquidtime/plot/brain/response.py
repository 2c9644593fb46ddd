"""Who answers whom: the response of every neuron to the stimulation of every other."""

from collections.abc import Sequence
from typing import Literal

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator

from liquidtime.errors import InputError
from liquidtime.plot import style

_LEAST_POINTS = 4.5


@style.figure
def response_matrix(
    matrix: np.ndarray,
    *,
    stimulated: Sequence[str] | None = None,
    responding: Sequence[str] | None = None,
    stimulated_groups: Sequence[str] | None = None,
    responding_groups: Sequence[str] | None = None,
    label: str = "response (mV)",
    measured: np.ndarray | None = None,
    measured_label: str | None = None,
    title: str = "",
    ax: Axes | Sequence[Axes] | None = None,
) -> Figure:
    """Responses as a map from blue through white at 0 to red; unknown ones are hatched.

    Colours span all but the largest fiftieth of the responses that are not 0.

    Args:
        matrix: [S, R], the response of each responding neuron to each stimulated one; NaN where
            it is not known.
        stimulated: S names of rows, written where they have room.
        responding: R names of columns.
        stimulated_groups: S labels; lines are drawn where the label changes.
        responding_groups: R labels.
        label: What a response is, with its unit.
        measured: [S, R], drawn beside the matrix, with colours of its own span, for it may have
            another unit.
        measured_label: What a measured response is; by default `label`.
        title: Of the matrix, which is called simulated where there is a measured one.
        ax: Axes to draw into, two of them where there is a measured one; by default those of a new
            figure.

    Raises:
        InputError: If shapes do not fit.
    """
    matrix = np.asarray(matrix, np.float64)
    if matrix.ndim != 2 or 0 in matrix.shape:
        raise InputError(f"matrix has shape {list(matrix.shape)}; expected [S, R], neither 0.")
    panels = [(matrix, title or ("simulated" if measured is not None else ""), label)]
    if measured is not None:
        measured = np.asarray(measured, np.float64)
        if measured.shape != matrix.shape:
            raise InputError(
                f"measured has shape {list(measured.shape)}; expected that of matrix, "
                f"{list(matrix.shape)}."
            )
        panels.append((measured, "measured", measured_label or label))
    lists = (stimulated, stimulated_groups, responding, responding_groups)
    kinds = ("stimulated", "stimulated_groups", "responding", "responding_groups")
    for number, (what, given) in enumerate(zip(kinds, lists, strict=True)):
        size = matrix.shape[number // 2]
        if given is not None and len(given) != size:
            raise InputError(f"{what} holds {len(given)} entries; expected {size}.")

    rows, columns = matrix.shape
    wide = float(np.clip(1.9 + 0.11 * columns, 3.8, 7.5))
    tall = float(np.clip(1.6 + (wide - 1.9) * rows / columns, 3.0, 9.0))
    given = [ax] if isinstance(ax, Axes) else ax
    figure, places = style.panels(given, 1, len(panels), (wide * len(panels), tall))
    for number, (axes, (values, name, text)) in enumerate(zip(places, panels, strict=True)):
        _draw(axes, values, text)
        y = "stimulated neuron" if number == 0 else ""
        style.tidy(axes, x="responding neuron", y=y, title=name, grid=False)
        _name(axes, "x", responding, responding_groups, wide - 1.6)
        _name(axes, "y", stimulated if number == 0 else None, stimulated_groups, tall - 1.0)
    return figure


def robust_limit(values: np.ndarray) -> float:
    """The size below which all but the largest fiftieth of the finite, nonzero values lie."""
    sizes = np.abs(values[np.isfinite(values) & (values != 0)])
    return float(np.percentile(sizes, 98)) if len(sizes) else 1.0


def _draw(axes: Axes, values: np.ndarray, label: str) -> None:
    known = np.isfinite(values)
    limit = robust_limit(values)
    if not known.all():
        axes.patch.set(facecolor="#eceff2", edgecolor="#b4bdc7", hatch="/////", linewidth=0.0)
    image = axes.imshow(
        np.ma.array(values, mask=~known),
        cmap="RdBu_r",
        vmin=-limit,
        vmax=limit,
        aspect="auto",
        interpolation="nearest",
    )
    bar = style.colour_bar(image, axes, aspect=26)
    bar.set_ylabel(label, fontsize=style.SMALL, color=style.INK)


def _name(
    axes: Axes,
    side: Literal["x", "y"],
    names: Sequence[str] | None,
    groups: Sequence[str] | None,
    inches: float,
) -> None:
    """Names where they have room, else groups; and lines between groups.

    Args:
        axes: Is changed in place.
        side: Which axis.
        names: Of each row or column, or None.
        groups: Of each row or column, or None.
        inches: Length of the side.
    """
    axis = axes.xaxis if side == "x" else axes.yaxis
    line = axes.axvline if side == "x" else axes.axhline
    middles, labels = [], []
    points = min(style.SMALL, 0.85 * 72 * inches / len(names)) if names is not None else 0.0
    if groups is not None:
        given = [str(group) for group in groups]
        ends = [k for k in range(1, len(given)) if given[k] != given[k - 1]]
        for end in ends:
            line(end - 0.5, color=style.INK, linewidth=0.7)
        starts = [0, *ends]
        middles = [(a + b - 1) / 2 for a, b in zip(starts, [*ends, len(given)], strict=True)]
        labels = [given[start] for start in starts]
    if names is not None and points >= _LEAST_POINTS:
        style.name_ticks(axis, range(len(names)), names)
        axes.tick_params(axis=side, labelsize=points, length=2)
        if side == "x":
            axes.tick_params(axis="x", rotation=90)
    elif len(middles) > 1:
        style.name_ticks(axis, middles, labels)
        axes.tick_params(axis=side, length=0)
    else:
        axis.set_major_locator(MaxNLocator(integer=True, nbins=6))
