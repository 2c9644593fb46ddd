"""The frozen scheme against Brian2's exponential Euler, run by tools/brian2_reference.py."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from liquidtime.brain import (
    Connectome,
    Experiment,
    Machine,
    Parameters,
    Record,
    Samples,
    current,
    simulate,
)

REFERENCE = Path(__file__).with_name("brian2_frozen.npz")


@pytest.mark.parametrize(
    ("backend", "dtype", "tolerance"),
    # float32 keeps 4e-6 mV of a potential, and errs by a part of it a step.
    [("reference", "float64", 1e-12), ("sparse", "float64", 1e-12), ("cpu", "float32", 1e-3)],
)
def test_frozen_equals_brian2(backend, dtype, tolerance):
    with np.load(REFERENCE) as file:
        given = {name: file[name] for name in file.files}
    neurons = len(given["leak"])
    transmitters = np.where(np.arange(neurons) < 90, "excitatory", "inhibitory")
    connectome = Connectome.from_edges(
        given["pre"],
        given["post"],
        given["count"],
        neurons=pd.DataFrame({"transmitter": transmitters}),
    )
    parameters = Parameters(
        membrane_capacitance=given["capacitance"],
        leak_conductance=given["leak"],
        leak_potential=given["rest"],
        midpoint=given["midpoint"],
        steepness=given["steepness"],
        unit_conductance={"excitatory": 0.02, "inhibitory": 0.05},
    )
    experiment = Experiment(
        current(np.arange(neurons), Samples(given["current"][None], 1e9)),
        duration=100.0,
        dt=0.1,
        scheme="frozen",
        initial=given["start"],
        record=Record(every=1000),
    )
    machine = Machine(backend=backend, dtype=dtype)
    found = simulate(connectome, parameters, experiment, where=machine)
    assert np.abs(found.final[:, 0] - given["potentials"]).max() <= tolerance
