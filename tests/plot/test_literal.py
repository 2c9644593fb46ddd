"""Names come from users: in no figure is a `$` a formula, and no name breaks a drawing."""

import ast
import io
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from matplotlib.figure import Figure
from matplotlib.text import Text

from liquidtime import plot
from liquidtime.plot.closed_form import Costed, Panel
from liquidtime.plot.scaling import Timed
from liquidtime.wirings import AutoNCP, FullyConnected

N = ["<$10_$", r"$\frac$", "$a$", "tab\there\x07" + "x" * 5000]
SEEN = ["<$10_$", r"$\frac$", "$a$"]

random = np.random.default_rng(0)
times = np.arange(80) * 0.5
values = random.normal(-60.0, 3.0, (80, 4))
truth, probability = random.random(200) < 0.4, random.random(200)
stimulus = [(5.0, 10.0, N[0])]
timed = [Timed(N[0], dict.fromkeys(N, ((1, 4), (0.001, 0.002))))]
panel = Panel(N[1], np.sin(times), {N[0]: np.sin(times) + 0.1})
costed = [Costed(name, np.array([1e-2, 1e-3]), np.array([1.0, 2.0])) for name in N]
curves = dict.fromkeys(N, (truth, probability))
circuit = AutoNCP(19, 4).build(4)

FIGURES: dict[str, Callable[..., Figure]] = {
    "layers": lambda: plot.wiring(AutoNCP(19, 4).build(4), input_names=N, output_names=N),
    "ring": lambda: plot.wiring(
        FullyConnected(6, 4).build(4), input_names=N, output_names=N, kind="ring", title=N[1]
    ),
    "matrix": lambda: plot.wiring(
        AutoNCP(19, 4).build(4), input_names=N, output_names=N, kind="matrix", title=N[1]
    ),
    "circuit_influence": lambda: plot.circuit_influence(
        circuit,
        random.normal(size=19),
        circuit.sensory_adjacency * 0.1,
        circuit.adjacency * -0.2,
        input_names=N,
        output_name=N[0],
        unit=N[1],
        title=N[2],
    ),
    "attribution_totals": lambda: plot.attribution_totals(
        dict(zip(N, [1.0, -1.0, 0.5, 2.0], strict=True)), unit=N[0]
    ),
    "attribution_trace": lambda: plot.attribution_trace(
        times, values, values, names=N, unit=N[0], so_far_name=N[1], labels={N[0]: N}
    ),
    "contribution_strip": lambda: plot.contribution_strip(times, values, names=N, unit=N[0]),
    "importance_bars": lambda: plot.importance_bars(
        N, np.full(4, 2.0), np.ones(4), np.full(4, 3.0), what=N[0]
    ),
    "attribution_bars": lambda: plot.attribution_bars(
        N, np.full(4, 2.0), np.ones(4), np.full(4, 3.0), np.zeros(4), unit=N[0]
    ),
    "heatmap": lambda: plot.heatmap(
        times, values, N, units=N[0], quantity=N[1], stimulus=stimulus, title=N[2]
    ),
    "grouped heatmap": lambda: plot.heatmap(times, values, groups=N, order="group", title=N[3]),
    "raster": lambda: plot.raster(
        times, np.arange(80) % 4, groups=N, stimulus=stimulus, event=N[1], title=N[2]
    ),
    "response_matrix": lambda: plot.response_matrix(
        values[:4],
        measured=values[4:8],
        stimulated=N,
        responding=N,
        stimulated_groups=N,
        responding_groups=N,
        label=N[1],
        title=N[2],
    ),
    "spectrum": lambda: plot.spectrum(times, values, N, units=N[0], title=N[1]),
    "traces": lambda: plot.traces(
        times, values, names=N, units=N[0], quantity=N[1], stimulus=stimulus, title=N[2]
    ),
    "stacked traces": lambda: plot.traces(times, np.tile(values, 5), names=N * 5, title=N[2]),
    "error_against_cost": lambda: plot.error_against_cost(costed, cost_name=N[0]),
    "overlaid": lambda: plot.overlaid(times, {N[0]: [panel], N[1]: [panel]}, time_label=N[2]),
    "calibration_curve": lambda: plot.calibration_curve(truth, probability),
    "decision_curve": lambda: plot.decision_curve(
        np.linspace(0.1, 0.5, 5), {N[0]: np.full(5, 0.1)}, np.zeros(5)
    ),
    "precision_recall_curve": lambda: plot.precision_recall_curve(curves),
    "roc_curve": lambda: plot.roc_curve(curves),
    "predicted_against_true": lambda: plot.predicted_against_true(times, times + 1.0, name=N[0]),
    "residual_histogram": lambda: plot.residual_histogram(
        times, times + probability[:80], name=N[1]
    ),
    "series_trace": lambda: plot.series_trace(
        times, values, np.tile(probability[:80, None], 4), labels=N, output_name=N[0]
    ),
    "training_curves": lambda: plot.training_curves(
        [2.0, 1.0], [2.0, 1.5], [0.6, 0.7], metric=N[0], best_epoch=2
    ),
    "time_against_size": lambda: plot.time_against_size({N[1]: timed}, floor_name=N[2]),
}


def test_every_figure_is_here():
    stub = ast.parse(Path(plot.__file__).with_suffix(".pyi").read_text(encoding="utf-8"))
    public = {name.asname for line in stub.body for name in line.names}
    others = {"player_page", "to_svg", "style", "brain", "circuit", "fit"}
    assert public - others <= {name.split()[-1] for name in FIGURES} | {"wiring"}


@pytest.mark.parametrize("name", FIGURES)
def test_names_are_taken_at_their_letter(name):
    figure = FIGURES[name]()
    figure.savefig(io.BytesIO(), format="png", dpi=40)
    shown = [
        text.get_text() for text in figure.findobj(Text) if text.get_visible() and text.get_text()
    ]
    dollars = [
        text
        for text in figure.findobj(Text)
        if "$" in text.get_text() and r"\mathdefault" not in text.get_text()
    ]
    assert not any(text.get_parse_math() for text in dollars)
    if name != "calibration_curve":
        assert any(any(seen in text for seen in SEEN) or "…" in text for text in shown)
    assert not any("\x07" in text or "\t" in text for text in shown)
    assert max(len(line) for text in shown for line in text.splitlines()) <= 160


def test_axes_of_others_keep_their_formulas():
    figure = Figure()
    mine, theirs = figure.subplots(1, 2)
    theirs.set_title("$x^2$")
    plot.traces(times, values, names=N, title=N[1], ax=mine)
    figure.savefig(io.BytesIO(), format="png")
    assert theirs.title.get_parse_math() and not mine.title.get_parse_math()
    assert mine.get_title(loc="left") == N[1]


def test_an_svg_holds_no_sign_that_xml_forbids():
    assert "\x07" not in plot.to_svg(plot.roc_curve(curves), name=N[3])
