"""Simulations that version 0.1.0 stored: they go on, are found again, and can then be shown."""

import json
import shutil
from pathlib import Path

import numpy as np
import pytest

from liquidtime.brain import (
    Ablate,
    Events,
    Experiment,
    Parameters,
    Record,
    Step,
    current,
    simulate,
)
from liquidtime.brain.generate import random
from liquidtime.brain.simulation.folder import load
from liquidtime.native import native

STORED = Path(__file__).parents[2] / "stored" / "v0.1.0"
EXPERIMENT = Experiment(
    current([0, 1], Step(50.0, 2.0, 8.0)),
    duration=20.0,
    dt=0.5,
    record=[Record(), Record("calcium", [1, 2], 4, 5.0), Events(-40.0)],
    trials=[None, Ablate(7)],
)


@pytest.mark.skipif(native() is None, reason="the compiled kernels are not installed")
@pytest.mark.parametrize(("name", "steps"), [("stopped", 20), ("finished", 40)])
def test_simulations_of_version_0_1_0_go_on(name, steps, tmp_path):
    folder = shutil.copytree(STORED / f"simulation-{name}", tmp_path / name)
    connectome = random(20, 4, seed=1)
    found = simulate(connectome, Parameters(unit_conductance=0.1), EXPERIMENT, store=folder)
    assert found.statistics["steps"] == steps
    with np.load(STORED / "simulation-expected.npz") as file:
        np.testing.assert_array_equal(found["potential"].values, file["potential"])
        # Then it was smoothed in another order of operations: a rounding of float32 apart.
        np.testing.assert_allclose(found["calcium"].values, file["calcium"], rtol=0, atol=1e-7)
        np.testing.assert_array_equal(found.event_table, file["events"])
        np.testing.assert_array_equal(found.final, file["final"])
    assert json.loads((folder / "run.json").read_text())["finished"]
    again, description = load(folder)
    np.testing.assert_array_equal(again["potential"].values, found["potential"].values)
    assert description.labels == ["trial 0", "trial 1"]
    assert description.stimuli == [("0,1", "0,1=current Step", 2.0, 8.0)]
    assert description.removed == {"trial 1": [7]}
