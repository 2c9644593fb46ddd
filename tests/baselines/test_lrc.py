"""The LRC against its equations synapse by synapse, and a short task."""

import math

import numpy as np
import pytest
import torch
from torch.nn.functional import softplus
from waves import accuracy

from liquidtime.baselines.lrc import LRC


def sigmoid(x):
    return 1.0 / (1.0 + math.exp(-x))


def layer_of(**options):
    torch.manual_seed(0)
    layer = LRC(2, 3, **options).double()
    with torch.no_grad():
        for name in ("input_scale", "input_shift", "output_scale", "output_shift"):
            getattr(layer, name).normal_()
        layer.capacity.bias.normal_()
    return layer


def given(lengths=(6, 3), seed=1):
    random = torch.Generator().manual_seed(seed)
    x = torch.randn(len(lengths), max(lengths), 2, dtype=torch.float64, generator=random)
    gaps = 3 * torch.rand(x.shape[:2], dtype=torch.float64, generator=random)
    gaps[:, 0] = 0
    return x, gaps, torch.tensor(lengths)


def by_hand(layer, x, gaps):
    p = {name: value.detach().numpy() for name, value in layer.named_parameters()}
    forget, leak = (softplus(q).detach().numpy() for q in (layer.raw_forget, layer.raw_leak))
    h, outputs = np.zeros(3), []
    for t, row in enumerate(x):
        u = np.concatenate([p["input_scale"] * row + p["input_shift"], h])
        after, dt = np.zeros(3), 1.0 if t == 0 else gaps[t]
        for i in range(3):
            f = r = leak[i]
            q = p["capacity.bias"][i]
            for j in range(5):
                opening = sigmoid(p["steepness"][j, i] * (u[j] - p["midpoint"][j, i]))
                f += forget[j, i] * opening
                r += p["update"][j, i] * opening
                q += p["capacity.weight"][i, j] * u[j]
            if layer.elastance == "symmetric":
                k = math.log1p(math.exp(p["raw_width"][i]))
                pace = dt * (sigmoid(q + k) - sigmoid(q - k))
            else:
                pace = dt * sigmoid(q)
            pull = p["resting"][i] * math.tanh(r)
            if layer.integrator == "explicit":
                after[i] = h[i] + pace * (-h[i] * sigmoid(f) + pull)
            else:
                after[i] = (h[i] + pace * pull) / (1 + pace * sigmoid(f))
        h = after
        outputs.append(p["output_scale"] * h + p["output_shift"])
    return np.array(outputs)


@pytest.mark.parametrize("elastance", ["symmetric", "asymmetric"])
@pytest.mark.parametrize("integrator", ["hybrid", "explicit"])
def test_it_equals_the_equations(elastance, integrator):
    layer, (x, gaps, lengths) = layer_of(elastance=elastance, integrator=integrator), given()
    found = layer(x, gaps, lengths).detach().numpy()
    for n, length in enumerate(lengths.tolist()):
        expected = by_hand(layer, x[n, :length].numpy(), gaps[n, :length].numpy())
        np.testing.assert_allclose(found[n, :length], expected, atol=1e-13)
        assert not found[n, length:].any()


def test_weights_are_drawn_from_the_published_ranges():
    torch.manual_seed(0)
    layer = LRC(5, 40)
    ranges = {"steepness": (3, 8), "midpoint": (0.3, 0.8), "resting": (-0.2, 0.2)}
    drawn = {name: getattr(layer, name) for name in ranges}
    ranges |= {"forget": (0.001, 1), "leak": (0.001, 1)}
    drawn |= {"forget": softplus(layer.raw_forget), "leak": softplus(layer.raw_leak)}
    for name, (low, high) in ranges.items():
        part = drawn[name].detach()
        assert part.min() >= low - 1e-4 and part.max() <= high + 1e-4, name
        assert part.max() - part.min() > 0.8 * (high - low), name
    own = layer.update[5:].detach()
    torch.testing.assert_close(own @ own.T, torch.eye(40), atol=1e-5, rtol=0)
    torch.testing.assert_close(softplus(layer.raw_width).detach(), torch.ones(40))


def test_what_is_behind_the_end_has_no_influence_and_long_gaps_stay_bounded():
    layer, (x, gaps, lengths) = layer_of(), given()
    found = layer(x, gaps, lengths)
    other, others = x.clone(), gaps.clone()
    other[1, 3:], others[1, 3:] = 99.0, 7.0
    assert torch.equal(layer(other, others, lengths), found)
    endless = (layer(x, torch.full_like(gaps, 1e30), lengths) - layer.output_shift).detach()
    # After endless time a neuron rests where its decay is its pull.
    assert endless[0].isfinite().all()
    assert (endless[0].abs() <= (layer.output_scale * layer.resting).detach().abs() * 2.001).all()


def test_as_many_parameters_as_the_published_cell():
    """Four numbers a synapse, the capacitance, five numbers a neuron, two an input."""
    d, h = 7, 64
    expected = 4 * (d + h) * h + ((d + h) * h + h) + 5 * h + 2 * d
    assert sum(p.numel() for p in LRC(d, h).parameters()) == expected


def test_it_learns_which_of_two_waves_a_series_is():
    assert accuracy("lrc", {"hidden_size": 12}, steps=80, learning_rate=3e-2) > 0.8
