import xml.etree.ElementTree as ElementTree

import numpy as np
import pytest

from liquidtime.errors import InputError
from liquidtime.plot import heatmap, raster, response_matrix, spectrum, style, traces
from liquidtime.plot.brain.response import robust_limit
from liquidtime.plot.brain.spectrum import power_spectrum
from liquidtime.plot.brain.traces import mean_of_trials


def words(figure):
    tree = ElementTree.fromstring(style.to_svg(figure))
    return {"".join(node.itertext()).strip() for node in tree.iter() if "text" in node.tag}


def activity(steps=60, neurons=4):
    random = np.random.default_rng(0)
    return np.arange(steps) * 0.5, random.normal(-60, 3, (steps, neurons))


def test_traces_are_named_and_stimuli_shaded():
    times, values = activity()
    figure = traces(times, values, names=["AVAL", "a$b_", "<b>", "d"], stimulus=[(5, 9, "touch")])
    assert {"AVAL", "a$b_", "<b>", "d", "touch", "membrane potential (mV)"} <= words(figure)
    assert figure.axes[0].lines[1].get_ydata() == pytest.approx(values[:, 1])


def test_trials_are_thin_and_their_mean_is_thick():
    times, values = activity()
    trials = np.stack([values, values + 2.0, np.full_like(values, np.nan)])
    axes = traces(times, trials, names=list("abcd")).axes[0]
    thick = [line for line in axes.lines if line.get_linewidth() > 1]
    assert len(axes.lines) == 4 * 4 and len(thick) == 4
    assert thick[0].get_ydata() == pytest.approx(values[:, 0] + 1.0)
    assert mean_of_trials(trials)[0] == pytest.approx(values[0] + 1.0)


def test_many_traces_are_stacked_with_a_scale_bar():
    times, values = activity(neurons=80)
    values[:, 3] = np.nan
    figure = traces(times, values, names=[f"n{k}" for k in range(80)], title="All")
    assert "n78" in words(figure) and "n79" not in words(figure)
    assert any(word.endswith(" mV") for word in words(figure))


@pytest.mark.parametrize("stacked", [True, False])
@pytest.mark.parametrize("value", [np.nan, -60.0])
def test_one_neuron_that_says_nothing_is_drawn(stacked, value):
    for steps in (1, 20):
        times, values = np.arange(float(steps)), np.full((steps, 1), value)
        assert "a" in words(traces(times, values, names=["a"], stacked=stacked))
        assert words(heatmap(times, values, ["a"]))


def test_heatmap_orders_rows_by_peak_and_by_group():
    times = np.arange(5.0)
    values = np.zeros((5, 4))
    values[[4, 0, 3, 1], np.arange(4)] = 1.0
    axes = heatmap(times, values, list("abcd"), order="peak").axes[0]
    assert [label.get_text() for label in axes.get_yticklabels()] == ["b", "d", "c", "a"]
    image = axes.collections[0].get_array().reshape(4, 5)
    assert image.argmax(axis=1).tolist() == [0, 1, 3, 4]
    figure = heatmap(times, values, groups=["x", "y", "x", "y"], order="group")
    image = figure.axes[0].collections[0].get_array().reshape(4, 5)
    assert image.argmax(axis=1).tolist() == [3, 4, 0, 1]
    assert {"x", "y"} <= words(figure)


def test_heatmap_of_many_averages_rows_and_masks_what_is_unknown():
    times, values = activity(steps=10, neurons=5001)
    values[:, 5000] = np.nan
    values[2, 0] = np.nan
    axes = heatmap(times, values, stimulus=[(1, 2, "s")]).axes[0]
    image = axes.collections[0].get_array().reshape(-1, 10)
    assert image.shape == (1001, 10) and "means of 5" in axes.get_ylabel()
    assert image.mask[-1].all() and not image.mask[:-1].any()
    assert image[0, 2] == pytest.approx(values[2, 1:5].mean())


def test_raster_counts_events_of_each_group():
    random = np.random.default_rng(0)
    who, when = random.integers(0, 30, 500), random.uniform(0, 1000, 500)
    groups = ["sensory", "motor"] * 15
    figure = raster(when, who, groups=groups, duration=1000, stimulus=[(10, 50, "touch")])
    marks, rate = figure.axes
    assert sum(len(line.get_xdata()) for line in marks.lines if line.get_marker() != "None") == 500
    of_sensory = (who % 2 == 0).sum()
    drawn = rate.patches[0].get_data()
    assert (drawn.values * np.diff(drawn.edges) / 1e3 * 15).sum() == pytest.approx(of_sensory)
    assert {"sensory", "motor", "touch"} <= words(figure)


def test_raster_without_events_and_of_very_many():
    assert words(raster(np.zeros(0), np.zeros(0, int), neurons=1, duration=10.0))
    assert words(raster(np.zeros(0), np.zeros(0, int)))
    random = np.random.default_rng(0)
    many = raster(random.uniform(0, 100, 20000), random.integers(0, 10**5, 20000), neurons=10**5)
    assert many.axes[0].lines[0].get_rasterized()


def test_response_matrix_is_centred_and_hatches_the_unknown():
    matrix = np.diag([1.0, -2.0, 3.0])
    matrix[0, 2] = np.nan
    figure = response_matrix(
        matrix,
        stimulated=list("abc"),
        responding=list("xyz"),
        stimulated_groups=["s", "s", "m"],
        measured=10 * matrix,
        measured_label="ΔF/F",
    )
    left, right = figure.axes[:2]
    low, high = left.images[0].get_clim()
    assert low == -high == -robust_limit(matrix)
    assert right.images[0].get_clim()[1] == pytest.approx(10 * high)
    assert left.patch.get_hatch() and left.images[0].get_array().mask[0, 2]
    assert {"a", "z", "ΔF/F", "simulated", "measured"} <= words(figure)


def test_response_matrix_of_one_of_many_and_of_nothing():
    assert words(response_matrix(np.array([[2.0]])))
    assert words(response_matrix(np.full((2, 3), np.nan), responding=list("xyz")))
    big = np.random.default_rng(0).normal(size=(300, 300))
    figure = response_matrix(
        big,
        responding=[f"name {k}" for k in range(300)],
        responding_groups=["s"] * 99 + ["m"] * 201,
    )
    assert {"s", "m"} <= words(figure) and "name 7" not in words(figure)


def test_spectrum_finds_the_frequency_and_the_power_of_a_sine():
    times = np.arange(8000) * 0.5
    sine = 3.0 * np.sin(2 * np.pi * 20.0 * times / 1e3)[:, None]
    frequencies, density = power_spectrum(times, sine[None], segment=1000.0)
    assert frequencies[density[:, 0].argmax()] == 20.0
    # The variance of a sine is half its squared amplitude: Parseval.
    assert np.trapezoid(density[:, 0], frequencies) == pytest.approx(4.5, rel=0.02)
    figure = spectrum(times, np.hstack([sine, 2 * sine]), ["a", "b"], title="Power")
    assert {"a", "b", "frequency (Hz)", "power spectral density (mV²/Hz)"} <= words(figure)


def test_spectrum_of_many_of_trials_and_of_a_constant():
    times, values = activity(steps=200, neurons=30)
    assert any(
        "median of 29" in word
        for word in words(spectrum(times, np.where(np.arange(30) == 4, -60.0, values), [""] * 30))
    )
    assert "b" in words(spectrum(times, np.stack([values[:, :2]] * 3), ["a", "b"]))
    assert words(spectrum(times, np.zeros((200, 1)), ["a"], frequency_axis="linear"))


T, V = activity()


@pytest.mark.parametrize(
    ("draw", "said"),
    [
        (lambda: traces(T, V[0], names=["a"]), r"values has shape \[4\]; expected \[T, N\] or"),
        (lambda: traces(T[:5], V, names=list("abcd")), r"times has shape \[5\]; expected \[T\] ="),
        (lambda: traces(T[::-1], V, names=list("abcd")), "times do not rise"),
        (lambda: traces(T, V, names=["a"]), "names holds 1 entries; expected N = 4"),
        (lambda: traces(T, np.zeros((60, 13)), names=[""] * 13, stacked=False), "at most 12"),
        (lambda: heatmap(T, V, groups=["a"]), "groups holds 1 entries; expected N = 4"),
        (lambda: heatmap(T, V, order="size"), "order is 'size'; expected"),
        (lambda: heatmap(T, V, order="group"), "groups is None; expected N labels"),
        (lambda: raster(T, np.zeros(3, int)), r"\[60\] and neurons_of_events \[3\]; expected"),
        (lambda: raster(T, np.full(60, 7), neurons=5), "neuron 7; expected indices 0 to 4"),
        (lambda: raster(T, np.zeros(60, int), duration=3), "expected 0 to 3 ms"),
        (lambda: raster(T, np.zeros(60, int), neurons=2, groups=["a"]), "groups holds 1"),
        (lambda: response_matrix(V[0]), r"matrix has shape \[4\]; expected \[S, R\]"),
        (lambda: response_matrix(V, measured=V[:3]), r"measured has shape \[3, 4\]; expected"),
        (lambda: response_matrix(V, responding=["a"]), "responding holds 1 entries; expected 4"),
        (lambda: spectrum(T**2, V, list("abcd")), "expected even"),
        (lambda: spectrum(T[:4], V[:4], list("abcd")), "4 times; expected at least 8"),
        (lambda: spectrum(T, np.where(V > -60, np.nan, V), list("abcd")), "not all finite"),
        (lambda: spectrum(T, V, list("abcd"), segment=1e6), "expected 2 to 60 steps"),
    ],
)
def test_wrong_input_is_told(draw, said):
    with pytest.raises(InputError, match=said):
        draw()
