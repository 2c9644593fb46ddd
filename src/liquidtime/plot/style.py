"""How every figure looks: light, printable, readable without colour sight."""

import functools
import io
from collections.abc import Callable, Iterable, Sequence
from typing import TYPE_CHECKING, Any, Literal, ParamSpec

import matplotlib
import numpy as np
from matplotlib.axes import Axes
from matplotlib.axis import Axis
from matplotlib.backends.backend_svg import FigureCanvasSVG
from matplotlib.figure import Figure
from matplotlib.layout_engine import LayoutEngine
from matplotlib.text import Text
from matplotlib.ticker import FuncFormatter, LogLocator, NullFormatter

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


P = ParamSpec("P")
LONGEST_TICK, LONGEST_NAME, LONGEST_TITLE = 40, 80, 160
"""Characters of a tick, of a line of a legend or note, and of one of a title or axis' label."""


def figure(draw: Callable[P, Figure]) -> Callable[P, Figure]:
    """A function that draws, in whose texts `$` is a dollar, and nothing is a formula.

    Names of neurons, features and classes come from users. What cannot be printed in them is
    replaced, and very long ones are cut.

    Args:
        draw: Returns a figure; into the axes `ax`, where it is given such.
    """

    @functools.wraps(draw)
    def drawn(*args: P.args, **keywords: P.kwargs) -> Figure:
        given: Any = keywords.get("ax")
        places = [] if given is None else [*np.asarray(given, dtype=object).flat]
        before = set(root(places[0]).axes) if places else set()
        made = draw(*args, **keywords)
        if places:
            axes = [each for each in made.axes if each in places or each not in before]
            make_literal(axes, [text for each in axes for text in each.findobj(Text)])
        else:
            make_literal(made.axes, made.findobj(Text))
        return made

    return drawn


def make_literal(axes: Iterable[Axes], texts: Iterable[Any]) -> None:
    """Take texts at their letter; see `figure`.

    Args:
        axes: Whose ticks are left alone.
        texts: All that stand there.
    """
    # Powers of ten are formulas of the formatters' own; `name_ticks` looks after names.
    ticks = {
        label
        for each in axes
        for axis in (each.xaxis, each.yaxis)
        for tick in (*axis.get_major_ticks(), *axis.get_minor_ticks())
        for label in (tick.label1, tick.label2)
    }
    for text in texts:
        if text not in ticks:
            text.set_parse_math(False)
            text.set_text(
                literal(text.get_text(), LONGEST_TITLE if _is_title(text) else LONGEST_NAME)
            )


def name_ticks(axis: Axis, places: Iterable[float], names: Iterable[object], **how: Any) -> None:
    """Ticks with names that users gave, taken at their letter.

    Args:
        axis: Of some axes.
        places: Of the ticks.
        names: Of them.
        how: Properties of the texts.
    """
    labels = [literal(str(name), LONGEST_TICK) for name in names]
    axis.set_ticks([*places], labels, parse_math=False, **how)


def _is_title(text: Any) -> bool:
    axes = text.axes
    if axes is None:
        return text.get_figure() is not None
    named = (axes.title, axes._left_title, axes._right_title)
    return text in named or text in (axes.xaxis.label, axes.yaxis.label)


def literal(text: str, longest: int) -> str:
    """Text of which every sign can be printed, each line at most so long."""
    lines = (
        "".join(sign if sign.isprintable() else "\N{REPLACEMENT CHARACTER}" for sign in line)
        for line in text.split("\n")
    )
    return "\n".join(line if len(line) <= longest else line[: longest - 1] + "…" for line in lines)


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


def inches(ax: Axes, *, width: bool = False) -> float:
    """Height, or width, of some axes, before a layout has moved them."""
    box = ax.get_window_extent()
    return float((box.width if width else box.height) / ax.figure.dpi)


def plain_decades(axis: Axis, low: float, high: float) -> None:
    """Ticks of a logarithmic axis as plain numbers that do not run into each other.

    Args:
        axis: Of some axes.
        low: Where it begins.
        high: Where it ends.
    """
    decades = np.log10(high / low)
    steps = (1.0,) if decades > 2.5 else (1.0, 2.0, 5.0)
    axis.set_major_locator(LogLocator(subs=steps, numticks=12))
    axis.set_major_formatter(FuncFormatter(lambda value, _: f"{value:g}"))
    axis.set_minor_formatter(NullFormatter())


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


def measured(quantity: str, units: str) -> str:
    """A quantity with its unit in brackets; a pure number, of the unit "1", has none."""
    return quantity if units in ("", "1") else f"{quantity} ({units})"


def legend(axes: Axes, location: Literal["best", "lower right", "upper right"] = "best") -> None:
    """A legend without a frame; nothing if there is nothing to tell apart."""
    handles, _ = axes.get_legend_handles_labels()
    if handles:
        axes.legend(loc=location, frameon=False, fontsize=SMALL, labelcolor=INK)


def legend_above(axes: Axes) -> None:
    """A legend in one line above the axes, where it hides nothing."""
    handles, _ = axes.get_legend_handles_labels()
    axes.legend(
        loc="lower right",
        bbox_to_anchor=(1.0, 1.0),
        ncols=max(1, len(handles)),
        frameon=False,
        fontsize=SMALL,
        labelcolor=INK,
    )


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
    text, name = io.StringIO(), literal(name, LONGEST_TITLE)
    metadata = {"Date": None, "Creator": None, "Title": name}
    with matplotlib.rc_context({**_SETTINGS, "svg.hashsalt": name}):
        if (layout := figure.get_layout_engine()) is None:
            figure.savefig(text, format="svg", metadata=metadata)
        else:
            _save_once_laid_out(figure, layout, text, metadata)
    svg = text.getvalue()
    return svg[svg.index("<svg") :]


def _save_once_laid_out(
    figure: Figure, layout: LayoutEngine, text: io.StringIO, metadata: dict[str, str | None]
) -> None:
    """What `savefig` does, which draws the whole figure twice only to lay it out.

    Half of the time that a small fit takes goes into figures.
    """
    canvas, dots = figure.canvas, figure.dpi
    try:
        own = FigureCanvasSVG(figure)
        # Of SVG's unit, a point, there are 72 an inch; images in it have the figure's own dots.
        figure.dpi = 72
        layout.execute(figure)
        figure.dpi = dots
        figure.set_layout_engine("none")
        own.print_svg(text, metadata=metadata)
    finally:
        figure.dpi = dots
        figure.set_layout_engine(layout)
        figure.set_canvas(canvas)
