"""Models from outside the package: by an entry point, and by `register`."""

import importlib.util
import json
import os
import subprocess
import sys
from dataclasses import fields
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from liquidtime.data import split_by_series
from liquidtime.deploy.network import Architecture
from liquidtime.errors import InputError
from liquidtime.estimators import LiquidRegressor
from liquidtime.models.catalogue import MODELS, from_dict, to_dict
from liquidtime.train import Run, fit
from liquidtime.train.config import FitConfig, TrainConfig

STORED = Path(__file__).parents[1] / "stored" / "v0.1.0"
TOY = Path(__file__).parent / "toy.py"


@pytest.fixture
def toy(monkeypatch):
    """The toy's options, in the catalogue for one test."""
    spec = importlib.util.spec_from_file_location("toy", TOY)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    monkeypatch.setattr(MODELS, "_registered", {})
    MODELS.register(module.Config)
    return module.Config


def test_a_registered_model_is_fitted_by_name_and_read_back(toy, series, tmp_path):
    config = FitConfig.from_dict({"model": {"kind": "toy", "power": 3}, "train": {"epochs": 2}})
    assert config.model == toy(power=3)
    data, split = series(), split_by_series(60, seed=1)
    run = fit(data, split, config, tmp_path / "run", progress=False)
    assert Run.load(tmp_path / "run").config.model == toy(power=3)
    assert run.predict(data).probabilities.shape == (60, 2)
    assert "Toy" in run.report.read_text(encoding="utf-8")
    with pytest.raises(InputError, match="no trace"):
        run.trace(data[1])


def test_a_registered_model_fits_under_scikit_learn(toy):
    random = np.random.default_rng(0)
    X = [random.normal(size=(6, 2)) + k for k in range(20)]
    regressor = LiquidRegressor(kind="toy", options={"power": 1}, epochs=2, random_state=0)
    assert regressor.fit(X, np.arange(20.0)).predict(X).shape == (20,)
    with pytest.raises(InputError, match="no option 'hidden_size'"):
        LiquidRegressor(kind="toy", hidden_size=3).fit(X, np.arange(20.0))


def test_a_kind_is_taken_once(toy):
    class Other(toy):
        name = "cfc"

    with pytest.raises(ValueError, match="there is a model named 'cfc' already"):
        MODELS.register(Other)
    with pytest.raises(InputError, match=r"'hopfield' is no model; expected one of cfc, .*toy"):
        MODELS.find("hopfield")


def test_the_command_line_fits_a_model_of_another_package(tmp_path):
    """An entry point is enough: nothing of liquidtime knows of the package."""
    (tmp_path / "toy.py").write_text(TOY.read_text(encoding="utf-8"), encoding="utf-8")
    about = tmp_path / "toy-1.0.dist-info"
    about.mkdir()
    (about / "METADATA").write_text("Metadata-Version: 2.1\nName: toy\nVersion: 1.0\n")
    (about / "entry_points.txt").write_text("[liquidtime.models]\ntoy = toy:Config\n")
    random = np.random.default_rng(0)
    table = pd.DataFrame({"id": np.repeat(np.arange(30), 4), "time": np.tile(np.arange(4), 30)})
    table["level"] = random.normal(size=120) + table["id"] % 2
    table["died"] = table["id"] % 2
    table.to_csv(tmp_path / "table.csv", index=False)
    command = "fit table.csv --id id --time time --features level --target died"
    command += " --out run --model toy --model.power 3 --train.epochs 1"
    done = subprocess.run(
        [sys.executable, "-m", "liquidtime.cli", *command.split()],
        cwd=tmp_path,
        env=os.environ | {"PYTHONPATH": str(tmp_path)},
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stderr
    assert "Toy with power 3" in done.stdout


@pytest.mark.parametrize("kind", ["cfc", "ltc", "lstm", "gru"])
def test_options_of_0_1_0_are_narrowed_to_those_of_their_model(kind):
    record = json.loads((STORED / f"fit-{kind}" / "config.json").read_text())
    old = record["config"]["model"]
    new = to_dict(from_dict(old))
    assert len(old) == 17
    kept = new.keys() & old.keys()
    assert len(kept) < 17 and all(new[name] == old[name] for name in kept)
    later = {field.name: field.default for field in fields(MODELS.find(kind))}
    assert all(new[name] == later[name] for name in new.keys() - old.keys())
    assert from_dict(new) == from_dict(old)
    with pytest.raises(InputError, match="no option"):
        from_dict({name: old[name] for name in list(old)[:-1]})


@pytest.mark.parametrize("kind", ["cfc", "ltc"])
def test_both_forms_of_options_give_one_architecture(kind):
    record = json.loads((STORED / f"fit-{kind}" / "config.json").read_text())
    old = record["config"]["model"] | {"mixed_memory": False}
    new = to_dict(from_dict(old))
    assert Architecture.from_config(old, 9, False) == Architecture.from_config(new, 9, False)


def test_the_options_of_a_training_are_not_those_of_a_model():
    with pytest.raises(InputError, match="no option 'epochs'"):
        FitConfig.from_dict({"model": {"kind": "cfc", "epochs": 3}})
    assert FitConfig(train=TrainConfig(epochs=3)).model.name == "cfc"
