"""What a notebook shows of a run, of series and of a circuit, and what a prompt shows."""

import xml.etree.ElementTree as ElementTree
from pathlib import Path

import numpy as np
import pytest
import torch

from liquidtime.data import IrregularSeries
from liquidtime.train import Run
from liquidtime.wirings import AutoNCP, Circuit, FullyConnected

STORED = Path(__file__).parent / "stored" / "v0.1.0" / "fit-cfc"


def drawn(shown):
    """The parts of a drawing by kind; what is no XML is noticed."""
    root = ElementTree.fromstring(shown.partition("<pre>")[0])
    parts = {}
    for element in root:
        parts.setdefault(element.tag.rpartition("}")[2], []).append(element)
    return parts


@pytest.mark.parametrize("spec", [AutoNCP(19, 3), FullyConnected(4, 1)])
def test_a_circuit_is_drawn_with_every_neuron_and_synapse(spec):
    circuit = spec.build(2)
    shown = circuit._repr_html_()
    parts = drawn(shown)
    assert len(parts["circle"]) == circuit.units + circuit.input_size
    assert len(parts["path"]) == circuit.synapse_count + circuit.sensory_synapse_count
    dashed = sum("stroke-dasharray" in line.attrib for line in parts["path"])
    negative = (circuit.adjacency < 0).sum() + (circuit.sensory_adjacency < 0).sum()
    assert dashed == negative
    assert circuit.summary() in shown


def test_names_in_a_circuit_are_text_and_a_large_one_is_told():
    named = Circuit(np.eye(2), np.ones((1, 2)), 1, layer_names=("a<b>&",))
    assert [text.text for text in drawn(named._repr_html_())["text"]][-1] == "a<b>&"
    assert "<svg" not in FullyConnected(30, 1).build(2)._repr_html_()


def test_series_tell_counts_gaps_and_what_was_observed():
    series = IrregularSeries(
        values=torch.zeros(6, 2),
        times=torch.tensor([5.0, 6.0, 8.5, 0.0, 0.25, 0.75], dtype=torch.float64),
        mask=torch.tensor([[True, False]] * 3 + [[True, True]] * 3),
        lengths=torch.tensor([3, 0, 3]),
        target=torch.tensor([0, 1, 1]),
        classes=("<b>ill", "well"),
        features=("HR & co", "Temp"),
    )
    shown = series._repr_html_()
    # The gap from one series to the next is none.
    for line in ("gap between rows</td><td>0.25 · 0.5 · 2.5", "rows a series</td><td>0 · 3 · 3"):
        assert f"<tr><td>{line}</td></tr>" in shown
    assert "&lt;b&gt;ill: 1, well: 2" in shown
    assert "HR &amp; co</td><td>100.0 %" in shown and "Temp</td><td>50.0 %" in shown
    assert repr(series) == "IrregularSeries(3 series, 6 rows, 2 features, target: class per series)"


def test_empty_and_wide_series_are_told_too():
    empty = IrregularSeries(
        values=torch.zeros(0, 30),
        times=torch.zeros(0, dtype=torch.float64),
        mask=torch.zeros(0, 30, dtype=torch.bool),
        lengths=torch.zeros(2, dtype=torch.int64),
    )
    shown = empty._repr_html_()
    assert "gap between rows</td><td>–" in shown and "and 10 more" in shown


def test_a_run_tells_its_scores_and_links_its_report():
    run = Run.load(STORED)
    assert "\n" not in repr(run) and len(repr(run)) < 80 + len(str(STORED)) + 80
    assert repr(run).startswith(
        f"Run('{STORED}': CfC with 4 units, classify 0, 1; test AUROC 0.500"
    )
    shown = run._repr_html_()
    assert f'href="{run.report.as_posix()}"' in shown
    assert "<tr><td>AUROC</td><td>0.500</td><td>0.000 to 1.000</td></tr>" in shown
