"""Runs that version 0.1.0 wrote are read, go on, and predict what they predicted."""

import json
import shutil
from pathlib import Path

import numpy as np
import pytest

from liquidtime.data import Split, from_lists
from liquidtime.deploy.network import Architecture
from liquidtime.models.catalogue import from_dict, to_dict
from liquidtime.train import FitConfig, Run, fit

STORED = Path(__file__).parents[1] / "stored" / "v0.1.0"


def stored_series():
    with np.load(STORED / "series.npz") as arrays:
        n = len(arrays["target"])
        return from_lists(
            [arrays[f"values{k}"] for k in range(n)],
            [arrays[f"times{k}"] for k in range(n)],
            target=arrays["target"],
            features=["a", "b", "c"],
        )


def outputs(run):
    return run.predict(stored_series()).probabilities


@pytest.mark.parametrize("kind", ["cfc", "ltc", "lstm", "gru"])
def test_a_stored_fit_predicts_as_it_did(kind):
    folder = STORED / f"fit-{kind}"
    run = Run.load(folder)
    assert run.config.model.name == kind
    np.testing.assert_array_equal(outputs(run), np.load(folder / "expected.npy"))


def test_a_stopped_fit_goes_on_to_the_weights_of_an_unbroken_one(tmp_path):
    shutil.copytree(STORED / "fit-stopped", tmp_path / "run")
    record = json.loads((tmp_path / "run" / "config.json").read_text())
    split = Split(np.arange(16), np.arange(16, 20), np.arange(20, 24))
    config = FitConfig.from_dict(record["config"])
    run = fit(stored_series(), split, config, tmp_path / "run", resume=True, progress=False)
    assert run.metrics["epochs"] == 4
    expected = np.load(STORED / "fit-stopped-expected.npy")
    np.testing.assert_array_equal(outputs(run), expected)


@pytest.mark.parametrize("kind", ["cfc", "ltc"])
def test_both_forms_of_options_give_one_architecture(kind):
    record = json.loads((STORED / f"fit-{kind}" / "config.json").read_text())
    old = record["config"]["model"] | {"mixed_memory": False}
    new = to_dict(from_dict(old))
    assert len(old) == 17 and len(new) < 17
    assert Architecture.from_config(old, 9, False) == Architecture.from_config(new, 9, False)
