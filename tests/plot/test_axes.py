"""Every public figure draws into the axes that it is given, and touches nothing else."""

import ast
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

import numpy as np
import pytest
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure

from liquidtime import plot
from liquidtime.errors import InputError
from liquidtime.plot.closed_form import Costed, Panel
from liquidtime.plot.scaling import Timed
from liquidtime.wirings import AutoNCP

# Public, but no figures: a page, text of a figure, and the rooms.
OTHERS = {"player_page", "to_svg", "style", "brain", "circuit", "fit"}


class Example(NamedTuple):
    draw: Callable
    panels: int = 1


random = np.random.default_rng(0)
times = np.arange(60) * 0.5
values = random.normal(-60.0, 3.0, (60, 4))
truth, probability = random.random(200) < 0.4, random.random(200)
timed = Timed("batch B", {"ours": ((1, 4), (1e-3, 2e-3)), "theirs": ((1, 4), (1e-2, 2e-2))})
panel = Panel("fused", np.sin(times), {"K = 6": np.sin(times) + 0.1})
costed = Costed("fused", np.array([1e-2, 1e-3]), np.array([1.0, 2.0]))
circuit = AutoNCP(19, 4).build(6)

EXAMPLES = {
    "wiring": Example(lambda ax: plot.wiring(AutoNCP(19, 4).build(6), ax=ax)),
    "circuit_influence": Example(
        lambda ax: plot.circuit_influence(
            circuit,
            values[0, 0] + random.normal(60.0, 1.0, circuit.units),
            circuit.sensory_adjacency * 0.1,
            circuit.adjacency * 0.2,
            input_names=list("abcdef"),
            output_name="y",
            unit="y",
            ax=ax,
        )
    ),
    "attribution_totals": Example(
        lambda ax: plot.attribution_totals({"a": 1.0, "b": -2.0}, unit="y", ax=ax)
    ),
    "attribution_trace": Example(
        lambda ax: plot.attribution_trace(
            times,
            values[:, :2],
            values[:, 2:] + 60.0,
            names=list("ab"),
            unit="y",
            so_far=values[:, 0],
            ax=ax,
        ),
        4,
    ),
    "contribution_strip": Example(
        lambda ax: plot.contribution_strip(times, values, names=list("abcd"), unit="y", ax=ax)
    ),
    "importance_bars": Example(
        lambda ax: plot.importance_bars(
            list("abcd"), values[0], values[0] - 1, values[0] + 1, ax=ax
        )
    ),
    "attribution_bars": Example(
        lambda ax: plot.attribution_bars(
            list("abcd"), values[0] + 70, values[0] + 69, values[0] + 71, values[0], unit="y", ax=ax
        )
    ),
    "heatmap": Example(lambda ax: plot.heatmap(times, values, list("abcd"), ax=ax)),
    "raster": Example(
        lambda ax: plot.raster(times, np.arange(60) % 4, groups=list("xxyy"), ax=ax), 2
    ),
    "response_matrix": Example(
        lambda ax: plot.response_matrix(values[:4], measured=values[4:8], ax=ax), 2
    ),
    "spectrum": Example(lambda ax: plot.spectrum(times, values, list("abcd"), ax=ax)),
    "traces": Example(lambda ax: plot.traces(times, values, names=list("abcd"), ax=ax)),
    "error_against_cost": Example(
        lambda ax: plot.error_against_cost([costed], cost_name="sigmoids", ax=ax)
    ),
    "overlaid": Example(
        lambda ax: plot.overlaid(times, {"a": [panel] * 2, "b": [panel] * 2}, time_label="", ax=ax),
        4,
    ),
    "calibration_curve": Example(lambda ax: plot.calibration_curve(truth, probability, ax=ax), 2),
    "decision_curve": Example(
        lambda ax: plot.decision_curve(
            np.linspace(0.1, 0.5, 5), {"a": np.full(5, 0.1)}, np.zeros(5), ax=ax
        )
    ),
    "precision_recall_curve": Example(
        lambda ax: plot.precision_recall_curve({"a": (truth, probability)}, ax=ax)
    ),
    "roc_curve": Example(lambda ax: plot.roc_curve({"a": (truth, probability)}, ax=ax)),
    "predicted_against_true": Example(
        lambda ax: plot.predicted_against_true(times, times + 1.0, ax=ax)
    ),
    "residual_histogram": Example(
        lambda ax: plot.residual_histogram(times, times + probability[:60], ax=ax), 2
    ),
    "series_trace": Example(
        lambda ax: plot.series_trace(
            times, values, probability[:60, None], labels=["a"], output_name="risk", ax=ax
        ),
        3,
    ),
    "training_curves": Example(
        lambda ax: plot.training_curves(
            [2.0, 1.0], [2.0, 1.5], [0.6, 0.7], metric="AUROC", best_epoch=2, ax=ax
        ),
        2,
    ),
    "time_against_size": Example(
        lambda ax: plot.time_against_size({"forward": [timed] * 2, "backward": [timed] * 2}, ax=ax),
        4,
    ),
}


def test_every_public_figure_has_an_example():
    stub = ast.parse(Path(plot.__file__).with_suffix(".pyi").read_text(encoding="utf-8"))
    public = {name.asname for line in stub.body for name in line.names}
    assert public - OTHERS == set(EXAMPLES)


@pytest.mark.parametrize("name", EXAMPLES)
def test_a_figure_of_its_own_has_as_many_panels(name):
    figure = EXAMPLES[name].draw(None)
    assert isinstance(figure, Figure)
    assert len(panels_of(figure)) == EXAMPLES[name].panels


@pytest.mark.parametrize("name", EXAMPLES)
def test_the_axes_given_are_drawn_into_and_no_others(name):
    example = EXAMPLES[name]
    figure = Figure(figsize=(12, 9), layout="constrained")
    upper, lower = figure.subfigures(2, 1)
    beside = upper.subplots()
    beside.plot([0, 1], [2, 3])
    before = [*beside.get_children()]
    grid = [*lower.subplots(1, example.panels, squeeze=False)[0]]
    assert example.draw(grid[0] if example.panels == 1 else grid) is figure
    assert all(axes.has_data() for axes in grid)
    assert [*beside.get_children()] == before and upper.axes == [beside]
    # Colour bars are no panels; nothing is written beside the axes.
    assert [axes for axes in panels_of(figure) if axes is not beside] == grid
    assert not figure.legends and not figure.texts
    FigureCanvasAgg(figure).draw()


@pytest.mark.parametrize("name", [name for name, one in EXAMPLES.items() if one.panels > 1])
def test_another_number_of_axes_is_refused(name):
    axes = Figure().subplots()
    with pytest.raises(InputError, match=rf"ax holds 1 axes; expected {EXAMPLES[name].panels}"):
        EXAMPLES[name].draw([axes])


def panels_of(figure):
    return [axes for axes in figure.axes if axes.get_label() != "<colorbar>"]
