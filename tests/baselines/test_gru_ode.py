"""GRU-ODE against its equations, solved by SciPy."""

import math
from functools import partial

import numpy as np
import pytest
import torch
from scipy.integrate import solve_ivp
from stepped import gru, run, series, sigmoid, weights

from liquidtime.baselines.flow import ODEFlow
from liquidtime.baselines.gru_ode import GRUODE


def layer_of(form, method, steps, **accuracy):
    torch.manual_seed(0)
    return GRUODE(3, 4, partial(ODEFlow, method=method, steps=steps, **accuracy), form).double()


def slope(w, given, h):
    """Equation 3 of De Brouwer et al. 2019."""
    gates = given[:8] + w["flow.field.gates.weight"] @ h
    r, z = sigmoid(gates[:4]), sigmoid(gates[4:])
    g = np.tanh(given[8:] + w["flow.field.candidate.weight"] @ (r * h))
    return (1 - z) * (g - h)


def flown(w, given, h, gap):
    if gap == 0.0:
        return h
    return solve_ivp(lambda _, h: slope(w, given, h), (0, gap), h, rtol=1e-11, atol=1e-12).y[:, -1]


def solved(layer, x, gaps):
    w, h, outputs = weights(layer), np.zeros(4), []
    for k, (at, gap) in enumerate(zip(x, gaps, strict=True)):
        if layer.form == "jump":
            h = gru(w, at, flown(w, w["field_bias"], h, gap))
        else:
            given = w["inputs.weight"] @ at + w["inputs.bias"]
            h = flown(w, given, h, 1.0 if k == 0 else gap)
        outputs.append(h)
    return np.array(outputs)


forms = pytest.mark.parametrize("form", ["jump", "driven"])


@forms
def test_equals_its_equations(form):
    layer, (x, gaps) = layer_of(form, "dopri5", 1, rtol=1e-10, atol=1e-11), series()
    np.testing.assert_allclose(run(layer, x, gaps), solved(layer, x, gaps), atol=1e-8)


@forms
@pytest.mark.parametrize(("method", "order"), [("exponential", 1), ("heun", 2), ("rk4", 4)])
def test_the_error_over_a_series_falls_with_the_order(form, method, order):
    x, gaps = series()
    gaps = np.minimum(gaps, 1.5)
    exact = solved(layer_of(form, method, 1), x, gaps)
    errors = [np.abs(run(layer_of(form, method, n), x, gaps) - exact).max() for n in (16, 32)]
    assert math.log2(errors[0] / errors[1]) == pytest.approx(order, abs=0.25)


@forms
def test_its_state_stays_within_one(form):
    layer, (x, gaps) = layer_of(form, "exponential", 1), series()
    with torch.no_grad():
        for parameter in layer.parameters():
            parameter.mul_(20.0)
    outputs = run(layer, 10.0 * x, 100.0 * gaps)
    assert np.abs(outputs).max() <= 1.0 and np.abs(outputs).max() > 0.5


def test_the_first_input_counts_in_the_driven_form():
    layer, (x, gaps) = layer_of("driven", "exponential", 2), series()
    other = x.copy()
    other[0] += 1.0
    assert not np.allclose(run(layer, x, gaps)[0], run(layer, other, gaps)[0])
