"""Phased LSTM against its equations, worked out in NumPy, unit by unit."""

import numpy as np
import pytest
import torch
from stepped import run, series, sigmoid, weights

from liquidtime.baselines.phased_lstm import PhasedLSTM
from liquidtime.errors import InputError
from liquidtime.models.phased_lstm import Config


def layer_of(**options):
    torch.manual_seed(0)
    return PhasedLSTM(3, 5, **({"shortest": 1.0, "longest": 5.0, "share": 0.4} | options)).double()


def openness(t, period, shift, share, leak):
    """Equations 5 and 6 of Neil et al. 2016."""
    phase = ((t - shift) % period) / period
    if phase < share / 2:
        return 2 * phase / share
    if phase < share:
        return 2 - 2 * phase / share
    return leak * phase


def by_hand(layer, x, gaps, leak):
    w, size = weights(layer), 5
    times, c, h, outputs = np.cumsum(gaps), np.zeros(size), np.zeros(size), []
    period, share = np.exp(w["log_period"]), sigmoid(w["logit_share"])
    for at, t in zip(x, times, strict=True):
        a = w["inputs.weight"] @ at + w["inputs.bias"] + w["recurrent.weight"] @ h
        a_i, a_f, a_c, a_o = a.reshape(4, size)
        i, f = sigmoid(a_i + w["peepholes"][0] * c), sigmoid(a_f + w["peepholes"][1] * c)
        proposed = f * c + i * np.tanh(a_c)
        o = sigmoid(a_o + w["peepholes"][2] * proposed)
        k = np.array([openness(t, period[n], w["shift"][n], share[n], leak) for n in range(size)])
        c = k * proposed + (1 - k) * c
        h = k * o * np.tanh(proposed) + (1 - k) * h
        outputs.append(h)
    return np.array(outputs)


@pytest.mark.parametrize(("training", "leak"), [(True, 0.001), (False, 0.0)])
def test_equals_the_equations(training, leak):
    layer, (x, gaps) = layer_of().train(training), series(12)
    np.testing.assert_allclose(run(layer, x, gaps), by_hand(layer, x, gaps, leak), atol=1e-13)


def test_a_unit_that_is_closed_keeps_its_state():
    layer, (x, _) = layer_of(shortest=10.0, longest=10.0, share=0.1).eval(), series()
    with torch.no_grad():
        layer.shift.fill_(9.5)
    outputs = run(layer, x, np.array([0.0, 0.1, 0.3, 1.0, 1.0, 1.0, 6.7]))
    # Open for 1 of 10 units of time: at 0, 0.1 and 0.4, and again at 10.1.
    assert not np.allclose(outputs[0], 0.0) and not np.allclose(outputs[1], outputs[0])
    for k in (3, 4, 5):
        np.testing.assert_array_equal(outputs[k], outputs[2])
    assert not np.allclose(outputs[6], outputs[5])


def test_periods_and_phases_begin_spread():
    layer = PhasedLSTM(1, 4000)
    period = layer.log_period.exp().detach()
    assert float(period.min()) > 2.7 and float(period.max()) < 149
    phase = (layer.shift / period).detach()
    assert 0.45 < float(phase.mean()) < 0.55 and phase.min() >= 0 and phase.max() < 1
    torch.testing.assert_close(torch.sigmoid(layer.logit_share), torch.full((4000,), 0.05))


def test_late_times_have_a_phase():
    layer = PhasedLSTM(1, 3)
    late = torch.tensor([[1e8, 1e8 + 0.25]], dtype=torch.float64)
    with torch.no_grad():
        layer.log_period.zero_()
        layer.shift.zero_()
        layer.logit_share.fill_(10.0)
    torch.testing.assert_close(
        layer.openness(late)[0, :, 0], torch.tensor([0.0, 0.5]).double(), atol=1e-3, rtol=0
    )


def test_periods_the_wrong_way_round_are_refused():
    with pytest.raises(InputError, match="longest is not shorter"):
        Config(shortest=5.0, longest=2.0)
