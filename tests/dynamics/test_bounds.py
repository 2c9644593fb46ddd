"""Bounds that the LTC paper proves: of the state, and of the time constant."""

import hypothesis.strategies as st
import numpy as np
import torch
from hypothesis import given, settings
from neurons import draw, draw_synapses
from scipy.integrate import solve_ivp

from liquidtime import dynamics
from liquidtime.dynamics import bounds, neuron

N, M = 4, 3


def drive_of(seed, inputs):
    neurons = draw(seed, M, N)
    recurrent = draw_synapses(torch.Generator().manual_seed(seed + 1), N, N)

    def drive(v):
        conductance, current = dynamics.synaptic_drive(v, recurrent)
        from_inputs = dynamics.synaptic_drive(inputs, neurons.synapses)
        return (
            conductance + from_inputs[0] + neurons.leak[0],
            current + from_inputs[1] + neurons.leak[1],
        )

    return neurons, recurrent, drive


@settings(max_examples=200, deadline=None)
@given(st.integers(0, 10_000), st.floats(-5, 5), st.floats(-5, 5))
def test_time_constants(seed, v, u):
    inputs = torch.full((1, M), u, dtype=torch.float64)
    neurons, recurrent, drive = drive_of(seed, inputs)
    at = torch.full((1, N), v, dtype=torch.float64)
    tau = neuron.time_constant(at, drive, neurons.capacitance)
    low, high = bounds.time_constant_bounds(
        neurons.capacitance, neurons.leak_conductance, neurons.synapses, recurrent
    )
    assert (low <= tau).all()
    assert (tau <= high).all()


@settings(max_examples=200, deadline=None)
@given(st.integers(0, 10_000), st.floats(-3, 3), st.floats(-5, 5))
def test_the_flow_points_inwards_at_the_state_bounds(seed, v, u):
    """Where it can go no further out, a neuron is driven back: the bounds are never left."""
    inputs = torch.full((1, M), u, dtype=torch.float64)
    neurons, recurrent, drive = drive_of(seed, inputs)
    at = torch.full((1, N), v, dtype=torch.float64)
    low, high = bounds.state_bounds(at, neurons.leak_potential, neurons.synapses, recurrent)
    for side, edge in ((1, low), (-1, high)):
        for i in range(N):
            mixed = at.clamp(low, high).clone()
            mixed[0, i] = edge[0, i]
            slope = neuron.slope(mixed, drive, neurons.capacitance)
            assert side * slope[0, i] >= -1e-12


def test_a_trajectory_stays_inside():
    for seed in range(10):
        inputs = torch.randn(1, M, dtype=torch.float64)
        neurons, recurrent, drive = drive_of(seed, inputs)
        start = torch.linspace(-0.5, 0.5, N, dtype=torch.float64)[None]
        low, high = bounds.state_bounds(start, neurons.leak_potential, neurons.synapses, recurrent)

        def slope(_, y, drive=drive, capacitance=neurons.capacitance):
            return neuron.slope(torch.from_numpy(y)[None], drive, capacitance)[0].numpy()

        path = solve_ivp(slope, (0, 30), start[0].numpy(), method="DOP853", rtol=1e-10).y.T
        assert (path >= low.numpy() - 1e-9).all()
        assert (path <= high.numpy() + 1e-9).all()
        target = (lambda gj: gj[1] / gj[0])(drive(torch.from_numpy(path[-1:])))
        np.testing.assert_allclose(path[-1:], target.numpy(), atol=0.05)


def test_missing_synapses_pull_on_nothing():
    neurons = draw(0, M, N)
    far = neurons.synapses._replace(
        conductance=torch.zeros(M, N), reversal_potential=torch.full((M, N), 9.0)
    )
    low, high = bounds.state_bounds(torch.zeros(1, N), torch.full((N,), 0.1), far)
    assert (low == 0).all()
    assert torch.equal(high, torch.full((1, N), 0.1))
