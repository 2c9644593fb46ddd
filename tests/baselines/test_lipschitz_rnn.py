"""The Lipschitz RNN against its equations by hand, its matrices, and a short task."""

import numpy as np
import pytest
import torch
from waves import accuracy

from liquidtime.baselines.lipschitz_rnn import LipschitzRNN


def layer_of(**options):
    torch.manual_seed(0)
    return LipschitzRNN(2, 4, **options).double()


def given(lengths=(7, 4), seed=1):
    random = torch.Generator().manual_seed(seed)
    x = torch.randn(len(lengths), max(lengths), 2, dtype=torch.float64, generator=random)
    gaps = 4 * torch.rand(x.shape[:2], dtype=torch.float64, generator=random)
    gaps[:, 0] = 0
    return x, gaps, torch.tensor(lengths)


def test_it_equals_the_equations():
    layer, (x, gaps, lengths) = layer_of(step=0.1, gamma=0.2, longest=3.0), given()
    u, b = layer.inputs.weight.detach().numpy(), layer.inputs.bias.detach().numpy()
    made = []
    for m in layer.free.detach().numpy():
        matrix = np.zeros((4, 4))
        for i in range(4):
            for j in range(4):
                matrix[i, j] = 0.25 * (m[i, j] + m[j, i]) + 0.75 * (m[i, j] - m[j, i])
            matrix[i, i] -= 0.2
        made.append(matrix)
    found = layer(x, gaps, lengths).detach().numpy()
    assert gaps.max() > 3.0
    for n, length in enumerate(lengths.tolist()):
        h = np.zeros(4)
        for t in range(length):
            dt = 0.1 * (1.0 if t == 0 else min(3.0, float(gaps[n, t])))
            h = h + dt * (made[0] @ h + np.tanh(made[1] @ h + u @ x[n, t].numpy() + b))
            np.testing.assert_allclose(found[n, t], h, atol=1e-13)
        assert not found[n, length:].any()


def test_the_damped_symmetric_part_bounds_the_growth_of_what_is_skew():
    """With β = 1 every eigenvalue of both matrices has the real part −γ."""
    matrices = layer_of(beta=1.0, gamma=0.3).matrices().detach()
    for matrix in matrices:
        real = torch.linalg.eigvals(matrix).real
        torch.testing.assert_close(real, torch.full_like(real, -0.3))


def test_its_entries_are_spread_as_published():
    """A standard deviation of 32 / N at 128 units."""
    torch.manual_seed(0)
    assert float(LipschitzRNN(1, 128).free.detach().std()) == pytest.approx(32 / 128, rel=0.03)


def test_what_is_behind_the_end_has_no_influence_and_long_gaps_stay_finite():
    layer, (x, gaps, lengths) = layer_of(), given()
    found = layer(x, gaps, lengths)
    other, others = x.clone(), gaps.clone()
    other[1, 4:], others[1, 4:] = 99.0, 7.0
    assert torch.equal(layer(other, others, lengths), found)
    assert layer(x, torch.full_like(gaps, 1e30), lengths).isfinite().all()


def test_as_many_parameters_as_the_published_network():
    """128 units, one input, ten classes: "34k", of which the read-out has 1,290."""
    layer = LipschitzRNN(1, 128)
    assert sum(p.numel() for p in layer.parameters()) + 1290 == pytest.approx(34_000, rel=0.01)


def test_it_learns_which_of_two_waves_a_series_is():
    options = {"hidden_size": 16, "step": 0.1}
    assert accuracy("lipschitz_rnn", options, steps=80, learning_rate=2e-2) > 0.8
