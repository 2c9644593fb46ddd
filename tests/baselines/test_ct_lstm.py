"""CT-LSTM against its equations, worked out in NumPy."""

import numpy as np
import torch
from stepped import run, series, sigmoid, weights

from liquidtime.baselines.ct_lstm import CTLSTM


def by_hand(layer, x, gaps):
    """Equations 5 to 7 of Mei & Eisner 2017."""
    w, size = weights(layer), layer.output_size
    c, rest, decay, o = (np.zeros(size) for _ in range(4))
    outputs = []
    for at, gap in zip(x, gaps, strict=True):
        now = rest + (c - rest) * np.exp(-decay * gap)
        h = o * (2 * sigmoid(2 * now) - 1)
        a = w["inputs.weight"] @ at + w["inputs.bias"] + w["recurrent.weight"] @ h
        i, f, o, rest_i, rest_f, z, decay = a.reshape(7, size)
        z, o, decay = np.tanh(z), sigmoid(o), np.log(1 + np.exp(decay))
        c = sigmoid(f) * now + sigmoid(i) * z
        rest = sigmoid(rest_f) * rest + sigmoid(rest_i) * z
        outputs.append(o * np.tanh(c))
    return np.array(outputs)


def test_equals_the_equations():
    torch.manual_seed(0)
    layer, (x, gaps) = CTLSTM(3, 5).double(), series()
    np.testing.assert_allclose(run(layer, x, gaps), by_hand(layer, x, gaps), atol=1e-14)


def test_in_time_a_cell_rests():
    """After a long gap it makes no difference what the cell was, nor how long the gap."""
    torch.manual_seed(1)
    layer = CTLSTM(3, 5).double()
    state = tuple(torch.randn(1, 5, dtype=torch.float64) for _ in range(4))
    state = (*state[:2], state[2].abs() + 0.1, state[3])
    given = torch.randn(1, 35, dtype=torch.float64)
    long = torch.tensor([[1e4]], dtype=torch.float64)
    other = (torch.zeros_like(state[0]), *state[1:])
    first, _ = layer.step(state, given, long)
    second, _ = layer.step(other, given, 2 * long)
    torch.testing.assert_close(first, second, atol=1e-15, rtol=0)
    third, _ = layer.step(other, given, 0 * long)
    assert not torch.allclose(third, first)


def test_both_forget_gates_begin_open():
    layer = CTLSTM(2, 4, forget_bias=3.0)
    bias = layer.inputs.bias.detach().reshape(7, 4)
    assert bool((bias[[1, 4]] == 3.0).all()) and bool((bias[[0, 2, 3, 5, 6]].abs() <= 0.5).all())
