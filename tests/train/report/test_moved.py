"""What moved the example's prediction: found in bounded time, kept, and drawn again from there."""

import numpy as np
import pytest
from made_series import make_series

from liquidtime.models import catalogue
from liquidtime.runs.page.blocks import Paragraph
from liquidtime.train import fit
from liquidtime.train.config import FitConfig, TrainConfig
from liquidtime.train.folder.files import ATTRIBUTION
from liquidtime.train.report import moved
from liquidtime.train.report import write as report
from liquidtime.train.report.moved import TITLE, explainable
from liquidtime.train.validation import fit_part

NETWORK = {"kind": "gru", "hidden_size": 6}
KINDS = {
    "classes": ({}, "classify", NETWORK, {}),
    "several classes": ({"classes": 3}, "classify", NETWORK, {}),
    "both ways, a step": ({"per_step": True}, "classify", NETWORK | {"bidirectional": True}, {}),
    "values": ({"kind": "values", "outputs": 2}, "regress", NETWORK, {}),
    "quantiles": ({"kind": "values"}, "regress", NETWORK, {"quantiles": (0.1, 0.5, 0.9)}),
    "ensemble": ({}, "classify", NETWORK, {"ensemble": 2}),
    "ridge": ({}, "classify", {"kind": "ridge", "units": 32}, {}),
}


def fitted(kind):
    """Series, and a network that has seen them once."""
    make, task, model, more = KINDS[kind]
    ensemble = more.get("ensemble", 1)
    config = FitConfig(
        task=task,
        model=catalogue.from_dict(model),
        train=TrainConfig(epochs=1, batch_size=16, accelerator="cpu", ensemble=ensemble),
        quantiles=more.get("quantiles", ()),
    )
    data = make_series(30, **make)
    found = fit_part(data, config, range(30))
    record = {"objective": found.objective.to_dict()}
    about = explainable(found.model, found.preprocessor, found.objective, config, record)
    return data, found, about, record


@pytest.mark.parametrize("kind", KINDS)
def test_every_kind_of_network_says_it(kind, tmp_path):
    data, network, about, _ = fitted(kind)
    file, one = tmp_path / ATTRIBUTION, data.select([3])
    assert moved.keep(file, about, one, 1e-9, 1.0) == ""
    found, so_far, drawn = moved._read(file)
    assert found.id == "3" and drawn["of_whole"] != data.per_step
    predicted = network.predict(one)
    if kind in ("values", "quantiles"):
        assert found.value == pytest.approx(network.objective.point(predicted)[-1, 0], rel=1e-4)
    else:
        chance = predicted[-1, network.objective.labels.index(found.output.name)]
        assert 1 / (1 + np.exp(-found.value)) == pytest.approx(chance, rel=1e-4)
    assert (so_far is None) == (kind in ("ensemble", "ridge"))
    if kind != "ridge":
        total = sum(found.totals.values())
        assert total + found.error == pytest.approx(found.value - found.baseline_value, abs=1e-6)


def test_the_page_is_drawn_again_from_the_folder_alone(split, tmp_path):
    config = FitConfig(
        model=catalogue.from_dict(NETWORK),
        train=TrainConfig(epochs=1, batch_size=16, accelerator="cpu"),
    )
    run = fit(make_series(60), split, config, tmp_path, progress=False, baselines="none")
    first = run.report.read_text(encoding="utf-8")
    assert TITLE in first and "had nothing been observed" in first
    assert report.write(run).read_text(encoding="utf-8") == first
    # A run of 0.1.0 has neither the file nor the entry.
    assert moved.sections(tmp_path, run.metrics | {"moved": None}, run.record) == []


@pytest.mark.parametrize("kind", ["classes", "ridge"])
def test_what_would_take_long_is_left_out_with_a_word(kind, tmp_path):
    data, _, about, record = fitted(kind)
    file = tmp_path / ATTRIBUTION
    why = moved.keep(file, about, data.select([3]), 1.0, 1.0)
    assert why.startswith("it would take long") and not file.exists()
    told = {"series": "3", "part": "test", "left_out": why}
    [section] = moved.sections(tmp_path, {"moved": told}, record)
    [words] = section.parts
    assert isinstance(words, Paragraph)
    assert words.text.startswith("Not looked at for series “3”: it would take")
