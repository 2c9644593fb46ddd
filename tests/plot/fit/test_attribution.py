"""Colours and sizes say what the amounts say."""

import numpy as np
import pytest
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.colors import to_hex

from liquidtime import plot
from liquidtime.plot.circuit.influence import circuit_influence
from liquidtime.plot.fit.attribution import LOWERED, RAISED
from liquidtime.wirings import AutoNCP


@pytest.fixture
def seen():
    times = np.array([0.0, 1.0, 4.0, 9.0])
    values = np.array([[1.0, np.nan], [2.0, 5.0], [np.nan, np.nan], [3.0, 4.0]])
    amounts = np.where(np.isfinite(values), [[1.0, 0], [0, -3.0], [0, 0], [0.5, 0]], 0.0)
    return times, values, amounts


def test_only_what_was_observed_has_a_point_and_the_largest_is_darkest(seen):
    figure = plot.attribution_trace(*seen, names=["HR", "K"], unit="y")
    heart, potassium = (figure.axes[k].collections[0] for k in (0, 1))
    assert heart.get_offsets().tolist() == [[0.0, 1.0], [1.0, 2.0], [9.0, 3.0]]
    FigureCanvasAgg(figure).draw()
    assert to_hex(potassium.get_facecolors()[0]) == LOWERED
    assert potassium.get_sizes()[0] == max(*heart.get_sizes(), *potassium.get_sizes())
    assert heart.norm.vmin == -3.0 and heart.norm.vmax == 3.0
    rows = figure.axes[2].collections[0].get_segments()
    assert [segment[0][0] for segment in rows] == seen[0].tolist()


def test_categories_have_their_names(seen):
    times, values, amounts = seen
    figure = plot.attribution_trace(
        times, values, amounts, names=["a", "b"], unit="y", labels={"b": ("SR", "AF")}
    )
    assert [text.get_text() for text in figure.axes[1].get_yticklabels()] == ["SR", "AF"]


def test_bars_are_sorted_and_what_is_left_is_one_bar():
    totals = {"a": 0.1, "b": -2.0, "c": 1.0, "d": 0.3}
    axes = plot.attribution_totals(totals, unit="y", most=2).axes[0]
    assert [bar.get_width() for bar in axes.patches] == pytest.approx([-2.0, 1.0, 0.4])
    assert to_hex(axes.patches[0].get_facecolor()) == LOWERED
    assert to_hex(axes.patches[1].get_facecolor()) == RAISED
    names = [text.get_text() for text in axes.get_yticklabels()]
    assert names == ["b", "c", "all 2 others"]


def test_a_circuit_shows_its_strongest_synapses():
    circuit = AutoNCP(19, 4).build(6)
    random = np.random.default_rng(0)
    sensory = circuit.sensory_adjacency * random.normal(size=(6, 19))
    internal = circuit.adjacency * random.normal(size=(19, 19))
    figure = circuit_influence(
        circuit,
        random.normal(size=19),
        sensory,
        internal,
        input_names=list("abcdef"),
        output_name="death",
        unit="log-odds",
        most=10,
        most_inputs=3,
    )
    axes = figure.axes[0]
    drawn = sum(
        len(part.get_segments()) for part in axes.collections if hasattr(part, "get_segments")
    )
    assert drawn == 10 + 4
    texts = {text.get_text() for text in axes.texts}
    assert "death" in texts and len(texts & set("abcdef")) == 3
    assert "10 strongest" in axes.get_legend().get_title().get_text()


def test_nothing_is_drawn_in_grey_and_not_at_all_wrong():
    """All amounts 0: no division by 0, no point left out."""
    times = np.array([2.0])
    figure = plot.attribution_trace(
        times, np.array([[1.0]]), np.zeros((1, 1)), names=["a"], unit="y", so_far=np.array([0.3])
    )
    assert len(figure.axes[1].collections[0].get_offsets()) == 1
    plot.attribution_totals({"a": 0.0}, unit="y")
    plot.contribution_strip(times, np.zeros((1, 2)), names=["0", "1"], unit="y")
    plot.attribution_bars(["a"], *np.zeros((4, 1)), unit="y")
