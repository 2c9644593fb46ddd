import io
import itertools

import matplotlib
import numpy as np
import pytest
from matplotlib.collections import LineCollection
from matplotlib.figure import Figure

from liquidtime.plot.circuit.order import crossings, order_columns
from liquidtime.plot.circuit.wiring import wiring
from liquidtime.wirings import NCP, AutoNCP, Circuit, FullyConnected, Random

matplotlib.use("Agg")

DRIVING = NCP(12, 6, 1, 4, 4, 6, 6)


def texts(figure: Figure) -> list[str]:
    axes = figure.axes[0]
    legend = axes.get_legend()
    written = [text.get_text() for text in axes.texts]
    written += [text.get_text() for text in legend.get_texts()]
    return [*written, legend.get_title().get_text(), axes.get_title(), axes.get_xlabel()]


def drawn_lines(figure: Figure) -> int:
    collections = figure.axes[0].collections
    return sum(len(c.get_segments()) for c in collections if isinstance(c, LineCollection))


def ink(figure: Figure) -> np.ndarray:
    buffer = io.BytesIO()
    figure.savefig(buffer, format="rgba", dpi=50)
    size = np.frombuffer(buffer.getvalue(), dtype=np.uint8).reshape(-1, 4)
    return size[:, :3]


def test_every_synapse_of_a_layered_circuit_is_a_line():
    circuit = DRIVING.build(32)
    figure = wiring(circuit, title="Driving", output_names=["steering"])
    assert drawn_lines(figure) == circuit.synapse_count + circuit.sensory_synapse_count
    written = texts(figure)
    for header in ("inputs · 32", "inter · 12", "command · 6", "motor · 1", "Driving", "steering"):
        assert header in written
    positive = (circuit.adjacency > 0).sum() + (circuit.sensory_adjacency > 0).sum()
    assert f"{positive} excitatory" in written
    assert any("60 internal synapses, 6 of them within a layer" in text for text in written)


def test_signs_differ_by_colour_and_by_line_style():
    circuit = Circuit.from_edges(
        [(1, 0)], [(0, 1, -1)], units=2, input_size=1, output_size=1, layers=[(1,), (0,)]
    )
    figure = wiring(circuit)
    lines = [c for c in figure.axes[0].collections if isinstance(c, LineCollection)]
    assert len(lines) == 2
    assert not np.array_equal(lines[0].get_color(), lines[1].get_color())
    dashes = [line.get_linestyle()[0][1] for line in lines]
    assert (dashes[0] is None) != (dashes[1] is None)


def test_texts_stay_on_the_paper():
    for figure in (
        wiring(DRIVING.build(32), input_names=[f"sensor {i}" for i in range(32)]),
        wiring(AutoNCP(64, 2).build(123), title="many inputs"),
        wiring(FullyConnected(5).build(2), input_names=["heart rate", "lactate"]),
        wiring(Random(32).build(4), title="matrix"),
    ):
        figure.draw_without_rendering()
        axes = figure.axes[0]
        width, height = figure.bbox.size
        for text in [*axes.texts, axes.title, axes.xaxis.label]:
            if text.get_text():
                box = text.get_window_extent()
                assert box.x0 >= 0 and box.y0 >= 0, text.get_text()
                assert box.x1 <= width and box.y1 <= height, text.get_text()


def test_many_inputs_become_bands():
    circuit = AutoNCP(64, 2).build(123)
    figure = wiring(circuit)
    assert drawn_lines(figure) == circuit.synapse_count
    assert "123 inputs" in texts(figure)
    assert any("bands are as high" in text for text in texts(figure))


def test_small_circuits_of_one_layer_become_a_ring():
    circuit = FullyConnected(8, 3).build(3)
    figure = wiring(circuit, input_names=["a", "b", "c"], output_names=["x", "y", "z"])
    assert drawn_lines(figure) == 64 + 24
    assert {"a", "b", "c", "x", "y", "z", "3 motor", "5 other neurons"} <= set(texts(figure))


def test_large_circuits_of_one_layer_become_a_matrix():
    circuit = Random(32).build(5)
    figure = wiring(circuit)
    assert drawn_lines(figure) == 0
    assert "to neuron (32, all of them outputs)" in texts(figure)
    squares, discs = 0, 0
    for collection in figure.axes[0].collections:
        name = type(collection).__name__
        if name == "EllipseCollection":
            discs += len(collection.get_offsets())
        elif name == "PolyCollection" and len(collection.get_facecolor()):
            squares += len(collection.get_paths())
    both = np.concatenate([circuit.adjacency, circuit.sensory_adjacency])
    assert (squares, discs) == ((both > 0).sum(), (both < 0).sum())


def test_a_very_large_matrix_is_a_picture_of_its_signs():
    circuit = Random(150, 3).build(2)
    figure = wiring(circuit)
    image = figure.axes[0].images[-1]
    assert np.array_equal(image.get_array(), circuit.adjacency)


@pytest.mark.parametrize("kind", ["layers", "ring", "matrix"])
def test_any_kind_draws_into_given_axes(kind):
    figure = Figure(figsize=(8, 5))
    left, right = figure.subplots(1, 2)
    circuit = AutoNCP(12, 2).build(4)
    assert wiring(circuit, kind=kind, ax=right) is figure
    assert not left.has_data()
    assert len(right.collections) > 0
    assert len(np.unique(ink(figure), axis=0)) > 5


def test_synapses_that_skip_a_layer_and_loops_are_drawn():
    circuit = Circuit.from_edges(
        [(2, 1), (1, 0), (2, 0, -1), (1, 1)],
        [(0, 2)],
        units=3,
        input_size=1,
        output_size=1,
        layers=[(2,), (1,), (0,)],
    )
    figure = wiring(circuit)
    assert drawn_lines(figure) == 5
    axes = figure.axes[0]
    low, high = axes.get_ylim()
    headers = min(text.get_position()[1] for text in axes.texts if "·" in text.get_text())
    for lines in axes.collections:
        if isinstance(lines, LineCollection):
            heights = np.concatenate(lines.get_segments())[:, 1]
            assert low < heights.min() and heights.max() < headers < high


def test_a_circuit_without_synapses_or_inputs_is_drawn():
    ink(wiring(Circuit(np.zeros((3, 3)), np.zeros((0, 3)), 1)))
    ink(wiring(Circuit(np.zeros((2, 2)), np.zeros((1, 2)), 1, ((1,), (0,)))))


def test_what_cannot_be_drawn_is_refused():
    circuit = AutoNCP(12, 2).build(4)
    with pytest.raises(TypeError, match=r"wiring\(spec.build\(input_size\)\)"):
        wiring(AutoNCP(12, 2))
    with pytest.raises(ValueError, match="input_names has 2 names; expected 4"):
        wiring(circuit, input_names=["a", "b"])
    with pytest.raises(ValueError, match="output_names has 1 names; expected 2"):
        wiring(circuit, output_names=["a"])
    with pytest.raises(ValueError, match="single layer"):
        wiring(Random(4).build(2), kind="layers")
    with pytest.raises(ValueError, match="kind is 'torus'"):
        wiring(circuit, kind="torus")


def test_crossings_agree_with_counting_pairs():
    present = np.random.default_rng(0).random((7, 9)) < 0.4
    lines = np.argwhere(present)
    pairs = sum(
        (a[0] - b[0]) * (a[1] - b[1]) < 0 for a, b in itertools.combinations(lines.tolist(), 2)
    )
    assert crossings(present) == pairs


def test_ordering_untangles_what_can_be_untangled():
    rng = np.random.default_rng(1)
    first, second, third = (rng.permutation(9) for _ in range(3))
    blocks = [np.eye(9, dtype=bool)[first][:, second], np.eye(9, dtype=bool)[second][:, third]]
    orders = order_columns(blocks)
    for block, left, right in zip(blocks, orders[:-1], orders[1:], strict=True):
        assert crossings(block[np.ix_(left, right)]) == 0
    assert sorted(orders[0].tolist()) == list(range(9))


def test_ordering_is_never_worse_than_the_order_given():
    for seed in range(5):
        rng = np.random.default_rng(seed)
        blocks = [rng.random((12, 8)) < 0.3, rng.random((8, 5)) < 0.3]
        orders = order_columns(blocks)
        sorted_ = sum(
            crossings(b[np.ix_(left, right)])
            for b, left, right in zip(blocks, orders[:-1], orders[1:], strict=True)
        )
        assert sorted_ <= sum(crossings(b) for b in blocks)
