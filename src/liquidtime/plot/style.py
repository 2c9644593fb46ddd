"""How every figure looks: light, printable, readable without colour sight."""

import io
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, Literal

import matplotlib
import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from liquidtime.errors import InputError

if TYPE_CHECKING:
    from matplotlib.cm import ScalarMappable
    from matplotlib.typing import ColorType

INK = "#1f2933"
FAINT = "#9aa5b1"
GRID = "#e4e7eb"
# Okabe and Ito's palette, without its yellow, which is too pale on white.
COLOURS = ("#0072b2", "#d55e00", "#009e73", "#cc79a7", "#56b4e9", "#e69f00")
SMALL, NORMAL = 9.0, 10.5

_SETTINGS: dict[Any, Any] = {
    "svg.fonttype": "none",
    "font.family": "sans-serif",
    "font.sans-serif": ["Helvetica", "Arial", "Liberation Sans", "DejaVu Sans", "sans-serif"],
}


def new_figure(width: float, height: float) -> Figure:
    """A figure of this size in inches, laid out so that labels do not collide.

    It belongs to no window and no global state; the caller saves it or shows it.
    """
    return Figure(figsize=(width, height), layout="constrained", facecolor="white")


def panel(ax: Axes | None, width: float, height: float) -> tuple[Figure, Axes]:
    """The axes given and their figure, or those of a new one of this size in inches."""
    if ax is None:
        figure = new_figure(width, height)
        return figure, figure.subplots()
    return root(ax), ax


def panels(
    ax: Sequence[Axes] | None,
    rows: int,
    columns: int,
    size: tuple[float, float],
    *,
    heights: Sequence[float] | None = None,
    share_x: Literal["none", "col"] = "none",
    share_y: Literal["none", "row"] = "none",
) -> tuple[Figure, list[Axes]]:
    """The axes given and their figure, or those of a new one; row after row.

    Args:
        ax: rows · columns axes, or None.
        rows: Of panels.
        columns: Of panels.
        size: (width, height) of a new figure, in inches.
        heights: Of its rows, relative to one another.
        share_x: Whether panels above each other have one axis in a new figure.
        share_y: Likewise those beside each other.

    Raises:
        InputError: If there are more or fewer axes than panels.
    """
    if ax is None:
        figure = new_figure(*size)
        grid = figure.subplots(
            rows, columns, sharex=share_x, sharey=share_y, height_ratios=heights, squeeze=False
        )
        return figure, [*grid.flat]
    given = [*np.asarray(ax, dtype=object).flat]
    if len(given) != rows * columns:
        raise InputError(
            f"ax holds {len(given)} axes; expected {rows * columns}, one a panel, row after row."
        )
    return root(given[0]), given


def root(ax: Axes) -> Figure:
    """The whole figure that some axes belong to."""
    # Axes of a subfigure name that as their figure; the whole is what can be saved.
    figure = ax.figure.figure
    assert isinstance(figure, Figure)
    return figure


def inches(ax: Axes) -> float:
    """Height of some axes, before a layout has moved them."""
    return float(ax.get_window_extent().height / ax.figure.dpi)


def colour_bar(mappable: "ScalarMappable", ax: Axes, *, aspect: float, both: bool = True) -> Axes:
    """A slim colour bar to the right of some axes.

    Args:
        mappable: What has the colours.
        ax: Give the bar some of their room.
        aspect: Length over width.
        both: Whether colours end before the values do, at either end.

    Returns:
        The axes of the bar.
    """
    extend = "both" if both else "neither"
    bar = ax.figure.colorbar(mappable, ax=ax, pad=0.01, aspect=aspect, extend=extend)
    bar.ax.tick_params(labelsize=SMALL, color=FAINT)
    bar.outline.set_visible(False)  # pyright: ignore[reportCallIssue]
    return bar.ax


def tidy(axes: Axes, *, x: str = "", y: str = "", title: str = "", grid: bool = True) -> Axes:
    """Labels, a faint grid, and no frame where nothing is read off.

    Args:
        axes: Is changed in place.
        x: Label of the horizontal axis, with its unit.
        y: Label of the vertical axis, with its unit.
        title: Set over the left end.
        grid: Whether to draw grid lines.
    """
    axes.spines[["top", "right"]].set_visible(False)
    axes.spines[["left", "bottom"]].set_color(FAINT)
    axes.tick_params(colors=INK, labelsize=SMALL, color=FAINT)
    axes.set_xlabel(x, fontsize=NORMAL, color=INK)
    axes.set_ylabel(y, fontsize=NORMAL, color=INK)
    if title:
        axes.set_title(title, fontsize=NORMAL, color=INK, loc="left", fontweight="bold")
    if grid:
        axes.grid(True, color=GRID, linewidth=0.8)
        axes.set_axisbelow(True)
    return axes


def legend(axes: Axes, location: Literal["best", "lower right", "upper right"] = "best") -> None:
    """A legend without a frame; nothing if there is nothing to tell apart."""
    handles, _ = axes.get_legend_handles_labels()
    if handles:
        axes.legend(loc=location, frameon=False, fontsize=SMALL, labelcolor=INK)


def colour(number: int) -> "ColorType":
    """The colour of the n-th line; they repeat after six."""
    return COLOURS[number % len(COLOURS)]


def unit_square(axes: Axes) -> None:
    """Both axes from 0 to 1, square, with a margin that keeps lines at the rim visible."""
    axes.set_xlim(-0.02, 1.02)
    axes.set_ylim(-0.02, 1.02)
    axes.set_aspect("equal")
    ticks = np.linspace(0.0, 1.0, 6)
    axes.set_xticks(ticks)
    axes.set_yticks(ticks)


def thin(columns: Sequence[np.ndarray], most: int = 600) -> list[np.ndarray]:
    """Evenly chosen points of long lines, ends included, so that a vector figure stays small.

    Args:
        columns: Arrays of one length.
        most: How many points stay.
    """
    length = len(columns[0])
    if length <= most:
        return [np.asarray(column) for column in columns]
    kept = np.unique(np.linspace(0, length - 1, most).round().astype(int))
    return [np.asarray(column)[kept] for column in columns]


def to_svg(figure: Figure, name: str = "figure") -> str:
    """The figure as an SVG element to put inside a page.

    Text stays text, in the page's fonts; drawing the same data twice gives the same characters.

    Args:
        figure: Any figure of this package.
        name: Keeps the element's inner names apart from those of other figures on the page; also
            the description that screen readers find.
    """
    text = io.StringIO()
    with matplotlib.rc_context({**_SETTINGS, "svg.hashsalt": name}):
        figure.savefig(text, format="svg", metadata={"Date": None, "Creator": None, "Title": name})
    svg = text.getvalue()
    return svg[svg.index("<svg") :]
