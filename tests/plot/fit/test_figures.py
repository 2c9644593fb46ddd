import xml.etree.ElementTree as ElementTree

import numpy as np
import pytest

from liquidtime.plot import style
from liquidtime.plot.fit import calibration
from liquidtime.plot.fit.calibration import calibration_bins, calibration_curve
from liquidtime.plot.fit.precision_recall import precision_recall_curve
from liquidtime.plot.fit.residuals import predicted_against_true, residual_histogram
from liquidtime.plot.fit.roc import roc_curve
from liquidtime.plot.fit.trace import series_trace
from liquidtime.plot.fit.training import training_curves


@pytest.fixture
def scored():
    random = np.random.default_rng(0)
    probability = random.random(2000)
    return random.random(2000) < probability, probability


def drawn(figure):
    """The SVG as a tree, and the words in it."""
    tree = ElementTree.fromstring(style.to_svg(figure))
    return tree, {"".join(node.itertext()).strip() for node in tree.iter() if "text" in node.tag}


def test_roc_passes_through_the_corners(scored):
    figure = roc_curve({"CfC": scored})
    line = figure.axes[0].lines[-1].get_xydata()
    assert line[0].tolist() == [0, 0] and line[-1].tolist() == [1, 1]
    assert np.trapezoid(line[:, 1], line[:, 0]) == pytest.approx(5 / 6, abs=0.03)
    assert {"ROC", "CfC"} <= drawn(figure)[1]


def test_precision_recall_shows_what_chance_reaches(scored):
    figure = precision_recall_curve({"a": scored})
    level = figure.axes[0].lines[-1].get_ydata()
    assert level[0] == pytest.approx(scored[0].mean())


def test_curves_of_one_class_are_left_out():
    nothing = (np.zeros(5, dtype=bool), np.arange(5.0))
    assert len(roc_curve({"a": nothing}).axes[0].lines) == 1
    assert len(precision_recall_curve({"a": nothing}).axes[0].lines) == 0


def test_bins_hold_everyone_once_and_intervals_cover(scored):
    truth, probability = scored
    bins = calibration_bins(truth, probability)
    assert bins["count"].sum() == 2000 and len(bins["count"]) == 10
    assert bins["positives"].sum() == truth.sum()
    assert (bins["low"] <= bins["observed"]).all() and (bins["observed"] <= bins["high"]).all()
    inside = (bins["low"] <= bins["predicted"]) & (bins["predicted"] <= bins["high"])
    assert inside.sum() >= 8


def test_wilson_interval_matches_the_textbook():
    """10 of 50: 0.112 to 0.330."""
    bins = calibration_bins(np.arange(50) < 10, np.full(50, 0.2), bins=1)
    assert bins["low"][0] == pytest.approx(0.1124, abs=1e-4)
    assert bins["high"][0] == pytest.approx(0.3304, abs=1e-4)


def test_equal_predictions_share_a_bin():
    probability = np.repeat([0.1, 0.9], [150, 50])
    bins = calibration_bins(np.zeros(200, dtype=bool), probability)
    assert bins["count"].tolist() == [150, 50]
    assert bins["predicted"] == pytest.approx([0.1, 0.9])
    assert calibration.calibration_bins(np.array([True]), np.array([0.4]))["count"] == [1]


def test_calibration_counts_cases(scored):
    figure = calibration_curve(*scored)
    heights = sum(bar.get_height() for bar in figure.axes[1].patches)
    assert heights == 2000


def test_trace_keeps_real_time_and_every_state():
    times = np.array([0.0, 1.0, 1.0, 7.0])
    hidden = np.random.default_rng(1).normal(size=(4, 6))
    figure = series_trace(
        times,
        hidden,
        np.full((4, 1), 0.3),
        labels=["died"],
        output_name="risk",
        time_label="time (h)",
    )
    heat, ticks, below, _ = figure.axes
    assert heat.collections[0].get_coordinates()[0, :, 0].tolist() == [0, 1, 1, 7, 10.5]
    shown = np.asarray(heat.collections[0].get_array())
    assert sorted(map(tuple, shown)) == sorted(map(tuple, hidden.T))
    assert len(ticks.collections[0].get_segments()) == 4
    assert below.get_xlim() == heat.get_xlim() == (0.0, 10.5)
    assert "time (h)" in drawn(figure)[1]


@pytest.mark.parametrize("steps", [1, 2])
def test_trace_of_a_very_short_series(steps):
    series_trace(
        np.arange(steps, dtype=float),
        np.zeros((steps, 3)),
        np.zeros((steps, 2)),
        labels=["a", "b"],
        output_name="value",
        truth=np.full((steps, 2), np.nan),
        probabilities=False,
    )


def test_training_marks_the_chosen_epoch():
    figure = training_curves([3, 2, 1], [3, 2, 2.5], [0.5, 0.8, 0.7], metric="AUROC", best_epoch=2)
    assert "epoch 2 chosen" in drawn(figure)[1]
    assert figure.axes[0].lines[0].get_xdata().tolist() == [1, 2, 3]
    drawn(training_curves([1.0], [1.0], [0.5], metric="AUROC", best_epoch=1))


def test_residuals():
    target = np.linspace(0, 10, 5000)
    figure = predicted_against_true(target, target + 1, name="dose (mg)")
    assert "true dose (mg)" in drawn(figure)[1]
    assert len(style.to_svg(figure)) < 200_000, "thousands of points are a picture, not paths"
    figure = residual_histogram(target, target + 1)
    assert figure.axes[0].lines[1].get_xdata()[0] == pytest.approx(1.0)


def test_svg_is_the_same_twice_and_text_is_text(scored):
    first, second = (style.to_svg(roc_curve({"x": scored}), "ROC") for _ in range(2))
    assert first == second
    assert first.startswith("<svg") and ">false alarms" in first


def test_thin_keeps_the_ends():
    (kept,) = style.thin([np.arange(10_000)], most=100)
    assert len(kept) == 100 and kept[0] == 0 and kept[-1] == 9999
    (short,) = style.thin([np.arange(5)])
    assert short.tolist() == [0, 1, 2, 3, 4]
