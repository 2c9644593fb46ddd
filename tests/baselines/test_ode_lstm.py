"""ODE-LSTM against its algorithm: the LSTM of `torch.nn`, and the ODE solved by SciPy."""

from functools import partial

import numpy as np
import pytest
import torch
from scipy.integrate import solve_ivp
from stepped import run, series, weights
from torch import nn

from liquidtime.baselines.flow import ODEFlow
from liquidtime.baselines.ode_lstm import ODELSTM


def layer_of(method="dopri5", steps=1, **accuracy):
    torch.manual_seed(0)
    flow = partial(ODEFlow, method=method, steps=steps, **accuracy)
    return ODELSTM(3, 4, flow).double()


def lstm_of(layer):
    """The LSTM of torch with the same weights, whose gates are in another order."""
    order = [0, 1, 3, 2]
    lstm = nn.LSTMCell(3, 4).double()
    with torch.no_grad():
        for own, theirs in (("inputs.weight", "weight_ih"), ("recurrent.weight", "weight_hh")):
            part = layer.state_dict()[own]
            getattr(lstm, theirs).copy_(part.reshape(4, 4, -1)[order].reshape(16, -1))
        lstm.bias_ih.copy_(layer.inputs.bias.reshape(4, 4)[order].reshape(16))
        lstm.bias_hh.zero_()
    return lstm


def solved(layer, x, gaps):
    """Algorithm 1 of Lechner & Hasani 2020."""
    w, lstm, outputs = weights(layer), lstm_of(layer), []
    h, c = torch.zeros(2, 1, 4, dtype=torch.float64)

    def slope(_, h):
        hidden = np.tanh(w["flow.field.0.weight"] @ h + w["flow.field.0.bias"])
        return w["flow.field.2.weight"] @ hidden + w["flow.field.2.bias"]

    for at, gap in zip(x, gaps, strict=True):
        with torch.no_grad():
            h, c = lstm(torch.tensor(at).unsqueeze(0), (h, c))
        if gap > 0:
            moved = solve_ivp(slope, (0, gap), h[0].numpy(), rtol=1e-11, atol=1e-12).y[:, -1]
            h = torch.tensor(moved).unsqueeze(0)
        outputs.append(h[0].numpy())
    return np.array(outputs)


def test_equals_its_algorithm():
    layer, (x, gaps) = layer_of(rtol=1e-10, atol=1e-11), series()
    np.testing.assert_allclose(run(layer, x, gaps), solved(layer, x, gaps), atol=1e-8)


@pytest.mark.parametrize(("method", "order"), [("euler", 1), ("heun", 2), ("rk4", 4)])
def test_the_error_over_a_series_falls_with_the_order(method, order):
    x, gaps = series()
    gaps = np.minimum(gaps, 1.0)
    exact = solved(layer_of(method), x, gaps)
    errors = [np.abs(run(layer_of(method, n), x, gaps) - exact).max() for n in (32, 64)]
    assert np.log2(errors[0] / errors[1]) == pytest.approx(order, abs=0.25)


def test_without_gaps_it_is_an_lstm():
    layer, (x, gaps) = layer_of("rk4"), series()
    lstm = lstm_of(layer)
    h, c = torch.zeros(2, 1, 4, dtype=torch.float64)
    expected = []
    with torch.no_grad():
        for at in x:
            h, c = lstm(torch.tensor(at).unsqueeze(0), (h, c))
            expected.append(h[0].numpy())
    np.testing.assert_allclose(run(layer, x, 0 * gaps), expected, atol=1e-14)


def test_the_forget_gates_begin_open():
    bias = ODELSTM(2, 4, partial(ODEFlow, method="rk4", steps=1), forget_bias=3.0).inputs.bias
    assert bool((bias.reshape(4, 4)[1] == 3.0).all())
    assert bool((bias.reshape(4, 4)[[0, 2, 3]].abs() <= 0.5).all())
