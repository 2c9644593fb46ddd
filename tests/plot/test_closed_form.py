import xml.etree.ElementTree as ElementTree
from itertools import pairwise

import numpy as np
import pytest
from matplotlib.backends.backend_agg import FigureCanvasAgg

from liquidtime.plot import style
from liquidtime.plot.closed_form import Costed, Panel, error_against_cost, overlaid, spread


def words(figure):
    tree = ElementTree.fromstring(style.to_svg(figure))
    return {"".join(node.itertext()).strip() for node in tree.iter() if "text" in node.tag}


def family(label, *errors):
    count = len(errors)
    return Costed(label, np.array(errors), 10.0 * 2.0 ** np.arange(count))


FAMILIES = [
    family("fused Euler", 1e-2, 1e-3, 1e-4),
    family("exponential", 0.9e-2, 0.9e-3, 0.9e-4),
    family("RK4", np.inf, 1e30, 1e-9),
    family("Eq. 2", 0.5),
    family("hopeless", np.nan, np.inf),
]


def test_each_family_is_labelled_and_what_diverges_is_left_out():
    figure = error_against_cost(FAMILIES, cost_name="sigmoids", levels={"published": 0.006})
    found = words(figure)
    assert {"fused Euler", "exponential", "RK4", "Eq. 2", "published", "sigmoids"} <= found
    assert "hopeless" not in found
    (axes,) = figure.axes
    drawn = [line.get_xydata().tolist() for line in axes.lines]
    assert drawn[2] == [[40.0, 1e-9]]
    assert axes.get_xscale() == axes.get_yscale() == "log"


def test_labels_do_not_cover_each_other():
    many = [family(f"form {k}", 1e-3 * (1 + k / 100)) for k in range(10)]
    figure = error_against_cost(many, cost_name="cost", levels={"one": 1e-3, "two": 1.01e-3})
    FigureCanvasAgg(figure).draw()
    boxes = [text.get_window_extent() for text in figure.axes[0].texts]
    boxes.sort(key=lambda box: box.y0)
    assert len(boxes) == 12
    assert all(low.y1 <= high.y0 + 1 for low, high in pairwise(boxes))
    assert all(box.x1 <= figure.bbox.x1 for box in boxes)


@pytest.mark.parametrize(
    "wanted", [[], [0.5], [0.1, 0.1, 0.1], [0.0, 0.5, 0.51, 0.52, 1.0], [0.97, 0.98, 0.99]]
)
def test_spread_keeps_order_and_distance(wanted):
    places = spread(np.array(wanted), 0.05)
    assert len(places) == len(wanted)
    assert (np.diff(places) >= 0.05 - 1e-12).all()
    assert (places >= 0).all() and (places <= 1 + 1e-12).all()


def test_spread_moves_no_more_than_it_must():
    assert spread(np.array([0.1, 0.5, 0.9]), 0.05) == pytest.approx([0.1, 0.5, 0.9])
    assert spread(np.array([0.5, 0.5, 0.5]), 0.1) == pytest.approx([0.4, 0.5, 0.6])
    assert spread(np.full(40, 0.5), 0.5) == pytest.approx(0.0125 + np.arange(40) / 40)


def test_trajectories_are_drawn_beside_their_own_truth():
    times = np.arange(20.0)
    truth = np.sin(times / 3)
    rows = {
        name: [
            Panel("published", truth, {"near": truth + 0.1, "far": truth * 1e30}),
            Panel("integrated", 0.9 * truth, {"good": 0.9 * truth}),
        ]
        for name in ("neuron 0 (output)", "neuron 5")
    }
    figure = overlaid(times, rows, time_label="time (steps)")
    axes = np.array(figure.axes).reshape(2, 2)
    assert axes[1, 1].lines[0].get_ydata() == pytest.approx(0.9 * truth)
    assert axes[0, 0].get_ylim() == axes[0, 1].get_ylim()
    assert axes[0, 0].get_ylim()[1] < 5
    found = words(figure)
    assert any("far: -9.9" in text and "e+29" in text for text in found)
    assert not any("near:" in text for text in found)
    assert {"published", "integrated", "neuron 5", "time (steps)", "good"} <= found
