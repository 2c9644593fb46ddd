"""Steps much shorter than time constants: float32 loses no change, and no dt is too short."""

import numpy as np
import pytest

from liquidtime.brain import (
    Connectome,
    Experiment,
    Machine,
    Network,
    Parameters,
    Record,
    Step,
    clamp,
    current,
    simulate,
)
from liquidtime.native import native

kernels = pytest.mark.skipif(native() is None, reason="the compiled kernels are not installed")
LONE = Connectome.from_edges([], [], neurons=["x"])
MACHINES = [pytest.param(Machine(backend="cpu"), marks=kernels), Machine(backend="reference")]


@pytest.mark.parametrize("scheme", ["ab2", "midpoint", "frozen"])
@pytest.mark.parametrize("machine", MACHINES)
@pytest.mark.parametrize(("capacitance", "dt"), [(100.0, 0.1), (10.0, 0.01), (1e3, 0.5)])
def test_a_membrane_follows_its_closed_form(capacitance, dt, machine, scheme):
    """Right: to 1e-5 of 1 mV; it was off by 1.5e-4 to 1.2e-2."""
    if machine.backend == "reference" and scheme != "ab2":
        pytest.skip("the reference is slow")
    asked = Experiment(current("x", Step(1.0)), 1000 * dt, dt, scheme, record=Record(every=100))
    parameters = Parameters(membrane_capacitance=capacitance)
    found = simulate(LONE, parameters, asked, where=machine)["potential"]
    wanted = -60 - np.expm1(-found.time.values / capacitance)
    np.testing.assert_allclose(found.values[0, :, 0], wanted, rtol=0, atol=1e-5)


@kernels
@pytest.mark.parametrize(
    ("capacitance", "dt"), [(100.0, 0.025), (100.0, 0.01), (1000.0, 0.1), (10.0, 0.001)]
)
def test_also_over_many_steps(capacitance, dt):
    every = 5000
    asked = Experiment(current("x", Step(1.0)), 20_000 * dt, dt, record=Record(every=every))
    parameters = Parameters(membrane_capacitance=capacitance)
    found = simulate(LONE, parameters, asked)["potential"]
    wanted = -60 - np.expm1(-found.time.values / capacitance)
    np.testing.assert_allclose(found.values[0, :, 0], wanted, rtol=0, atol=1e-5)


@pytest.mark.parametrize("machine", MACHINES)
def test_a_membrane_of_a_hundred_seconds_moves(machine):
    """1 pA over 200 ms of τ = 10⁵ ms: 0.002 mV, of which nothing was there."""
    asked = Experiment(current("x", Step(1.0)), 200.0, 0.1, record=Record(every=1000))
    found = simulate(LONE, Parameters(membrane_capacitance=1e5), asked, where=machine)["potential"]
    wanted = -60 - np.expm1(-found.time.values / 1e5)
    np.testing.assert_allclose(found.values[0, :, 0], wanted, rtol=0, atol=4e-6)


@pytest.mark.parametrize("machine", MACHINES)
def test_a_slow_synapse_follows_its_closed_form(machine):
    pair = Connectome.from_edges(["a"], ["b"])
    asked = Experiment(
        clamp("a", Step(-30.0)), 100.0, 0.1, record=Record("activation", "a", every=500)
    )
    slow = Parameters(synaptic_time_constant=1e5)
    found = simulate(pair, slow, asked, where=machine)["activation"]
    before, opened = 1 / (1 + np.exp(-0.2 * np.array([-15.0, 15.0])))
    # The source jumps with the first step, which takes the mean of both ends.
    wanted = opened - (opened - before) * np.exp(-found.time.values / 1e5)
    np.testing.assert_allclose(found.values[0, :, 0], wanted, rtol=0, atol=3e-6)
    assert found.values[0, -1, 0] - before > 8e-4


def test_usual_steps_are_left_as_they_are():
    """Only where it matters: more to keep would take time."""
    for dt, capacitance, time, wanted in (
        (0.1, 10.0, 0.0, False),
        (0.1, 100.0, 0.0, True),
        (0.1, 10.0, 100.0, True),
        (0.5, 10.0, 3.0, False),
    ):
        parameters = Parameters(membrane_capacitance=capacitance, synaptic_time_constant=time)
        assert Network(LONE, parameters).task(dt).compensated is wanted
        exact = Network(LONE, parameters, machine=Machine(dtype="float64"))
        assert not exact.task(dt).compensated
