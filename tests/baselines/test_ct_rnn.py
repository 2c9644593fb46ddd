"""CT-RNN against its equation, worked out in NumPy and solved by another method."""

import math
from functools import partial

import numpy as np
import pytest
import torch
from scipy.integrate import solve_ivp
from stepped import run, series, weights

from liquidtime.baselines.ct_rnn import CTRNN
from liquidtime.baselines.flow import ODEFlow


def layer_of(method, steps, **accuracy):
    torch.manual_seed(0)
    flow = partial(ODEFlow, method=method, steps=steps, **accuracy)
    layer = CTRNN(3, 4, flow).double()
    with torch.no_grad():
        layer.flow.field.log_tau.uniform_(-1.0, 1.0)
        layer.flow.field.scale.uniform_(0.5, 2.0)
    return layer


def slope(w, x, h):
    drive = np.tanh(
        w["inputs.weight"] @ x + w["inputs.bias"] + w["flow.field.recurrent.weight"] @ h
    )
    return -h / np.exp(w["flow.field.log_tau"]) + w["flow.field.scale"] * drive


def solved(layer, x, gaps):
    """By SciPy, to ten digits; the first input acts for one unit of time."""
    w, h, outputs = weights(layer), np.zeros(4), []
    for at, gap in zip(x, [1.0, *gaps[1:]], strict=True):
        if gap > 0:
            run = partial(slope, w, at)
            h = solve_ivp(lambda _, h: run(h), (0, gap), h, rtol=1e-11, atol=1e-12).y[:, -1]  # noqa: B023
        outputs.append(h)
    return np.array(outputs)


def test_equals_its_equation():
    layer, (x, gaps) = layer_of("dopri5", 1, rtol=1e-10, atol=1e-11), series()
    np.testing.assert_allclose(run(layer, x, gaps), solved(layer, x, gaps), atol=1e-8)


@pytest.mark.parametrize(
    ("method", "order"),
    [("exponential", 1), ("euler", 1), ("midpoint", 2), ("heun", 2), ("rk4", 4)],
)
def test_the_error_over_a_series_falls_with_the_order(method, order):
    x, gaps = series()
    gaps = np.minimum(gaps, 1.0)
    exact = solved(layer_of(method, 1), x, gaps)
    errors = [np.abs(run(layer_of(method, n), x, gaps) - exact).max() for n in (32, 64)]
    assert math.log2(errors[0] / errors[1]) == pytest.approx(order, abs=0.25)


def test_without_a_drive_it_leaks():
    layer = layer_of("exponential", 3)
    with torch.no_grad():
        layer.flow.field.scale.zero_()
    state = torch.ones(1, 4, dtype=torch.float64)
    given = torch.zeros(1, 4, dtype=torch.float64)
    after, _ = layer.step((state,), given, torch.tensor([12.0], dtype=torch.float64))
    left = torch.exp(-12.0 / layer.flow.field.log_tau.exp())
    torch.testing.assert_close(after[0], left, atol=1e-15, rtol=0)


def test_the_first_input_counts():
    layer, (x, gaps) = layer_of("exponential", 2), series()
    other = x.copy()
    other[0] += 1.0
    assert not np.allclose(run(layer, x, gaps)[0], run(layer, other, gaps)[0])
