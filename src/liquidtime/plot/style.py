"""How every figure looks: light, printable, readable without colour sight."""

import io
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, Literal

import matplotlib
import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

if TYPE_CHECKING:
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
