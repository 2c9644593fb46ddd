"""Encoders that read backwards, against their equations worked out in NumPy."""

from functools import partial

import numpy as np
import pytest
import torch
from stepped import gru, sigmoid, weights

from liquidtime.baselines.flow import ODEFlow
from liquidtime.baselines.layout import layout_of
from liquidtime.baselines.recognition import Recognition


def network(encoder):
    torch.manual_seed(0)
    flow = partial(ODEFlow, method="euler", steps=1)
    between = None if encoder == "rnn" else flow(torch.nn.Linear(4, 4))
    model = Recognition(2, 3, state=4, units=5, between=between, encoder=encoder).double()
    with torch.no_grad():
        for parameter in model.parameters():
            parameter.normal_(std=0.5)
    return model


def series():
    mask = np.array([[True, True], [False, False], [False, True], [True, False]])
    return np.random.default_rng(0).normal(size=(4, 2)) * mask, mask, np.array([0.0, 0.5, 0.5, 2.0])


def run(model, values, mask, times, lengths):
    parts = (torch.tensor(part).unsqueeze(0) for part in (values, mask, times))
    values, mask, times = parts
    layout = layout_of("own", times, torch.tensor([lengths]), torch.float64)
    with torch.no_grad():
        return [part[0].numpy() for part in model(values, mask, layout)]


def by_hand(model, encoder, values, mask, times):
    w = weights(model)
    unit = {name.removeprefix("unit."): part for name, part in w.items()}
    h, s = np.zeros(4), np.zeros(4)
    for t in reversed(range(len(values))):
        gap = times[t + 1] - times[t] if t + 1 < len(values) else 0.0
        x = np.concatenate([values[t], mask[t]])
        if encoder == "rnn":
            h = gru(unit, np.append(x, gap), h)
            continue
        h = h + gap * (w["between.field.weight"] @ h + w["between.field.bias"])
        if not mask[t].any():
            continue
        if encoder == "ode_gru":
            h = gru(unit, x, h)
            continue
        first = unit["inputs.weight"] @ x + unit["inputs.bias"]
        both = unit["gates.weight"] @ np.concatenate([h, s])
        u = sigmoid(unit["update.weight"] @ np.tanh(first[:5] + both[:5]) + unit["update.bias"])
        r = sigmoid(unit["reset.weight"] @ np.tanh(first[5:10] + both[5:]) + unit["reset.bias"])
        hidden = np.tanh(first[10:] + unit["proposal.weight"] @ np.concatenate([r * h, r * s]))
        new = unit["proposed.weight"] @ hidden + unit["proposed.bias"]
        h, s = (1 - u) * new[:4] + u * h, (1 - u) * np.abs(new[4:]) + u * s
    state = np.concatenate([h, s]) if encoder == "ode_rnn" else h
    hidden = np.tanh(w["posterior.0.weight"] @ state + w["posterior.0.bias"])
    out = w["posterior.2.weight"] @ hidden + w["posterior.2.bias"]
    return out[:3], np.log1p(np.exp(out[3:])) + 1e-4


@pytest.mark.parametrize("encoder", ["ode_rnn", "ode_gru", "rnn"])
def test_equals_the_equations(encoder):
    model = network(encoder)
    mean, deviation = run(model, *series(), 4)
    expected = by_hand(model, encoder, *series())
    np.testing.assert_allclose(mean, expected[0], atol=1e-13)
    np.testing.assert_allclose(deviation, expected[1], atol=1e-13)


@pytest.mark.parametrize("encoder", ["ode_rnn", "ode_gru", "rnn"])
def test_what_lies_past_the_end_is_not_looked_at(encoder):
    model, (values, mask, times) = network(encoder), series()
    whole = run(model, values, mask, times, 4)
    values, mask = np.concatenate([values, [[50.0, 9.0]]]), np.concatenate([mask, [[True, True]]])
    cut = run(model, values, mask, np.append(times, times[-1]), 4)
    np.testing.assert_allclose(cut, whole, atol=1e-14)
