"""The coRNN against its scheme by hand, its energy, and a short task."""

import numpy as np
import pytest
import torch
from waves import accuracy

from liquidtime.baselines.cornn import CoRNN


def layer_of(**options):
    torch.manual_seed(0)
    return CoRNN(2, 4, **options).double()


def given(lengths=(7, 4), seed=1):
    random = torch.Generator().manual_seed(seed)
    x = torch.randn(len(lengths), max(lengths), 2, dtype=torch.float64, generator=random)
    gaps = 4 * torch.rand(x.shape[:2], dtype=torch.float64, generator=random)
    gaps[:, 0] = 0
    return x, gaps, torch.tensor(lengths)


def test_it_equals_the_scheme():
    layer, (x, gaps, lengths) = layer_of(step=0.1, longest=3.0), given()
    v, b = layer.inputs.weight.detach().numpy(), layer.inputs.bias.detach().numpy()
    w = layer.coupling.weight.detach().numpy()
    found = layer(x, gaps, lengths).detach().numpy()
    assert gaps.max() > 3.0
    for n, length in enumerate(lengths.tolist()):
        y, z = np.zeros(4), np.zeros(4)
        for t in range(length):
            dt = 0.1 * (1.0 if t == 0 else min(3.0, float(gaps[n, t])))
            force = np.tanh(w[:, :4] @ y + w[:, 4:] @ z + v @ x[n, t].numpy() + b)
            # z = z₀ + Δ (force − γ y₀ − ε z), solved for z.
            z = np.linalg.solve((1 + dt * 4.7) * np.eye(4), z + dt * (force - 2.7 * y))
            y = y + dt * z
            np.testing.assert_allclose(found[n, t], y, atol=1e-13)
        assert not found[n, length:].any()


def test_with_small_steps_it_is_the_differential_equation():
    """A constant input and no coupling: a damped oscillator, whose solution is known."""
    layer = layer_of(step=1e-3, frequency=4.0, damping=0.4)
    with torch.no_grad():
        layer.coupling.weight.zero_()
        layer.inputs.weight.zero_()
        layer.inputs.bias.fill_(0.5)
    steps = 3000
    x, gaps = torch.zeros(1, steps, 2, dtype=torch.float64), torch.ones(1, steps)
    with torch.no_grad():
        found = layer(x, gaps, torch.tensor([steps]))[0, :, 0].numpy()
    t = 1e-3 * np.arange(1, steps + 1)
    rest, rate = np.tanh(0.5) / 4.0, np.sqrt(4.0 - 0.04)
    exact = rest * (1 - np.exp(-0.2 * t) * (np.cos(rate * t) + 0.2 / rate * np.sin(rate * t)))
    np.testing.assert_allclose(found, exact, atol=1e-3)


def test_what_is_behind_the_end_has_no_influence_and_long_gaps_stay_finite():
    layer, (x, gaps, lengths) = layer_of(), given()
    found = layer(x, gaps, lengths)
    other, others = x.clone(), gaps.clone()
    other[1, 4:], others[1, 4:] = 99.0, 7.0
    assert torch.equal(layer(other, others, lengths), found)
    endless = layer(x, torch.full_like(gaps, 1e30), lengths)
    assert endless.isfinite().all() and endless.abs().max() < 10


def test_as_many_parameters_as_the_published_network():
    """256 units, one input, ten classes: "134k", of which the read-out has 2,570."""
    layer = CoRNN(1, 256)
    assert sum(p.numel() for p in layer.parameters()) + 2570 == pytest.approx(134_000, rel=0.01)


def test_it_learns_which_of_two_waves_a_series_is():
    options = {"hidden_size": 16, "step": 0.3, "frequency": 2.0, "damping": 1.0}
    assert accuracy("cornn", options, steps=80, learning_rate=2e-2) > 0.8
