"""ODE-RNN against its algorithm, solved by SciPy."""

import math
from functools import partial

import numpy as np
import pytest
import torch
from scipy.integrate import solve_ivp
from stepped import gru, run, series, weights

from liquidtime.baselines.flow import ODEFlow
from liquidtime.baselines.ode_rnn import ODERNN


def layer_of(method, steps, **accuracy):
    torch.manual_seed(0)
    flow = partial(ODEFlow, method=method, steps=steps, **accuracy)
    layer = ODERNN(3, 4, flow, units=6, layers=2).double()
    with torch.no_grad():
        for parameter in layer.flow.parameters():
            parameter.normal_(std=0.6)
    return layer


def solved(layer, x, gaps):
    w, h, outputs = weights(layer), np.zeros(4), []

    def slope(_, h):
        for k in (0, 2, 4):
            h = w[f"flow.field.{k}.weight"] @ h + w[f"flow.field.{k}.bias"]
            h = np.tanh(h) if k < 4 else h
        return h

    for at, gap in zip(x, gaps, strict=True):
        if gap > 0:
            h = solve_ivp(slope, (0, gap), h, rtol=1e-11, atol=1e-12).y[:, -1]
        h = gru(w, at, h)
        outputs.append(h)
    return np.array(outputs)


def test_equals_its_algorithm():
    layer, (x, gaps) = layer_of("dopri5", 1, rtol=1e-10, atol=1e-11), series()
    np.testing.assert_allclose(run(layer, x, gaps), solved(layer, x, gaps), atol=1e-8)


@pytest.mark.parametrize(("method", "order"), [("euler", 1), ("midpoint", 2), ("rk4", 4)])
def test_the_error_over_a_series_falls_with_the_order(method, order):
    x, gaps = series()
    gaps = np.minimum(gaps, 1.0)
    exact = solved(layer_of(method, 1), x, gaps)
    errors = [np.abs(run(layer_of(method, n), x, gaps) - exact).max() for n in (32, 64)]
    assert math.log2(errors[0] / errors[1]) == pytest.approx(order, abs=0.25)


def test_solved_exactly_the_union_of_time_stamps_gives_the_same():
    layer = layer_of("dopri5", 1, rtol=1e-8, atol=1e-9)
    several = [series(seed=k) for k in range(3)]
    x = torch.tensor(np.stack([x for x, _ in several]))
    gaps = torch.tensor(np.minimum([gaps for _, gaps in several], 2.0))
    lengths, times = torch.tensor([7, 4, 0]), gaps.cumsum(1) + torch.tensor([[0.0], [1.3], [9.0]])
    with torch.no_grad():
        own = layer(x, gaps, lengths)
        union = layer.on_union(x, times, lengths)
    torch.testing.assert_close(union, own, atol=1e-6, rtol=0)
    assert layer.on_union(x[2:], times[2:], lengths[2:]).abs().sum() == 0.0
