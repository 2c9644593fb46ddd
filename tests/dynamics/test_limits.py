"""Limits that every integrator must have: no time, endless time, no synapses, one synapse."""

from typing import get_args

import hypothesis.strategies as st
import pytest
import torch
from hypothesis import given, settings
from neurons import draw

from liquidtime import dynamics
from liquidtime.dynamics import (
    IntegratorName,
    Synapses,
    closed_form_linear,
    neuron,
    piecewise_constant,
)

NAMES = (*get_args(IntegratorName), "closed_form_linear")
STABLE = ("fused", "exponential", "closed_form_linear")
N, M = 5, 4


def number(x):
    return torch.tensor([[x]], dtype=torch.float64)


def advance(name, neurons, v, elapsed, inputs):
    """One step with inputs that stand still, by an integrator of either kind."""
    if name == "closed_form_linear":
        return closed_form_linear.step(
            v, number(elapsed), inputs, inputs, neurons.synapses, neurons.capacitance, neurons.leak
        )
    return dynamics.integrator(name)(
        v, number(elapsed), drive_of(neurons, inputs), neurons.capacitance
    )


def drive_of(neurons, inputs):
    conductance, current = dynamics.synaptic_drive(inputs, neurons.synapses)
    total = conductance + neurons.leak[0], current + neurons.leak[1]
    return lambda _: total


def case(seed, u, v):
    inputs = torch.full((1, M), u, dtype=torch.float64)
    return draw(seed, M, N), inputs, torch.full((1, N), v, dtype=torch.float64)


@pytest.mark.parametrize("name", NAMES)
@settings(max_examples=20, deadline=None)
@given(st.integers(0, 10_000), st.floats(-2, 2), st.floats(-2, 2))
def test_in_little_time_it_follows_the_slope(name, seed, u, v):
    neurons, inputs, start = case(seed, u, v)
    still = advance(name, neurons, start, 0.0, inputs)
    torch.testing.assert_close(still, start, rtol=1e-14, atol=1e-300)  # denormal starts
    slope = neuron.slope(start, drive_of(neurons, inputs), neurons.capacitance)
    moved = (advance(name, neurons, start, 1e-6, inputs) - start) / 1e-6
    torch.testing.assert_close(moved, slope, rtol=1e-3, atol=1e-4)


@pytest.mark.parametrize("name", STABLE)
@settings(max_examples=50, deadline=None)
@given(st.integers(0, 10_000), st.floats(-2, 2), st.floats(-2, 2), st.floats(1e12, 1e18))
def test_in_endless_time_it_rests_where_it_is_pulled(name, seed, u, v, elapsed):
    neurons, inputs, start = case(seed, u, v)
    conductance, current = drive_of(neurons, inputs)(start)
    end = advance(name, neurons, start, elapsed, inputs)
    torch.testing.assert_close(end, current / conductance, rtol=0, atol=1e-8)


@pytest.mark.parametrize("name", STABLE[1:])
@settings(max_examples=50, deadline=None)
@given(st.integers(0, 10_000), st.floats(-2, 2), st.floats(-2, 2), st.floats(0, 100))
def test_without_weights_only_the_leak_is_left(name, seed, u, v, elapsed):
    neurons, inputs, start = case(seed, u, v)
    shut = neurons.synapses._replace(conductance=torch.zeros(M, N, dtype=torch.float64))
    neurons = neurons._replace(synapses=shut)
    potential = neurons.leak_potential
    decay = torch.exp(-elapsed * neurons.leak_conductance / neurons.capacitance)
    expected = potential + (start - potential) * decay
    found = advance(name, neurons, start, elapsed, inputs)
    torch.testing.assert_close(found, expected, rtol=0, atol=1e-13)


@pytest.mark.parametrize("name", STABLE[1:])
@settings(max_examples=50, deadline=None)
@given(st.floats(0.01, 5), st.floats(-3, 3), st.floats(-1, 1), st.floats(0.1, 3), st.floats(0, 50))
def test_one_synapse_is_the_papers_cell(name, w, u, v, w_tau, elapsed):
    """C = 1, v_leak = 0, one synapse of reversal potential A: Eq. 1, solved for constant input."""
    w_, one, zero = number(w), torch.ones(1, dtype=torch.float64), torch.zeros(1).double()
    neurons = draw(0, 1, 1)._replace(
        synapses=Synapses(w_, number(0.4), number(5.0), number(-0.7)),
        capacitance=one,
        leak_conductance=w_tau * one,
        leak_potential=zero,
    )
    f = w * torch.sigmoid(number(5.0 * (u - 0.4)))[0]
    a, start = torch.tensor([-0.7], dtype=torch.float64), number(v)
    spans = torch.tensor([[elapsed]], dtype=torch.float64)
    expected = piecewise_constant.ltc(start[0], spans, f[:, None], w_tau * one, a)
    found = advance(name, neurons, start, elapsed, number(u))
    torch.testing.assert_close(found, expected, rtol=0, atol=1e-13)
