"""The study of closed forms, small: what it measures is what it says, and it can be repeated."""

import csv
import io
import json
from dataclasses import replace

import numpy as np
import pytest
import torch
from torch.utils._python_dispatch import TorchDispatchMode

from liquidtime.errors import InputError
from liquidtime.nn import LTCCell
from liquidtime.tasks.closed_form import comparison as closed_form
from liquidtime.tasks.closed_form import data as closed_form_data
from liquidtime.tasks.closed_form import files as closed_form_files
from liquidtime.tasks.closed_form import page as closed_form_page
from liquidtime.tasks.closed_form.forms import Form, all_forms, forms_for_given_sources
from liquidtime.tasks.closed_form.measure import evaluations, measure, network_setting
from liquidtime.tasks.closed_form.options import Options
from liquidtime.tasks.closed_form.table import BRIEF, HEADER, brief, cells, power, selected

QUICK = Options(data="synthetic", neurons=6, epochs=1, steps=8, most_unfolds=6, repeats=1)


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    torch.set_num_threads(1)
    out = tmp_path_factory.mktemp("study")
    return out, closed_form.compare(out, QUICK)


def test_every_form_is_there_once(made):
    _, found = made
    forms = [entry.form for entry in found.measured]
    assert len(set(forms)) == len(forms) and len({form.name for form in forms}) == len(forms)
    families = {form.family for form in forms}
    assert families == {
        *("eq2", "eq8", "algorithm1", "algorithm1_mean"),
        *("fused", "exponential", "euler", "heun", "rk4", "closed_form_linear"),
    }
    linear = {(form.nodes, form.sources) for form in forms if form.linear}
    assert len(linear) == 9
    assert {form.unfolds for form in all_forms() if form.family == "fused"} >= {1, 2, 4, 6, 8, 64}


def test_each_form_is_compared_with_the_truth_for_its_input_model(made):
    _, found = made
    truth = found.network.truth
    assert found.input_models.mse > 1e-6
    there = found.network.there
    for entry in found.measured:
        exact = truth["linear" if entry.form.linear else "constant"]
        error = (entry.states - exact)[there]
        if error.isfinite().all():
            assert entry.all_neurons.mse == pytest.approx(float(error.square().mean()))
            assert entry.output.max == pytest.approx(float(error[:, 0].abs().max()))
            assert entry.neurons[3].bias == pytest.approx(float(error[:, 3].mean()))
            assert (entry.if_linear == entry.output) == entry.form.linear


def test_what_is_exact_is_exact(made):
    """With the sources given: exponential for the LTC, Eq. 6–8 for the ODE it belongs to."""
    _, found = made
    alone = {entry.form: entry for entry in found.given}
    assert len(alone) == len(forms_for_given_sources())
    assert alone[Form("exponential")].all_neurons.max < 1e-7
    assert alone[Form("eq8")].own.max < 1e-7
    assert alone[Form("eq8")].output.max > 1e-3
    linear = [alone[Form("closed_form_linear", 1, n, "frozen")].all_neurons.mse for n in (2, 3, 5)]
    assert linear[2] < linear[1] < linear[0] < alone[Form("fused", 1)].all_neurons.mse


def test_more_sub_steps_err_less_and_the_published_forms_do_not_converge(made):
    _, found = made
    fused = [e.all_neurons.mse for e in found.measured if e.form.family == "fused"]
    assert fused == sorted(fused, reverse=True)
    assert found.of(Form("eq2")).all_neurons.mse > 10 * fused[-1]
    with pytest.raises(KeyError, match="fused Euler, K = 5"):
        found.of(Form("fused", 5))


def test_the_task_error_is_that_of_the_trained_network(made):
    """At its own integrator the study must give the predictions of the run it studies."""
    _, found = made
    part = found.data.series.select(found.data.split.test)
    short = part.select(np.arange(len(part)))
    predicted = found.run.predict(short)
    target = part.target.numpy().reshape(len(part), -1)
    values = predicted.values.reshape(target.shape)
    error = float(((values - target)[:, : QUICK.steps] ** 2).mean())
    assert found.of(Form("fused", 6)).task_mse == pytest.approx(error, rel=1e-4)


class _Counted(TorchDispatchMode):
    """Counts elements that go through a sigmoid."""

    count = 0

    def __torch_dispatch__(self, func, types, args=(), kwargs=None):
        result = func(*args, **(kwargs or {}))
        if func is torch.ops.aten.sigmoid.default:
            self.count += result.numel()
        return result


@pytest.mark.parametrize(
    "form",
    [
        *(Form("fused", 1), Form("fused", 5), Form("rk4", 3), Form("heun", 2)),
        *(Form("exponential", 4), Form("eq2"), Form("algorithm1")),
    ],
    ids=lambda form: form.name,
)
def test_evaluations_are_those_that_happen(form):
    cell = LTCCell(3, 4).double()
    x, gaps = torch.randn(2, 5, 3).double(), torch.rand(2, 5).double()
    with torch.no_grad(), _Counted() as counted:
        form.run(cell.weights(), x, gaps)
    assert counted.count == 10 * evaluations(form, 12, 16)


def test_padding_does_not_count():
    cell = LTCCell(3, 4).double()
    x, gaps = torch.randn(2, 5, 3).double(), torch.rand(2, 5).double()
    there = torch.tensor([[True] * 5, [True, True, False, False, False]])
    setting = network_setting(cell, x, gaps, there)
    whole = measure(Form("fused", 2), setting)
    first = measure(Form("fused", 2), network_setting(cell, x[:1], gaps[:1], there[:1]))
    second = network_setting(cell, x[1:, :2], gaps[1:, :2], there[1:, :2])
    rest = measure(Form("fused", 2), second)
    expected = (5 * first.output.mse + 2 * rest.output.mse) / 7
    assert whole.output.mse == pytest.approx(expected, rel=1e-6)


def test_the_folder_holds_what_it_should(made):
    out, found = made
    figures = closed_form_files.write_files(out, found)
    page = closed_form_page.write_page(out, found, figures)
    record = json.loads((out / "study.json").read_text(encoding="utf-8"))
    assert record["settings"]["neurons"] == 6
    assert record["versions"]["torch"] and record["machine"]["cores"] and "seed" in str(record)
    assert len(record["forms"]) == len(found.measured)
    entry = next(row for row in record["forms"] if row["form"] == "fused Euler, K = 6")
    assert entry["output"]["mse"] == found.of(Form("fused", 6)).output.mse
    assert entry["output_against_symmetrised"] is None and len(entry["neurons"]) == 6
    rows = list(csv.DictReader(io.StringIO((out / "study.csv").read_text(encoding="utf-8"))))
    assert len(rows) == len(found.measured) + len(found.given)
    assert float(rows[0]["mse_neuron_5"]) == found.measured[0].neurons[5].mse
    text = page.read_text(encoding="utf-8")
    assert text.count("<svg") == 3
    assert "<script" not in text and 'src="' not in text and "<link" not in text
    for words in ("Eq. 6–8", "sources given", "linear 3 nodes, iterated"):
        assert words in text
    with np.load(out / "trajectories.npz") as stored:
        assert stored["fused Euler, K = 6"].shape == stored["truth_linear"].shape
    for name in figures:
        assert (out / f"{name}.png").stat().st_size > 10_000


def test_a_trained_network_is_used_again_and_another_is_refused(made):
    out, found = made
    weights = out / "model" / "model.safetensors"
    before = weights.stat().st_mtime_ns
    again = closed_form.compare(out, QUICK)
    assert weights.stat().st_mtime_ns == before
    ours, theirs = found.of(Form("heun", 4)), again.of(Form("heun", 4))
    assert ours.output == theirs.output
    with pytest.raises(InputError, match="trained with other settings"):
        closed_form.compare(out, replace(QUICK, epochs=2))
    with pytest.raises(InputError, match="trained on other data"):
        closed_form.compare(out, replace(QUICK, seed=1))


def test_without_the_file_a_made_up_task_stands_in(tmp_path, monkeypatch):
    def absent(source):
        raise InputError("could not download it.")

    monkeypatch.setattr(closed_form_data.lidar, "fetch", absent)
    found = closed_form_data.study_data("auto")
    assert found.name == "synthetic"
    assert "not at hand" in found.note and "could not download" in found.note
    with pytest.raises(InputError, match="could not download"):
        closed_form_data.study_data("lidar")


def test_the_made_up_task_is_the_same_twice_and_needs_the_past():
    one, two = (closed_form_data.study_data("synthetic", seed=3) for _ in range(2))
    assert one.series.equals(two.series)
    assert not one.series.equals(closed_form_data.study_data("synthetic", seed=4).series)
    assert one.series.target.abs().max() <= 1
    gaps = one.series.pad().times.diff(dim=1)
    assert gaps.min() >= 0.19 and gaps.std() > 0.3
    assert one.series.target.std() > 0.3


def test_rows_fit_their_header_and_numbers_are_short(made):
    _, found = made
    for entry in found.measured:
        assert len(cells(entry)) == len(HEADER)
    fused = found.of(Form("fused", 6))
    short = brief(fused)
    assert len(short) == len(BRIEF)
    assert short[:2] == ["fused Euler, K=6", power(fused.output.mse)]
    assert short[3:5] == [power(fused.all_neurons.mse), f"{fused.evaluations:,}"]
    assert len(selected(found.measured)) < len(found.measured)
    wild = replace(found.measured[0].output, mse=np.inf)
    assert power(wild.mse) == "diverges"
    assert power(3.14e-5) == "3.1e-05" and power(0.25) == "0.25" and power(0.0) == "0"
    assert power(-0.02, sign=True) == "−0.02"
