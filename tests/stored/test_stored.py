"""What version 0.1.0 left on disk is read, and gone on with, to the numbers it had then."""

import csv
import json
import shutil
from pathlib import Path

import numpy as np
import pytest
import torch

from liquidtime.brain import (
    Ablate,
    Events,
    Experiment,
    Parameters,
    Record,
    Step,
    Store,
    current,
    simulate,
)
from liquidtime.brain.generate import random
from liquidtime.brain.simulation.folder import load
from liquidtime.brain.simulation.store import SIMULATION
from liquidtime.cli.__main__ import main
from liquidtime.data import from_lists
from liquidtime.data.splits import Split
from liquidtime.deploy import Stream
from liquidtime.runs.digests import DIGESTS
from liquidtime.runs.folder import Folder
from liquidtime.tasks.closed_form.files import STUDY
from liquidtime.train import Run, fit

OLD = Path(__file__).parent / "v0.1.0"
FITS = sorted(path.name for path in OLD.glob("fit-*") if (path / "expected.npy").exists())
CLOSE = {"rtol": 1e-5, "atol": 1e-6}


@pytest.fixture(autouse=True)
def one_thread():
    """As then: sums are in the same order."""
    before = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(before)


@pytest.fixture
def copied(tmp_path):
    """Copies a stored folder to where it may be written."""

    def copy(name):
        return Path(shutil.copytree(OLD / name, tmp_path / name))

    return copy


def series():
    with np.load(OLD / "series.npz") as found:
        count = len(found["target"])
        values = [found[f"values{k}"] for k in range(count)]
        times = [found[f"times{k}"] for k in range(count)]
        return from_lists(values, times, target=found["target"], features=["a", "b", "c"])


def split(folder):
    with (folder / "split.csv").open(encoding="utf-8", newline="") as lines:
        rows = [(int(row["id"]), row["part"]) for row in csv.DictReader(lines)]
    parts = ("train", "validation", "test")
    return Split(*(np.array([k for k, part in rows if part == name]) for name in parts))


def test_there_are_fits():
    assert FITS == ["fit-cfc", "fit-gru", "fit-lstm", "fit-ltc"]


@pytest.mark.parametrize("name", FITS)
def test_a_fit_predicts_what_it_predicted(name):
    run = Run.load(OLD / name)
    assert not (OLD / name / DIGESTS).exists()
    found = run.predict(series()).probabilities
    np.testing.assert_allclose(found, np.load(OLD / name / "expected.npy"), **CLOSE)
    assert run.history["epoch"] == [1.0, 2.0]


@pytest.mark.parametrize("name", FITS)
def test_a_fit_is_shown(name, copied, capsys):
    assert main(["show", str(copied(name))]) == 0
    assert "AUROC" in capsys.readouterr().out


def test_a_stopped_fit_goes_on_to_the_same_end(copied):
    folder = copied("fit-stopped")
    config = json.loads((folder / "config.json").read_text(encoding="utf-8"))["config"]
    from liquidtime.train.config import FitConfig

    run = fit(
        series(),
        split(folder),
        FitConfig.from_dict(config),
        folder,
        resume=True,
        progress=False,
    )
    assert run.metrics["epochs"] == 4
    found = run.predict(series()).probabilities
    np.testing.assert_allclose(found, np.load(OLD / "fit-stopped-expected.npy"), **CLOSE)
    assert (folder / DIGESTS).exists()


def again(folder):
    """The simulation as it was told at first."""
    experiment = Experiment(
        current([0, 1], Step(50.0, start=2.0, stop=8.0)),
        20.0,
        0.5,
        record=[
            Record(),
            Record("calcium", neurons=[1, 2], every=4, time_constant=5.0),
            Events(-40.0),
        ],
        trials=[None, Ablate(7)],
    )
    return simulate(
        random(20, in_degree=4, seed=1),
        Parameters(unit_conductance=0.1),
        experiment,
        store=Store(folder, 5.0),
    )


@pytest.mark.parametrize("name", ["simulation-finished", "simulation-stopped"])
def test_a_simulation_is_what_it_was(name, copied):
    folder = copied(name)
    finished = name == "simulation-finished"
    assert Folder(folder, SIMULATION).finished == finished
    kept = (folder / "checkpoint.npz").stat().st_mtime_ns
    found = again(folder)
    assert ((folder / "checkpoint.npz").stat().st_mtime_ns == kept) == finished
    with np.load(OLD / "simulation-expected.npz") as expected:
        for record in ("potential", "calcium"):
            np.testing.assert_allclose(found[record].values, expected[record], rtol=1e-5, atol=1e-4)
        np.testing.assert_array_equal(found.event_table, expected["events"])
        np.testing.assert_allclose(found.final, expected["final"], rtol=1e-5, atol=1e-4)


def test_a_simulation_of_the_command_line_is_read(copied):
    recording, experiment = load(copied("simulate-cli"))
    assert recording["potential"].shape == (2, 40, 20)
    assert np.isfinite(recording["potential"].values).all()
    assert experiment.labels == ["control", "ablate 7"]


def test_a_stream_gives_what_its_fit_predicts():
    stream = Stream.load(OLD / "stream-cfc.safetensors")
    run = Stream.load(OLD / "fit-cfc")
    x = np.random.default_rng(0).normal(size=(6, stream.input_size)).astype(np.float32)
    for row in x:
        np.testing.assert_array_equal(stream.step(row, 0.5), run.step(row, 0.5))


def test_a_study_is_read_and_its_network_with_it(copied):
    folder = copied("study-closed-form")
    study = Folder(folder, STUDY)
    assert study.begun and study.finished
    assert study.read("study.json")["settings"]["neurons"] == 19
    study.check_vacant()
    assert Run.load(folder / "model").config.model.kind == "ltc"
