import xml.etree.ElementTree as ElementTree

import pytest
from matplotlib.backends.backend_agg import FigureCanvasAgg

from liquidtime.plot import style
from liquidtime.plot.scaling import Timed, time_against_size


def panel(name, floor=True):
    lines = {"ours": ((1, 4, 16), (1e-3, 2e-3, 8e-3)), "theirs": ((1, 4, 16), (1e-2, 2e-2, 0.1))}
    return Timed(name, lines, ((1, 4, 16), (1e-4, 4e-4, 16e-4)) if floor else None)


def test_each_size_has_a_panel_with_every_line_and_the_floor():
    rows = {name: [panel("batch B"), panel("steps T")] for name in ("forward", "backward")}
    figure = time_against_size(rows, floor_name="the floor")
    FigureCanvasAgg(figure).draw()
    assert len(figure.axes) == 4
    for axes in figure.axes:
        assert axes.get_xscale() == axes.get_yscale() == "log"
        assert len(axes.lines) == 3
        assert list(axes.get_xticks()) == [1, 4, 16]
        assert axes.lines[0].get_ydata() == pytest.approx([1, 2, 8])
    tree = ElementTree.fromstring(style.to_svg(figure))
    words = {"".join(node.itertext()).strip() for node in tree.iter() if "text" in node.tag}
    assert {"ours", "theirs", "the floor", "batch B", "steps T", "forward", "backward"} <= words


def test_without_a_floor_there_is_none():
    figure = time_against_size({"forward": [panel("batch B", floor=False)]})
    assert len(figure.axes[0].lines) == 2
    (legend,) = figure.legends
    assert [text.get_text() for text in legend.get_texts()] == ["ours", "theirs"]
