"""RNN-Decay against its equations, worked out in NumPy."""

import numpy as np
import torch
from stepped import gru, run, series, weights

from liquidtime.baselines.rnn_decay import RNNDecay


def test_equals_the_equations():
    torch.manual_seed(0)
    layer, (x, gaps) = RNNDecay(3, 5).double(), series()
    w, h, outputs = weights(layer), np.zeros(5), []
    for at, gap in zip(x, gaps, strict=True):
        h = gru(w, at, np.exp(-np.exp(w["log_rate"]) * gap) * h)
        outputs.append(h)
    np.testing.assert_allclose(run(layer, x, gaps), outputs, atol=1e-14)


def test_after_a_long_time_a_series_begins_anew():
    torch.manual_seed(1)
    layer, (x, gaps) = RNNDecay(3, 5).double(), series()
    gaps[4] = 1e9
    np.testing.assert_allclose(run(layer, x, gaps)[4:], run(layer, x[4:], gaps[4:]), atol=1e-14)


def test_rates_begin_in_all_magnitudes():
    rates = RNNDecay(1, 900).log_rate.exp()
    assert rates.min() >= 0.01 and rates.max() <= 1.0
    assert 0.08 < float(rates.median().detach()) < 0.12
