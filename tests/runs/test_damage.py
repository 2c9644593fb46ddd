"""What is read back of a finished fit, simulation or export is what was written."""

import json
import shutil

import numpy as np
import pytest
import torch

from liquidtime.brain import Connectome, Experiment, Record, Step, current, simulate
from liquidtime.brain.simulation.samples import SAMPLES
from liquidtime.cli.evaluate import _seen_in_training
from liquidtime.data import from_lists, split_by_series
from liquidtime.deploy import Stream
from liquidtime.errors import InputError
from liquidtime.models import cfc
from liquidtime.runs.digests import DIGESTS
from liquidtime.train import FitConfig, Run, TrainConfig, fit
from liquidtime.train.report import write as report


def flip(path):
    """Change one bit in the middle of a file."""
    content = bytearray(path.read_bytes())
    content[len(content) // 2] ^= 1
    path.write_bytes(bytes(content))


def series():
    random = np.random.default_rng(0)
    values = [random.normal(size=(4, 2)) for _ in range(24)]
    target = np.arange(24) % 2
    return from_lists(values, [np.arange(4.0)] * 24, target=target, features=["a", "b"])


def fitted(folder, seed=0):
    config = FitConfig(
        model=cfc.Config(hidden_size=4, backbone_units=4),
        train=TrainConfig(epochs=1, batch_size=8, seed=seed, accelerator="cpu"),
    )
    return fit(series(), split_by_series(24, seed=0), config, folder, progress=False).path


@pytest.fixture(scope="module")
def two(tmp_path_factory):
    folder = tmp_path_factory.mktemp("fits")
    return fitted(folder / "one"), fitted(folder / "other", seed=1)


@pytest.fixture
def run(two, tmp_path):
    return shutil.copytree(two[0], tmp_path / "run")


def read(folder):
    """Everything that is ever read of a run."""
    found = Run.load(folder)
    found.predict(series())
    report.write(folder)
    assert _seen_in_training(folder, series().ids, pieces=False) > 0
    return found.history


def test_every_file_of_a_fit_that_is_read_is_checked(run):
    read(run)
    names = json.loads((run / DIGESTS).read_text())["sha256"]
    assert len(names) == 9
    for name in names:
        whole = (run / name).read_bytes()
        flip(run / name)
        with pytest.raises(InputError, match=f"{name}.*(damaged|cannot be read)"):
            read(run)
        (run / name).write_bytes(whole)
    read(run)


def test_the_weights_of_another_fit_are_refused(run, two):
    weights = "model.safetensors"
    shutil.copyfile(two[1] / weights, run / weights)
    for load in (lambda: Run.load(run).model(), lambda: Stream.load(run)):
        with pytest.raises(InputError, match=f"{weights} is damaged, or was changed or swapped"):
            load()
    (run / DIGESTS).unlink()
    Run.load(run).model()


def test_a_page_that_was_changed_is_nobody_s_business(run):
    (run / "report.html").write_text("mine")
    read(run)


def test_an_exported_file_is_checked(two, tmp_path):
    path = tmp_path / "a.safetensors"
    stream = Stream.load(two[0])
    stream.save(path)
    x = np.ones(stream.input_size, np.float32)
    np.testing.assert_array_equal(Stream.load(path).step(x, 1.0), stream.step(x, 1.0))
    content = bytearray(path.read_bytes())
    content[-1] ^= 1
    path.write_bytes(bytes(content))
    with pytest.raises(InputError, match="damaged: its tensors"):
        Stream.load(path)


def simulated(folder):
    pair = Connectome.from_edges(["a"], ["b"], [20])
    torch.set_num_threads(1)
    experiment = Experiment(
        current("a", Step(50.0)), 20.0, 0.5, record=[Record(), Record("calcium")]
    )
    return simulate(pair, None, experiment, store=folder)


def test_a_simulation_is_checked(tmp_path):
    folder = tmp_path / "run"
    expected = simulated(folder)["potential"].values
    names = [
        "run.json",
        "checkpoint.npz",
        f"{SAMPLES}/zarr.json",
        f"{SAMPLES}/potential/zarr.json",
        f"{SAMPLES}/potential/c/0/0/0",
    ]
    for name in names:
        whole = (folder / name).read_bytes()
        flip(folder / name)
        with pytest.raises(InputError, match=r"damaged|another simulation"):
            simulated(folder)["potential"]
        (folder / name).write_bytes(whole)
    np.testing.assert_array_equal(simulated(folder)["potential"].values, expected)


def test_lost_samples_are_not_read_as_numbers(tmp_path):
    simulated(tmp_path / "run")
    (tmp_path / "run" / SAMPLES / "potential" / "c" / "0" / "0" / "0").unlink()
    assert np.isnan(simulated(tmp_path / "run")["potential"].values).all()
